"""Transactions: references, guards, permissions, and what stays when an operation fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g, request
from sqlite_utils import Database

from upsertspec_broken import add, broken
from upsertspec_broken.bases import keep
from upsertspec_catalogue import view
from upsertspec_server import Server
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.records import Records
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome, agrees
from upsertspec_server.views import current_app

ANYONE = Role("anyone", create=True, update=True, delete=True, read=True)


def resolves(change: Callable[[Results], Results]) -> type[Transactions]:
    """Transactions whose references are to other results."""

    class Resolves(Transactions):
        def resolve_value(self, value: Any, results: Results) -> Any:
            return super().resolve_value(value, change(results))

    return Resolves


for name, change, says in (
    ("ref-is-the-first-result", lambda results: dict.fromkeys(results, next(iter(results.values()), {})),
     "Takes every $ref as one to the first result."),
    ("ref-is-the-result-before", lambda results: dict.fromkeys(results, next(reversed(results.values()), {})),
     "Takes every $ref as one to the previous result, like LAST_INSERT_ID()."),
    ("ref-is-always-the-id",
     lambda results: {key: dict.fromkeys(record, record.get("id")) for key, record in results.items()},
     "Takes every $ref as one to the id, whatever field it names."),
):  # fmt: skip
    add(name, says, "AC-501", resolves(change))


@broken("AC-501")
class RefsAreText(Transactions):
    """Stores the text of a $ref instead of resolving it."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        return value["$ref"] if isinstance(value, dict) and "$ref" in value else value


@broken("AC-501")
class RefsInFieldsOnly(Transactions):
    """Resolves a $ref in fields, but not where it is an id, so that there is no such record."""

    def resolve(self, operation: Operation, results: Results) -> Operation:
        resolved = super().resolve(operation, results)
        return {**resolved, "id": operation["id"]} if "id" in operation else resolved


@broken("AC-501")
class OnlyCreatedRecordsHaveNames(Transactions):
    """Keeps only the results of creates: a $ref to an upserted record is refused."""

    def remember(self, operation: Operation, outcome: Outcome, results: Results) -> None:
        if operation["op"] == "create":
            super().remember(operation, outcome, results)


@broken("AC-502", "AC-503", "AC-505")
class CommitsEachOperation(Transactions):
    """Commits each operation by itself: what comes before a failing one stays written."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        self.commit()
        return outcome

    def commit(self) -> None:
        """Commit, and begin again."""
        keep(self.store)


@broken("AC-005", "AC-006", "AC-302", "AC-307", "AC-502", "AC-503", "AC-505", "AC-902", "AC-903", "AC-904")
class RollbackIsForgotten(Store):
    """Answers the error, but commits what was written before it."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        failed: Problem | None = None
        with super().transaction():
            try:
                yield
            except Problem as problem:
                failed = problem
        if failed:
            raise failed


@broken("AC-502", "AC-503")
class ErrorsInAList(Transactions):
    """Answers 200 with a list of what succeeded and what failed, and keeps what succeeded."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        results: Results = {}
        outcomes = [self.attempt(operation, results) for operation in operations]
        self.upserts.check_permissions(role, outcomes, batch=True)
        return outcomes

    def attempt(self, operation: Operation, results: Results) -> Outcome:
        """The outcome; `failed` where there is none."""
        try:
            outcome = self.run_one(operation, results)
            self.remember(operation, outcome, results)
        except Problem as problem:
            return Outcome(self.app.schema.find(operation["table"]), "failed", problem.status, None)
        return outcome


@broken("AC-502")
class UndoesCreatesOnly(CommitsEachOperation):
    """Commits each operation, and after a failure deletes only what was created."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        self.created: list[tuple[Table, Any]] = []
        try:
            return super().run(operations, role)
        except Problem:
            for table, record_id in reversed(self.created):
                self.store.delete(table, record_id)
            self.store.db.commit()
            raise

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        if outcome.operation == "created":
            self.created.append((outcome.table, outcome.id))
        return outcome


@broken("AC-502")
class DeletesAreCommitted(CommitsEachOperation):
    """Commits a delete at once, with everything that was done before it."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = Transactions.run_one(self, operation, results)
        if outcome.operation == "deleted":
            self.commit()
        return outcome


@broken("AC-502")
class DeletesWhatIsNotThere(Records):
    """Accepts a delete in a transaction where there is nothing to delete."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        try:
            return super().delete(table, record_id, where)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND or request.method == "DELETE":
                raise
        return Outcome(table, "deleted", record_id, None)


@broken("AC-503")
class GuardIsIgnored(Transactions):
    """Ignores `where`."""

    def guard(self, table: Table, operation: Operation) -> Row | None:
        return None


@broken("AC-503")
class GuardHoldsInPart(Records):
    """Accepts a guard where the stored record has one of its values."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        if not any(agrees(table, stored, {name: value}) for name, value in (where or {}).items()):
            super().check_guard(table, stored, where)


@broken("AC-503")
class GuardAfterTheWrite(Records):
    """Compares the guard with the record as it is after the write."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        outcome = super().update(table, record_id, row)
        self.check_guard(table, outcome.row or {}, where)
        return outcome


@broken("AC-503")
class GuardOfTheNewValues(Records):
    """Compares the guard with the values that were sent."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        self.check_guard(table, {**self.read(table, record_id), **row}, where)
        return super().update(table, record_id, row)


@broken("AC-503")
class NoRowIsNoError(Records):
    """Writes the guard into the WHERE, and does not check how many rows were written."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        if not agrees(table, stored, where):
            return Outcome(table, "updated", record_id, stored)
        return super().update(table, record_id, row)


