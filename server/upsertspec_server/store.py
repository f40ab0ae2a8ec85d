"""The store: rows in SQLite, in one transaction a request. It knows nothing of HTTP but the problems it raises."""

from __future__ import annotations

import datetime as dt
import sqlite3
import uuid
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from upsertspec_server.connections import BUSY_SECONDS
from upsertspec_server.refusals import busy_problem, gone_problem, integrity_problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from upsertspec_server.connections import Connections
    from upsertspec_server.plans import Row
    from upsertspec_server.schema import Schema, Table
    from upsertspec_server.statements import Statements


AT_ONCE = 100
Matches = dict[tuple[Any, ...], "Row | None"]
"""The values of a key, and the stored row that has them, or None where there is none."""


class Store:
    """Finds and writes rows. All methods use the calling thread's connection."""

    def __init__(self, schema: Schema, connections: Connections, statements: Statements) -> None:
        self.schema = schema
        self.connections = connections
        self.statements = statements
        self.find_statement = cache(statements.find)
        self.find_many_statement = cache(statements.find_many)
        self.insert_statement = cache(statements.insert)
        self.upsert_statement = cache(statements.upsert)
        self.update_statement = cache(statements.update)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of the block, or none."""
        with self.turn():
            self.begin()
            try:
                yield
                self.commit()
            except BaseException:
                self.rollback()
                raise

    def require_file(self) -> None:
        """Raises 503 where the database file was deleted or replaced."""
        if not self.connections.is_in_place():
            raise gone_problem(self.connections.path)

    def turn(self) -> AbstractContextManager[object]:
        """Threads of this process wait here for their turn to write. SQLite alone would poll: slower, and not fair."""
        return self.turn_in_time()

    @contextmanager
    def turn_in_time(self) -> Iterator[None]:
        """The turn to write, for the block. Raises 503 where it takes as long as SQLite would wait for its own lock."""
        if not self.connections.writing.acquire(timeout=BUSY_SECONDS):
            raise busy_problem()
        try:
            yield
        finally:
            self.connections.writing.release()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads of the block see one state of the database."""
        self.begin_reading()
        try:
            yield
        finally:
            self.end_reading()

    def begin(self) -> None:
        """Take the write lock before the first look, so that nothing changes between the match and the write."""
        self.connections.get().execute("BEGIN IMMEDIATE")

    def begin_reading(self) -> None:
        """Begin a transaction that takes no write lock."""
        self.connections.get().execute("BEGIN")

    def end_reading(self) -> None:
        """End a transaction that only read, if it is still open: SQLite ends it where reading fails."""
        connection = self.connections.get()
        if connection.in_transaction:
            connection.execute("COMMIT")

    def commit(self) -> None:
        """Make the writes of the transaction last."""
        self.connections.get().execute("COMMIT")

    def rollback(self) -> None:
        """Take back the writes of the transaction, if one is still open."""
        connection = self.connections.get()
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    def now(self) -> str:
        """The time as it is stored: UTC, with microseconds."""
        return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def later(self, now: str, previous: str) -> str:
        """Now, or a microsecond after the previous time where the clock has not moved past it."""
        if now > previous:
            return now
        return (dt.datetime.fromisoformat(previous) + dt.timedelta(microseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def new_id(self, table: Table) -> str | None:
        """The id of a new row: a random UUID, or None where SQLite numbers the rows."""
        return str(uuid.uuid4()) if table.uuid else None

    def find_match(self, table: Table, key: tuple[str, ...], row: Row) -> Row | None:
        """The stored row whose key fields all equal those of the given row."""
        return self.one(table, self.find_statement(table, key), [row[name] for name in key])

    def find_matches(self, table: Table, key: tuple[str, ...], rows: Sequence[Row]) -> Matches:
        """What `find_match` would give for each of these rows, by the values of their keys."""
        matches: Matches = {tuple([row[name] for name in key]): None for row in rows}
        for some in self.at_once(list(matches)):
            statement = self.find_many_statement(table, key, len(some))
            for found in self.rows(statement, [value for values in some for value in values]):
                row = dict(zip(table.columns, found, strict=True))
                matches[tuple([row[name] for name in key])] = row
        return matches

    def at_once(self, keys: list[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
        """The keys in hundreds, the last filled up with nulls: one statement serves batches of every size."""
        for start in range(0, len(keys), AT_ONCE):
            some = keys[start : start + AT_ONCE]
            yield some + [(None,) * len(some[0])] * (AT_ONCE - len(some))

    def get(self, table: Table, record_id: Any) -> Row | None:
        """The stored row of this id."""
        return self.one(table, self.find_statement(table, ("id",)), [record_id])

    def insert(self, table: Table, row: Row) -> Row:
        """Insert a whole row. Raises 409 (unique key, reference) or 400 (another constraint)."""
        return self.write(table, self.insert_statement(table), [row[name] for name in table.columns], row)

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        """Insert a whole row, or on a conflict of the key update the written columns. Raises as insert does."""
        statement = self.upsert_statement(table, key, written)
        return self.write(table, statement, [row[name] for name in table.columns], row)

    def update(self, table: Table, record_id: Any, changes: Row, updated_at: str) -> Row:
        """Update an existing row in place. Raises as insert does."""
        statement = self.update_statement(table, tuple(changes))
        return self.write(table, statement, [*changes.values(), updated_at, record_id], changes)

    def delete(self, table: Table, record_id: Any) -> None:
        """Delete a row, and by cascade its children."""
        self.connections.get().execute(self.statements.delete(table), [record_id])

    def one(self, table: Table, statement: str, parameters: Sequence[Any]) -> Row | None:
        """The one row that a statement gives, or None."""
        found = self.connections.get().execute(statement, parameters).fetchone()
        return None if found is None else dict(zip(table.columns, found, strict=True))

    def write(self, table: Table, statement: str, parameters: Sequence[Any], row: Row) -> Row:
        """The row after a statement that writes it: what it returns, else the whole row that was bound to it.

        The tables are strict, so a row is stored as it is bound; only its number may be SQLite's.
        """
        try:
            cursor = self.connections.get().execute(statement, parameters)
            found = cursor.fetchone()
        except sqlite3.IntegrityError as error:
            raise integrity_problem(error, table, self.missing_parents(table, row)) from None
        if cursor.description:
            return dict(zip(table.columns, found, strict=True))
        return {**row, "id": cursor.lastrowid} if row["id"] is None else row

    def missing_parents(self, table: Table, row: Row) -> list[str]:
        """The references of a row that name no record."""
        references = [name for name in row if name in table.fields and table.fields[name].references]
        return [name for name in references if row[name] is not None and not self.has_parent(table, name, row[name])]

    def has_parent(self, table: Table, name: str, parent_id: Any) -> bool:
        """Whether the record that a reference names is there."""
        parent = self.schema.tables[str(table.fields[name].references)]
        return self.get(parent, parent_id) is not None

    def rows(self, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        return self.connections.get().execute(statement, parameters).fetchall()
