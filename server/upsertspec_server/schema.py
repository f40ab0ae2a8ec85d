"""The tables and roles, as `schema.toml` declares them (CONTRACT 2)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from upsertspec_server.errors import not_found

PROTECTED = ("id", "created_at", "updated_at")


@dataclass(frozen=True, eq=False)
class Field:
    """One field, equal to itself only. `type` is `id` or `uuid` where the field references a table."""

    name: str
    type: str
    required: bool = False
    unique: bool = False
    options: tuple[str, ...] | None = None
    default: Any = None
    minimum: int | None = None
    pattern: str | None = None
    references: str | None = None
    schema: dict[str, Any] | None = None
    has_rules: bool = field(init=False)
    """Whether there is more to check than the type. Asked for each value, so an attribute, which is read fastest."""

    def __post_init__(self) -> None:
        rules = (self.options, self.minimum, self.pattern, self.schema)
        object.__setattr__(self, "has_rules", any(rule is not None for rule in rules))

    def describe(self) -> dict[str, Any]:
        """The field as the table's description shows it (CONTRACT 3.2)."""
        shown: dict[str, Any] = {"references": self.references} if self.references else {"type": self.type}
        for name in ("required", "unique"):
            if getattr(self, name):
                shown[name] = True
        if self.options is not None:
            shown["options"] = list(self.options)
        for name in ("default", "minimum", "pattern", "schema"):
            if getattr(self, name) is not None:
                shown[name] = getattr(self, name)
        return shown


@dataclass(frozen=True, eq=False)
class Table:
    """One table, equal to itself only; `number` is its place in the file, from 1."""

    name: str
    number: int
    uuid: bool
    fields: dict[str, Field]
    unique_keys: tuple[tuple[str, ...], ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order in which they are stored and answered."""
        return ("id", *self.fields, "created_at", "updated_at")

    @cached_property
    def all_fields(self) -> dict[str, Field]:
        """The fields with the protected ones, which filters and guards may name."""
        return {
            "id": Field("id", "uuid" if self.uuid else "id"),
            **self.fields,
            "created_at": Field("created_at", "datetime"),
            "updated_at": Field("updated_at", "datetime"),
        }

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that are never null."""
        return tuple(field.name for field in self.fields.values() if field.required)

    @cached_property
    def converted(self) -> tuple[str, ...]:
        """The fields whose stored form differs from the answered one."""
        return tuple(field.name for field in self.fields.values() if field.type in ("boolean", "json"))

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """The values of the fields that a create does not mention: the default, else null."""
        return {field.name: field.default for field in self.fields.values()}

    @cached_property
    def keys_by_fields(self) -> dict[frozenset[str], tuple[str, ...]]:
        """The unique keys, by the set of their fields."""
        return {frozenset(key): key for key in self.unique_keys}

    def parent_field(self, parent: Table) -> str | None:
        """The field that references the parent, or None."""
        return next((field.name for field in self.fields.values() if field.references == parent.name), None)


@dataclass(frozen=True)
class Role:
    """What the holder of a token may do."""

    name: str
    create: bool = False
    update: bool = False
    delete: bool = False
    read: bool = False


@dataclass(frozen=True)
class Schema:
    """All tables by name, and all roles by name."""

    version: int
    tables: dict[str, Table]
    roles: dict[str, Role]

    @cached_property
    def tables_by_path(self) -> dict[str, Table]:
        """The tables by what may stand for them in a path: the name, or the number."""
        return {**{str(table.number): table for table in self.tables.values()}, **self.tables}

    def find(self, name: str) -> Table:
        """The table of this name or number. Raises 404."""
        table = self.tables_by_path.get(name)
        if table is None:
            raise not_found("There is no such table.")
        return table

    def children(self, parent: Table) -> dict[str, Table]:
        """The tables that reference the parent, by name."""
        return {table.name: table for table in self.tables.values() if table.parent_field(parent)}


def schema_path() -> Path:
    """Where `schema.toml` is: beside this module when installed, in `features/` in a checkout."""
    installed = Path(__file__).parent / "schema.toml"
    return installed if installed.exists() else Path(__file__).parents[2] / "features" / "schema.toml"


def load_schema(path: Path | None = None) -> Schema:
    """Read the declaration of tables and roles."""
    return build_schema(tomllib.loads((path or schema_path()).read_text(encoding="utf-8")))


def build_schema(source: dict[str, Any]) -> Schema:
    """The schema from the parsed file, whose format the file's own head describes."""
    tables = {
        name: _build_table(name, number, table, source["tables"])
        for number, (name, table) in enumerate(source["tables"].items(), start=1)
    }
    roles = {name: Role(name, **permissions) for name, permissions in source["roles"].items()}
    return Schema(source["version"], tables, roles)


def _build_table(name: str, number: int, table: dict[str, Any], tables: dict[str, Any]) -> Table:
    fields = {key: _build_field(key, field, tables) for key, field in table["fields"].items()}
    single = tuple((field.name,) for field in fields.values() if field.unique)
    together = tuple(tuple(key) for key in table.get("unique_together", ()))
    return Table(name, number, table.get("id") == "uuid", fields, single + together)


def _build_field(name: str, field: dict[str, Any], tables: dict[str, Any]) -> Field:
    members = dict(field)
    if "references" in members:
        members["type"] = "uuid" if tables[members["references"]].get("id") == "uuid" else "id"
    if "options" in members:
        members["options"] = tuple(members["options"])
    return Field(name, **members)
