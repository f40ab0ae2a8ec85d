"""What a sequence is made of: a few steps, each an operation of one of the profiles, drawn by Hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore.operations import groups, hostile, members, queries, records, retries, transactions, upserts
from upsertspec.explore.operations.large_batches import large_batch
from upsertspec.explore.schema import Schema
from upsertspec.explore.sequence import PlayedOperation
from upsertspec.explore.strategies import Draw, Scope, scopes, sometimes

Strategy = Callable[[Scope], st.SearchStrategy[Any]]
Step = Sequence[PlayedOperation]
"""One operation of a profile, or a few that belong together."""

CORE = [upserts.plain, upserts.wrong_value, upserts.wrong_fields, upserts.wrong_match]
OPERATIONS: dict[str, list[Strategy]] = {
    "core": [*CORE * 3, *[upserts.same_key] * 5, *[upserts.unknown_table, upserts.unknown_caller] * 2],
    "refusals": [upserts.wrong_fields, upserts.wrong_match, upserts.unknown_table, upserts.unknown_caller],
    "identity": [records.describe, upserts.similar_keys, upserts.similar_keys, upserts.same_key],
    "conflict": [upserts.conflict],
    "batch": [*[upserts.batch] * 5, large_batch],
    "integrity": [*[records.family] * 3, upserts.same_key, upserts.wrong_value],
    "records": [*[records.create] * 2, *[records.by_id] * 5, *[records.wrong_write] * 3, records.describe],
    "queries": [*[queries.lists] * 3, queries.reads, groups.groups],
    "isolation": [members.shared_table],
    "preconditions": [records.under_a_condition],
    "transactions": [*[transactions.transaction] * 2, transactions.chain],
    "idempotency": [retries.retry],
    "hostile": [
        *[hostile.altered_body] * 2, *[hostile.literal_value] * 3, hostile.strange_id, hostile.strange_table,
        hostile.probe, *[upserts.unknown_caller, upserts.same_key, upserts.similar_keys] * 2,
    ],
}  # fmt: skip
"""The operations of each rule; what is listed more often is tried more often. A rule is a profile, or a part of one."""

PARTS = {"queries": "records"}
PROFILES = tuple(name for name in OPERATIONS if name not in PARTS)
STEPS, SHORTER = 4, 16
"""The most steps of a sequence, and in how many of so many it ends after a step before that."""


def sequences(schema: Schema, must: bool) -> st.SearchStrategy[list[Step]]:
    """The steps of a sequence about one table. All are drawn before the first is sent."""
    about = {scope.table.name: _steps(_made(scope)) for scope in scopes(schema, must)}
    return st.sampled_from([scope.table.name for scope in scopes(schema, must)]).flatmap(about.__getitem__)


def _made(scope: Scope) -> Mapping[str, list[st.SearchStrategy[Any]]]:
    """The strategies of each rule that is explored."""
    explored = {n: made for n, made in OPERATIONS.items() if PARTS.get(n, n) in scope.schema.profiles}
    once: dict[Strategy, st.SearchStrategy[Any]] = {each: each(scope) for made in explored.values() for each in made}
    return {name: [once[each] for each in made] for name, made in explored.items()}


@st.composite
def _steps(draw: Draw, rules: Mapping[str, list[st.SearchStrategy[Any]]]) -> list[Step]:
    names, steps = st.sampled_from(list(rules)), list[Step]()
    while not steps or (len(steps) < STEPS and draw(_GOES_ON)):
        rule = rules[draw(names)]
        made = draw(rule[draw(st.integers(0, len(rule) - 1))])
        steps.append(made if isinstance(made, list) else [made])
    return steps


_GOES_ON = sometimes(SHORTER).map(lambda ends: not ends)
