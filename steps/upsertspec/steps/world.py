"""What a scenario knows: the records it stored, the operations it sent, the answers it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Upsert, UpsertBatch
from upsertspec.errors import Blocked, CheckFailed, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.http.session import BROKEN
from upsertspec.steps.cells import rows, table_for
from upsertspec.steps.concurrent_run import ConcurrentRun
from upsertspec.steps.findings import Notes
from upsertspec.steps.identity import with_ids
from upsertspec.steps.lookup import Reader

Record = Mapping[str, Any]


@dataclass
class Stored:
    """A record that is stored, and how it read: its name in the scenario, its table, and what finds it again."""

    name: str
    table: str
    key: Record
    record: Record


@dataclass(frozen=True)
class Attempt:
    """An operation that the scenario sent, its answer, and the exchange as it is shown."""

    operation: Operation
    answer: Answer
    exchange: Exchange

    @property
    def table(self) -> str:
        """The table that it speaks of."""
        return self.operation.table

    @property
    def sent(self) -> Sequence[Record]:
        """The records that were sent."""
        return self.operation.sent

    @property
    def match_fields(self) -> list[str]:
        """The match fields, where they are a list of names; else none."""
        names = self.operation.match_fields if isinstance(self.operation, (Upsert, UpsertBatch)) else None
        return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []


@dataclass
class ControlResults:
    """What the controls found, kept for all scenarios of a worker.

    `cascades` says, by table, whether deleting a record deletes its children; `alone` has, by kind of request, what is
    wrong with the answers to one client alone, or None.
    """

    cascades: dict[str, bool] = field(default_factory=dict)
    alone: dict[str, Blocked | None] = field(default_factory=dict)


class World:
    """The state of one scenario. `reader` looks at what is stored; `criterion` is the one that is judged."""

    def __init__(self, client: Client, mark: str, criterion: str, controls: ControlResults | None = None) -> None:
        self.client = client
        self.mark = mark
        self.criterion = criterion
        self.controls = controls or ControlResults()
        self.stored: list[Stored] = []
        self.deleted: list[Stored] = []
        self.attempts: list[Attempt] = []
        self.reader = Reader(client)
        self.notes = Notes()
        self.concurrent_run: ConcurrentRun | None = None
        self.history: dict[str, Any] | None = None

    def suspect(self, criterion: str, wrong: CheckFailed) -> None:
        """Something is wrong that is another criterion's matter: note it, and look on.

        One's own is raised at once; so is everything in a scenario that belongs to no criterion.
        """
        if self.criterion in ("", criterion):
            raise wrong
        self.notes.suspicions.append(Blocked(criterion, wrong.expected, wrong.actual))

    def lacks(self, answer: Answer, aspect: str) -> str:
        """Why the answer does not tell its operation, record, id or counts; empty where it should."""
        return answer.lacks.get(aspect) or self.client.lacks.get(aspect, "")

    def leave_untested(self, why: str) -> None:
        """What the scenario is about can't be seen: it is not testable, unless what is stored turns out to be wrong."""
        self.notes.suspicions.append(NotTestable(why))

    def rows(self, table: str, datatable: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """The rows of a feature file's table, as fields to send or to expect."""
        return rows(table_for(table), datatable, self.mark, self.value_of)

    def value_of(self, name: str, field: str) -> Any:
        """A field of the stored record of this name.

        Raises LookupError where the scenario has no such record, CheckFailed where the target's has no such field.
        """
        record = self.named(name).record
        if field not in record:
            raise CheckFailed(f"a {field} in the record of {name}", "none")
        return record[field]

    def named(self, name: str) -> Stored:
        """The stored record of this name. Raises LookupError where the scenario has none."""
        for stored in (*self.stored, *self.deleted):
            if stored.name == name:
                return stored
        raise LookupError(f"the scenario has stored nothing as {name}")

    def send(self, who: str, operation: Operation, alteration: str = "") -> Answer:
        """Send one operation; what was read before it may not hold any more. `alteration` breaks its request."""
        if operation.changes:
            self.reader.forget()
        told = self.client.call(who, operation, alteration)
        exchange = self.client.answered or self.client.log[-1]
        answer = with_ids(self.reader, operation, told, self.client.lacks)
        self.attempts.append(Attempt(operation, answer, exchange))
        return answer

    def send_much(self, who: str, operation: Operation, alteration: str) -> None:
        """Send what may be too much: a target may close the connection on it, and that is an answer of status 0."""
        try:
            self.send(who, operation, alteration)
        except TargetSilent as silent:
            if silent.kind != BROKEN:
                raise
            self.attempts.append(
                Attempt(operation, Answer(0, fault=str(silent), text=str(silent)), self.client.log[-1])
            )

    @property
    def last(self) -> Attempt:
        """The last operation that was sent."""
        return self.attempts[-1]
