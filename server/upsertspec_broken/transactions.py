"""Transactions: references, guards, permissions, and what stays when an operation fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g, request

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row
from upsertspec_server.schema import Role, Table
from upsertspec_server.store import Store
from upsertspec_server.transactions import Results, Transactions

ANYONE = Role("anyone", create=True, update=True, delete=True, read=True)


@fault("AC-501")
class RefsAreText(Transactions):
    """Stores what stands in a $ref, and doesn't follow it."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        return value["$ref"] if isinstance(value, dict) and "$ref" in value else value


@fault("AC-501")
class RefIsTheFirstResult(Transactions):
    """Takes every $ref for one to the first result."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        return super().resolve_value(value, dict.fromkeys(results, next(iter(results.values()), {})))


@fault("AC-501")
class RefIsTheResultBefore(Transactions):
    """Takes every $ref for one to the result just before, as LAST_INSERT_ID() is."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        return super().resolve_value(value, dict.fromkeys(results, next(reversed(results.values()), {})))


@fault("AC-501")
class RefIsAlwaysTheId(Transactions):
    """Takes every $ref for one to the id, whatever field it names."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        by_id = {name: dict.fromkeys(record, record.get("id")) for name, record in results.items()}
        return super().resolve_value(value, by_id)


@fault("AC-501")
class RefsInFieldsOnly(Transactions):
    """Follows a $ref in fields, but not where it stands for an id: there is no such record."""

    def resolve(self, operation: dict[str, Any], results: Results) -> dict[str, Any]:
        resolved = super().resolve(operation, results)
        return {**resolved, "id": operation["id"]} if "id" in operation else resolved


@fault("AC-501")
class OnlyCreatedRecordsHaveNames(Transactions):
    """Keeps the results of creates only: a $ref to what was upserted leads nowhere."""

    def remember(self, operation: dict[str, Any], outcome: Outcome, results: Results) -> None:
        if operation["op"] == "create":
            super().remember(operation, outcome, results)


@fault("AC-501")
class ResultsWithoutRecords(Answers):
    """Answers a transaction with the ids only."""

    def transaction(self, operations: list[dict[str, Any]], outcomes: list[Outcome]) -> Answer:
        return super().transaction(operations, [replace(outcome, row=None) for outcome in outcomes])


@fault("AC-502", "AC-503", "AC-505")
class CommitsEachOperation(Transactions):
    """Commits each operation for itself: what comes before the one that fails stays written."""

    def run_one(self, operation: dict[str, Any], results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        self.operations.store.commit()
        self.operations.store.begin()
        return outcome


@fault("AC-502", "AC-503", "AC-302")
class RollbackIsForgotten(Store):
    """Catches the error, answers it, and commits what was written before it."""

    def rollback(self) -> None:
        if self.connections.get().in_transaction:
            self.commit()


class Attempted(Transactions):
    """Notes the problem of an operation in place of its outcome, and goes on."""

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        results: Results = {}
        outcomes = [self.attempt(operation, results) for operation in operations]
        self.operations.check_permissions(role, outcomes, batch=True)
        return outcomes

    def attempt(self, operation: dict[str, Any], results: Results) -> Outcome:
        """The outcome; `failed` where there is none."""
        table = self.operations.find_table(operation["table"])
        try:
            outcome = self.run_one(operation, results)
            self.remember(operation, outcome, results)
        except Problem as problem:
            return Outcome(table, "failed", problem.status, None)
        return outcome


@fault("AC-502", "AC-503")
class ErrorsInAList(Attempted):
    """Answers 200 with a list of what went well and what did not, and keeps what went well."""


@fault("AC-502")
class UndoesCreatesOnly(CommitsEachOperation):
    """Commits each operation, and after a failure deletes what was created: updates and deletes stay."""

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        store = self.operations.store
        self.created: list[tuple[Table, Any]] = []
        try:
            return super().run(operations, role)
        except Problem:
            for table, record_id in reversed(self.created):
                store.delete(table, record_id)
            store.commit()
            raise

    def run_one(self, operation: dict[str, Any], results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        if outcome.operation == "created":
            self.created.append((outcome.table, outcome.id))
        return outcome


@fault("AC-502")
class DeletesAreCommitted(Transactions):
    """Commits a delete at once, with all that was done before it."""

    def run_delete(self, table: Table, operation: dict[str, Any]) -> Outcome:
        outcome = super().run_delete(table, operation)
        self.operations.store.commit()
        self.operations.store.begin()
        return outcome


@fault("AC-503")
class GuardIsIgnored(Transactions):
    """Takes no notice of `where`."""

    def guard(self, table: Table, operation: dict[str, Any]) -> dict[str, Any] | None:
        return None


@fault("AC-503")
class GuardHoldsInPart(Operations):
    """Is content where the stored record has one of the values of a guard."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        held = [name for name in where or {} if self.agrees(table, stored, {name: (where or {})[name]})]
        super().check_guard(table, stored, None if held else where)


