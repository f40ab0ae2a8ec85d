"""A server of examples/ as a process: it announces itself in its first line, and ends with its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


def started(script: Path, *options: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """The process of a start.py, and what it announces: its URL and tokens."""
    process = subprocess.Popen(
        [sys.executable, str(script), *options, "--announce", "json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def stopped(process: subprocess.Popen[str]) -> int:
    """Close its standard input, and wait for its exit code."""
    process.communicate()
    return process.returncode
