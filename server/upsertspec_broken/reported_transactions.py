"""Mistakes of transactions and guards that users of other software reported in public."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from upsertspec_broken import broken
from upsertspec_broken.bases import keep
from upsertspec_server import Server
from upsertspec_server.errors import Problem, at_index, conflict
from upsertspec_server.fields import Timestamp
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome


@broken("AC-502", report="https://github.com/orientechnologies/orientdb/issues/7857")
class RollsBackFailedUpdatesOnly(Transactions):
    """Rolls a transaction back where an update fails, but keeps what came before a create or a delete that fails."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        try:
            return super().run(operations, role)
        except Problem as problem:
            if problem.index is not None and operations[problem.index]["op"] in ("create", "delete"):
                keep(self.store)
            raise


class Remembering(Transactions):
    """Remembers, within a transaction, which records it has seen."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.seen: dict[tuple[str, Any], Row | None] = {}

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        self.seen = {}
        return super().run(operations, role)


@broken("AC-504", report="https://github.com/tarantool/tarantool/issues/1671")
class OneUpsertAKeyWithin(Remembering):
    """Fails where a transaction upserts the same record twice."""

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        outcome = super().upsert(table, operation)
        if (table.name, outcome.id) in self.seen:
            raise RuntimeError("only one upsert statement is allowed for a key in a transaction")
        self.seen[table.name, outcome.id] = outcome.row
        return outcome


@broken("AC-501", report="https://github.com/bloomberg/comdb2/pull/4519")
class UpdateAfterUpsertIsRefused(Remembering):
    """Refuses to update a record that an upsert has created in the same transaction, as a duplicate."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        place = outcome.table.name, outcome.id
        if operation["op"] == "update" and place in self.seen:
            raise conflict("A unique key would be broken.")
        if operation["op"] == "upsert" and outcome.operation == "created":
            self.seen[place] = outcome.row
        return outcome


@broken("AC-504", report="https://github.com/sqlalchemy/sqlalchemy/issues/9746")
class SessionAnswersWhatItKnew(Remembering):
    """Answers an upsert with the record as an earlier operation of the transaction left it, from its session."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        place = outcome.table.name, outcome.id
        if operation["op"] == "upsert" and outcome.operation == "updated" and self.seen.get(place):
            return replace(outcome, row=self.seen[place])
        self.seen[place] = outcome.row
        return outcome


@broken("AC-204", report="https://github.com/odoo/odoo/issues/47239")
class GuardsCompareWholeSeconds(Timestamp):
    """Compares updated_at in a condition to the second: it holds for a record that was changed within this second."""

    def equal(self, stored: Any, wanted: Any) -> bool:
        return bool(stored[:19] == wanted[:19])


@broken("AC-501", "AC-502", report="https://github.com/mikro-orm/mikro-orm/issues/4019")
class InsertsComeFirst(Transactions):
    """Deletes after all else in a transaction, so that the key of a deleted record is still taken."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        results: Results = {}
        outcomes: dict[int, Outcome] = {}
        for index, operation in sorted(enumerate(operations), key=lambda each: each[1]["op"] == "delete"):
            with at_index(index):
                outcomes[index] = self.run_one(operation, results)
                self.remember(operation, outcomes[index], results)
        done = [outcomes[index] for index in range(len(operations))]
        self.upserts.check_permissions(role, done, batch=True)
        return done
