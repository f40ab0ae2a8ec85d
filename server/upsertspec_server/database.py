"""Opens the database file: a new one, or one of ours. Any other file is refused, and left as it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlite_utils import Database

from upsertspec_server import migrations
from upsertspec_server.connections import BUSY_SECONDS
from upsertspec_server.errors import StartError

if TYPE_CHECKING:
    from pathlib import Path

    from upsertspec_server.schema import Schema

APPLICATION_ID = 0x75707370  # "upsp": marks a file as ours, in the header that SQLite keeps for this
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_APPLICATION_ID_AT = slice(68, 72)


def prepare(path: Path, schema: Schema) -> None:
    """Make the file ready to use: checked, migrated, and in WAL mode. Raises StartError."""
    check_file(path)
    try:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        with closing(connection):
            _migrate(connection, schema)
            connection.execute("PRAGMA journal_mode = WAL")
    except StartError as error:
        raise StartError(f"{path}: {error}") from None
    except sqlite3.Error as error:
        raise StartError(f"{path}: {_explain(error)}") from error


def _migrate(connection: sqlite3.Connection, schema: Schema) -> None:
    """In one transaction that holds the write lock, so that servers that start together don't both migrate."""
    connection.execute("PRAGMA foreign_keys = OFF")  # a table is rebuilt without a cascade; the references are checked
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    migrations.apply(Database(connection, execute_plugins=False), schema)
    connection.execute("COMMIT")


def check_file(path: Path) -> None:
    """Raises StartError for a file that can't be ours. Reads the header only: nothing beside the file is made."""
    if not path.parent.is_dir():
        raise StartError(f"{path}: the folder does not exist. Make it, or name another file.")
    try:
        header = path.read_bytes()[:_HEADER_BYTES] if path.is_file() else b""
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
