"""Required fields that are missing, and let through or refused in the wrong way."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from upsertspec_broken.bases import FindThenWrite, Nullable
from upsertspec_broken.catalogue import fault
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Field, Table
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator


class LeavesItToTheDatabase(Validator):
    """Asks for no required field itself."""

    def check_required(self, table: Table, row: Row) -> None:
        pass

    def check_null(self, field: Field) -> None:
        pass


@fault("AC-009", using=(Nullable,))
class NullCountsAsGiven(Validator):
    """Asks only whether a required field is in the request; it may be null."""

    def check_null(self, field: Field) -> None:
        pass


@fault("AC-009", using=(Nullable,))
class NothingIsRequired(Validator):
    """Refuses null for a required field, and stores null where it is missing."""

    def check_required(self, table: Table, row: Row) -> None:
        row.update(dict.fromkeys(name for name in table.required if name not in row))


@fault("AC-009")
class RequiredIsFilledIn(Validator):
    """Fills in empty text for a required field that is missing, as a database out of strict mode does."""

    def check_required(self, table: Table, row: Row) -> None:
        row.update(dict.fromkeys((name for name in table.required if name not in row), ""))


@fault("AC-009", "AC-002", "AC-014", "AC-105")
class RequiredOnEveryUpdate(FindThenWrite):
    """Asks for every required field on an update too."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        self.validator.check_required(plan.table, row)
        return super().upsert_one(plan, row, now)


@fault("AC-009")
class NullIsLeftOutOnUpdate(Validator):
    """Leaves a required field out of the write where it is null, and says nothing."""

    def row(self, table: Table, fields: Any) -> Row:
        if isinstance(fields, dict):
            fields = {name: fields[name] for name in fields if fields[name] is not None or name not in table.required}
        return super().row(table, fields)


@fault("AC-009")
class SavesBeforeItChecks(FindThenWrite):
    """Looks for missing fields when the record is saved: the answer is 400, and half a record is stored."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        missing = [name for name in plan.table.required if name not in row]
        if missing:
            self.store.insert(plan.table, self.new_row(plan.table, {**row, **dict.fromkeys(missing, "")}, now))
            self.store.commit()
        return super().create_new(plan, row, now)


class Unhandled(Store):
    """Does not expect the database to refuse anything."""

    def write(self, table: Table, statement: str, parameters: Sequence[Any], row: Row) -> Row:
        try:
            return super().write(table, statement, parameters, row)
        except Problem:
            raise sqlite3.IntegrityError from None


@fault("AC-009", "AC-013", using=(Unhandled,))
class ConstraintsAre500(LeavesItToTheDatabase):
    """Leaves required fields and unique keys to the database, and answers 500 where it refuses."""


class EverythingConflicts(Store):
    """Answers 409 whatever the database refuses."""

    def write(self, table: Table, statement: str, parameters: Sequence[Any], row: Row) -> Row:
        try:
            return super().write(table, statement, parameters, row)
        except Problem:
            raise conflict("A constraint would be broken.") from None


@fault("AC-009", using=(EverythingConflicts,))
class ConstraintsAre409(LeavesItToTheDatabase):
    """Leaves required fields to the database, and answers 409 where it refuses."""
