"""One sequence of operations: sent to the target, applied to the contract, and written down as a scenario."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Operation, Upsert
from upsertspec.errors import CannotExpress, CheckFailed, NotApplicable, NotTestable
from upsertspec.explore.comparison import compare, has_status, require_read, require_stored
from upsertspec.explore.contract import Contract, Expected, LeftOpen
from upsertspec.explore.model_state import ModelRecord, ModelState, NoRecord
from upsertspec.explore.scenario import Scenario
from upsertspec.explore.schema import Schema
from upsertspec.explore.values import GONE, STRANGE, Organization, Pick, good, keys_of
from upsertspec.http.client import Client
from upsertspec.spec.outcomes import CREATED, INVALID, OK
from upsertspec.spec.schema import CALLERS, Table
from upsertspec.steps.assertions import key_of
from upsertspec.steps.beside import require_none
from upsertspec.steps.cells import marked
from upsertspec.steps.equality import shown
from upsertspec.steps.then_hostile import require_quiet
from upsertspec.steps.world import Stored, World

NEWEST = 2
DONE = (OK, CREATED)
ERROR, SERVER_ERROR = 400, 500
RESTRICTED = (400, 413, 422)
"""How a target refuses a value that it does not take."""

Row = Mapping[str, Any]


class Unanswered(Exception):
    """A request got no answer that says anything about the contract: the sequence cannot be judged."""


Explain = Callable[[Sequence[tuple[str, Any]], int], bool]
"""Whether the target always refuses a valid value that is in these records (table and fields)."""


class PlayedOperation(Protocol):
    """An operation of a sequence."""

    @property
    def who(self) -> str:
        """The role, or the broken credential, that sends it."""
        ...

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare. Raises CheckFailed on a difference."""
        ...


