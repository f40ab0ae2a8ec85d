"""What SQLite and PostgreSQL have in common."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from upsertspec.provision.selection import indexed
from upsertspec.spec.schema import Table, roles

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


def one_of(column: str, options: Sequence[str]) -> str:
    """The condition that a column has one of the options."""
    return f"{column} IN ({', '.join(map(literal, options))})"


def comment(text: str) -> str:
    """The text as SQL comments."""
    lines = [line for part in text.splitlines() for line in textwrap.wrap(part, WIDTH) or [""]]
    return "\n".join(f"-- {line}".rstrip() for line in lines)


def head(kind: str, profiles: Sequence[str], notes: str) -> str:
    """What stands first: where the file comes from, the roles, and what the database can't hold."""
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
    """A comment that shows a field's JSON Schema."""
    return comment(f"{table.name}.{field} keeps to this JSON Schema:\n{json.dumps(schema, ensure_ascii=False)}")
