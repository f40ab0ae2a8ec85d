"""The tables and roles as JSON. `provision.schema.json` is its JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from upsertspec.provision.selection import indexed, profiles_of, tables_for
from upsertspec.spec.schema import PROTECTED, Field, Table, roles, tables

VERSION = 1
RULES = ("default", "minimum", "pattern", "schema")


def json_text(asked: Sequence[str], own: Collection[str]) -> str:
    """The document as text."""
    return json.dumps(document(asked, own), ensure_ascii=False, indent=1) + "\n"


def document(asked: Sequence[str], own: Collection[str] = ()) -> dict[str, Any]:
    """The tables and roles that the scenarios of these profiles assume."""
    profiles = profiles_of(asked)
    return {
        "version": VERSION,
        "profiles": list(profiles),
        "protected": list(PROTECTED),
        "roles": {name: dict(permissions) for name, permissions in roles().items()},
        "tables": [_table(table) for table in tables_for(profiles, own)],
    }


def _table(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "id": table.id_type.name,
        "profiles": list(table.profiles),
        "fields": [_field(field) for field in table.fields.values()],
        "unique_keys": [list(key) for key in table.unique_keys],
        "indexes": [[name] for name in indexed(table)],
    }


def _field(field: Field) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": field.name,
        "type": field.type.name,
        "required": field.required,
        "unique": field.unique,
    }
    if field.references:
        kind = tables()[field.references].id_type.name
        described["references"] = {"table": field.references, "field": "id", "type": kind, "on_delete": "cascade"}
    if field.options:
        described["options"] = list(field.options)
    return described | {name: field.rules[name] for name in RULES if name in field.rules}
