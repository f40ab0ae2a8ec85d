"""Mistakes in the PostgreSQL example, which the suite has to catch as it catches those in the reference server."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import EXAMPLE, started
from tests.examples.processes import stopped

pytestmark = pytest.mark.slow

MISTAKES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("broken_postgres.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", MISTAKES)
def test_it_is_caught(name: str, tmp_path: Path) -> None:
    broken = tmp_path / "postgres"
    shutil.copytree(EXAMPLE, broken, ignore=shutil.ignore_patterns("__pycache__"))
    for patch in MISTAKES[name]["patches"]:
        file = broken / patch["file"]
        file.write_text(file.read_text("utf-8").replace(patch["old"], patch["new"]), "utf-8")
    service = started(broken)
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in service.tokens.items()}
    criteria = ",".join(MISTAKES[name]["violates"])
    command = [sys.executable, "-m", "upsertspec", "run", service.url, "--profile", "all", "--criterion", criteria]
    try:
        done = subprocess.run(command, env={**os.environ, **tokens}, capture_output=True, text=True)
    finally:
        assert stopped(service.process) == 0
    assert done.returncode == 1, done.stdout + done.stderr
