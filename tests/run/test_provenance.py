"""A report says who was judged, with what, and by which command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.report.kit import run as run_and_read
from tests.report.kit import started
from upsertspec.http.masking import Masker
from upsertspec.report.page.words import implementation as words
from upsertspec.run.provenance import command_line, implementation
from upsertspec.target.target import Target

WHO = """
[implementation]
organization = "Example Ltd"
project = "Records API"
version = { header = "server" }
"""


def version_of(asked: Any, folder: Path) -> str:
    """The version that a report has."""
    target = Target("http://127.0.0.1:1", source=str(folder / "target.toml"), implementation={"version": asked})
    return implementation(target, [], Masker(["hunter22"]))["version"]


def test_a_report_says_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "target.toml"
    with started() as url:
        file.write_text(f'url = "{url}"\n{WHO}', "utf-8")
        report = run_and_read(tmp_path, "--target", str(file), "--criterion", "AC-001").report
    expected = {"organization": "Example Ltd", "project": "Records API", "version": "upsertspec"}
    assert report["target"]["implementation"] == expected
    assert words(expected) == "Records API upsertspec by Example Ltd"
    assert report["run"]["environment"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert "pytest-bdd" in report["run"]["environment"]["packages"]
    assert report["run"]["command"].startswith(f"upsertspec run --target {file} --criterion AC-001")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2.4.1", "2.4.1"),
        ({"command": [sys.executable, "-c", "print('7.0\\nbuilt today')"]}, "7.0"),
        ({"command": [sys.executable, "-c", "print('hunter22')"]}, "•••"),
        ({"command": [sys.executable, "-c", "raise SystemExit(3)"]}, f"({sys.executable} gives none: exit code 3)"),
        ({"command": ["./missing"]}, "(./missing gives none: No such file or directory)"),
        ({"header": "X-Version"}, "(no answer has the header X-Version)"),
    ],
)
def test_the_version_is_stated_or_asked(asked: Any, expected: str, tmp_path: Path) -> None:
    assert version_of(asked, tmp_path) == expected


def test_the_command_line_has_no_secrets() -> None:
    line = command_line(["run", "http://127.0.0.1:1/hunter22", "-k", "a b"], Masker(["hunter22"]))
    assert line == "upsertspec run http://127.0.0.1:1/••• -k 'a b'"
