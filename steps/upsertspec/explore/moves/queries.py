"""Lists and groups, of projects that are stored for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import hostile_values as oddities
from upsertspec.explore import values
from upsertspec.explore.moves.draws import Draw, Scope, fields, who
from upsertspec.explore.moves.move import Move
from upsertspec.explore.values import Pick
from upsertspec.spec.schema import tables

FILTERED = ("validation_score", "validation_score", "name", "description", "status")
NESTED = ("conversations", "artifacts")
OTHERS = str.maketrans("🚀👧ë", "🛸👦e")
Row = Mapping[str, Any]


@st.composite
def lists(draw: Draw, within: Scope) -> Move:
    """A user's projects, some of them new, then a list: filtered, sorted, with some of their fields and children."""
    rows = draw(st.lists(fields(within, tables()["projects"]), max_size=5))
    query: dict[str, Any] = {}
    for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3]))):
        query |= draw(a_filter(rows))
    for name, listed in values.PARAMETERS.items():
        if draw(st.sampled_from([False, False, True])):
            query[name] = draw(st.sampled_from(listed))
    query |= dict([draw(st.sampled_from(_odd(within)))]) if draw(st.sampled_from([False] * 5 + [True])) else {}
    nested = st.lists(st.tuples(st.sampled_from(NESTED), st.integers(0, 2)), min_size=1, max_size=4)
    words = draw(nested) if rows and "_include" in query else []
    return Move("list", draw(who()), "projects", rows, query=query, record=Pick("users", 0), words=words)


def _odd(within: Scope) -> Sequence[tuple[str, str]]:
    return values.ODD_FILTERS + (oddities.PARAMETERS if "hostile" in within.profiles else ())


@st.composite
def a_filter(draw: Draw, rows: Sequence[Row]) -> dict[str, str]:
    """A filter, mostly by a value that one of the rows has."""
    name = draw(st.sampled_from(FILTERED))
    number = name == "validation_score"
    operator = draw(st.sampled_from(values.NUMBER_OPERATORS if number else values.TEXT_OPERATORS))
    known = [row[name] for row in rows if row.get(name) not in (None, "")]
    listed = [str(v) for v in [*known, *known, *((5, 41, 60) if number else ("Ada", "draft"))]]
    one, other = (draw(st.sampled_from(listed)) for _ in range(2))
    if operator == "__contains":
        parts = [one, one[1:] or one, one[:-1] or one, one[1:-1] or one, one.swapcase(), one[0] + "%", "%", "_"]
        return {name + operator: draw(st.sampled_from(parts))}
    if operator == "__isnull":
        return {name + operator: draw(st.sampled_from(["true", "false"]))}
    if not number and operator in ("", "__eq", "__ne"):
        one = draw(st.sampled_from([one, one, one.swapcase(), one.translate(OTHERS)]))
    return {name + operator: f"{one},{other}" if operator == "__in" else one}


@st.composite
def groups(draw: Draw, within: Scope) -> Move:
    """Counts and averages of two users' projects, some of them new."""
    rows = draw(st.lists(fields(within, tables()["projects"], ["validation_score"]), max_size=4))
    odd = oddities.GROUPS if "hostile" in within.profiles else ()
    query = draw(st.sampled_from([*values.GROUPS[:1] * 4, *values.GROUPS, *odd]))
    return Move("groups", "editor", "projects", rows, query=query)
