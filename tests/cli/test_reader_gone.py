"""When the reader of its output is gone, a command ends quietly, and its exit code is not a verdict."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"], ["provision", "--format", "json"]])
def test_a_command_ends_quietly_when_its_reader_is_gone(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    line = [sys.executable, "-m", "upsertspec", *arguments]
    done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")
