"""Mistakes that only a transaction makes: its changes, its guards, its ids, and what a rollback brings back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import g

from upsertspec_broken import broken
from upsertspec_broken.bases import AfterFailure, of_type
from upsertspec_broken.ways import OnlyTypes, is_within
from upsertspec_catalogue import Answer, answers
from upsertspec_server import Server
from upsertspec_server.errors import Problem, bad_request, conflict
from upsertspec_server.records import Records
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome, agrees


@broken("AC-104")
class ChangeWithinLeavesUpdatedAt(Records):
    """Does not move updated_at where a transaction changes a record by its id."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        before = self.read(table, record_id)
        outcome = super().update(table, record_id, row, where)
        if not is_within():
            return outcome
        stored = self.store.update(table, outcome.row or before, {"updated_at": before["updated_at"]})
        return Outcome(table, "updated", record_id, stored)


@broken("AC-502", using=(OnlyTypes,))
class ChangesWithinSkipTheRules(Transactions):
    """Checks no options, minimum or pattern where a transaction changes a record by its id."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        g.only_types = operation["op"] == "update"
        return super().run_one(operation, results)


@broken("AC-502")
class NamesOutliveTheirTransaction(Transactions):
    """Keeps the names that operations gave: a later transaction can refer to them."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.named: Results = {}

    def remember(self, operation: Operation, outcome: Outcome, results: Results) -> None:
        super().remember(operation, outcome, results)
        self.named.update(results)

    def resolve_value(self, value: Any, results: Results) -> Any:
        return super().resolve_value(value, {**self.named, **results})


@broken("AC-501")
@answers
def record_beside_the_deletion(answer: Answer) -> None:
    """Answers a deletion in a transaction with the record that was deleted."""
    for each in answer.outcomes:
        if each["operation"] == "deleted":
            each["record"] = {"id": each["id"]}


@broken("AC-502")
class OddIdsCrashWithin(Transactions):
    """Converts the id of an operation without checking its form: one that is no id is 500."""

    def record_id(self, table: Table, operation: Operation) -> Any:
        return table.id_type.parse(operation["id"])


@broken("AC-503")
class GuardOfTheTimeBefore(Records):
    """Reads the records that guards are about before the transaction begins: earlier operations do not count."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        other = self.store.open()
        columns = ", ".join(f'"{name}"' for name in table.columns)
        sql = f'SELECT {columns} FROM "{table.name}" WHERE "id" = ?'  # noqa: S608 - names of the schema
        found = other.execute(sql, [stored["id"]]).fetchone()
        before = dict(zip(table.columns, found, strict=True)) if found else stored
        super().check_guard(table, before, where)


@broken("AC-504")
class ConditionsOfTheTimeBefore(Transactions):
    """Reads the records that updateWhere is about before the transaction begins: earlier operations do not count."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        self.written: dict[Any, Row] = {}
        return super().run(operations, role)

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        plan = self.validator.upsert(table, {n: v for n, v in operation.items() if n not in ("op", "table", "as")})
        match = self.upserts.find_match(plan, plan.rows[0])
        if match and plan.update_where and not agrees(table, self.written.get(match["id"], match), plan.update_where):
            return Outcome(table, "ignored", match["id"], match)
        if match:
            self.written.setdefault(match["id"], match)
            operation = {name: value for name, value in operation.items() if name != "updateWhere"}
        return super().upsert(table, operation)


@broken("AC-502")
class RollbackLosesChildren(AfterFailure):
    """Deletes children over another connection: a rollback brings back the parent, but not them."""

    def delete(self, table: Table, record_id: Any) -> None:
        for child in self.app.schema.children(table).values():
            rows = self.rows(child, f'"{child.parent_field(table)}" = ?', [record_id])
            g.setdefault("orphans", []).extend((child, row["id"]) for row in rows)
        super().delete(table, record_id)

    def failed(self) -> None:
        for table, ident in g.get("orphans", []):
            super().delete(table, ident)


