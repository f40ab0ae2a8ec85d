"""What is done with records by their ids, and what hangs on them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from upsertspec.explore.moves.draws import Draw, Scope, any_table, fields, picks, who, wrong
from upsertspec.explore.moves.move import Move
from upsertspec.explore.values import ODD_FIELDS, Pick
from upsertspec.spec.schema import Table

ROOTS = ("users", "accounts", "category_templates", "room_assets")


@st.composite
def create(draw: Draw, within: Scope) -> list[Move]:
    """A create, now and then twice."""
    table = draw(any_table(within))
    row = draw(perhaps_wrong(within, table, draw(fields(within, table))))
    made = Move("create", draw(who()), table.name, [row])
    return [made] * draw(st.sampled_from([1, 1, 2]))


@st.composite
def wrong_create(draw: Draw, within: Scope) -> Move:
    """A create, or a partial update, with one wrong value or without a field that is required."""
    table = draw(any_table(within))
    kind = draw(st.sampled_from(["create", "change"]))
    row = draw(fields(within, table, partial=kind == "change")) | draw(wrong(within, table))
    lost = draw(st.sampled_from(["", "", "", *table.fields]))
    return Move(kind, "editor", table.name, [{n: v for n, v in row.items() if n != lost}], record=Pick(table.name, 0))


@st.composite
def change(draw: Draw, within: Scope) -> Move:
    """A partial update by the id."""
    table = draw(any_table(within))
    row = draw(perhaps_wrong(within, table, draw(fields(within, table, partial=True))))
    return Move("change", draw(who()), table.name, [row], record=draw(picks(table.name)))


@st.composite
def delete(draw: Draw, within: Scope) -> Move:
    """A delete by the id."""
    table = draw(any_table(within))
    return Move("delete", draw(who()), table.name, record=draw(picks(table.name)))


@st.composite
def read(draw: Draw, within: Scope) -> Move:
    """A record is read by its id."""
    table = draw(any_table(within))
    return Move("read", draw(who()), table.name, record=draw(picks(table.name)))


@st.composite
def describe(draw: Draw, within: Scope) -> Move:
    """A table's description."""
    return Move("describe", draw(who()), draw(any_table(within)).name)


@st.composite
def family(draw: Draw, within: Scope) -> list[Move]:
    """A record and all that can hang on it, down to the last generation; then the record is written or deleted."""
    known = [table for table in within.tables if table.name in ROOTS] or [draw(any_table(within))]
    table = draw(st.sampled_from(known))
    parents = [Move("family", "editor", table.name, words=[draw(st.sampled_from(["one", "two"]))])]
    after: list[Move] = draw(st.sampled_from([[], *([move] for move in _on(draw, within, table))]))
    return parents + after


def _on(draw: Draw, within: Scope, table: Table) -> list[Move]:
    row = draw(fields(within, table, partial=True))
    return [
        Move("delete", "editor", table.name, record=Pick(table.name, 0)),
        Move("rewrite", "editor", table.name, [row], record=Pick(table.name, 0)),
        Move("rewrite", "editor", table.name, [row], record=Pick(table.name, 0), words=["batch"]),
    ]


@st.composite
def perhaps_wrong(draw: Draw, within: Scope, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row, with one wrong value, one field too many or one that is protected, now and then."""
    if draw(st.sampled_from([True, True, False])):
        return row
    faulty = draw(wrong(within, table))
    return {**row, **draw(st.sampled_from([faulty, faulty, *ODD_FIELDS]))}
