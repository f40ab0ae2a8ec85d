"""The tables and roles that the scenarios assume, read from `features/schema.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from upsertspec.spec.files import features_dir
from upsertspec.spec.types import ID_TYPES, TIMESTAMP, TYPES, UNTYPED, FieldType, Id, Reference

PROTECTED = ("id", "created_at", "updated_at")
ROLES = ("editor", "creator", "updater", "viewer")
MEMBERS = ("north", "south")
"""The roles of the profile `isolation`: each may do all that the editor may, within one organization."""
CALLERS = (*ROLES, *MEMBERS)
RULES = frozenset({"type", "references", "required", "unique", "default"})
"""The rules that a field of any type may have; each type adds its own."""

T = TypeVar("T")


@dataclass(frozen=True)
class Field:
    """A field: its type, and `rules` as schema.toml has them."""

    name: str
    type: FieldType
    required: bool
    unique: bool
    options: tuple[str, ...]
    rules: Mapping[str, Any]

    @property
    def references(self) -> str | None:
        """The table that the field points to, or None if it is not a reference."""
        return self.type.references

    @property
    def is_free_text(self) -> bool:
        """Whether any text will do."""
        return self.type.is_free_text and not self.options

    def is_below(self, value: Any) -> bool:
        """Whether a value is below the field's minimum, if it has one."""
        return "minimum" in self.rules and bool(value < self.rules["minimum"])

    def is_above(self, value: Any) -> bool:
        """Whether a value is above the field's maximum, if it has one."""
        return "maximum" in self.rules and bool(value > self.rules["maximum"])


@dataclass(frozen=True)
class Table:
    """A table: its fields by name, and its unique keys as tuples of field names, the required keys first."""

    name: str
    id_type: Id
    fields: Mapping[str, Field]
    unique_keys: tuple[tuple[str, ...], ...]
    profiles: tuple[str, ...]

    @property
    def marked(self) -> frozenset[str]:
        """The free text fields of the unique keys: their values are made unique for each scenario."""
        return frozenset(name for key in self.unique_keys for name in key if self.fields[name].is_free_text)

    def keys_in(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The unique keys that a row has whole, each with its values. A null is no value."""
        keys = [{name: row.get(name) for name in key} for key in self.unique_keys]
        return [key for key in keys if all(value is not None for value in key.values())]

    def type_of(self, name: str) -> FieldType:
        """The type of a field, protected or not; `UNTYPED` where the table has no such field."""
        if name in self.fields:
            return self.fields[name].type
        if name == "id":
            return self.id_type
        return TIMESTAMP if name in PROTECTED else UNTYPED


@cache
def tables() -> Mapping[str, Table]:
    """Every table by name, in the order of schema.toml. Raises ValueError where the file can't be understood."""
    return read_tables(_raw()["tables"])


def read_tables(raw: Mapping[str, Any]) -> Mapping[str, Table]:
    """The tables of a parsed schema.toml. Raises ValueError for a type, a rule or a reference that is not known."""
    ids = {name: _known(ID_TYPES, table.get("id", "integer"), f"{name}: id") for name, table in raw.items()}
    return {name: _table(name, table, ids) for name, table in raw.items()}


def roles() -> Mapping[str, Mapping[str, bool]]:
    """What each role may do: role to permission to yes or no."""
    permissions: Mapping[str, Mapping[str, bool]] = _raw()["roles"]
    return permissions


def organizations() -> Mapping[str, str]:
    """The organization of each member, by the name of the role."""
    named: Mapping[str, str] = _raw()["members"]
    return named


def tables_of(profiles: frozenset[str]) -> list[Table]:
    """The tables that the scenarios of these profiles use."""
    return [table for table in tables().values() if profiles & set(table.profiles)]


@cache
def _raw() -> Mapping[str, Any]:
    with (features_dir() / "schema.toml").open("rb") as file:
        return tomllib.load(file)


def _table(name: str, raw: Mapping[str, Any], ids: Mapping[str, Id]) -> Table:
    fields = {field: _field(f"{name}.{field}", field, rules, ids) for field, rules in raw["fields"].items()}
    single = [(f.name,) for f in fields.values() if f.unique]
    together = [tuple(key) for key in raw.get("unique_together", [])]
    keys = sorted(single + together, key=lambda key: not all(fields[f].required for f in key))
    return Table(name, ids[name], fields, tuple(keys), tuple(raw["profiles"]))


def _field(place: str, name: str, rules: Mapping[str, Any], ids: Mapping[str, Id]) -> Field:
    kind: FieldType
    if "references" in rules:
        kind = Reference(rules["references"], _known(ids, rules["references"], f"{place}: references"))
    else:
        kind = _known(TYPES, rules.get("type"), f"{place}: type")
    if unknown := sorted(rules.keys() - RULES - kind.rules):
        article = "an" if kind.name[0] in "aeiou" else "a"
        raise ValueError(f"schema.toml: {place}: {article} {kind.name} field has no rule {unknown[0]!r}")
    return Field(
        name=name,
        type=kind,
        required=rules.get("required", False),
        unique=rules.get("unique", False),
        options=tuple(rules.get("options", ())),
        rules=rules,
    )


def _known(known: Mapping[str, T], name: Any, place: str) -> T:
    if name not in known:
        raise ValueError(f"schema.toml: {place} is {name!r}; known are {', '.join(known)}")
    return known[name]
