"""Brings a database to the tables that the schema declares, by the migrations of sqlite-utils.

There is one migration a `version` of schema.toml: raise the version there, and at the next start every database is
brought up to date. Tables and fields that are new are added; a table whose fields or keys changed is rebuilt, with its
rows, its ids and the highest id that it ever gave.
"""

# ruff: noqa: S608 - the names come from the schema and are quoted; values are bound
from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from upsertspec_server.ddl import create_indices, create_table
from upsertspec_server.errors import StartError
from upsertspec_server.statements import names, quote

if TYPE_CHECKING:
    from sqlite_utils import Database

    from upsertspec_server.schema import Schema, Table

SET = "upsertspec"
_PREFIX = "schema "


def migrations(schema: Schema) -> Migrations:
    """The migrations up to the schema's version."""
    found = Migrations(SET)

    @found(name=f"{_PREFIX}{schema.version}")
    def bring_up_to_date(db: Database) -> None:
        for table in schema.tables.values():
            _bring_table_up_to_date(db, table)
        if db.execute("PRAGMA foreign_key_check").fetchone():
            raise StartError("A reference in the database names a record that does not exist. Restore a backup.")

    return found


def apply(db: Database, schema: Schema) -> None:
    """Apply what is pending. Raises StartError for a database of a later version."""
    wanted = migrations(schema)
    versions = [int(each.name.removeprefix(_PREFIX)) for each in wanted.applied(db)]
    if max(versions, default=0) > schema.version:
        raise StartError("The database was made by a later version of upsertspec. Update upsertspec, or name another.")
    if wanted.pending(db):
        wanted.apply(db)


def _bring_table_up_to_date(db: Database, table: Table) -> None:
    stored = db.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql NOT NULL", [table.name]).fetchall()
    if not stored:
        _execute(db, create_table(table), *create_indices(table))
    elif {sql for (sql,) in stored} != {create_table(table), *create_indices(table)}:
        _rebuild(db, table)


def _rebuild(db: Database, table: Table) -> None:
    old = {name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", [table.name])}
    kept = names(column for column in table.columns if column in old)
    new = f"new {table.name}"
    _execute(db, create_table(table, new))
    _execute(db, f"INSERT INTO {quote(new)} ({kept}) SELECT {kept} FROM {quote(table.name)}")
    db.execute("DELETE FROM sqlite_sequence WHERE name = ?", [new])
    db.execute("INSERT INTO sqlite_sequence SELECT ?, seq FROM sqlite_sequence WHERE name = ?", [new, table.name])
    _execute(db, f"DROP TABLE {quote(table.name)}", f"ALTER TABLE {quote(new)} RENAME TO {quote(table.name)}")
    _execute(db, *create_indices(table))


def _execute(db: Database, *statements: str) -> None:
    for statement in statements:
        db.execute(statement)
