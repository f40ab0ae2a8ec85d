"""What becomes of the match: too much is written, too little, or in the wrong place."""

from __future__ import annotations

from upsertspec_broken.bases import FindThenWrite, WithoutUniqueIndices, key_fields, single_keys
from upsertspec_broken.catalogue import fault
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.store import Store


@fault("AC-001")
class ForgetsToCommit(Store):
    """Answers as if all were done, and never commits."""

    def commit(self) -> None:
        self.rollback()


@fault("AC-001")
class ForgetsDefaults(Operations):
    """Gives no default to a field that a create doesn't mention."""

    def default_values(self, table: Table) -> Row:
        return dict.fromkeys(table.fields)


@fault("AC-001", "AC-002")
class ForgottenColumn(Operations):
    """Has a list of columns to write, written by hand, to which `birthday` was never added."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        return super().upsert_one(plan, {name: row[name] for name in row if name != "birthday"}, now)


@fault("AC-002", "AC-014", "AC-106")
class InsertOnly(FindThenWrite):
    """Only ever inserts: where the record is known, the unique key refuses it with 409."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return None


@fault("AC-106", "AC-002", "AC-014", "AC-013", using=(WithoutUniqueIndices,))
class InsertsEveryTime(FindThenWrite):
    """Only ever inserts, into a table without a unique index: each repeat is another record."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return None


@fault("AC-002", "AC-014")
class AnswersWithoutWriting(Operations):
    """Does nothing on a conflict, but answers with the values that were sent and says "updated"."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        return Outcome(plan.table, "updated", match["id"], {**match, **row})


@fault("AC-002", "AC-014")
class FillsOnlyGaps(FindThenWrite):
    """Writes to the match only what is still null there, as one does who enriches a record."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if match[name] is None}


@fault("AC-105", "AC-002", "AC-014")
class ReplacesTheWholeRecord(FindThenWrite):
    """Sets every field that is not mentioned to its default or null, as a PUT does."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        blank = {name: value for name, value in plan.table.defaults.items() if name not in plan.table.required}
        return {**blank, **super().changes(plan, row, match)}


@fault("AC-105")
class DefaultsOnUpdate(FindThenWrite):
    """Gives a field that is not mentioned its default on an update too."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        defaults = {name: value for name, value in plan.table.defaults.items() if value is not None}
        return {**defaults, **super().changes(plan, row, match)}


@fault("AC-105", "AC-002")
class NullKeepsTheOldValue(FindThenWrite):
    """Writes COALESCE(new, old): a null that is given changes nothing."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if value is not None}


@fault("AC-105", "AC-002")
class FalsyIsNotGiven(FindThenWrite):
    """Asks `if value` where it should ask whether the field was given: 0, false and empty text are not written."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if value}


@fault("AC-002", "AC-102")
class WheresTheWhere(FindThenWrite):
    """Forgets the WHERE of the update: every record gets the values that are not unique."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        keys = key_fields(table)
        for row in self.all_rows(table):
            super().save(table, row, {name: value for name, value in changes.items() if name not in keys}, now)
        return super().save(table, match, changes, now)


@fault("AC-002")
class KeysAreNeverWritten(FindThenWrite):
    """Leaves every unique field out of the update, also the one that was not matched by."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        keys = single_keys(plan.table)
        return {name: value for name, value in super().changes(plan, row, match).items() if name not in keys}
