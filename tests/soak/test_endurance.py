"""The long runs work: each once, for a moment."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parents[2] / "benchmarks" / "endurance"


def ran(script: str, environment: dict[str, str], *options: str, code: int = 0) -> str:
    line = [sys.executable, str(FOLDER / script), *options]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, env=environment)
    assert done.returncode == code, done.stdout
    return done.stdout


def test_a_server_that_is_killed_under_load_loses_nothing(environment: dict[str, str]) -> None:
    out = ran("kills.py", environment, "--kills", "3", "--users", "4", "--between", "0.5")
    assert out.endswith("every invariant holds\n\nkilled 3 times under load\n")
    failed = re.search(r"^  total +\d+ +(\d+) ", out, re.MULTILINE)
    assert failed
    assert int(failed[1]) > 0  # the load went on while it was killed


def test_a_key_and_its_write_are_never_parted_by_a_kill(environment: dict[str, str]) -> None:
    out = ran("keys.py", environment, "--kills", "10", "--between", "0.1")
    assert out.endswith("no key and write were parted, and every answer came again\n")


def test_a_key_that_is_kept_after_its_write_is_found(environment: dict[str, str]) -> None:
    out = ran("keys.py", environment, "--kills", "10", "--between", "0.1", "--apart", code=1)
    assert "a write without its key" in out


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc to see the memory")
def test_the_memory_is_printed(environment: dict[str, str]) -> None:
    options = ("--users", "4", "--warm", "1", "--seconds", "6", "--bytes", "1e6", "--blocks", "1e4")
    out = ran("memory.py", environment, *options)
    for kind in ("malloc, in KiB", "Python's own, in blocks"):
        assert re.search(
            rf"in use, {kind}, means of \d parts of \d samples: \d+ \d+ .*\n  growth by least squares", out
        )
