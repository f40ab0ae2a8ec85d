"""The field types of `schema.toml`: all that the harness knows of a type is in its class.

A new type is a class here, and a place in `TYPES`. No other module compares the names of types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upsertspec.spec.types.base import FieldType, Untyped, same_json
from upsertspec.spec.types.ids import Id, IntegerId, Reference, UuidId, is_id
from upsertspec.spec.types.numbers import Boolean, Decimal, Integer
from upsertspec.spec.types.structured import Json
from upsertspec.spec.types.text import Text
from upsertspec.spec.types.times import Date, DateTime, Time, Timestamp, instant

__all__ = [
    "ID_TYPES", "TIMESTAMP", "TYPES", "UNTYPED", "FieldType", "Id", "Reference", "Time", "instant", "is_id",
    "of_json_schema", "same_json",
]  # fmt: skip

UNTYPED = Untyped()
TIMESTAMP = Timestamp()
"""The type of `created_at` and `updated_at`."""

TYPES: Mapping[str, FieldType] = {
    kind.name: kind for kind in (Text(), Integer(), Boolean(), Date(), DateTime(), Decimal(), Json())
}
ID_TYPES: Mapping[str, Id] = {kind.name: kind for kind in (IntegerId(), UuidId())}


def of_json_schema(schema: Mapping[str, Any]) -> FieldType:
    """The type that fits a property of an OpenAPI document best; `null` next to another type is ignored."""
    options = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"] or [schema]
    given = dict(options[0])
    if isinstance(listed := given.get("type"), list):
        given["type"] = next((name for name in listed if name != "null"), None)
    fitting = [
        (len(known), kind) for kind in TYPES.values() for known in kind.json_schemas if known.items() <= given.items()
    ]
    return max(fitting, key=lambda pair: pair[0])[1]
