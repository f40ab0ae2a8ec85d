"""The tables and roles, as `features/schema.toml` declares them (CONTRACT 2)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Any

import jsonschema_rs

from upsertspec_server.errors import not_found
from upsertspec_server.fields import TYPES, FieldType

PROTECTED = frozenset({"id", "created_at", "updated_at"})
Row = dict[str, Any]
"""Field name to value, as it is stored."""


@dataclass(frozen=True, eq=False)
class Field:
    """One field of a table. The type of a reference is that of the id it refers to."""

    name: str
    type: FieldType
    required: bool = False
    unique: bool = False
    options: tuple[str, ...] | None = None
    default: Any = None
    minimum: int | None = None
    pattern: str | None = None
    references: str | None = None
    schema: dict[str, Any] | None = None

    def parse(self, value: Any) -> Any:
        """The stored form of a value for this field. Raises ValueError with a message for the client."""
        if value is None:
            if self.required:
                raise ValueError("is required")
            return None
        stored = self.type.parse(value)
        if self.has_rules:
            self.check_rules(value)
        return stored

    @cached_property
    def has_rules(self) -> bool:
        """Whether the field has rules besides its type."""
        return any(rule is not None for rule in (self.options, self.minimum, self.pattern, self.schema))

    def check_rules(self, value: Any) -> None:
        """Raises ValueError for a value of the right type that breaks a rule of the field."""
        if self.options is not None and value not in self.options:
            raise ValueError(f"must be one of {', '.join(self.options)}")
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"must be at least {self.minimum}")
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            raise ValueError(f"must match {self.pattern}")
        if self.schema is not None:
            try:
                self.json_validator.validate(value)
            except jsonschema_rs.ValidationError as error:
                path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
                raise ValueError(f"does not fit the field's JSON Schema at ${path}") from None

    @cached_property
    def json_validator(self) -> jsonschema_rs.Draft202012Validator:
        """What checks a value against the field's JSON Schema."""
        return jsonschema_rs.Draft202012Validator(self.schema or {})

    def describe(self) -> dict[str, Any]:
        """The field in the table's description (CONTRACT 3.2)."""
        shown: dict[str, Any] = {"references": self.references} if self.references else {"type": self.type.name}
        shown |= {name: True for name in ("required", "unique") if getattr(self, name)}
        if self.options is not None:
            shown["options"] = list(self.options)
        rules = ("default", "minimum", "pattern", "schema")
        return shown | {name: getattr(self, name) for name in rules if getattr(self, name) is not None}


@dataclass(frozen=True, eq=False)
class Table:
    """One table. `number` is its place in the file, from 1; `protected` are the fields that the server writes.

    `organization` is the field that says to whom a record belongs, if the table has one.
    """

    name: str
    number: int
    fields: dict[str, Field]
    unique_keys: tuple[tuple[str, ...], ...]
    protected: dict[str, Field]
    organization: str | None = None

    @cached_property
    def all_fields(self) -> dict[str, Field]:
        """Every field, in the order in which it is stored and answered."""
        id_field, *times = self.protected.values()
        return {"id": id_field, **self.fields, **{field.name: field for field in times}}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of all fields, in this order."""
        return tuple(self.all_fields)

    @cached_property
    def values(self) -> Callable[[Row], tuple[Any, ...]]:
        """Gives the values of a whole row, in this order."""
        return itemgetter(*self.columns)

    @cached_property
    def uuid(self) -> bool:
        """Whether the ids are UUIDs; else SQLite numbers the records."""
        return self.id_type.name == "uuid"

    @cached_property
    def id_type(self) -> FieldType:
        """The type of the ids."""
        return self.protected["id"].type

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that are never null."""
        return tuple(name for name, field in self.fields.items() if field.required)

    @cached_property
    def defaults(self) -> Row:
        """What a create gives to the fields that it does not mention: the default, else null."""
        return {name: field.default for name, field in self.fields.items()}

    @cached_property
    def keys_by_fields(self) -> dict[frozenset[str], tuple[str, ...]]:
        """The unique keys, by the set of their fields."""
        return {frozenset(key): key for key in self.unique_keys}

    @cached_property
    def _shown(self) -> list[tuple[str, FieldType]]:
        changes = [(name, field.type) for name, field in self.all_fields.items()]
        return [(name, kind) for name, kind in changes if type(kind).show is not FieldType.show]

    def show(self, row: Row) -> dict[str, Any]:
        """A stored record as it is answered."""
        record = dict(row)
        for name, kind in self._shown:
            if record.get(name) is not None:
                record[name] = kind.show(record[name])
        return record

    def parent_field(self, parent: Table) -> str | None:
        """The field that refers to the parent, or None."""
        return next((name for name, field in self.fields.items() if field.references == parent.name), None)

    def describe(self) -> dict[str, Any]:
        """The table's description: its number, its name, its fields, its unique keys (CONTRACT 3.2)."""
        fields = {name: field.describe() for name, field in self.fields.items()}
        return {
            "id": self.number,
            "name": self.name,
            "fields": fields,
            "unique_keys": [list(key) for key in self.unique_keys],
        }


