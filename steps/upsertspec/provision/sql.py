"""What SQLite and PostgreSQL have in common."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from upsertspec.provision.selection import indexed
from upsertspec.spec.schema import Field, Table, roles

WIDTH = 117


def name(identifier: str) -> str:
    """An identifier: always quoted, so that no name is ever a keyword."""
    escaped = identifier.replace('"', '""')
    return f'"{escaped}"'


def names(identifiers: Iterable[str]) -> str:
    """Identifiers, separated by commas."""
    return ", ".join(map(name, identifiers))


def literal(value: Any) -> str:
    """A text or a whole number as SQL."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    escaped = str(value).replace("'", "''")
    return f"'{escaped}'"


def column(field: Field, kind: str, conditions: Iterable[str]) -> str:
    """The definition of a field's column, of this type in the database; all conditions are one CHECK."""
    parts = [name(field.name), kind]
    if field.required:
        parts.append("NOT NULL")
    if "default" in field.rules:
        parts.append(f"DEFAULT {literal(field.rules['default'])}")
    if field.unique:
        parts.append("UNIQUE")
    if field.references:
        parts.append(f"REFERENCES {name(field.references)} (id) ON DELETE CASCADE")
    if condition := " AND ".join([*conditions]):
        parts.append(f"CHECK ({condition})")
    return " ".join(parts)


def checks(field: Field, of_type: Iterable[str]) -> Iterator[str]:
    """The conditions of the field's type, its options and its minimum."""
    yield from (condition.format(name(field.name)) for condition in of_type)
    if field.options:
        yield f"{name(field.name)} IN ({', '.join(map(literal, field.options))})"
    if "minimum" in field.rules:
        yield f"{name(field.name)} >= {literal(field.rules['minimum'])}"


def comment(text: str) -> str:
    """The text as SQL comments."""
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, WIDTH) or [""]]
    return "\n".join(f"-- {line}".rstrip() for line in lines)


def head(kind: str, profiles: Sequence[str], notes: str) -> str:
    """The comment at the top: where the file comes from, the roles, and what the server has to do itself."""
    may = [f"  {role}: {', '.join(p for p, yes in can.items() if yes)}" for role, can in roles().items()]
    return comment(
        f"The tables that the scenarios assume, for {kind}.\n"
        f"Written by `upsertspec provision --format {kind.lower()}` for: {', '.join(profiles)}.\n\n"
        "Roles are the server's, not the database's. What each may do with every table:\n"
        + "\n".join(may)
        + f"\n  without credentials: nothing\n\n{' '.join(notes.split())}"
    )


def create_table(table: Table, columns: Sequence[str], suffix: str = "") -> str:
    """CREATE TABLE with these columns and the table's keys of several fields."""
    keys = [f"UNIQUE ({names(key)})" for key in table.unique_keys if len(key) > 1]
    body = ",\n".join(f"  {line}" for line in [*columns, *keys])
    return f"CREATE TABLE {name(table.name)} (\n{body}\n){suffix};"


def create_indexes(table: Table) -> list[str]:
    """An index for each reference that no key begins with."""
    return [
        f"CREATE INDEX {name(f'{table.name}_{field}_idx')} ON {name(table.name)} ({name(field)});"
        for field in indexed(table)
    ]


def schema_comment(table: Table, field: str, schema: Any) -> str:
    """A comment with a field's JSON Schema."""
    return comment(f"{table.name}.{field} keeps to this JSON Schema:\n{json.dumps(schema, ensure_ascii=False)}")
