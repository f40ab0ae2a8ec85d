"""The script that counts how many broken servers a search finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "search" / "explore.py"


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, str(SCRIPT), "--jobs", "1", *arguments]
    return subprocess.run(line, check=False, stdout=subprocess.PIPE, encoding="utf-8")


def test_found_and_missed_servers_are_printed() -> None:
    done = ran("--examples", "60", "updated-is-204", "slower-for-tables")
    assert "found  updated-is-204: " in done.stdout
    assert "MISSED slower-for-tables: 60" in done.stdout
    assert "1 of 2 broken servers found; missed: slower-for-tables" in done.stdout
    assert done.returncode == 1


def test_nine_tenths_are_enough() -> None:
    assert ran("--examples", "60", "updated-is-204").returncode == 0
