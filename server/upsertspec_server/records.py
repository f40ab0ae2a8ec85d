"""Records by their id: create, read, change, delete (CONTRACT 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import conflict, not_found
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Outcome, agrees

if TYPE_CHECKING:
    from upsertspec_server.app import Server


class Records:
    """Works within a transaction that the caller holds. Raises 404, and 409 for a key, a reference or a guard."""

    def __init__(self, app: Server) -> None:
        self.app = app
        self.store = app.store

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        """A whole row: the given fields, defaults for the others, and the protected fields."""
        return {"id": self.store.new_id(table), **table.defaults, **row, "created_at": now, "updated_at": now}

    def create(self, table: Table, row: Row) -> Outcome:
        """Insert a record. Raises 400 where a required field is missing."""
        self.app.auth.require_own(table, row)
        self.app.validator.check_required(table, row)
        stored = self.store.insert(table, self.new_row(table, row, self.store.now()))
        return Outcome(table, "created", stored["id"], stored)

    def read(self, table: Table, record_id: Any) -> Row:
        """The stored row of this id. One that the caller may not see is as missing as one that is not there."""
        row = self.store.get(table, record_id)
        if row is None or not self.app.auth.sees(table, row):
            raise not_found()
        return row

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        """Write the given fields of a record in place, where it has the values of the guard."""
        stored = self.read(table, record_id)
        self.app.auth.require_own(table, row)
        self.check_guard(table, stored, where)
        updated_at = self.store.later(self.store.now(), stored["updated_at"])
        changed = self.store.update(table, stored, {**row, "updated_at": updated_at})
        return Outcome(table, "updated", record_id, changed)

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        """Delete a record and, by cascade, its children, where it has the values of the guard."""
        stored = self.read(table, record_id)
        self.check_guard(table, stored, where)
        self.store.delete(table, record_id)
        return Outcome(table, "deleted", record_id, None)

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        """Raises 409 where the stored record does not have the values of the guard."""
        if not agrees(table, stored, where):
            raise conflict("The stored record does not have the values that `where` asks for.")
