"""The state machine that Hypothesis runs: each step is an operation of one of the profiles."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from upsertspec.explore.operations import hostile, queries, records, transactions, upserts
from upsertspec.explore.operations.large_batches import large_batch
from upsertspec.explore.schema import Schema
from upsertspec.explore.sequence import OperationSequence, PlayedOperation
from upsertspec.explore.strategies import Scope, scopes

Strategy = Callable[[Scope], st.SearchStrategy[Any]]

CORE = [upserts.plain, upserts.wrong_value, upserts.wrong_fields, upserts.wrong_match]
OPERATIONS: dict[str, list[Strategy]] = {
    "core": [*CORE * 3, *[upserts.same_key] * 5, *[upserts.unknown_table, upserts.unknown_caller] * 2],
    "identity": [records.describe, upserts.similar_keys, upserts.similar_keys, upserts.same_key],
    "conflict": [upserts.conflict],
    "batch": [*[upserts.batch] * 5, large_batch],
    "integrity": [*[records.family] * 3, upserts.same_key, upserts.wrong_value],
    "records": [
        *[records.create, records.change, records.delete] * 2, records.read, records.describe,
        *[records.wrong_write] * 3, *[queries.lists] * 6, *[queries.groups] * 2,
    ],
    "transactions": [*[transactions.transaction] * 2, transactions.chain],
    "hostile": [
        *[hostile.altered_body] * 2, *[hostile.literal_value] * 3, hostile.strange_id, hostile.strange_table,
        hostile.probe, *[upserts.unknown_caller, upserts.same_key, upserts.similar_keys] * 2,
    ],
}  # fmt: skip
"""What can be done in each profile; what is listed more often is tried more often."""

PROFILES = tuple(OPERATIONS)
STEPS = 5
"""The most steps of a sequence; the first chooses its scope."""


class Judge(Protocol):
    """Starts sequences and decides what a difference means."""

    must: bool
    schema: Schema

    def start(self) -> OperationSequence | None:
        """A new sequence; None if none is to be played any more."""
        ...

    def check(self, sequence: OperationSequence, part: Callable[[], None]) -> bool:
        """Whether a part of a sequence was played without a difference. Raises Difference for one that counts."""
        ...

    def judged(self) -> None:
        """The sequence was played to its end, without a difference."""
        ...


def drawn(profile: str) -> st.SearchStrategy[list[PlayedOperation]]:
    """One operation of a profile, or a few that belong together, for the scope of the running machine."""

    def of(machine: Exploration) -> st.SearchStrategy[list[PlayedOperation]]:
        return st.sampled_from(OPERATIONS[profile]).flatmap(lambda strategy: strategy(machine.scope)).map(_listed)

    return st.runner().flatmap(of)


def _listed(made: Any) -> list[PlayedOperation]:
    return made if isinstance(made, list) else [made]


def explored(profile: str) -> Callable[[Any], Any]:
    """The rule needs this profile."""
    return precondition(lambda machine: profile in machine.schema.profiles)


class Exploration(RuleBasedStateMachine):
    """One sequence. It plays nothing more after a difference that does not count, or without an answer."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self._judge = judge
        self._sequence = judge.start()
        self.schema = judge.schema

    @initialize(scope=st.runner().flatmap(lambda machine: machine.scopes()))
    def begin(self, scope: Scope) -> None:
        """Choose the table that the sequence is about."""
        self.scope = scope

    @explored("core")
    @rule(operations=drawn("core"))
    def core(self, operations: list[PlayedOperation]) -> None:
        """Single upserts, right and wrong."""
        self._play(operations)

    @explored("identity")
    @rule(operations=drawn("identity"))
    def identity(self, operations: list[PlayedOperation]) -> None:
        """Keys that look alike."""
        self._play(operations)

    @explored("conflict")
    @rule(operations=drawn("conflict"))
    def conflict(self, operations: list[PlayedOperation]) -> None:
        """Upserts that say what happens on a match."""
        self._play(operations)

    @explored("batch")
    @rule(operations=drawn("batch"))
    def batch(self, operations: list[PlayedOperation]) -> None:
        """Several records at once."""
        self._play(operations)

    @explored("integrity")
    @rule(operations=drawn("integrity"))
    def integrity(self, operations: list[PlayedOperation]) -> None:
        """Records that refer to others."""
        self._play(operations)

    @explored("records")
    @rule(operations=drawn("records"))
    def records(self, operations: list[PlayedOperation]) -> None:
        """Calls by id, lists and groups."""
        self._play(operations)

    @explored("transactions")
    @rule(operations=drawn("transactions"))
    def transactions(self, operations: list[PlayedOperation]) -> None:
        """Several operations, all or none."""
        self._play(operations)

    @explored("hostile")
    @rule(operations=drawn("hostile"))
    def hostile(self, operations: list[PlayedOperation]) -> None:
        """Broken bodies, values and names that look like code."""
        self._play(operations)

    @explored("hostile")
    @invariant()
    def errors_reveal_nothing(self) -> None:
        """No error says anything about the inside of the target."""
        if self._sequence:
            self._check(self._sequence, self._sequence.require_quiet)

    def teardown(self) -> None:
        """Look at what is stored, unless the sequence was broken off."""
        if self._sequence and sys.exception() is None and self._check(self._sequence, self._sequence.finish):
            self._judge.judged()

    def scopes(self) -> st.SearchStrategy[Scope]:
        """What the sequence can be about."""
        return scopes(self.schema, self._judge.must)

    def _play(self, operations: list[PlayedOperation]) -> None:
        for operation in operations:
            if self._sequence is not None:
                self._check(self._sequence, partial(self._sequence.play, operation))

    def _check(self, sequence: OperationSequence, part: Callable[[], None]) -> bool:
        if self._judge.check(sequence, part):
            return True
        self._sequence = None
        return False
