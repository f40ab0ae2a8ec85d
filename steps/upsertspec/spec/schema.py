"""The tables and roles that the scenarios assume, read from `features/schema.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from upsertspec.spec.files import features_dir

PROTECTED = ("id", "created_at", "updated_at")
ROLES = ("editor", "creator", "updater", "viewer")


@dataclass(frozen=True)
class Field:
    """A field: `type` is one of schema.toml's types, or `reference`."""

    name: str
    type: str
    required: bool
    unique: bool
    options: tuple[str, ...]
    rules: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """A table: its fields by name, and its unique keys as tuples of field names, the required keys first."""

    name: str
    id_type: str
    fields: Mapping[str, Field]
    unique_keys: tuple[tuple[str, ...], ...]
    profiles: tuple[str, ...]

    @property
    def marked(self) -> frozenset[str]:
        """The free text fields of the unique keys: their values are made unique for each scenario."""
        names = {name for key in self.unique_keys for name in key}
        return frozenset(n for n in names if self.fields[n].type == "text" and not self.fields[n].options)


@cache
def tables() -> Mapping[str, Table]:
    """Every table by name, in the order of schema.toml."""
    return {name: _table(name, spec) for name, spec in _raw()["tables"].items()}


def roles() -> Mapping[str, Mapping[str, bool]]:
    """What each role may do: role to permission to yes or no."""
    permissions: Mapping[str, Mapping[str, bool]] = _raw()["roles"]
    return permissions


def tables_of(profiles: frozenset[str]) -> list[Table]:
    """The tables that the scenarios of these profiles use."""
    return [table for table in tables().values() if profiles & set(table.profiles)]


@cache
def _raw() -> Mapping[str, Any]:
    with (features_dir() / "schema.toml").open("rb") as file:
        return tomllib.load(file)


def _table(name: str, spec: Mapping[str, Any]) -> Table:
    fields = {field: _field(field, rules) for field, rules in spec["fields"].items()}
    single = [(f.name,) for f in fields.values() if f.unique]
    together = [tuple(key) for key in spec.get("unique_together", [])]
    keys = sorted(single + together, key=lambda key: not all(fields[f].required for f in key))
    return Table(name, spec.get("id", "integer"), fields, tuple(keys), tuple(spec["profiles"]))


def _field(name: str, rules: Mapping[str, Any]) -> Field:
    return Field(
        name=name,
        type="reference" if "references" in rules else rules["type"],
        required=rules.get("required", False),
        unique=rules.get("unique", False),
        options=tuple(rules.get("options", ())),
        rules=rules,
    )
