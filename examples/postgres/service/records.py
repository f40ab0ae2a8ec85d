"""One record: create, read, update, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import sql

from service.catalog import Table
from service.database import Connection, all_hold, columns
from service.problems import Problem
from service.values import Record, from_query, require

MISSING = "There is no such record."


def ident(table: Table, text: str) -> int | UUID:
    """The id in a path. Raises Problem where no record can have it."""
    try:
        read: int | UUID = from_query(table.columns["id"], text)
    except ValueError as wrong:
        raise Problem(404, MISSING) from wrong
    return read


def create(conn: Connection, table: Table, fields: Record) -> Record:
    """Store a new record."""
    require(table, fields, creating=True)
    query = sql.SQL("INSERT INTO {table} {values} RETURNING {all}").format(
        table=sql.Identifier(table.name), values=_values(fields), all=columns(table.columns)
    )
    return _only(conn, query, list(fields.values()))


def read(conn: Connection, table: Table, number: int | UUID) -> Record:
    """The stored record. Raises Problem (404) where there is none."""
    query = sql.SQL("SELECT {all} FROM {table} WHERE id = %s").format(
        all=columns(table.columns), table=sql.Identifier(table.name)
    )
    return _only(conn, query, [number])


def check(conn: Connection, table: Table, number: int | UUID, guard: Record) -> None:
    """Lock the record. Raises Problem where there is none (404), or it does not have these values (409)."""
    query = sql.SQL("SELECT {agrees} AS agrees FROM {table} WHERE id = %s FOR NO KEY UPDATE").format(
        agrees=all_hold(dict.fromkeys(guard, "eq"), table.json), table=sql.Identifier(table.name)
    )
    if not _only(conn, query, [*guard.values(), number])["agrees"]:
        raise Problem(409, "The stored record does not have the values of where.")


def update(conn: Connection, table: Table, number: int | UUID, fields: Record) -> Record:
    """Write these fields, and no others."""
    require(table, fields, creating=False)
    changes = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in fields]
    query = sql.SQL("UPDATE {table} SET {changes} WHERE id = %s RETURNING {all}").format(
        table=sql.Identifier(table.name),
        changes=sql.SQL(", ").join([*changes, sql.SQL("updated_at = now()")]),
        all=columns(table.columns),
    )
    return _only(conn, query, [*fields.values(), number])


def delete(conn: Connection, table: Table, number: int | UUID) -> None:
    """Remove the record and, by cascade, its children."""
    query = sql.SQL("DELETE FROM {table} WHERE id = %s RETURNING id").format(table=sql.Identifier(table.name))
    _only(conn, query, [number])


def _values(fields: Record) -> sql.Composable:
    if not fields:
        return sql.SQL("DEFAULT VALUES")
    places = sql.SQL(", ").join([sql.Placeholder()] * len(fields))
    return sql.SQL("({names}) VALUES ({places})").format(names=columns(fields), places=places)


def _only(conn: Connection, query: sql.Composed, values: list[Any]) -> Record:
    row = conn.execute(query, values).fetchone()
    if row is None:
        raise Problem(404, MISSING)
    return row
