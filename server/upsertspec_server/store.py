"""The store: records in SQLite, through sqlite-utils. It knows nothing of HTTP but the problems that it raises."""

# ruff: noqa: S608 - the names come from the schema and are quoted; values are bound
from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, finalize

from sqlite_utils import Database

from upsertspec_server.errors import LOG, Problem, bad_request, busy, conflict, field_error
from upsertspec_server.fields import compare_decimals
from upsertspec_server.group_commit import GroupCommit
from upsertspec_server.schema import Row, Table

if TYPE_CHECKING:
    from upsertspec_server.app import Server

AT_ONCE = 100
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
Key = tuple[str, ...]
Matches = dict[tuple[Any, ...], "Row | None"]
"""The values of a key, and the stored row that has them, or None."""


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Iterable[str]) -> str:
    """Names as a list of SQL identifiers."""
    return ", ".join(map(quote, columns))


class Local(threading.local):
    """What each thread has of its own: its connection, and how much the block has read, in characters.

    `log` is the file descriptor of the write-ahead log, which SQLite keeps as long as the connection is open.
    """

    db: Database | None = None
    log: int | None = None
    read: int | None = None


class Store:
    """Finds and writes rows, on one connection for each thread."""

    def __init__(self, app: Server) -> None:
        self.app = app
        self.path = Path(app.config["DATABASE"])
        self.most: int = app.config["MAX_ANSWER"]
        self.file = self.identify_file()
        self.local = Local()
        self.opened: WeakSet[Database] = WeakSet()
        self.lock = threading.Lock()
        self.writing = threading.Lock()
        self.commits = GroupCommit()
        self.statements: dict[tuple[str, Key, Key], str] = {}

    @property
    def db(self) -> Database:
        """The database, on this thread's connection."""
        found = self.local.db
        if found is None:
            found = self.local.db = self.open()
        return found

    def open(self) -> Database:
        """A new connection, which is closed by `close`, or when its thread ends."""
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw",  # a file that was deleted is not created again
            uri=True,
            timeout=self.app.config["BUSY_SECONDS"],
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        db = Database(connection, execute_plugins=False)
        finalize(db, connection.close)
        with self.lock:
            self.opened.add(db)
        connection.create_collation("decimal", compare_decimals)
        for pragma in self.app.config["PRAGMAS"]:
            db.execute(f"PRAGMA {pragma}")
        return db

    def close(self) -> None:
        """Close every connection. A thread that still needs one opens it again."""
        with self.lock:
            for db in self.opened:
                db.close()
            self.opened.clear()
        self.local = Local()

    def identify_file(self) -> tuple[int, int] | None:
        """What identifies the file, whatever its name; None if there is no file."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def require_file(self) -> None:
        """Raises 503 where the file was deleted or replaced: what goes into an open connection would be lost."""
        if self.identify_file() != self.file:
            LOG.error(
                "%s was deleted or replaced while it was in use. Stop the server; put the file back, or remove its "
                "-wal and -shm files too, which belong to the old one; start again.",
                self.path,
            )
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The storage is gone. Nothing was written.")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of the block, or none.

        Threads wait here for their turn to write: SQLite alone would poll, which is slower and not fair. Then SQLite's
        own lock is taken before the first look, so that nothing changes between a match and the write; `atomic()` would
        take it with the first write. Raises 503 where another holds the lock for too long.

        In the end it waits until the disk has the commit, and those before it, which the block may have read.
        """
        if not self.writing.acquire(timeout=self.app.config["BUSY_SECONDS"]):
            raise busy()
        try:
            db = self.db
            self.local.read = 0
            changes = db.conn.total_changes
            db.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
                db.commit()
            except BaseException:
                db.rollback()
                raise
            self.commits.committed += db.conn.total_changes > changes
            number = self.commits.committed
        finally:
            self.local.read = None
            self.writing.release()
        if self.app.config["DURABLE"]:
            self.commits.wait(number, self.log)

    def log(self) -> int:
        """The write-ahead log, as a file that can be synced."""
        if self.local.log is None:
            self.local.log = os.open(f"{self.path}-wal", os.O_RDWR)
            finalize(self.db, os.close, self.local.log)
        return self.local.log

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads of the block see one state of the database."""
        self.local.read = 0
        try:
            with self.db.atomic():
                yield
        finally:
            self.local.read = None

    def measured(self, row: Row) -> Row:
        """A row that was read. Raises 400 where a transaction or snapshot has read more than fits into one answer."""
        local = self.local
        if local.read is None:
            return row
        local.read += sum([len(value) for value in row.values() if type(value) is str])
        if local.read > self.most:
            raise bad_request(f"The records of the answer are over {self.most} characters together. Ask for fewer.")
        return row

    def now(self) -> str:
        """The time as it is stored: UTC, with microseconds."""
        return dt.datetime.now(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def later(self, now: str, previous: str) -> str:
        """Now, or a microsecond after the previous time where the clock has not moved past it."""
        if now > previous:
            return now
        return (dt.datetime.fromisoformat(previous) + dt.timedelta(microseconds=1)).strftime(TIME)

    def new_id(self, table: Table) -> Any:
        """The id of a new row: a random UUID, or None where SQLite numbers the rows."""
        return str(uuid.uuid4()) if table.uuid else None

    def rows(self, table: Table, where: str | None = None, values: Sequence[Any] = (), **options: Any) -> list[Row]:
        """The rows that a condition holds for; `options` are those of sqlite-utils' `rows_where`."""
        return [self.measured(row) for row in self.db.table(table.name).rows_where(where, values, **options)]

    def find(self, table: Table, key: Key, row: Row) -> Row | None:
        """The stored row whose key fields all equal those of the given row. A null equals nothing."""
        return self.one(table, self.equals(key), [row[name] for name in key])

    def one(self, table: Table, where: str, values: Sequence[Any]) -> Row | None:
        """The first row that a condition holds for.

        This is SQL of our own, since sqlite-utils looks first, for each query, whether the table exists.
        """
        sql = f"SELECT * FROM {quote(table.name)} WHERE {where} LIMIT 1"
        found = self.db.conn.execute(sql, values).fetchone()
        return None if found is None else self.measured(dict(zip(table.columns, found, strict=True)))

    def equals(self, key: Key) -> str:
        """The condition that the columns have the bound values."""
        return " AND ".join([f"{quote(name)} = ?" for name in key])

    def find_many(self, table: Table, key: Key, rows: Sequence[Row]) -> Matches:
        """What `find` gives for each of these rows, by the values of their keys; a hundred with one statement."""
        matches: Matches = {tuple([row[name] for name in key]): None for row in rows}
        marks = ", ".join([f"({', '.join('?' * len(key))})"] * AT_ONCE)
        sql = f"WITH wanted ({names(key)}) AS (VALUES {marks}) SELECT {names(table.columns)} FROM wanted "
        sql += f"CROSS JOIN {quote(table.name)} USING ({names(key)})"  # a cross join looks each key up in the index
        wanted = list(matches)
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            some += [(None,) * len(key)] * (AT_ONCE - len(some))  # so that one statement serves batches of every size
            for found in self.db.execute(sql, [value for values in some for value in values]):
                row = self.measured(dict(zip(table.columns, found, strict=True)))
                matches[tuple([row[name] for name in key])] = row
        return matches

    def get(self, table: Table, record_id: Any) -> Row | None:
        """The stored row of this id."""
        return self.one(table, '"id" = ?', [record_id])

    def insert(self, table: Table, row: Row) -> Row:
        """Insert a whole row. Raises 409 where a unique key or a reference would be broken."""
        try:
            stored = self.db.table(table.name).insert(row)
        except sqlite3.IntegrityError as error:
            raise self.refused(table, row, error) from error
        return {**row, "id": stored.last_rowid} if row["id"] is None else row

    def upsert(self, table: Table, key: Key, row: Row, written: Key) -> Row:
        """Insert a whole row, or on a conflict of the key write these columns in place. Raises as `insert` does.

        This is SQL of our own, since `upsert()` of sqlite-utils writes every column of the row, and reads the table's
        columns from the database for each row. The tables are strict, so the row is stored as it is bound; only the
        number of a new one is SQLite's.
        """
        try:
            cursor = self.db.conn.execute(self.upsert_sql(table, key, written), table.values(row))
        except sqlite3.IntegrityError as error:
            raise self.refused(table, row, error) from error
        return {**row, "id": cursor.lastrowid} if row["id"] is None else row

    def upsert_sql(self, table: Table, key: Key, written: Key) -> str:
        """The statement of an upsert. Its parameters are the values of all columns."""
        sql = self.statements.get((table.name, key, written))
        if sql is None:
            marks = ", ".join("?" * len(table.columns))
            changes = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in (*written, "updated_at"))
            sql = (
                f"INSERT INTO {quote(table.name)} ({names(table.columns)}) VALUES ({marks}) "
                f"ON CONFLICT ({names(key)}) DO UPDATE SET {changes}"
            )
            self.statements[table.name, key, written] = sql
        return sql

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        """Write these columns of a stored row in place. Raises as `insert` does."""
        try:
            self.db.table(table.name).update(stored["id"], changes)
        except sqlite3.IntegrityError as error:
            raise self.refused(table, changes, error) from error
        return {**stored, **changes}

    def delete(self, table: Table, record_id: Any) -> None:
        """Delete a row, and by cascade its children."""
        self.db.conn.execute(f'DELETE FROM {quote(table.name)} WHERE "id" = ?', [record_id])

    def refused(self, table: Table, row: Row, error: sqlite3.IntegrityError) -> Problem:
        """What the database refuses, as a problem for the client."""
        kind = error.sqlite_errorname
        if kind in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
            named = str(error).replace(",", " ").split()
            taken = [name for name in table.columns if f"{table.name}.{name}" in named]
            return conflict("A unique key would be broken.", *[field_error(name, "is already taken") for name in taken])
        if kind == "SQLITE_CONSTRAINT_FOREIGNKEY":
            missing = self.missing_parents(table, row)
            errors = [field_error(name, "names a record that does not exist") for name in missing]
            return conflict("A reference would be broken.", *errors)
        return bad_request("A value breaks a rule of the table.")

    def missing_parents(self, table: Table, row: Row) -> list[str]:
        """The references of a row that name no record."""
        references = {name: table.fields[name].references for name in row if name in table.fields}
        tables = self.app.schema.tables
        return [
            name
            for name, parent in references.items()
            if parent and row[name] is not None and self.get(tables[parent], row[name]) is None
        ]
