"""The SQL that finds and writes records: text only, a method a statement. Values are always bound, never written in."""

# ruff: noqa: S608 - the names come from the schema and are quoted; values are bound
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from upsertspec_server.schema import Table


def quote(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Iterable[str]) -> str:
    """Names as a list of SQL identifiers."""
    return ", ".join(map(quote, columns))


class Statements:
    """The statements of a table. The store keeps each text that it has asked for."""

    def find(self, table: Table, key: tuple[str, ...]) -> str:
        """The match: parameters are the values of the key. A null equals nothing; comparison is binary."""
        return f"SELECT {names(table.columns)} FROM {quote(table.name)} WHERE {self.equals(key)}"

    def find_many(self, table: Table, key: tuple[str, ...], count: int) -> str:
        """The matches of several rows: parameters are the values of the key, row by row. The join has its order."""
        marks = ", ".join([f"({', '.join('?' * len(key))})"] * count)
        columns = ", ".join(f"{quote(table.name)}.{quote(column)}" for column in table.columns)
        wanted = f"WITH wanted ({names(key)}) AS (VALUES {marks})"
        return f"{wanted} SELECT {columns} FROM wanted CROSS JOIN {quote(table.name)} USING ({names(key)})"

    def equals(self, columns: tuple[str, ...]) -> str:
        """The condition that columns have the values that are bound."""
        return " AND ".join(f"{quote(column)} = ?" for column in columns)

    def insert(self, table: Table) -> str:
        """Parameters are the values of all columns."""
        return f"{self.insert_into(table)} {self.returning(table)}"

    def insert_into(self, table: Table) -> str:
        """The insert without its ending."""
        marks = ", ".join("?" * len(table.columns))
        return f"INSERT INTO {quote(table.name)} ({names(table.columns)}) VALUES ({marks})"

    def upsert(self, table: Table, key: tuple[str, ...], written: tuple[str, ...]) -> str:
        """Insert, or on a conflict of the key update the written columns in place. Parameters are as for insert.

        It returns nothing, since a RETURNING costs as much again as the write; see `Store.write`.
        """
        return f"{self.insert_into(table)} ON CONFLICT ({names(key)}) DO UPDATE SET {self.set_excluded(written)}"

    def set_excluded(self, written: tuple[str, ...]) -> str:
        """The SET list of an upsert: what is written, and the time of it."""
        return ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in (*written, "updated_at"))

    def update(self, table: Table, written: tuple[str, ...]) -> str:
        """Parameters are the written values, the time, and the id."""
        assignments = ", ".join(f"{quote(name)} = ?" for name in (*written, "updated_at"))
        return f'UPDATE {quote(table.name)} SET {assignments} WHERE "id" = ? {self.returning(table)}'

    def delete(self, table: Table) -> str:
        """Parameter is the id. Children go by the cascade of their references."""
        return f'DELETE FROM {quote(table.name)} WHERE "id" = ?'

    def returning(self, table: Table) -> str:
        """The whole record, as it is after the write."""
        return f"RETURNING {names(table.columns)}"
