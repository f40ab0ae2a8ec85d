"""What belongs to the profile `hostile` alone: bodies that are none, values to the letter, names and ids like code."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import hostile_values as oddities
from upsertspec.explore.moves.draws import Draw, Scope, value
from upsertspec.explore.moves.move import Move
from upsertspec.explore.values import NO_TABLES
from upsertspec.http.credentials import BROKEN
from upsertspec.spec.schema import tables
from upsertspec.steps.table_calls import CALLS

NOBODY = "no credentials"
WAYS = ("upsert", "batch", "create")


@st.composite
def broken_body(draw: Draw, _: Scope) -> Move:
    """A request whose body is altered on its way."""
    row = {"email": draw(st.sampled_from(["ada@example.com", "bob@example.com"])), "name": "Zoë"}
    named = [oddities.NO_JSON, oddities.NO_JSON, oddities.UNDECLARED, oddities.FINE, oddities.TOO_LARGE]
    listed = draw(st.sampled_from(named))
    return Move("broken", "editor", "contacts", [row], ["email"], words=[draw(st.sampled_from(listed)), _way(draw)])


def _way(draw: Draw) -> str:
    way: str = draw(st.sampled_from(["upsert"] * 3 + list(WAYS)))
    return way


@st.composite
def written(draw: Draw, within: Scope) -> Move:
    """An upsert with one field whose value is JSON to the letter."""
    table, name, outcome, texts = draw(st.sampled_from(oddities.WRITTEN))
    match = ["email"] if table == "contacts" else list(tables()[table].unique_keys[0])
    needed = [f for f in tables()[table].fields.values() if f.name != name and (f.required or f.name in match)]
    row: dict[str, Any] = {f.name: draw(value(within, tables()[table], f, f.name in match)) for f in needed}
    return Move("written", "editor", table, [row], match, words=[name, draw(st.sampled_from(texts)), outcome])


@st.composite
def strange_id(draw: Draw, _: Scope) -> Move:
    """A call about a record whose id looks like code."""
    verb, ident = draw(st.sampled_from(["reads", "changes", "deletes"])), draw(st.sampled_from(oddities.IDS))
    return Move("strange id", "editor", "contacts", words=[verb, ident])


@st.composite
def strange_table(draw: Draw, _: Scope) -> Move:
    """Every call about a table whose name looks like code."""
    return Move("strange table", "editor", draw(st.sampled_from([*oddities.TABLES, *NO_TABLES])))


@st.composite
def probe(draw: Draw, within: Scope) -> Move:
    """Somebody who is not known tries a call about a table that exists, and about one that doesn't."""
    who = draw(st.sampled_from([NOBODY] * 8 + [name for name in BROKEN if name not in oddities.UNREADABLE]))
    call = draw(st.sampled_from(list(CALLS)))
    return Move("probe", who, within.table.name, words=[call])
