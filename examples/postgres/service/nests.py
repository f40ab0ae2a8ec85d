"""What is nested in records: their children, or what they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from service.catalog import Table
from service.database import Connection, columns
from service.values import Record, shown


@dataclass(frozen=True)
class Nest:
    """What is nested under a name. `column` refers to the parent: the child's, or with `is_parent` the record's own.

    `limit` is None for all children, and `fields` for all fields.
    """

    name: str
    table: Table
    column: str
    is_parent: bool
    order: sql.Composed
    limit: int | None
    fields: list[str] | None
    nested: list[Nest]


def complete(
    conn: Connection, table: Table, rows: Sequence[Record], names: Sequence[str] | None, nested: Sequence[Nest]
) -> list[Record]:
    """The rows for a client: the named fields, or all, and what is nested in them."""
    found = [(nest, _found(conn, nest, rows)) for nest in nested]
    records = []
    for row in rows:
        record = shown(table, {name: row[name] for name in names or table.columns})
        for nest, of in found:
            there = of.get(row[nest.column if nest.is_parent else "id"], [])
            record[nest.name] = next(iter(there), None) if nest.is_parent else there
        records.append(record)
    return records


def _found(conn: Connection, nest: Nest, rows: Sequence[Record]) -> dict[Any, list[Record]]:
    """What is nested, by the value that leads to it."""
    own, theirs = (nest.column, "id") if nest.is_parent else ("id", nest.column)
    values = list({row[own] for row in rows if row[own] is not None})
    query = sql.SQL(
        "SELECT {all} FROM (SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY {order}) AS place FROM {table} "
        "WHERE {key} = ANY (%s)) AS ranked WHERE %s::bigint IS NULL OR place <= %s ORDER BY place"
    ).format(
        all=columns(nest.table.columns),
        key=sql.Identifier(theirs),
        order=nest.order,
        table=sql.Identifier(nest.table.name),
    )
    inner = conn.execute(query, [values, nest.limit, nest.limit]).fetchall() if values else []
    found: dict[Any, list[Record]] = {}
    for row, record in zip(inner, complete(conn, nest.table, inner, nest.fields, nest.nested), strict=True):
        found.setdefault(row[theirs], []).append(record)
    return found
