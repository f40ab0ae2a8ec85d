"""The match loses its id or its times."""

from __future__ import annotations

import datetime as dt

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.statements import Statements
from upsertspec_server.store import Store


class OrReplace(Statements):
    """Writes INSERT OR REPLACE for every upsert."""

    def upsert(self, table: Table, key: tuple[str, ...], written: tuple[str, ...]) -> str:
        return self.insert(table).replace("INSERT", "INSERT OR REPLACE", 1)


@fault("AC-103", "AC-104", "AC-106", "AC-013", "AC-308", "AC-401", "AC-402", "AC-405", "AC-406", using=(OrReplace,))
class InsertOrReplace(Operations):
    """Deletes whatever stands in the way, of any unique key, and inserts the record anew."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        anew = self.new_row(plan.table, {**match, **{name: row[name] for name in self.written(plan, row)}}, now)
        stored = self.store.upsert(plan.table, plan.key, anew, ())
        return Outcome(plan.table, "updated", stored["id"], stored)


@fault("AC-103", "AC-106", "AC-014", "AC-308", "AC-401", "AC-402", "AC-405", "AC-406")
class DeleteThenInsert(FindThenWrite):
    """Deletes the match and inserts it with a new id, but keeps its created_at."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        self.store.delete(table, match["id"])
        anew = {"id": self.store.new_id(table), "updated_at": self.updated_at(now, match)}
        return self.store.insert(table, {**match, **changes, **anew})


@fault("AC-103", "AC-106")
class NewUuidOnUpdate(FindThenWrite):
    """Makes a random id for each request, and on a conflict writes it to the match."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        changes = super().changes(plan, row, match)
        return {**changes, "id": self.store.new_id(plan.table)} if plan.table.uuid else changes


@fault("AC-104")
class UpdateSetsCreatedAt(FindThenWrite):
    """Writes created_at along with all other columns of the conflicting row."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        return super().save(table, match, {**changes, "created_at": now}, now)


@fault("AC-104")
class UpdateLeavesUpdatedAt(Operations):
    """Sets updated_at by a default of the column, so only at the insert."""

    def updated_at(self, now: str, stored: Row) -> str:
        return str(stored["updated_at"])


@fault("AC-104")
class UnchangedKeepsUpdatedAt(FindThenWrite):
    """Moves updated_at only where some value changes."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        changed = any(match[name] != value for name, value in changes.items())
        return super().save(table, match, changes, now) if changed else match


@fault("AC-104")
class WholeSeconds(Store):
    """Keeps times in whole seconds: an update in the same second has the same updated_at."""

    def now(self) -> str:
        return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def later(self, now: str, previous: str) -> str:
        return now
