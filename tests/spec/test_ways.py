"""features/ways.toml: each invariant is asked of each way to write, and each kind of value sent, or it says why not."""

from __future__ import annotations

import pytest

from upsertspec.spec import ways

TESTED = {"invariants": 132, "values": 109}
"""How many cells have scenarios. One that loses its last must not hide behind a reason that is there for others."""


@pytest.mark.parametrize("name", TESTED)
def test_each_cell_has_scenarios_or_a_reason(name: str) -> None:
    matrix = getattr(ways, name)()
    assert matrix.empty == []
    assert matrix.unused == []
    assert sum(bool(cell.cases) for cells in matrix.rows.values() for cell in cells) >= TESTED[name]


def test_a_reason_names_rows_and_ways_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {**ways._raw(), "reasons": {"invariants": [{"row": "no row", "ways": ["key"], "why": "none"}]}}
    monkeypatch.setattr(ways, "_raw", lambda: raw)
    with pytest.raises(ValueError, match=r"ways\.toml gives reasons for no row, which it does not have"):
        ways.invariants()


def test_a_cell_without_scenarios_and_without_a_reason_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = {**ways._raw(), "reasons": {"values": [], "invariants": []}}
    monkeypatch.setattr(ways, "_raw", lambda: raw)
    assert ("times are true", "batch") in [(cell.row, cell.way) for cell in ways.invariants().empty]
