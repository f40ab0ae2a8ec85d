"""Two runs say the same except for times, ids and names, with any number of workers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.report.conftest import conformant, failing
from tests.report.kit import Done

Runs = Callable[[str], Done]

TIMES = {"started", "finished", "seconds", "elapsed"}
VARYING_HEADERS = {"Date", "Content-Length", "Etag"}
PATTERNS = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "HOST"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "TIME"),
    (re.compile(r'("id": ?|/records/)\d+'), r"\1ID"),
)


def normal(report: dict[str, Any]) -> Any:
    """The report without what may differ: times, the run's mark, addresses, ids and workers."""
    run_id = report["run"]["id"]
    letters = (re.compile(rf"{run_id}[a-j]*\d{{3}}"), "MARK"), (re.compile(rf"^{run_id}$"), "RUN")
    return _normal(report, (*letters, *PATTERNS))


def _normal(node: Any, patterns: tuple[tuple[re.Pattern[str], str], ...]) -> Any:
    if isinstance(node, dict):
        varying = TIMES | VARYING_HEADERS | {"worker", "jobs", "command"}
        return {name: "…" if name in varying else _normal(child, patterns) for name, child in node.items()}
    if isinstance(node, list):
        return [_normal(child, patterns) for child in node]
    if isinstance(node, str):
        for pattern, instead in patterns:
            node = pattern.sub(instead, node)
    return node


def test_two_runs_of_a_conforming_server_differ_in_nothing_else(done: Runs, tmp_path: Path) -> None:
    first, second = done("conformant"), conformant(tmp_path)
    assert first.report["run"]["id"] != second.report["run"]["id"]
    assert normal(first.report) == normal(second.report)


def test_two_runs_of_a_broken_server_differ_in_nothing_else(done: Runs, tmp_path: Path) -> None:
    assert normal(done("failing").report) == normal(failing(tmp_path).report)


def test_two_workers_find_what_one_finds_in_the_same_order(done: Runs) -> None:
    one, two = done("conformant"), done("conformant_on_two_workers")
    assert {result["worker"] for result in one.results} == {"main"}
    assert {result["worker"] for result in two.results} == {"gw0", "gw1"}
    assert (one.report["run"]["jobs"], two.report["run"]["jobs"]) == (1, 2)
    assert normal(one.report) == normal(two.report)
    assert _table(one.out) == _table(two.out)


def test_no_two_scenarios_of_two_workers_share_a_name(done: Runs) -> None:
    report = done("conformant_on_two_workers").report
    marks = re.compile(rf"{report['run']['id']}[a-j]*\d{{3}}")
    used = [set(marks.findall(str(result["exchanges"]))) for result in report["results"]]
    assert all(len(names) == 1 for names in used)
    assert len(set.union(*used)) == len(used)


def _table(out: str) -> list[str]:
    return [line for line in out.splitlines() if line.startswith("  AC-") or " planned = " in line]
