"""The tables as SQLite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upsertspec.provision import sql
from upsertspec.provision.selection import profiles_of, tables_for
from upsertspec.spec.schema import Field, Table, tables

NOTES = """\
SQLite 3.37 or later. References and cascades hold only on connections that say PRAGMA foreign_keys = ON, each anew.
The server has to move updated_at at every update: a trigger would come too late for RETURNING. Where a comment follows
a table, the server has to check what it says. Booleans are 0 and 1; decimals, dates, timestamps and JSON are text."""

TYPES = {"integer": "INTEGER", "boolean": "INTEGER"}
NOW = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
UUID_CHECK = """length("id") = 36 AND "id" GLOB '*-*-*-*-*' AND "id" NOT GLOB '*[^-0-9a-f]*'"""
NEW_UUID = (
    "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89ab', 1 + abs(random() % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))"
)
IDS = {
    "integer": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "uuid": f"TEXT NOT NULL PRIMARY KEY DEFAULT {NEW_UUID} CHECK ({UUID_CHECK})",
}
REPEATED = re.compile(r"(\[[^\]\\]+\]|\w)\{(\d+)\}")
JSON_TYPES = {"object", "array"}


def sqlite_text(asked: Sequence[str]) -> str:
    """The SQL that creates the tables of these profiles in an empty database."""
    profiles = profiles_of(asked)
    blocks = [
        sql.head("SQLite", profiles, NOTES),
        "PRAGMA foreign_keys = ON;",
        "BEGIN;",
        *map(_table, tables_for(profiles)),
        "COMMIT;",
    ]
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    columns = [
        f"{sql.name('id')} {IDS[table.id_type]}",
        *(_column(field) for field in table.fields.values()),
        *(f"{sql.name(time)} TEXT NOT NULL DEFAULT {NOW}" for time in ("created_at", "updated_at")),
    ]
    lines = [sql.create_table(table, columns, " STRICT"), *sql.create_indexes(table), *_comments(table)]
    return "\n".join(lines)


def _column(field: Field) -> str:
    return " ".join([sql.name(field.name), *_parts(field)])


def _parts(field: Field) -> Iterator[str]:
    rules = field.rules
    parent = tables()[rules["references"]] if field.type == "reference" else None
    integer_id = parent is not None and parent.id_type == "integer"
    yield "INTEGER" if integer_id else TYPES.get(field.type, "TEXT")
    if field.required:
        yield "NOT NULL"
    if "default" in rules:
        yield f"DEFAULT {sql.literal(rules['default'])}"
    if field.unique:
        yield "UNIQUE"
    if parent:
        yield f"REFERENCES {sql.name(parent.name)} (id) ON DELETE CASCADE"
    if condition := " AND ".join(_conditions(sql.name(field.name), field)):
        yield f"CHECK ({condition})"


def _conditions(column: str, field: Field) -> Iterator[str]:
    """What the column must keep to. A null passes: a CHECK fails on false only."""
    yield from _of_type(column, field.type)
    if field.options:
        yield sql.one_of(column, field.options)
    if "minimum" in field.rules:
        yield f"{column} >= {sql.literal(field.rules['minimum'])}"
    if shape := _glob(field.rules.get("pattern")):
        yield f"{column} GLOB {sql.literal(shape)}"
    yield from _of_schema(column, field.rules.get("schema", {}))


def _of_type(column: str, kind: str) -> Iterator[str]:
    if kind == "boolean":
        yield f"{column} IN (0, 1)"
    elif kind == "date":
        yield f"{column} IS date({column}, '+0 days')"  # the modifier makes 30 February another day
    elif kind == "datetime":
        yield f"({column} IS NULL OR julianday({column}) IS NOT NULL)"
        yield f"({column} GLOB '*T*Z' OR {column} GLOB '*T*[-+][0-9][0-9]:[0-9][0-9]')"
    elif kind == "decimal":
        digits = f"ltrim({column}, '-')"
        yield f"length({digits}) >= length({column}) - 1"
        yield f"{digits} GLOB '[0-9]*' AND {digits} GLOB '*[0-9]' AND {digits} NOT GLOB '*[^0-9.]*'"
        yield f"{digits} NOT GLOB '*.*.*'"
    elif kind == "json":
        yield f"({column} IS NULL OR json_valid({column}))"


def _of_schema(column: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """The part of a JSON Schema that needs no look into arrays: the types of the value and of its members."""
    if schema.get("type") in JSON_TYPES:
        yield f"json_type({column}) = {sql.literal(schema['type'])}"
    for member, inner in schema.get("properties", {}).items():
        if inner.get("type") in JSON_TYPES:
            path = sql.literal(f'$."{member}"')
            yield f"coalesce(json_type({column}, {path}), {sql.literal(inner['type'])}) = {sql.literal(inner['type'])}"


def _glob(pattern: str | None) -> str | None:
    """A regular expression of classes that are repeated, as GLOB; None where it says more than that."""
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
