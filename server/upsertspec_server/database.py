"""The database file: checked, then created or migrated to the tables of the schema, by sqlite-utils.

There is one migration for each `version` of schema.toml. Raise the version there, and at the next start every database
is brought up to date: its tables keep their records and their ids, and never give the id of a deleted record again.
"""

# ruff: noqa: S608 - the names come from the schema and are quoted; values are bound
from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations
from sqlite_utils.db import ForeignKey

from upsertspec_server.errors import StartError
from upsertspec_server.idempotency import TABLE as KEYS
from upsertspec_server.schema import Schema, Table
from upsertspec_server.store import quote

APPLICATION_ID = 0x75707370  # "upsp" marks a file as ours, in the header that SQLite keeps for this
_APPLICATION_ID_AT = slice(68, 72)
_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"
_PREFIX = "schema "
OLDEST_SQLITE = (3, 37, 0)  # the first with strict tables; upserts need 3.24, NULLS FIRST 3.30
INDEXES = (
    ("projects", "user_id", "updated_at"),
    ("projects", "user_id", "status"),
    ("projects", "status"),
    ("projects", "validation_score"),
    ("conversations", "project_id", "created_at"),
    ("messages", "conversation_id", "created_at"),
)
"""Tables, and the columns that their lists are filtered and sorted by together. Keys and references have theirs too."""


def prepare(path: Path, schema: Schema, busy_seconds: float = 10.0) -> None:
    """Check the file, migrate it, and turn on WAL. Raises StartError."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise StartError(f"SQLite {sqlite3.sqlite_version} is too old. Use a Python with SQLite {oldest} or newer.")
    check_file(path)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # records are for nobody else to read
    except OSError as error:
        raise StartError(f"{path}: can't be written ({error.strerror}). Name another file.") from None
    try:
        with closing(sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)) as connection:
            db = Database(connection, execute_plugins=False)
            db.execute("PRAGMA foreign_keys = OFF")  # so that rebuilding a table deletes nothing by cascade
            db.execute("BEGIN IMMEDIATE")  # so that two servers that start together do not both migrate
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            migrate(db, schema)
            make_keys(db)
            make_indexes(db, schema)
            db.commit()
            db.enable_wal()
    except StartError as error:
        raise StartError(f"{path}: {error}") from None
    except sqlite3.Error as error:
        raise StartError(f"{path}: {_explain(error)}") from error


def migrate(db: Database, schema: Schema) -> None:
    """Apply the migrations that are pending. Raises StartError for a database of a later version."""
    migrations = Migrations("upsertspec")

    @migrations(name=f"{_PREFIX}{schema.version}")
    def bring_up_to_date(db: Database) -> None:
        for table in schema.tables.values():
            bring_table_up_to_date(db, table)
        if db.execute("PRAGMA foreign_key_check").fetchone():
            raise StartError("A reference in the database names a record that does not exist. Restore a backup.")

    versions = [int(each.name.removeprefix(_PREFIX)) for each in migrations.applied(db)]
    if max(versions, default=0) > schema.version:
        raise StartError("The database was made by a later version of upsertspec. Update upsertspec, or name another.")
    migrations.apply(db)


def make_indexes(db: Database, schema: Schema) -> None:
    """Create the indexes for lists, those that are not there yet."""
    for name, *columns in INDEXES:
        if name in schema.tables and schema.tables[name].all_fields.keys() >= set(columns):
            db.table(name).create_index(columns, index_name="_".join((name, *columns)), if_not_exists=True)


def make_keys(db: Database) -> None:
    """Create the table of idempotency keys, if it is not there."""
    columns = dict.fromkeys(("caller", "path", "key", "body", "headers", "answer", "expires_at"), str)
    keys = db.table(KEYS)
    keys.create(
        {**columns, "status": int}, pk=("caller", "path", "key"), not_null=columns, strict=True, if_not_exists=True
    )
    keys.create_index(["expires_at"], if_not_exists=True)


def bring_table_up_to_date(db: Database, table: Table) -> None:
    """Create the table, or transform it; then create its indices."""
    stored = db.table(table.name)
    columns = {name: field.type.column for name, field in table.all_fields.items()}
    not_null = {*table.required, *table.protected}
    foreign_keys = [
        ForeignKey(table.name, name, field.references, "id", on_delete="CASCADE")
        for name, field in table.fields.items()
        if field.references
    ]
    if not stored.exists():
        sql = db.create_table_sql(
            table.name, columns, pk="id", not_null=not_null - {"id"}, foreign_keys=foreign_keys, strict=True
        )
        # sqlite-utils has no option for AUTOINCREMENT, without which SQLite gives the id of a deleted record again
        db.execute(sql.replace("INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT"))
    else:
        for index in stored.indexes:
            if index.origin == "c":
                stored.drop_index(index.name)
        new = columns.keys() - stored.columns_dict.keys()
        for name in new:
            stored.add_column(name, columns[name])
        for name in new | set(table.required):
            fill(db, table, name)
        stored.transform(
            types=columns,
            drop=stored.columns_dict.keys() - columns.keys(),
            not_null=not_null - {"id"},
            foreign_keys=foreign_keys,
            column_order=list(columns),
        )
    for key in table.unique_keys:
        stored.create_index(key, index_name="_".join((table.name, *key)), unique=True)
    for name, field in table.fields.items():
        if field.references and all(key[0] != name for key in table.unique_keys):
            stored.create_index([name], index_name=f"{table.name}_{name}")


def fill(db: Database, table: Table, name: str) -> None:
    """Give a column its default where it is null. Raises StartError where a required one has none to give."""
    field = table.all_fields[name]
    is_null = f"{quote(name)} IS NULL"
    if field.default is not None:
        db.execute(f"UPDATE {quote(table.name)} SET {quote(name)} = ? WHERE {is_null}", [table.defaults[name]])
    if field.required and (lacking := db.table(table.name).count_where(is_null)):
        raise StartError(
            f"{table.name}.{name} is required, and {lacking} stored records have no value for it. "
            "Give it a default in schema.toml."
        )


def check_file(path: Path) -> None:
    """Raises StartError for a file that cannot be ours. Only its header is read, and nothing is written."""
    if not path.parent.is_dir():
        raise StartError(f"{path}: the folder does not exist. Make it, or name another file.")
    header = b""
    try:
        if path.is_file():
            with path.open("rb") as file:
                header = file.read(_HEADER_BYTES)
    except OSError as error:
        raise StartError(
            f"{path}: can't be read ({error.strerror}). Change its permissions, or name another."
        ) from None
    if path.exists() and not path.is_file():
        raise StartError(f"{path}: is not a file. Name another.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise StartError(f"{path}: can't be written. Change the permissions, or name another file.")
    if header and not header.startswith(_MAGIC):
        raise StartError(f"{path}: is not a SQLite database. Name another file.")
    if header and header[_APPLICATION_ID_AT] != APPLICATION_ID.to_bytes(4, "big"):
        raise StartError(f"{path}: is a SQLite database, but not one of upsertspec. Name another file.")


def _explain(error: sqlite3.Error) -> str:
    kind = getattr(error, "sqlite_errorname", "")
    if kind.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return "is locked by another program. Stop that program, or name another file."
    if kind.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return "can't be written. Change the permissions, or name another file."
    if kind.startswith("SQLITE_FULL"):
        return "the disk is full. Make room, or name another file."
    if kind.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return "is damaged. Restore a backup, or name another file."
    return f"can't be used ({error}). Name another file."
