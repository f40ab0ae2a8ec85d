"""The tables as SQLite keeps them: strict, with the schema's rules as the last line of defence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upsertspec_server.statements import names, quote

if TYPE_CHECKING:
    from upsertspec_server.schema import Field, Table

_STORAGE = {"integer": "INTEGER", "boolean": "INTEGER", "id": "INTEGER"}


def create_table(table: Table, name: str | None = None) -> str:
    """The CREATE TABLE statement, under another name where one is given. Ids are never used twice."""
    columns = [
        '"id" TEXT PRIMARY KEY NOT NULL CHECK (length("id") = 36)'
        if table.uuid
        else '"id" INTEGER PRIMARY KEY AUTOINCREMENT',
        *(column(field) for field in table.fields.values()),
        '"created_at" TEXT NOT NULL',
        '"updated_at" TEXT NOT NULL',
    ]
    return f"CREATE TABLE {quote(name or table.name)} ({', '.join(columns)}) STRICT"


def create_indices(table: Table) -> list[str]:
    """A unique index for each unique key, and an index for each reference that leads none of them."""
    unique = [_index(table, key, "UNIQUE ") for key in table.unique_keys]
    leading = {key[0] for key in table.unique_keys}
    references = [name for name, field in table.fields.items() if field.references and name not in leading]
    return unique + [_index(table, (name,), "") for name in references]


def _index(table: Table, key: tuple[str, ...], unique: str) -> str:
    return f"CREATE {unique}INDEX {quote('_'.join((table.name, *key)))} ON {quote(table.name)} ({names(key)})"


def column(field: Field) -> str:
    """One column with its constraints."""
    parts = [quote(field.name), _STORAGE.get(field.type, "TEXT")]
    if field.required:
        parts.append("NOT NULL")
    if field.references:
        parts.append(f'REFERENCES {quote(field.references)} ("id") ON DELETE CASCADE')
    parts += [f"CHECK ({check})" for check in checks(field)]
    return " ".join(parts)


def checks(field: Field) -> list[str]:
    """The conditions that SQLite holds by itself."""
    name = quote(field.name)
    found = []
    if field.options is not None:
        found.append(f"{name} IN ({', '.join(literal(option) for option in field.options)})")
    if field.minimum is not None:
        found.append(f"{name} >= {int(field.minimum)}")
    if field.type == "boolean":
        found.append(f"{name} IN (0, 1)")
    if field.type == "json":
        found.append(f"{name} IS NULL OR json_valid({name})")
    return found


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