@broken("AC-503")
class GuardOfNullNeverHolds(Records):
    """Compares null in a guard with =, which is never true."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        if None in (where or {}).values():
            raise conflict("The guard does not hold.")
        super().check_guard(table, stored, where)


@broken("AC-503")
class GuardSkipsWhatIsFalse(Records):
    """Tests `if value`, so that empty text in a guard is no condition."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        asked = {name: value for name, value in (where or {}).items() if value is None or value}
        super().check_guard(table, stored, asked)


@broken("AC-503")
class LogOutsideTheTransaction(Transactions):
    """Writes entries of the log outside of the transaction: they stay when it fails."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        try:
            return super().run(operations, role)
        except Problem as problem:
            self.store.db.rollback()
            self.store.db.begin()
            for operation in operations[: problem.index]:
                if operation["table"] == "activity_log":
                    self.run_one(operation, {})
            self.store.db.commit()
            raise


@broken("AC-504")
class TransactionsKnowNoConflict(Transactions):
    """Ignores the conflict members of an upsert within a transaction."""

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        known = {name: operation[name] for name in operation if name not in ("onConflict", "updateWhere")}
        return super().upsert(table, known)


@broken("AC-504")
class UpsertIsACreateWithin(Transactions):
    """Only inserts for an upsert within a transaction."""

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        return self.records.create(table, self.validator.row(table, operation["fields"]))


@broken("AC-504")
class AnyKeyWithin(Transactions):
    """Takes the table's first key within a transaction where the match fields are not a key."""

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        try:
            return super().upsert(table, operation)
        except Problem as problem:
            if not problem.detail.startswith("matchFields"):
                raise
        return super().upsert(table, {**operation, "matchFields": list(table.unique_keys[0])})


@broken("AC-504")
class NoDefaultsWithin(Transactions):
    """Gives no defaults to what an upsert creates within a transaction."""

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        outcome = super().upsert(table, operation)
        if outcome.operation != "created":
            return outcome
        blank = {name: None for name in table.fields if name not in operation["fields"]}
        return replace(outcome, row=self.records.update(table, outcome.id, blank).row)


@broken("AC-504")
class LooksFromOutside(Transactions):
    """Looks for the match on another connection, which does not see what the transaction has written."""

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        body = {name: operation[name] for name in operation if name not in ("op", "table", "as")}
        plan = self.validator.upsert(table, body)
        row = plan.rows[0]
        with closing(sqlite3.connect(self.store.path)) as connection:
            other = Database(connection, execute_plugins=False).table(table.name)
            where, values = self.store.equals(plan.key), [row[name] for name in plan.key]
            known = next(iter(other.rows_where(where, values)), None)
        return super().upsert(table, operation) if known else self.records.create(table, row)


@broken("AC-505")
class FirstOperationsPermission(Transactions):
    """Checks the permission for the first operation only."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        pass

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        super().check_permission(operations[0], role)
        return super().run(operations, ANYONE)


@broken("AC-505", "AC-809", "AC-810")
class TransactionsAskNobody(Server):
    """Lets everybody send a transaction, even without credentials, because the call was added later."""

    def authenticate(self) -> None:
        if request.path != "/api/transactions":
            super().authenticate()
        else:
            g.role = ANYONE


@broken("AC-505")
class TransactionsAskForEverything(Transactions):
    """Refuses a transaction to a role that may not do every kind of operation."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        for action in ("create", "update", "delete"):
            self.app.auth.require(role, action)


@broken("AC-505")
class WhoeverMayCreate(Transactions):
    """Checks the permission to create, whatever the operations are."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        self.app.auth.require(role, "create")

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        return super().run(operations, ANYONE)


@broken("AC-505")
class ForbiddenOperationsAreLeftOut(Transactions):
    """Runs the operations that the role may do, and skips the others."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        try:
            super().check_permission(operation, role)
        except Problem:
            operation["forbidden"] = True

    def check(self, body: dict[str, Any], role: Role) -> list[Operation]:
        return [operation for operation in super().check(body, role) if "forbidden" not in operation]


@broken("AC-505")
class EitherPermissionWithin(Transactions):
    """Lets a role upsert within a transaction that may either create or update."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        either = role.create or role.update
        return super().run(operations, replace(role, create=either, update=either))


@broken("AC-505")
class CreatorsOwnWhatTheyCreate(Transactions):
    """Lets everybody change what an earlier operation has created."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        if operation["op"] not in ("update", "delete") or not isinstance(operation["id"], dict):
            super().check_permission(operation, role)

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        outcomes: list[Outcome] = super().run(operations, self.app.schema.roles["editor"])
        other = [o for o, each in zip(outcomes, operations, strict=True) if not isinstance(each.get("id"), dict)]
        self.upserts.check_permissions(role, other, batch=True)
        return outcomes


@broken("AC-505")
@view("transactions.transact")
def transactions_ask_when_all_is_done(original: Any) -> Any:
    """Checks the permissions of a transaction after the commit: the answer is 403, but everything is written."""
    role, g.role = g.role, replace(g.role, create=True, update=True, delete=True)
    answer = original()
    done = [each["operation"] for each in answer.get_json()["results"]]
    operations = [Outcome(current_app.schema.find("1"), operation, None, None) for operation in done]
    current_app.upserts.check_permissions(role, operations, batch=True)
    return answer


@broken("AC-505")
class DeletingIsUpdating(Transactions):
    """Checks the permission to update where an operation deletes."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        super().check_permission(operation, replace(role, delete=role.update))

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        return super().run(operations, replace(role, delete=role.update))


@broken("AC-803")
class OperationsAndMore(Transactions):
    """Looks at the operations of a transaction, and not at what else is in its body."""

    def check(self, body: dict[str, Any], role: Role) -> list[Operation]:
        return super().check({"operations": body.get("operations")}, role)
