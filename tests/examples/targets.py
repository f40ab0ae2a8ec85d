"""The servers in examples/targets, each started by its own script on a free port, and judged once."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.examples import processes
from tests.report.kit import CLI

NODE = {
    "cap": ("node_modules", "npm install"),
    "postgraphile": ("node_modules", "npm install"),
    "zenstack": ("generated", "npm install && npm run generate"),
}
"""The targets that run on Node.js: the folder that shows that they are installed, and how to install them."""
TARGETS = Path(__file__).resolve().parents[2] / "examples" / "targets"


@dataclass
class Started:
    """A running target: its process, the variables that its target file needs, and that file with the right URL."""

    name: str
    process: subprocess.Popen[str]
    url: str
    environment: dict[str, str]
    file: Path


def start(name: str, folder: Path) -> Started:
    """Start a target. Its target file and dialect are copied to a folder, because the port differs."""
    if name in NODE and not (TARGETS / name / NODE[name][0]).is_dir():
        pytest.skip(f"needs Node.js, and `{NODE[name][1]}` in examples/targets/{name}")
    process, announced = processes.started(TARGETS / name / "start.py", "--port", "0")
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in announced["tokens"].items()}
    for file in TARGETS.joinpath(name).glob("*_dialect.py"):
        folder.joinpath(file.name).write_bytes(file.read_bytes())
    text = TARGETS.joinpath(name, "target.toml").read_text("utf-8")
    folder.joinpath("target.toml").write_text(text.replace(settings(name)["url"], announced["url"]), "utf-8")
    return Started(name, process, announced["url"], {**os.environ, **tokens}, folder / "target.toml")


def settings(name: str) -> dict[str, Any]:
    """What the target file says."""
    return tomllib.loads(TARGETS.joinpath(name, "target.toml").read_text("utf-8"))


def judged(target: Started) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    """`upsertspec run` with the target file: how it ended, and its report."""
    report = target.file.with_name("report")
    line = [*CLI, "run", "--target", str(target.file), "--report", str(report), "--jobs", "2"]
    done = subprocess.run(line, env=target.environment, capture_output=True, text=True)
    return done, json.loads(report.joinpath("report.json").read_text("utf-8"))