@fault("AC-503")
class GuardAfterTheWrite(Operations):
    """Asks the guard of the record as it is after the write."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        outcome = super().update(table, record_id, row)
        self.check_guard(table, outcome.row or {}, where)
        return outcome


@fault("AC-503")
class GuardOfTheNewValues(Operations):
    """Compares the guard with the values that were sent."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        self.check_guard(table, {**self.read(table, record_id), **row}, where)
        return super().update(table, record_id, row)


@fault("AC-503")
class NoRowIsNoError(Operations):
    """Writes the guard into the WHERE, doesn't ask how many rows were written, and goes on."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        if where is not None and not self.agrees(table, stored, where):
            return Outcome(table, "updated", record_id, stored)
        return super().update(table, record_id, row)


@fault("AC-503")
class GuardIs412(Answers):
    """Answers 412 where a guard does not hold."""

    def problem(self, problem: Problem) -> Answer:
        if "`where`" in problem.detail and problem.status == HTTPStatus.CONFLICT:
            problem.status = HTTPStatus.PRECONDITION_FAILED
        return super().problem(problem)


@fault("AC-503")
class LogOutsideTheTransaction(Transactions):
    """Writes entries of the log outside the transaction: they stay when it fails."""

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        store = self.operations.store
        try:
            return super().run(operations, role)
        except Problem as problem:
            store.rollback()
            store.begin()
            for operation in operations[: problem.index]:
                if operation["table"] == "activity_log":
                    self.run_one(operation, {})
            store.commit()
            raise


@fault("AC-504")
class TransactionsKnowNoConflict(Transactions):
    """Leaves the conflict members of an upsert out of account within a transaction."""

    def run_upsert(self, table: Table, operation: dict[str, Any]) -> Outcome:
        known = {name: operation[name] for name in operation if name not in ("onConflict", "updateWhere")}
        return super().run_upsert(table, known)


@fault("AC-504")
class UpsertIsACreateWithin(Transactions):
    """Only ever inserts where an upsert comes within a transaction."""

    def run_upsert(self, table: Table, operation: dict[str, Any]) -> Outcome:
        return self.run_create(table, operation)


@fault("AC-504")
class AnyKeyWithin(Transactions):
    """Takes the table's first key within a transaction, where the match fields are none."""

    def run_upsert(self, table: Table, operation: dict[str, Any]) -> Outcome:
        try:
            return super().run_upsert(table, operation)
        except Problem as problem:
            if not problem.detail.startswith("matchFields"):
                raise
        return super().run_upsert(table, {**operation, "matchFields": list(table.unique_keys[0])})


@fault("AC-504")
class NoDefaultsWithin(Transactions):
    """Gives no defaults to what an upsert within a transaction creates."""

    def run_upsert(self, table: Table, operation: dict[str, Any]) -> Outcome:
        outcome = super().run_upsert(table, operation)
        if outcome.operation != "created":
            return outcome
        blank = {name: None for name in table.fields if name not in operation["fields"]}
        return replace(outcome, row=self.operations.update(table, outcome.id, blank).row)