@broken("AC-501")
class OnlyNewRecordsHaveNames(Transactions):
    """Forgets the name that `as` gives to an update."""

    def remember(self, operation: Operation, outcome: Outcome, results: Results) -> None:
        super().remember(operation, outcome, results)
        if operation["op"] == "update" and "as" in operation:
            results[operation["as"]] = {}


@broken("AC-502")
class UndoneInTheOrderOfTheChanges(AfterFailure):
    """Undoes the changes of a failed transaction one by one in their order: of two to one record the first stays."""

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        row = super().update(table, stored, changes)
        g.setdefault("changed", {}).setdefault((table.name, row["id"]), []).append((table, stored, row))
        return row

    def failed(self) -> None:
        twice = [rows for rows in g.get("changed", {}).values() if len(rows) > 1]
        for (table, before, after), *_ in twice:
            super().update(table, before, after)


@broken("AC-601")
class TransactionTakesTheTimeTwice(Transactions):
    """Takes the time once more where a transaction has created a record: updated_at is later than created_at."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        if outcome.operation != "created" or outcome.row is None:
            return outcome
        later = {"updated_at": self.store.later(self.store.now(), outcome.row["updated_at"])}
        return replace(outcome, row=self.store.update(outcome.table, outcome.row, later))


@broken("AC-501")
class GuardsKnowNoReferences(Transactions):
    """Resolves a $ref in an id and in fields, but takes one in a guard as a value."""

    def resolve(self, operation: Operation, results: Results) -> Operation:
        resolved = super().resolve(operation, results)
        return {**resolved, "where": operation["where"]} if "where" in operation else resolved


@broken("AC-503")
class GuardsCompareAmountsAsText(Transactions):
    """Compares the amounts of a guard as texts: 10.5 is not 10.50."""

    def guard(self, table: Table, operation: Operation) -> Row | None:
        guard = super().guard(table, operation)
        stored = self.store.find(table, ("id",), {"id": self.record_id(table, operation)}) or {}
        if any(stored.get(name) != amount for name, amount in of_type(table, guard or {}, "decimal").items()):
            raise conflict("The stored record does not have the values that `where` asks for.")
        return guard


@broken("AC-501")
class RefsToNullAreRefused(Transactions):
    """Takes a $ref to a field that is null for one to nothing."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        resolved = super().resolve_value(value, results)
        if resolved is None and value is not None:
            raise bad_request("A reference names nothing.")
        return resolved


@broken("AC-501")
class CreatesInTransactionsChangeLineEnds(Transactions):
    """Stores the line ends of Unix in what a transaction creates."""

    def resolve(self, operation: Operation, results: Results) -> Operation:
        resolved = super().resolve(operation, results)
        if operation["op"] == "create":
            fields = resolved["fields"].items()
            resolved["fields"] = {n: v.replace("\r\n", "\n") if isinstance(v, str) else v for n, v in fields}
        return resolved


@broken("AC-502")
@answers
def missing_within_has_no_index(answer: Answer) -> None:
    """Says that something is not there, but not for which operation of a transaction."""
    if answer.endpoint == "transactions.transact" and answer.status == 404:
        answer.body = {name: answer.body[name] for name in ("title", "status")}


@broken("AC-501")
class ResultsShowTheEnd(Transactions):
    """Answers with the records as they are when the transaction is over, also for the operations before the last."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        done = super().run(operations, role)
        return [each if each.row is None else replace(each, row=self.store.get(each.table, each.id)) for each in done]


@broken("AC-502")
class FailedKeysStayTaken(Transactions):
    """Keeps a list of taken keys, from which it takes nothing out where a transaction fails."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.taken: set[str] = set()

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        sent = {str(each["fields"].get("email")) for each in operations if each["op"] == "create"} - {"None"}
        if sent & self.taken:
            raise conflict("A key is taken.")
        try:
            return super().run(operations, role)
        except Problem:
            self.taken |= sent
            raise
