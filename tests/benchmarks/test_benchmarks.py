"""Each benchmark runs once, with tiny sizes. The ratios do not matter here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TINY = {
    "run": ["--rounds=1", "--narrow=1"],
    "targets": ["--rounds=1", "--size=16"],
    "growth": ["--rounds=1", "--narrow=1", "--factor=2"],
    "server": ["--rounds=1", "--size=16"],
    "in_place": ["--rounds=1", "--size=5", "--children=2"],
    "lists": ["--rounds=1", "--size=200"],
    "batch": ["--rounds=1", "--size=3", "--singles=1"],
    "slow": ["--milliseconds=1", "--jobs=2", "--every=200"],
}
LINE = re.compile(r"\S.* / \S.*: -?\d+\.\d\dx \(fastest rounds: -?\d+\.\d\dx\)(; .+)?")


def ran(*arguments: str) -> list[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment)
    return done.stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_prints_ratios(name: str) -> None:
    lines = ran(str(BENCHMARKS / f"{name}.py"), *TINY[name])
    assert lines
    assert [line for line in lines if not LINE.fullmatch(line)] == []


@pytest.mark.slow
def test_upsert_in_place_keeps_the_children() -> None:
    (with_children,) = (line for line in ran(str(BENCHMARKS / "in_place.py"), *TINY["in_place"]) if "lost" in line)
    assert with_children.endswith("of 10 children, REPLACE lost 10, in place lost 0")


def test_every_benchmark_is_tested_and_documented() -> None:
    scripts = {file.stem for file in BENCHMARKS.glob("*.py")} - {"all", "kit", "client", "checkout"}
    assert scripts == set(TINY)
    assert all(f'"{name}"' in (BENCHMARKS / "all.py").read_text("utf-8") for name in scripts)
    assert all(f"{name}.py" in (BENCHMARKS / "README.md").read_text("utf-8") for name in scripts)
