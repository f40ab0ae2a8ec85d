"""Sequences of moves: which kinds a profile has, and how often each comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore.moves import hostile, queries, records, transactions, upserts
from upsertspec.explore.moves.draws import Draw, Scope, scope
from upsertspec.explore.moves.move import Move

Kind = Callable[[Scope], st.SearchStrategy[Any]]

KINDS: dict[str, list[Kind]] = {
    "core": [
        *[upserts.upsert, upserts.wrong_value, upserts.wrong_fields, upserts.wrong_match] * 3,
        *[upserts.again] * 5,
        *[upserts.other_table, upserts.stranger] * 2,
    ],
    "identity": [records.describe, upserts.twins, upserts.twins, upserts.again],
    "conflict": [upserts.conflict],
    "batch": [*[upserts.batch] * 5, upserts.bulk],
    "integrity": [*[records.family] * 3, upserts.again, upserts.wrong_value],
    "records": [
        *[records.create, records.change, records.delete] * 2,
        *[records.read, records.describe],
        *[records.wrong_create] * 3,
        *[queries.lists] * 6,
        *[queries.groups] * 2,
    ],
    "transactions": [*[transactions.transaction] * 2, transactions.chain],
    "hostile": [
        *[hostile.broken_body] * 2,
        *[hostile.written] * 3,
        *[hostile.strange_id, hostile.strange_table, hostile.probe],
        *[upserts.stranger, upserts.again] * 2,
        *[upserts.twins] * 2,
    ],
}
WEIGHTS = {
    "core": 6,
    "identity": 2,
    "conflict": 3,
    "batch": 3,
    "integrity": 2,
    "records": 5,
    "transactions": 3,
    "hostile": 6,
}
MOST = 9


def sequences(profiles: Sequence[str], must: bool = False) -> st.SearchStrategy[list[Move]]:
    """Sequences of moves that these profiles allow, the shortest and plainest first.

    One sequence has moves of a few profiles, mostly about one table, so that they meet; another has others. With `must`
    they leave out what the contract only recommends.
    """
    return sequence(frozenset(profiles), must)


@st.composite
def sequence(draw: Draw, profiles: frozenset[str], must: bool) -> list[Move]:
    """One sequence."""
    within = draw(scope(profiles, must))
    weighted = [profile for profile, weight in WEIGHTS.items() if profile in profiles for _ in range(weight)]
    chosen = draw(st.lists(st.sampled_from(weighted), min_size=1, max_size=3, unique=True))
    kinds = [kind for profile in chosen for kind in KINDS[profile]]
    drawn = draw(st.lists(some(within, kinds), min_size=1, max_size=MOST))
    return [move for moves in drawn for move in moves]


@st.composite
def some(draw: Draw, within: Scope, kinds: Sequence[Kind]) -> list[Move]:
    """One move, or those that belong together."""
    made = draw(draw(st.sampled_from(kinds))(within))
    return list(made) if isinstance(made, Iterable) else [made]
