"""`explore` on an API with tables of its own: no false difference, each bug found, in the target's words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.dialects.test_own_tables import ENV, FOLDER, KEYS, module, served
from upsertspec.explore.command import result_lines
from upsertspec.explore.search import Result, Search
from upsertspec.target.target_file import from_file


def explored(bug: str, examples: int, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Result:
    target = from_file(FOLDER / "products.toml", ENV)
    with served(module("products", monkeypatch).create_app(KEYS, bug, folder)) as url:
        return Search(replace(target, url=url), "x1y2z3", shrinks=20).run(1, examples)


def test_a_flawless_api_shows_no_difference(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = explored("", 60, monkeypatch, tmp_path)
    assert result.finding is None, result.finding
    assert result.is_enough
    assert "the target has no way to describe a table" in result.left_out
    assert any("that it does not apply:" in line for line in result_lines(result, 1))


@pytest.mark.parametrize("bug", ["price-nulled", "omitted-columns-reset", "id-changes", "created-at-overwritten"])
def test_a_bug_is_found(bug: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = explored(bug, 100, monkeypatch, tmp_path)
    assert result.finding is not None
    assert result.repeated


def test_a_difference_is_said_in_the_targets_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = explored("price-nulled", 100, monkeypatch, tmp_path).finding
    assert found is not None
    assert found.actual == 'price is null instead of "9.99"'
    assert "in products" in found.expected


def test_a_member_that_the_target_lacks_is_one_line_with_its_fix(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = module("products", monkeypatch)
    monkeypatch.setattr(made, "shown", lambda row: {n: v for n, v in row.items() if n not in ("description",)})
    target = from_file(FOLDER / "products.toml", ENV)
    with served(made.create_app(KEYS, "", tmp_path)) as url:
        found = Search(replace(target, url=url), "x1y2z3", shrinks=20).run(1, 100).finding
    assert found is not None
    assert found.actual.startswith("products has no description (if products has none, the target file says so: notes")


def test_a_sequence_of_which_nothing_was_sent_is_not_judged() -> None:
    assert not Result(empty=3).is_enough
    assert "most of what was tried does not apply" in result_lines(Result(empty=3), 1)[-1]
