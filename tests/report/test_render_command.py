"""`upsertspec render`: a report in another format."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.report.kit import CLI, Done
from tests.report.render_kit import render
from upsertspec.report.formats import FORMATS, renderer
from upsertspec.report.reading import load

Runs = Callable[[str], Done]


@pytest.mark.parametrize("kind", FORMATS)
def test_it_prints_or_writes_what_the_function_returns(done: Runs, tmp_path: Path, kind: str) -> None:
    ended = done("failing")
    wanted = renderer(kind)(ended.report)
    printed = render(ended.folder / "report.json", kind)
    assert (printed.returncode, printed.stderr) == (0, b"")
    assert printed.stdout.decode() == wanted
    file = tmp_path / "out"
    file.write_text("what was there before" * 100_000)
    written = render(ended.folder, kind, "-o", str(file))
    assert (written.returncode, written.stdout) == (0, b"")
    assert file.read_bytes().decode() == wanted


def test_the_junit_of_a_run_is_the_junit_of_its_report(done: Runs) -> None:
    ended = done("failing")
    assert ended.junit.read_bytes() == render(ended.folder, "junit").stdout


def test_an_old_report_can_be_shown(done: Runs) -> None:
    loaded = load(done("conformant").folder)
    for kind in FORMATS:
        assert renderer(kind)(loaded), kind


def test_it_writes_into_standard_output_by_its_name(done: Runs, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    with log.open("ab") as appended:
        subprocess.run(
            [*CLI, "render", str(done("failing").folder), "--format", "badge-json", "-o", "/dev/stdout"],
            stdout=appended,
            check=True,
        )
    assert log.read_text("utf-8") == "before\n" + renderer("badge-json")(done("failing").report)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("report.json", None, b"does not exist"),
        ("report.json", "{", b"only half written"),
        ("report.json", "{}", b"is not a report of upsertspec"),
    ],
)
def test_a_file_that_is_not_a_report_is_refused(tmp_path: Path, name: str, content: str | None, said: bytes) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    refused = render(tmp_path / name, "markdown")
    assert refused.returncode == 2
    assert said in refused.stderr
    assert b"Traceback" not in refused.stderr


def test_an_unwritable_file_is_reported(done: Runs, tmp_path: Path) -> None:
    refused = render(done("conformant").folder, "badge", "-o", str(tmp_path / "no" / "such" / "badge.svg"))
    assert refused.returncode == 2
    assert b"can't be written" in refused.stderr
