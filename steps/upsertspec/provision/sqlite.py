"""The tables as SQLite."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from upsertspec.provision import sql
from upsertspec.provision.selection import profiles_of, tables_for
from upsertspec.spec.schema import Field, Table

NOTES = """\
SQLite 3.37 or later. References and cascades hold only on connections that execute PRAGMA foreign_keys = ON.
The server has to move updated_at at every update: a trigger would come too late for RETURNING. Where a comment follows
a table, the server has to check what it says. Booleans are 0 and 1; decimals, dates, timestamps and JSON are text."""

NOW = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
REPEATED = re.compile(r"(\[[^\]\\]+\]|\w)\{(\d+)\}")
CONTAINERS = {"object", "array"}


def sqlite_text(asked: Sequence[str], own: Collection[str] = ()) -> str:
    """The SQL that creates the tables of these profiles in an empty database."""
    profiles = profiles_of(asked)
    blocks = [
        sql.head("SQLite", profiles, NOTES),
        "PRAGMA foreign_keys = ON;",
        "BEGIN;",
        *map(table_sql, tables_for(profiles, own)),
        "COMMIT;",
    ]
    return "\n\n".join(blocks) + "\n"


def table_sql(table: Table) -> str:
    """The SQL that creates one table, with its indexes and the comments on what it does not check."""
    columns = [
        f"{sql.name('id')} {table.id_type.sqlite_key}",
        *(_column(field) for field in table.fields.values()),
        *(f"{sql.name(time)} TEXT NOT NULL DEFAULT {NOW}" for time in ("created_at", "updated_at")),
    ]
    lines = [sql.create_table(table, columns, " STRICT"), *sql.create_indexes(table), *_comments(table)]
    return "\n".join(lines)


def _column(field: Field) -> str:
    return sql.column(field, field.type.sqlite, _conditions(sql.name(field.name), field))


def _conditions(column: str, field: Field) -> Iterator[str]:
    """The conditions that SQLite can check. A null passes: a CHECK fails on false only."""
    yield from sql.checks(field, field.type.sqlite_checks)
    if pattern := _glob(field.rules.get("pattern")):
        yield f"{column} GLOB {sql.literal(pattern)}"
    yield from _of_schema(column, field.rules.get("schema", {}))


def _of_schema(column: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """The part of a JSON Schema that SQLite checks: whether the value and its members are objects or arrays."""
    if schema.get("type") in CONTAINERS:
        yield f"json_type({column}) = {sql.literal(schema['type'])}"
    for member, inner in schema.get("properties", {}).items():
        if inner.get("type") in CONTAINERS:
            path = sql.literal(f'$."{member}"')
            yield f"coalesce(json_type({column}, {path}), {sql.literal(inner['type'])}) = {sql.literal(inner['type'])}"


def _glob(pattern: str | None) -> str | None:
    """A regular expression of repeated character classes as a GLOB pattern; None for any other expression."""
    if pattern is None or REPEATED.sub("", pattern):
        return None
    return "".join(part[1] * int(part[2]) for part in REPEATED.finditer(pattern))


def _comments(table: Table) -> list[str]:
    fields = list(table.fields.values())
    patterns = [
        sql.comment(f"{table.name}.{field.name}: the whole text matches {field.rules['pattern']}")
        for field in fields
        if "pattern" in field.rules and not _glob(field.rules["pattern"])
    ]
    schemas = [sql.schema_comment(table, f.name, f.rules["schema"]) for f in fields if "schema" in f.rules]
    return patterns + schemas
