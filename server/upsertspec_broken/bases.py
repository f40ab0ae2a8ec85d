"""What several faults are built on. By themselves these do what the reference does, or only loosen the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from upsertspec_server.connections import Connections
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.statements import quote


class FindThenWrite(Operations):
    """Looks for the match, then inserts, or updates by the id: how one writes who doesn't know ON CONFLICT."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        return self.create(plan.table, row)

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        stored = self.save(plan.table, match, self.changes(plan, row, match), now)
        return Outcome(plan.table, "updated", stored["id"], stored)

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        """Write the changes to the match."""
        return self.store.update(table, match["id"], changes, self.updated_at(now, match))

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        """What is written to the match."""
        return {name: row[name] for name in self.written(plan, row)}

    def all_rows(self, table: Table) -> list[Row]:
        """Every stored row."""
        everything = self.store.statements.find(table, ()).removesuffix("WHERE ")
        return [dict(zip(table.columns, row, strict=True)) for row in self.store.rows(everything, [])]

    def is_taken(self, table: Table, row: Row, names: Iterable[str], but: Row | None = None) -> bool:
        """Whether another row has one of these values."""
        found = [self.store.find_match(table, (name,), row) for name in names if name in row]
        return any(other is not None and (but is None or other["id"] != but["id"]) for other in found)


class Rebuilt(Connections):
    """A database whose definition is changed: pieces of SQL are replaced, and unique indices may be dropped."""

    replaced: ClassVar[tuple[tuple[str, str], ...]] = ()
    keeps_unique_indices: ClassVar[bool] = True

    def __init__(self, path: Path, synchronous: str) -> None:
        super().__init__(path, synchronous)
        with closing(sqlite3.connect(path)) as database, database:
            if not self.keeps_unique_indices:
                self.drop_unique_indices(database)
            database.execute("PRAGMA writable_schema = ON")
            for old, new in self.replaced:
                database.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table'", [old, new])

    def drop_unique_indices(self, database: sqlite3.Connection) -> None:
        """Nothing but the code keeps a value from being stored twice."""
        unique = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE %'"
        for (name,) in database.execute(unique).fetchall():
            database.execute(f"DROP INDEX {quote(name)}")


class Nullable(Rebuilt):
    """No column is NOT NULL."""

    replaced = ((" NOT NULL", ""),)


class WithoutUniqueIndices(Rebuilt):
    """No unique index."""

    keeps_unique_indices = False


class EmailWithoutAnIndex(WithoutUniqueIndices):
    """No unique index on the email of a contact."""

    def drop_unique_indices(self, database: sqlite3.Connection) -> None:
        database.execute("DROP INDEX contacts_email")


class WithoutChecks(Connections):
    """No CHECK constraint holds."""

    def pragmas(self) -> list[str]:
        return [*super().pragmas(), "ignore_check_constraints = ON"]


def single_keys(table: Table) -> list[str]:
    """The fields that are unique by themselves."""
    return [field.name for field in table.fields.values() if field.unique]


def key_fields(table: Table) -> set[str]:
    """The fields of all unique keys."""
    return {name for key in table.unique_keys for name in key}
