"""The matrix: its cells, the names of the targets, and the differences between reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.report.compare.kit import STATUSES, result, saved, shaped
from upsertspec.report.compare.cell import Cell
from upsertspec.report.compare.differences import differences
from upsertspec.report.compare.matrix import Column, Matrix, apart, head, read

Change = Callable[[dict[str, Any]], Any]

CELLS = {
    "passed 15": ["passed"] * 15,
    "failed 2 of 15": ["failed"] * 2 + ["passed"] * 13,
    "failed 1 of 4": ["known failure", "not testable", "warned", "failed"],
    "harness error 1 of 2": ["harness error", "known failure"],
    "stale 1 of 3": ["stale", "known failure", "harness error"],
    "known failure 1 of 3": ["known failure", "passed", "not testable"],
    "not testable 1 of 3": ["passed", "warned", "not testable"],
    "warned 1 of 2": ["warned", "deviates"],
    "deviates 3 of 4": ["deviates"] * 3 + ["passed"],
    "deviates 2": ["deviates"] * 2,
    "passed 3": ["passed", "not claimed", "passed", "passed"],
    "passed 2 of 3": ["passed", "not applicable", "passed"],
    "not applicable 2": ["not applicable", "not claimed", "not applicable"],
    "not claimed": ["not claimed"] * 3,
    "not selected": [],
}


@pytest.mark.parametrize("words", CELLS)
def test_a_cell_says_the_worst_and_its_number(words: str) -> None:
    assert Cell(tuple(result(status) for status in CELLS[words])).words == words


@pytest.mark.parametrize("status", STATUSES[1:])
def test_only_a_pass_looks_like_one(status: str) -> None:
    cell = Cell((result(status), result(status)))
    assert "pass" not in cell.words
    assert "pass" not in cell.short
    assert cell.ansi != Cell((result(),)).ansi


def test_missing_in_the_suite_differs_from_not_selected(tmp_path: Path) -> None:
    one, other = shaped(result()), shaped(result(criterion="AC-003"))
    matrix = read([saved(tmp_path / "a.json", one), saved(tmp_path / "b.json", other)])
    cells = {row.id: [cell.words for cell in row.cells] for row in matrix.rows}
    assert cells == {
        "AC-001": ["passed 1", "not selected"],
        "AC-002": ["not selected", "not selected"],
        "AC-003": ["not in its suite", "passed 1"],
    }


def test_column_letters_go_on_after_z() -> None:
    assert [head(index) for index in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_targets_of_the_same_name_are_distinguished() -> None:
    assert apart(["x", "y"], ["a", "b"]) == ["x", "y"]
    assert apart(["x", "x", "y"], ["a", "b", "c"]) == ["x (a)", "x (b)", "y"]
    assert apart(["x", "x", "x"], ["a", "a", "b"]) == ["x (a) #1", "x (a) #2", "x (b)"]


def test_a_target_without_a_name_goes_by_its_address(tmp_path: Path) -> None:
    assert read([saved(tmp_path / "a.json", shaped(result(), name=" "))]).columns[0].label == "http://127.0.0.1:1"


def pair(change: Change, *more: dict[str, Any]) -> list[str]:
    """How two reports differ after this change to the second."""
    title = "The same scenario"
    one, other = shaped(result(title=title)), shaped(result(title=title), *more)
    other["run"]["id"] = "xyz789"
    change(other)
    return differences([Column("A", "one", "a.json", one), Column("B", "other", "b.json", other)])


DIFFERENCES: dict[str, tuple[Change, str]] = {
    "the version": (
        lambda raw: raw["suite"].update(version="0.2.0"),
        "made by upsertspec: 0.1.0 in A; 0.2.0 in B",
    ),
    "the features": (
        lambda raw: raw["suite"].update(features_digest="16" * 32),
        "features: abababababab in A; 161616161616 in B",
    ),
    "the profiles": (
        lambda raw: raw["target"].update(profiles=["core", "batch"]),
        "claimed profiles: core in A; core, batch in B",
    ),
    "the criteria that were asked for": (
        lambda raw: raw["run"]["selection"].update(criteria=["AC-001"]),
        "selection: everything claimed in A; AC-001 in B",
    ),
    "the keyword": (
        lambda raw: raw["run"]["selection"].update(keyword="a|b"),
        "selection: everything claimed in A; -k 'a|b' in B",
    ),
    "the dialect": (lambda raw: raw["target"].update(dialect="mine:Own"), "dialect: native in A; mine:Own in B"),
    "a criterion more": (
        lambda raw: raw["criteria"].append({**raw["criteria"][0], "id": "AC-901"}),
        "criteria only in B: AC-901",
    ),
    "a criterion less": (lambda raw: raw["criteria"].pop(), "criteria only in A: AC-002"),
    "another sentence": (
        lambda raw: raw["criteria"][0].update(sentence="Something else"),
        "criteria that are worded differently: AC-001",
    ),
    "another scenario": (
        lambda raw: raw["results"][0].update(id="renamed"),
        "criteria whose scenarios differ: AC-001",
    ),
    "a target that could not be judged": (
        lambda raw: raw["preflight"].append({"level": "fatal", "what": "it is down", "hint": "start it"}),
        "B could not be judged: it is down",
    ),
    "the same run": (lambda raw: raw["run"].update(id="abc123"), "A and B are reports of the same run"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_differences_between_reports_are_named(name: str) -> None:
    change, words = DIFFERENCES[name]
    assert pair(change) == [words]


def test_reports_that_differ_only_in_results_have_no_note() -> None:
    assert pair(lambda raw: raw["results"][0].update(status="failed")) == []


def test_other_results_are_what_a_row_differs_in() -> None:
    one = Column("A", "one", "a", shaped(result("failed", "AC-001"), result("passed", "AC-002")))
    other = Column("B", "other", "b", shaped(result("passed", "AC-001"), result("passed", "AC-002")))
    assert [row.same for row in Matrix((one, other)).rows] == [False, True]
