"""Protected fields that are believed, or refused."""

from __future__ import annotations

from typing import Any, ClassVar

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.errors import bad_field
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import PROTECTED, Table
from upsertspec_server.validation import Validator


@fault("AC-011")
class ProtectedIs400(Validator):
    """Refuses a request with a protected field."""

    def drop_protected(self, fields: dict[str, Any]) -> dict[str, Any]:
        for name in PROTECTED:
            if name in fields:
                raise bad_field(name, "is protected")
        return fields


@fault("AC-011")
class OnlyTheIdIsProtected(Validator):
    """Drops the id, and refuses created_at and updated_at as fields that the table doesn't have."""

    def drop_protected(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if name != "id"}


@fault("AC-011")
class ProtectedNullIsRefused(Validator):
    """Drops a protected field where it has a value, and so refuses one that is null."""

    def drop_protected(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if name not in PROTECTED or value is None}


@fault("AC-011")
class ProtectedIsChecked(Validator):
    """Checks the type of a protected field before it drops it."""

    def drop_protected(self, fields: dict[str, Any]) -> dict[str, Any]:
        for name in PROTECTED:
            value = fields.get(name)
            if value is not None and not isinstance(value, str if name != "id" else (int, str)):
                raise bad_field(name, "is of the wrong type")
        return super().drop_protected(fields)


class Believes(Validator):
    """Keeps one protected field, where its value is of the right type."""

    kept: ClassVar[str]

    def row(self, table: Table, fields: Any) -> Row:
        row = super().row(table, fields)
        value = fields.get(self.kept)
        kind = int if self.kept == "id" and not table.uuid else str
        return {**row, self.kept: value} if isinstance(value, kind) and not isinstance(value, bool) else row


class BelievesTheId(Believes):
    """Keeps the id."""

    kept = "id"


class BelievesCreatedAt(Believes):
    """Keeps created_at."""

    kept = "created_at"


class BelievesUpdatedAt(Believes):
    """Keeps updated_at."""

    kept = "updated_at"


class WritesWhatIsKept(FindThenWrite):
    """Writes the protected fields that are in the row."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        return {**super().new_row(table, row, now), **{name: row[name] for name in PROTECTED if name in row}}

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if name != "updated_at"}


@fault("AC-011", "AC-103", using=(BelievesTheId,))
class IdFromTheRequest(WritesWhatIsKept):
    """Stores the id that was sent, on a create and on an update."""


@fault("AC-011", using=(BelievesTheId,))
class IdFromTheRequestOnCreate(WritesWhatIsKept):
    """Stores the id that was sent, on a create."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if name != "id"}


@fault("AC-011", "AC-104", using=(BelievesCreatedAt,))
class CreatedAtFromTheRequest(WritesWhatIsKept):
    """Stores the created_at that was sent, as a client does that writes a whole record back."""


@fault("AC-011", "AC-104", using=(BelievesUpdatedAt,))
class UpdatedAtFromTheRequest(WritesWhatIsKept):
    """Stores the updated_at that was sent."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Any:
        return super().upsert_one(plan, row, row.get("updated_at", now))

    def updated_at(self, now: str, stored: Row) -> str:
        return now


@fault("AC-011", "AC-101", using=(BelievesTheId,))
class IdLeadsToTheRecord(FindThenWrite):
    """Updates the record whose id was sent, whatever the match fields say."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        sent = self.store.get(plan.table, row["id"]) if "id" in row else None
        return sent or super().find_match(plan, row)

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if name != "id"}
