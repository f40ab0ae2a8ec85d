"""The state of a scenario: the records it stored, the operations it sent, the answers it got."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from upsertspec.dialects.base import Answer, Stated
from upsertspec.dialects.operations import Change, Create, Delete, Operation, Transaction, Upsert, UpsertBatch
from upsertspec.dialects.words import Words
from upsertspec.errors import Blocked, CheckFailed, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.http.session import BROKEN
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import CLOSED, CREATED, MISSING, OK, UPSERTED, is_success
from upsertspec.spec.schema import MEMBERS, ROLES, Table, tables
from upsertspec.steps.beside import require_room
from upsertspec.steps.cells import rows
from upsertspec.steps.concurrent_run import ConcurrentRun
from upsertspec.steps.findings import ScenarioFindings
from upsertspec.steps.idempotency import answered_rows, is_keyed, keyed, sender_and_key
from upsertspec.steps.lookup import Reader
from upsertspec.steps.missing_calls import require_call, require_table
from upsertspec.steps.missing_ids import with_ids
from upsertspec.steps.own_table import left, require_faulty, require_key, require_letters, share_key
from upsertspec.steps.whole_records import whole
from upsertspec.target.bindings import LIKE, TableBinding

Record = Mapping[str, Any]

TIMES = ("created_at", "updated_at")
OVER = "over the same connection "
"""How a sender begins that uses the connection of the sender before."""


@dataclass
class Stored:
    """A stored record: its name in the scenario, its table, the key that finds it again, and its fields as read."""

    name: str
    table: str
    key: Record
    record: Record


@dataclass(frozen=True)
class Attempt:
    """An operation that the scenario sent, its answer, and the exchange that the report shows."""

    operation: Operation
    answer: Answer
    exchange: Exchange

    @property
    def table(self) -> str:
        """The table that the operation is about; of a transaction, that of its last operation."""
        if isinstance(self.operation, Transaction):
            return str(self.operation.operations[-1].get("table", "")) if self.operation.operations else ""
        return self.operation.table

    @property
    def sent(self) -> Sequence[Record]:
        """The records that were sent."""
        return self.operation.sent

    @property
    def members(self) -> list[Mapping[str, Any]]:
        """What the request says of a match: the further members of an upsert, or of each operation of a transaction."""
        if isinstance(self.operation, Transaction):
            return list(self.operation.operations)
        return [self.operation.extra] if isinstance(self.operation, (Upsert, UpsertBatch)) else []

    @property
    def match_fields(self) -> list[str]:
        """The match fields; empty where they are not a list of names."""
        names = self.operation.match_fields if isinstance(self.operation, (Upsert, UpsertBatch)) else None
        return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []


@dataclass
class ControlResults:
    """What the controls found, kept for all scenarios of a worker.

    `cascades` says, by table, whether deleting a record deletes its children; `alone` has, by kind of request, what is
    wrong with the answers to one client alone, or None. `upserted` are the statuses of successful upserts. `missing`
    says, by table and by kind of operation that was answered with 404, whether the target does not have it.
    """

    cascades: dict[str, bool] = field(default_factory=dict)
    alone: dict[str, Blocked | None] = field(default_factory=dict)
    upserted: set[int] = field(default_factory=set)
    missing: dict[str, bool] = field(default_factory=dict)


class World:
    """The state of one scenario. `reader` looks at what is stored; `criterion` is the one that is judged.

    `first_written` is what the first request stored, as read before the second one with an idempotency key.
    `tags` are earlier tags of stored records, by name. `not_stored` are the records of setups whose table the target
    does not have, by name. `subjects` are what the scenario is about besides what is stored, from its `@asserts-…`
    tags.
    """

    def __init__(
        self,
        client: Client,
        mark: str,
        criterion: str,
        controls: ControlResults | None = None,
        subjects: Collection[str] = (),
    ) -> None:
        self.client = client
        self.mark = mark
        self.criterion = criterion
        self.controls = controls or ControlResults()
        self.stored: list[Stored] = []
        self.deleted: list[Stored] = []
        self.first_written: list[Stored] = []
        self.attempts: list[Attempt] = []
        self.reader = Reader(client)
        self.findings = ScenarioFindings()
        self.concurrent_run: ConcurrentRun | None = None
        self.history: dict[str, Any] | None = None
        self.not_stored: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._subjects = subjects

    def asserts(self, subject: str) -> bool:
        """Whether the scenario has the tag `@asserts-SUBJECT`: what it is about, and not only meets on its way."""
        return subject in self._subjects

    def stop(self, role: str, wrong: CheckFailed, is_about_it: bool = False) -> NoReturn:
        """Raise it in a scenario that is about it, and Blocked by the criterion that defines it in others. A scenario
        that belongs to no criterion is about everything."""
        if is_about_it or self.criterion in ("", defining(role)):
            raise wrong
        raise Blocked(defining(role), wrong.expected, wrong.actual)

    def add_secondary(self, role: str, wrong: CheckFailed, is_about_it: bool = False) -> None:
        """Note what is wrong for the criterion that defines it, and go on: it blocks this scenario at its end. Raises
        it in a scenario that is about it."""
        try:
            self.stop(role, wrong, is_about_it)
        except Blocked as blocked:
            self.findings.secondary.append(blocked)

    def compared(self, what: str) -> None:
        """Note that a step has compared this, in words. One that compares nothing is an error of the suite."""
        self.findings.compared.append(what)

    def lacks(self, answer: Answer, aspect: str) -> str:
        """Why the answer does not report its operation, record, id or counts; empty where it should."""
        return answer.lacks.get(aspect) or self.client.lacks.get(aspect, "")

    def leave_untested(self, aspect: str, why: str) -> None:
        """The answers do not show what the scenario is about. Unless a later step fails, it is not testable; it is not
        applicable where the target file or the dialect states that no answer does."""
        is_stated = isinstance(why, Stated) or aspect in self.client.lacks
        reason = f"the answer does not report the {aspect}: {why}"
        stated = NotApplicable(reason, (("answer", aspect),))
        self.findings.secondary.append(stated if is_stated else NotTestable(reason))

    def rows(self, table: str, datatable: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """The rows of a step's table, as fields to send or to expect. Every step reads its table here.

        Raises NotApplicable where the target lacks what the rows are about.
        """
        binding = self.binding(table)
        made = rows(binding.view, binding.spec, datatable, self.mark, self.value_of)
        if self.asserts("letters"):
            for row in made:
                require_letters(binding, row)
        whole = self._rows.setdefault(table, [])
        kept = [left(binding, row, [*whole, *made[:number]]) for number, row in enumerate(made)]
        whole += made
        return kept

    def with_defaults(self, table: str, row: Record) -> dict[str, Any]:
        """The row, with the target's own default of a field that no request of the scenario mentioned."""
        binding = self.binding(table)
        sent = [sent for attempt in self.attempts if attempt.table == table for sent in attempt.sent]
        made = dict(row)
        for name, viewed in binding.view.fields.items():
            spec = binding.spec.fields[name].rules.get("default")
            theirs = viewed.rules.get("default")
            if name in row and spec != theirs and row[name] == spec and not any(name in each for each in sent):
                made[name] = theirs
        return made

    def binding(self, table: str) -> TableBinding:
        """How the target has a table."""
        return self.client.bindings.of(table)

    def table(self, table: str) -> Table:
        """The table as the target has it, in the specification's words."""
        return self.client.bindings.table(table)

    def words(self, table: str) -> Words:
        """The target's own names and values for a table, for messages."""
        return self.client.words(table)

    def fit(self, table: str, row: Record) -> dict[str, Any]:
        """The fields of a row that the target has."""
        absent = self.binding(table).absent
        return {name: value for name, value in row.items() if name not in absent}

    def value_of(self, name: str, field: str) -> Any:
        """A field of the stored record of this name; `organization` of `north` and `south` is in the target file.

        Raises LookupError where the scenario has no such record, and Blocked by the criterion that defines the times,
        or the record in an answer, where the target's has no such field; CheckFailed in a scenario of that criterion.
        """
        if name in MEMBERS:
            return self._organization(name)
        record = self.named(name).record
        if field not in record:
            wrong = CheckFailed(f"a {field} in the record of {name}", "none")
            self.stop("times" if field in TIMES else "record", wrong)
        return record[field]

    def _organization(self, member: str) -> str:
        """The organization of a member. Raises NotTestable without one, NotApplicable for a field with its own form."""
        bound = self.binding("image_metadata").field("organization_id")
        if bound.text or bound.values:
            raise NotApplicable(f"{bound.name} has texts of its own form, so that no organization can be named")
        return self.client.organization(member)

    def named(self, name: str) -> Stored:
        """The stored record of this name. Raises LookupError where the scenario has none."""
        for stored in (*self.stored, *self.deleted):
            if stored.name == name:
                return stored
        if name in self.not_stored:
            raise NotApplicable(f"the target has no {self.not_stored[name]}")
        raise LookupError(f"the scenario has stored nothing as {name}")

    def send(self, who: str, operation: Operation, alteration: str = "") -> Answer:
        """Send one operation and forget what was read before it. `alteration` breaks the request on purpose.

        Where `who` begins with `OVER`, the request goes over the connection of the sender before. Before the second
        request with a key, what the first one wrote is read.
        """
        who, key = sender_and_key(who, self.mark)
        operation = self.whole(operation) if key is None else keyed(operation, key)
        if key is not None and not self.first_written and self.attempts and is_keyed(self.attempts[0].operation):
            self.first_written = list(self._written(self.attempts[0]))
        self._require_possible(operation)
        self._require_path(who, operation)
        if operation.changes:
            self.reader.forget()
        if who.startswith(OVER):
            answered = self.client.call(who.removeprefix(OVER), operation, alteration, self.last.exchange.role)
        else:
            answered = self.client.call(who, operation, alteration)
        exchange = self.client.answered or self.client.log[-1]
        answer = with_ids(self.reader, operation, answered, self.client.lacks)
        self.attempts.append(Attempt(operation, answer, exchange))
        is_itself = who not in MEMBERS and not alteration.startswith("sent with the method")
        if answer.status == MISSING and is_itself:  # to members another's record is missing, too
            self._require_call(operation)
        if not alteration:
            require_room(self.client, who.removeprefix(OVER), operation, answer)
        self._look_for_operation(operation, answer)
        return answer

    def _written(self, attempt: Attempt) -> Iterator[Stored]:
        """The records that a request wrote, as they are stored now."""
        for table, row, ident in answered_rows(attempt.operation, attempt.answer):
            where = next(iter(self.table(table).keys_in(row)), {"id": ident})
            if where != {"id": None}:
                yield from (Stored("", table, where, record) for record in self.reader.find(table, where))

    def whole(self, operation: Operation) -> Operation:
        """The operation. On a target that replaces records, an upsert gets the stored values of other fields."""
        is_sent_whole = self.client.replaces and not self.asserts("unmentioned")
        return whole(self.reader, operation) if is_sent_whole else operation

    def _require_call(self, operation: Operation) -> None:
        """Raise NotTestable or Blocked where a 404 says that the target lacks a table of ours, or the call."""
        if operation.table in tables():
            require_table(self.client, operation.table, self.controls.missing)
        elif not isinstance(operation, Transaction):
            return
        deleted = [each.operation for each in self.attempts[:-1] if isinstance(each.operation, Delete)]
        ids = [stored.record.get("id") for stored in self.stored if not deleted]
        require_call(self.client, operation, self.criterion, ids, self.controls.missing)

    def _look_for_operation(self, operation: Operation, answer: Answer) -> None:
        """Note where an answer tells the operation, although the target file states that none does."""
        why = answer.lacks.get("operation")
        if not isinstance(operation, Upsert) or not is_success(answer.status) or not isinstance(why, Stated):
            return
        said = answer.body.get("operation") if isinstance(answer.body, Mapping) else None
        self.controls.upserted.add(answer.status)
        if said in UPSERTED:
            self.client.untrue["answer", "operation"] = f'an answer has "operation": "{said}"'
        elif {OK, CREATED} <= self.controls.upserted:
            self.client.untrue["answer", "operation"] = "upserts are answered with 201 or 200, which tells it"

    def _require_possible(self, operation: Operation) -> None:
        """Raise NotApplicable where the fault of a request is none on the target, or the other way round."""
        if isinstance(operation, (Upsert, UpsertBatch)):
            require_key(self.binding(operation.table), operation.match_fields)
        whole = list(_whole_rows(operation))
        earlier = [pair for attempt in self.attempts for pair in _whole_rows(attempt.operation)]
        for table in dict.fromkeys(table for table, _ in whole):
            binding = self.binding(table)
            if not binding.has_rules:
                continue
            before = [stored.record for stored in self.stored if stored.table == table]
            before += [row for place, row in earlier if place == table]
            for row in [row for place, row in whole if place == table]:
                same_key = [other for other in before if share_key(binding.view, row, other)]
                require_faulty(binding, row, [other for other in before if other not in same_key], bool(same_key))
                before.append(row)
        for table, ident, fields in _changed_rows(operation):
            others = [
                stored.record for stored in self.stored if stored.table == table and stored.record.get("id") != ident
            ]
            require_faulty(self.binding(table), fields, others, is_known=True)

    def _require_path(self, who: str, operation: Operation) -> None:
        """Raise NotApplicable where somebody without a role asks an API with tables of its own for an unknown table:
        what has no path is missing there for everybody."""
        is_own = self.binding(LIKE).is_own and not self.client.is_contract
        if is_own and operation.table not in {"", *tables()} and who.removeprefix(OVER) not in ROLES:
            raise NotApplicable("the API has paths of its own, and none for unknown tables")

    def send_much(self, who: str, operation: Operation, alteration: str) -> None:
        """Send a request that may be too large. Where the target closes the connection, the status is `CLOSED`."""
        try:
            self.send(who, operation, alteration)
        except TargetSilent as silent:
            if silent.kind != BROKEN:
                raise
            answer = Answer(CLOSED, fault=str(silent), text=str(silent))
            self.attempts.append(Attempt(operation, answer, self.client.log[-1]))

    @property
    def last(self) -> Attempt:
        """The last operation that was sent."""
        return self.attempts[-1]


def _changed_rows(operation: Operation) -> Iterator[tuple[str, Any, Record]]:
    """The table, the id and the fields of each record that an operation changes by its id."""
    if isinstance(operation, Change):
        yield operation.table, operation.id, operation.fields
    elif isinstance(operation, Transaction):
        for each in operation.operations:
            if each.get("op") == "update" and each.get("table") in tables() and isinstance(each.get("fields"), dict):
                yield each["table"], each.get("id"), each["fields"]


def _whole_rows(operation: Operation) -> Iterator[tuple[str, Record]]:
    """The table and the fields of each record that an operation creates or upserts, and then with `updateValues`."""
    match operation:
        case Upsert(extra={"updateValues": dict() as values}) | UpsertBatch(extra={"updateValues": dict() as values}):
            yield from ((operation.table, each) for row in operation.sent for each in (row, {**row, **values}))
        case Upsert() | UpsertBatch() | Create():
            yield from ((operation.table, row) for row in operation.sent)
        case Transaction(operations=operations):
            for each in operations:
                if each.get("op") in ("create", "upsert") and each.get("table") in tables():
                    yield from ((each["table"], row) for row in [each.get("fields")] if isinstance(row, dict))
