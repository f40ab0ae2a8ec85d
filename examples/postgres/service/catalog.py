"""The tables, read from PostgreSQL's catalog: the service has no list of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from psycopg import sql

PROTECTED = ("id", "created_at", "updated_at")

KINDS = {
    "text": "text",
    "bigint": "integer",
    "boolean": "boolean",
    "date": "date",
    "timestamp with time zone": "datetime",
    "numeric": "decimal",
    "json": "json",
    "uuid": "uuid",
}

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
ORDER BY c.oid, a.attnum
"""

CONSTRAINTS = """
SELECT t.relname, k.contype::text, pg_get_constraintdef(k.oid), other.relname,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.number ORDER BY u.place)
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.conrelid
LEFT JOIN pg_class other ON other.oid = k.confrelid
WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('u', 'f', 'c')
ORDER BY k.oid
"""

OPTIONS = re.compile(r"\(\(\w+ = ANY \((ARRAY\[.*\])\)\)\)")
MINIMUM = re.compile(r"\(\(\w+ >= '?\(?(-?\d+)")


@dataclass
class Column:
    """A column: its kind is one of the values of KINDS."""

    name: str
    kind: str
    required: bool
    default: Any = None
    references: str | None = None
    options: list[str] = field(default_factory=list)
    minimum: int | None = None


@dataclass
class Table:
    """A table with its unique keys, and with the tables that refer to it: child to the child's column."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    children: dict[str, str] = field(default_factory=dict)

    @property
    def writable(self) -> list[Column]:
        """The columns that a client may write."""
        return [column for column in self.columns.values() if column.name not in PROTECTED]

    @property
    def json(self) -> tuple[str, ...]:
        """The names of the columns that hold JSON."""
        return tuple(column.name for column in self.columns.values() if column.kind == "json")

    def description(self) -> dict[str, Any]:
        """The table's description for clients."""
        return {
            "unique_keys": [list(key) for key in self.keys],
            "fields": {column.name: self._described(column) for column in self.writable},
            "name": self.name,
        }

    def _described(self, column: Column) -> dict[str, Any]:
        description: dict[str, Any] = {
            "type": "reference" if column.references else column.kind,
            "required": column.required,
        }
        description["unique"] = (column.name,) in self.keys
        for name in ("references", "options", "default", "minimum"):
            value = getattr(column, name)
            if value is not None and value != []:
                description[name] = value
        return description


def read_tables(conn: psycopg.Connection[Any]) -> Mapping[str, Table]:
    """Every table of the schema `public`, by name."""
    tables: dict[str, Table] = {}
    for table, name, kind, required, default in conn.execute(COLUMNS):
        known = tables.setdefault(table, Table(table))
        written = name not in PROTECTED and default is not None
        known.columns[name] = Column(name, KINDS[kind], required, _value(conn, default) if written else None)
    for table, kind, text, other, names in conn.execute(CONSTRAINTS):
        _constrain(conn, tables, tables[table], kind, text, other, names)
    return tables


def _constrain(
    conn: psycopg.Connection[Any],
    tables: Mapping[str, Table],
    table: Table,
    kind: str,
    text: str,
    other: str | None,
    names: list[str],
) -> None:
    column = table.columns[names[0]]
    if kind == "u":
        table.keys.append(tuple(names))
    elif kind == "f" and other:
        column.references = other
        tables[other].children[table.name] = column.name
    elif options := OPTIONS.search(text):
        column.options = _value(conn, options[1])
    elif minimum := MINIMUM.search(text):
        column.minimum = int(minimum[1])


def _value(conn: psycopg.Connection[Any], expression: str) -> Any:
    """The value of an expression that comes from the catalog."""
    row = conn.execute(sql.SQL("SELECT {}").format(sql.SQL(cast("Any", expression)))).fetchone()
    return row[0] if row else None