class OperationSequence:
    """A sequence and all that belongs to it. Nothing of it is shared with the next one.

    `answered` has, by caller, table and idempotency key, the body of the first request and its answer.
    """

    def __init__(self, client: Client, mark: str, schema: Schema, roles: Collection[str], explain: Explain) -> None:
        self.schema = schema
        self.world = World(client, mark, "")
        self.contract = Contract(schema, ordered="refusals" in schema.profiles)
        self.scenario = Scenario(schema)
        self.operations: list[PlayedOperation] = []
        self._roles = roles
        self._explain = explain
        self._sent_texts: list[tuple[str, Row]] = []
        self._made = 0
        self.left_out: list[str] = []
        self.numbered: dict[str, str] = {}
        self.answered: dict[tuple[str, str, str], tuple[str, Answer]] = {}

    @property
    def state(self) -> ModelState:
        """What should be stored."""
        return self.contract.state

    def play(self, operation: PlayedOperation) -> None:
        """Play one operation; one that the target has no words or no role for is left out.

        Raises CheckFailed on a difference, Unanswered, and TargetSilent if no answer comes at all.
        """
        if operation.who in CALLERS and operation.who not in self._roles:
            return
        self.operations.append(operation)
        self._run(lambda: operation.play(self))

    def finish(self) -> None:
        """Check everything that is stored. Raises as `play`."""
        self._run(self._look)

    def require_quiet(self) -> None:
        """Raise CheckFailed if an error answer reveals internals of the target."""
        for attempt in self.world.attempts:
            if attempt.answer.status >= ERROR:
                try:
                    require_quiet(attempt)
                except CheckFailed:
                    which = "the last" if attempt is self.world.attempts[-1] else "every"
                    self.scenario.then(f"{which} answer is a refusal that reveals nothing internal")
                    raise
        self.world.attempts.clear()

    def _run(self, work: Callable[[], None]) -> None:
        client = self.world.client
        try:
            work()
        except (CannotExpress, NotApplicable) as reason:
            self.left_out.append(str(reason))
        except LeftOpen:
            return
        except NotTestable as wrong:
            last = client.log[-1] if client.log else None
            status = last.status or 0 if last else OK
            if not client.stopped and status >= SERVER_ERROR:
                raise CheckFailed("an answer without a server error", f"{status}: {wrong}") from wrong
            if client.stopped or status == 0 or status >= ERROR:
                raise Unanswered(str(wrong)) from wrong

    def send(self, who: str, operation: Operation, expected: Expected, rows: Sequence[tuple[str, Any]] = ()) -> Answer:
        """Send an operation that writes these records (table and fields), and compare its answer with the contract."""
        for table, fields in rows:
            self.remember(table, fields)
        if self._has_variant(rows):
            expected = expected.or_refused(INVALID)
        answer = self.ask(who, operation)
        surprising = answer.status in RESTRICTED and not any(has_status(self, answer, s) for s in expected.refusals)
        if surprising and self._explain(rows, answer.status):
            return answer
        compare(self, expected, answer)
        return answer

    def ask(self, who: str, operation: Operation) -> Answer:
        """Send an operation. One that the target cannot express, or that does not apply, is not in the scenario."""
        try:
            require_none(self.world.client, operation)
            return self.world.send(who, operation)
        except (CannotExpress, NotApplicable):
            self.scenario.drop_last()
            raise

    def remember(self, table: str, fields: Any) -> None:
        """Remember where a trace of a record would be found."""
        for where in self.schema.traces(table, fields) if table in self.schema and isinstance(fields, Mapping) else ():
            if (table, where) not in self._sent_texts:
                self._sent_texts.append((table, where))

    def _has_variant(self, rows: Sequence[tuple[str, Any]]) -> bool:
        """Whether a key in these records differs from an earlier one in case or white space only.

        The contract (AC-111) lets a target refuse such a key; it must not match the other.
        """
        first: dict[tuple[str, str], Row] = {}
        for table, where in self._sent_texts:
            first.setdefault((table, _folded(where)), where)
        traces = [(t, w) for t, fields in rows if t in self.schema and isinstance(fields, Mapping)
                  for w in self.schema.traces(t, fields)]  # fmt: skip
        return any(first[table, _folded(where)] != where for table, where in traces)

    def resolved(self, value: Any) -> Any:
        """A value with its picks replaced by records, inside objects and lists too."""
        if isinstance(value, Pick):
            return self._picked(value)
        if isinstance(value, Mapping):
            return {name: self.resolved(inner) for name, inner in value.items()}
        return [self.resolved(inner) for inner in value] if isinstance(value, list) else value

    def _picked(self, pick: Pick) -> ModelRecord | NoRecord:
        if pick.place >= 0:
            there = self.at_least(pick.table, 1)
            return there[pick.place % len(there)]
        if pick.place == GONE and (deleted := [r for r in self.state.deleted if r.table == pick.table]):
            return deleted[-1]
        if pick.place == STRANGE:
            return NoRecord(f"{self.state.of(pick.table)[0].id}x" if self.state.of(pick.table) else "nonsense")
        return NoRecord(self.schema[pick.table].id_type.absent)

    def on_the_wire(self, table: str, value: Any, name: str = "") -> Any:
        """Fields, or the value of one field, as they are sent: ids for records, and the sequence's mark in keys."""
        if isinstance(value, Mapping) and not name:
            return {field: self.on_the_wire(table, inner, field) for field, inner in value.items()}
        if isinstance(value, (ModelRecord, NoRecord)):
            return value.id
        if isinstance(value, Organization):
            return self.world.client.organization(value.member)
        is_key = isinstance(value, str) and name in self.schema.marked(table)
        return marked(value, self.world.mark) if is_key else value

    def key_of(self, record: ModelRecord, values: Row | None = None, ident: Any = None) -> Row:
        """The values that find a record: those of a unique key, or its id."""
        wire = self.on_the_wire(record.table, values or record.values)
        return key_of(self.schema[record.table], {**wire, "id": ident if values else record.id})

    def at_least(self, table: str, count: int) -> list[ModelRecord]:
        """The records of a table, after creating more if there are fewer than `count`."""
        for _ in range(count - len(self.state.of(table))):
            self.set_up(self.schema[table], {})
        return self.state.of(table)

    def set_up(self, table: Table, given: Row) -> ModelRecord:
        """Store a record with these values, and with plain ones for what it needs besides."""
        self._made += 1
        needed = {name: self._plain(table, name) for name, f in table.fields.items() if f.required}
        row = self.resolved({**needed, **given})
        key = next(map(list, table.keys_in(row)), None)
        wire = self.on_the_wire(table.name, row)
        operation = Upsert(table.name, wire, key) if key else Create(table.name, wire)
        expected = (
            self.contract.upsert("editor", table.name, row, key, {})
            if key
            else self.contract.create("editor", table.name, row)
        )
        if expected.effects is None:  # one of its keys is taken: that record serves as well
            return self.state.of(table.name)[0]
        record = expected.effects[0].record
        self.scenario.stored(record, row)
        answer = self.ask("editor", operation)
        if key is None and answer.status in DONE:  # whether a create says 201 is not the matter of a setup
            expected = replace(expected, status=answer.status)
        compare(self, expected, answer)
        return record

    def _plain(self, table: Table, name: str) -> Any:
        field = table.fields[name]
        if name not in table.marked:
            return good(field)[0]
        if not self.state.of(table.name):
            return keys_of(field)[0]
        return f"{name}{self._made}@example.com" if name == "email" else f"{name}-p{self._made}"

    def aside(self, *first: str) -> World:
        """A world for a few requests of their own, which knows what should be stored; records of `first` come first."""
        for table in first:
            self.at_least(table, 1)
        world = World(self.world.client, self.world.mark, "")
        stored = sorted(self.state.all, key=lambda record: record.table not in first)
        world.stored = [Stored(r.name, r.table, self.key_of(r), r.read) for r in stored]
        self.world.reader.forget()
        return world

    def _look(self) -> None:
        """Raise CheckFailed unless everything is stored as the contract has it, and nothing else."""
        reader = self.world.reader
        for record in self.state.all:
            require_stored(self, record)
        for record in self.state.all[-NEWEST:]:
            require_read(self, record)
        for record in self.state.deleted:
            if reader.find(record.table, {"id": record.id}):
                raise CheckFailed(f"{record.name} to be gone", "it can still be read by its id")
        for table, where in self._sent_texts:
            known, wire = [shown(record.id) for record in self.state.of(table)], self.on_the_wire(table, where)
            for found in self._found(table, wire):
                if shown(found.get("id")) not in known:
                    words = self.world.words(table)
                    raise CheckFailed(f"no record in {words.called} with {words.row_text(wire)}", words.row_text(found))
        for parent in self.state.all:
            for child, name in self.schema.children(parent.table):
                wanted = [record for record in self.state.of(child.name) if record.values.get(name) is parent]
                if not child.unique_keys and len(reader.find(child.name, {name: parent.id})) != len(wanted):
                    called = self.world.words(child.name).called
                    raise CheckFailed(f"{len(wanted)} {called} of {parent.name}", "another number of records")

    def _found(self, table: str, where: Row) -> Sequence[Row]:
        """The records with these values; none where the target finds no records by them."""
        try:
            return self.world.reader.find(table, where)
        except (CannotExpress, NotApplicable):
            return []


def _folded(where: Row) -> str:
    return re.sub(r"\s", "", shown(list(where.items()))).casefold()
