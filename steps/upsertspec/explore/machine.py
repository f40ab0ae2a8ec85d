"""The state machine that Hypothesis runs: each step is an operation of one of the profiles."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from upsertspec.explore.operations import groups, hostile, members, queries, records, retries, transactions, upserts
from upsertspec.explore.operations.large_batches import large_batch
from upsertspec.explore.sequence import PlayedOperation
from upsertspec.explore.strategies import Scope, scopes

if TYPE_CHECKING:
    from upsertspec.explore.search import Search

Strategy = Callable[[Scope], st.SearchStrategy[Any]]

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
STEPS = 5
"""The most steps of a sequence; the first chooses its scope."""


def drawn(name: str) -> st.SearchStrategy[list[PlayedOperation]]:
    """One operation of a rule, or a few that belong together, for the scope of the running machine."""

    def of(machine: Exploration) -> st.SearchStrategy[list[PlayedOperation]]:
        return st.sampled_from(OPERATIONS[name]).flatmap(lambda strategy: strategy(machine.scope)).map(_listed)

    return st.runner().flatmap(of)


def _listed(made: Any) -> list[PlayedOperation]:
    return made if isinstance(made, list) else [made]


class Exploration(RuleBasedStateMachine):
    """One sequence. Each rule plays an operation of a profile."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.schema = search.schema
        self._search = search
        self._sequence = search.start()

    @initialize(scope=st.runner().flatmap(lambda machine: machine.scopes()))
    def begin(self, scope: Scope) -> None:
        """Choose the table that the sequence is about."""
        self.scope = scope

    @precondition(lambda machine: "hostile" in machine.schema.profiles)
    @invariant()
    def errors_reveal_nothing(self) -> None:
        """No error reveals internals of the target."""
        if self._sequence:
            self._check(self._sequence.require_quiet)

    def teardown(self) -> None:
        """Check what is stored, unless the sequence was broken off."""
        if self._sequence and sys.exception() is None and self._check(self._sequence.finish):
            self._search.judged(self._sequence)

    def scopes(self) -> st.SearchStrategy[Scope]:
        """What the sequence can be about."""
        return scopes(self.schema, self._search.must)

    def play(self, operations: list[PlayedOperation]) -> None:
        """Play operations; nothing more after a difference that does not count, or without an answer."""
        for operation in operations:
            if self._sequence:
                self._check(partial(self._sequence.play, operation))

    def _check(self, part: Callable[[], None]) -> bool:
        assert self._sequence
        if self._search.check(self._sequence, part):
            return True
        self._sequence = None
        return False


def _rule_of(name: str) -> Any:
    """The rule of this name, which is tried if its profile is explored."""
    profile = PARTS.get(name, name)

    def play(machine: Exploration, operations: list[PlayedOperation]) -> None:
        machine.play(operations)

    play.__name__ = name
    return precondition(lambda machine: profile in machine.schema.profiles)(rule(operations=drawn(name))(play))


for each in OPERATIONS:
    setattr(Exploration, each, _rule_of(each))
