"""The history: who passes what, and how each implementation changed from one report to the next."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kit import Done
from tests.report.compare.kit import result, saved, shaped
from upsertspec.errors import ConfigError
from upsertspec.report.history.lines import read
from upsertspec.report.history.page import page

Cli = Callable[..., Done]
HOSTILE = '</style><script>alert(1)</script><img src=x onerror=alert(2)> " \x1b[31m\u202e'


def judged(*results: dict[str, Any], project: str, version: str = "", day: int = 1, **more: Any) -> dict[str, Any]:
    """A report about a version of a project."""
    report = shaped(*results, **more)
    report["run"]["started"] = f"2026-01-{day:02}T03:04:05.678Z"
    stated = {"project": project, "organization": "Example Ltd", "version": version}
    report["target"]["implementation"] = {name: value for name, value in stated.items() if value}
    return report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions of Alpha, of which the second breaks one thing and mends another, and one report of Beta."""
    one, two, three = result(), result("failed", "AC-002"), result("not applicable", "AC-002")
    mended, broken = {**two, **_as("passed")}, {**one, **_as("failed")}
    for name, report in {
        "b": judged(broken, mended, three, project="Alpha", version="2.0", day=9, verdict="not conformant"),
        "a": judged(one, two, three, project="Alpha", version="1.0", day=2, verdict="not conformant"),
        "c": judged(one, project="Beta", day=3),
    }.items():
        (tmp_path / name).mkdir()
        saved(tmp_path / name / "report.json", report)
    return tmp_path


def _as(status: str) -> dict[str, Any]:
    return {name: value for name, value in result(status).items() if name in ("status", "reason", "expected", "actual")}


def test_reports_of_one_project_are_a_line_in_time(folder: Path) -> None:
    beta, alpha = read([str(folder)])
    assert (alpha.name, alpha.maker, [entry.label for entry in alpha.entries]) == (
        "Alpha",
        "Example Ltd",
        ["1.0", "2.0"],
    )
    assert [entry.label for entry in beta.entries] == ["2026-01-03 03:04"]
    share = alpha.latest.whole
    assert (share.passed, share.applies, share.claimed) == (1, 2, 3)
    assert alpha.changes[0].summary == "1 broken, 1 fixed, 1 as before"


def test_the_page_tells_all_of_it(folder: Path) -> None:
    text = page(read([str(folder)]))
    assert text.index("Beta") < text.index("Alpha")  # it is conformant
    for said in ("1 of 2", "2 of 3", "From 1.0 to 2.0", "1 broken, 1 fixed, 1 as before", "passed → failed"):
        assert said in text
    assert text.count("<polyline") == 2
    assert re.findall(r"<th scope=\"row\"><b>(AC-\d+)</b> What \1 asks for</th>", text) == ["AC-001", "AC-002"]
    assert "Every criterion passed." in text  # of Beta, which has no strip
    assert re.search(r'<td class="sign" title="passed 1"><span class="st passed">', text)
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert "<script" not in text


def test_the_best_whole_run_comes_first(tmp_path: Path) -> None:
    part, early = (judged(result(), project=name) for name in ("Part", "Early"))
    part["run"]["selection"]["criteria"] = ["AC-001"]
    early["run"]["ended_early"] = "it was interrupted"
    worse = judged(result(), result("failed"), project="Whole")
    lines = read([saved(tmp_path / f"{n}.json", report) for n, report in enumerate((part, early, worse))])
    assert [(line.name, line.latest.part) for line in lines] == [
        ("Whole", ""), ("Early", "the run ended early"), ("Part", "in a selection"),
    ]  # fmt: skip


def test_whatever_a_report_holds_is_text(tmp_path: Path) -> None:
    hostile = judged(result("failed", title=HOSTILE), project=HOSTILE, version=HOSTILE[:200])
    old = judged(result(title=hostile["results"][0]["title"]), project=HOSTILE, day=2)
    old["results"][0]["id"] = hostile["results"][0]["id"]
    files = [saved(tmp_path / "1.json", hostile), saved(tmp_path / "2.json", old)]
    text = page(read(files))
    assert "&lt;script&gt;" in text
    for markup in ("<script", "<img", "\x1b", "\u202e"):
        assert markup not in text


def test_no_report_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="0 reports are found; name 1 to 500"):
        read([str(tmp_path)])


def test_the_command_writes_the_page(cli: Cli, folder: Path) -> None:
    done = cli("history", str(folder), "-o", str(folder / "history.html"))
    assert done.code == 0, done.err
    assert "Who passes what" in (folder / "history.html").read_text("utf-8")