@fault("AC-504")
class LooksFromOutside(Transactions):
    """Looks for the match on another connection, which doesn't see what the transaction has written."""

    def run_upsert(self, table: Table, operation: dict[str, Any]) -> Outcome:
        store = self.operations.store
        body = {name: operation[name] for name in operation if name not in ("op", "table", "as")}
        plan = self.validator.upsert(table, body)
        key = [plan.rows[0][name] for name in plan.key]
        with closing(sqlite3.connect(store.connections.path)) as other:
            known = other.execute(store.find_statement(table, plan.key), key).fetchone()
        return super().run_upsert(table, operation) if known else self.operations.create(table, plan.rows[0])


@fault("AC-505")
class FirstOperationsPermission(Transactions):
    """Asks for the permission for the first operation only."""

    def check_permission(self, operation: dict[str, Any], role: Role) -> None:
        pass

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        super().check_permission(operations[0], role)
        return super().run(operations, ANYONE)


@fault("AC-505")
class TransactionsAskNobody(Api):
    """Lets anyone send a transaction, also without credentials: the call was added behind the checks."""

    def authenticate(self) -> None:
        if request.path != "/api/transactions":
            super().authenticate()
        else:
            g.role = ANYONE


@fault("AC-505")
class TransactionsAskForEverything(Transactions):
    """Refuses a transaction to a role that may not do every kind of operation."""

    def check_permission(self, operation: dict[str, Any], role: Role) -> None:
        for action in ("create", "update", "delete"):
            self.operations.auth.require(role, action)


@fault("AC-505")
class WhoeverMayCreate(Transactions):
    """Asks for the permission to create, whatever the operations are."""

    def check_permission(self, operation: dict[str, Any], role: Role) -> None:
        self.operations.auth.require(role, "create")

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        return super().run(operations, ANYONE)


@fault("AC-505")
class ForbiddenOperationsAreLeftOut(Transactions):
    """Does the operations that the role may do, and leaves out the others."""

    def check_permission(self, operation: dict[str, Any], role: Role) -> None:
        try:
            super().check_permission(operation, role)
        except Problem:
            operation["forbidden"] = True

    def check(self, body: dict[str, Any], role: Role) -> list[dict[str, Any]]:
        return [operation for operation in super().check(body, role) if "forbidden" not in operation]


@fault("AC-505")
class EitherPermissionWithin(Transactions):
    """Lets a role upsert within a transaction that may create or update: nobody asks which it was."""

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        either = role.create or role.update
        return super().run(operations, replace(role, create=either, update=either))


@fault("AC-505")
class TransactionsAskWhenAllIsDone(Api):
    """Asks for the permissions of a transaction when it is committed: the answer is 403, and all is written."""

    def transact(self) -> Answer:
        operations = self.transactions.check(self.read_body(), ANYONE)
        with self.store.transaction():
            outcomes = self.transactions.run(operations, ANYONE)
        self.operations.check_permissions(g.role, outcomes, batch=True)
        return self.answers.transaction(operations, outcomes)


@fault("AC-505")
class DeletingIsUpdating(Transactions):
    """Asks for the permission to update where an operation deletes."""

    def check_permission(self, operation: dict[str, Any], role: Role) -> None:
        if operation["op"] != "delete":
            super().check_permission(operation, role)
        else:
            self.operations.auth.require(role, "update")

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        return super().run(operations, replace(role, delete=role.update))


@fault("AC-502")
class DeletesWhatIsNotThere(Operations):
    """Is content where there is nothing to delete: what was asked for is so."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        try:
            return super().delete(table, record_id, where)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND or request.method == "DELETE":
                raise
        return Outcome(table, "deleted", record_id, None)


@fault("AC-503")
class GuardOfNullNeverHolds(Operations):
    """Compares null in a guard with =, which holds for nothing."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        if None in (where or {}).values():
            raise conflict("The guard does not hold.")
        super().check_guard(table, stored, where)


@fault("AC-503")
class GuardSkipsWhatIsFalse(Operations):
    """Asks `if value` where it should ask whether there is a guard: empty text asks for nothing."""

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        asked = {name: value for name, value in (where or {}).items() if value is None or value}
        super().check_guard(table, stored, asked)