@dataclass(frozen=True)
class Role:
    """What the holder of a token may do; with an `organization`, with the records of that one only."""

    name: str
    create: bool = False
    update: bool = False
    delete: bool = False
    read: bool = False
    organization: str | None = None


@dataclass(frozen=True)
class Schema:
    """All tables by name, and all roles by name."""

    version: int
    tables: dict[str, Table]
    roles: dict[str, Role]

    @cached_property
    def tables_in_paths(self) -> dict[str, Table]:
        """The tables by what stands for them in a path: the name, or the number."""
        return {**{str(table.number): table for table in self.tables.values()}, **self.tables}

    def find(self, name: str) -> Table:
        """The table of this name or number. Raises 404."""
        table = self.tables_in_paths.get(name)
        if table is None:
            raise not_found("There is no such table.")
        return table

    def children(self, parent: Table) -> dict[str, Table]:
        """The tables that refer to the parent, by name."""
        return {table.name: table for table in self.tables.values() if table.parent_field(parent)}


def schema_path() -> Path:
    """Where `schema.toml` is: next to this module when installed, in `features/` in a checkout."""
    installed = Path(__file__).parent / "schema.toml"
    return installed if installed.exists() else Path(__file__).parents[2] / "features" / "schema.toml"


def load_schema() -> Schema:
    """The tables and roles of `schema.toml`."""
    return build_schema(tomllib.loads(schema_path().read_text(encoding="utf-8")))


def build_schema(
    source: Mapping[str, Any],
    types: Mapping[str, FieldType] = TYPES,
    field_class: type[Field] = Field,
    schema_class: type[Schema] = Schema,
) -> Schema:
    """The schema from the parsed file; the head of the file describes the format."""

    def id_type(table: str) -> FieldType:
        return types["uuid" if source["tables"][table].get("id") == "uuid" else "id"]

    def field(name: str, given: Mapping[str, Any]) -> Field:
        members = {**given}
        members["type"] = id_type(given["references"]) if "references" in given else types[given["type"]]
        if "options" in given:
            members["options"] = tuple(given["options"])
        return field_class(name, **members)

    def table(number: int, name: str, given: Mapping[str, Any]) -> Table:
        fields = {key: field(key, value) for key, value in given["fields"].items()}
        single = tuple((key,) for key, value in fields.items() if value.unique)
        together = tuple(tuple(key) for key in given.get("unique_together", ()))
        protected = {"id": id_type(name), "created_at": types["timestamp"], "updated_at": types["timestamp"]}
        own = {key: field_class(key, kind) for key, kind in protected.items()}
        return Table(name, number, fields, single + together, own, given.get("organization"))

    tables = {name: table(n, name, given) for n, (name, given) in enumerate(source["tables"].items(), start=1)}
    roles = {name: Role(name, **permissions) for name, permissions in source["roles"].items()}
    roles |= {name: replace(roles["editor"], name=name, organization=of) for name, of in source["members"].items()}
    return schema_class(source["version"], tables, roles)
