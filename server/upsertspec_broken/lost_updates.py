"""Many clients update one record at once, and undo, mix or refuse each other's writes."""

from __future__ import annotations

from upsertspec_broken.catalogue import fault
from upsertspec_broken.crowds import Ahead, Crowded, InACrowd, LooksAhead
from upsertspec_server.errors import conflict
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.reader import Reader, Record
from upsertspec_server.schema import Table


class Recent(Ahead):
    """Looks again where nothing was there: only updates are made on what was read before."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        match = self.store.find_match(plan.table, plan.key, row)
        if match is None:
            return super().create_new(plan, row, now)
        return self.ignore_match(plan, match) if plan.ignore else self.update_match(plan, row, match, now)


class WholeRecords(Recent):
    """Writes every field of a match, those that were not sent as they were read."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {**{name: match[name] for name in plan.table.fields}, **super().changes(plan, row, match)}


@fault("AC-702", using=(WholeRecords,))
class SavesWhatItRead(LooksAhead):
    """Reads the record, changes it, and saves it whole: what others wrote to other fields meanwhile is undone."""


class Versions(Recent):
    """Writes only where the match is as it was read."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        stored = self.store.get(plan.table, match["id"])
        if stored is None or stored["updated_at"] != match["updated_at"]:
            raise conflict("The record was changed by somebody else.")
        return super().update_match(plan, row, match, now)


@fault("AC-702", using=(Versions,))
class OptimistLosesWith409(LooksAhead):
    """Looks at the version that it read, and answers 409 where another was faster; it never tries again."""


class FieldByField(InACrowd):
    """Writes each field for itself, in a crowd in a transaction of its own."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not self.crowd.is_about():
            return super().save(table, match, changes, now)
        for name, value in changes.items():
            match = super().save(table, match, {name: value}, now)
            self.let_others()
        return match


@fault("AC-702", "AC-704", using=(FieldByField,))
class FieldsCommitOneByOne(Crowded):
    """Commits each field for itself: writers mix, and readers see the middle of it."""


class RecordByRecord(InACrowd):
    """Writes each record of a batch for itself, in a crowd in a transaction of its own."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if plan.batch and self.crowd.is_about():
            self.let_others()
        return outcome

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return self.store.find_match(plan.table, plan.key, row)


@fault("AC-704", using=(RecordByRecord,))
class BatchCommitsAsItGoes(Crowded):
    """Commits each record of a batch for itself: who reads the list sees the beginning of a batch."""


class TwoLooks(Reader):
    """Reads the first half of the columns, and the others in a second statement, which sees a later state."""

    crowd = InACrowd.crowd

    def records(self, table: Table, statement: str, parameters: list[object]) -> list[Record]:
        first = super().records(table, statement, parameters)
        if not self.crowd.is_about():
            return first
        self.store.end_reading()
        self.crowd.dawdle()
        self.store.begin_reading()
        second = super().records(table, statement, parameters)
        half = table.columns[: len(table.columns) // 2]
        if len(first) != len(second):
            return second
        return [{**new, **{name: old[name] for name in half}} for old, new in zip(first, second, strict=True)]


@fault("AC-704", using=(TwoLooks,))
class ReadsInTwoStatements(Crowded):
    """Reads a record in two statements without a transaction: one half is older than the other."""
