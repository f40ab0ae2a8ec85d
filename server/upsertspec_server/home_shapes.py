"""JSON Schema in a few words, as far as the OpenAPI document uses it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upsertspec_server.openapi_schemas import Json

RULES = {
    "minimum": "at least",
    "maximum": "at most",
    "minItems": "at least",
    "maxItems": "at most",
    "default": "default",
}
UNITS = {"minItems": " of them", "maxItems": " of them"}


@dataclass(frozen=True)
class Member:
    """A member of an object: its name, what it holds, and whether it must be there."""

    name: str
    holds: str
    required: bool


def members(schema: Json) -> list[Member]:
    """The members of an object, in the order of the document."""
    required = schema.get("required", [])
    return [Member(name, words(inner), name in required) for name, inner in schema.get("properties", {}).items()]


def words(schema: Json) -> str:
    """What a schema lets through, in words: `integer, at least 0, default 50`."""
    rules = [f"{said} {_json(schema[rule])}{UNITS.get(rule, '')}" for rule, said in RULES.items() if rule in schema]
    return ", ".join([_kind(schema), *rules])


def _kind(schema: Json) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return _json(schema["const"])
    if "enum" in schema:
        return " or ".join(map(_json, schema["enum"]))
    for several in ("oneOf", "anyOf"):
        if several in schema and schema.get("type") != "object":
            return " or ".join(map(_kind, schema[several]))
    return _typed(schema)


def _typed(schema: Json) -> str:
    kinds = schema.get("type", "any value")
    if kinds == "array":
        return f"a list of {_kind(schema['items'])}"
    if kinds == "object" and schema.get("properties"):
        inside = [f"{name}: {_kind(inner)}" for name, inner in schema["properties"].items()]
        return "{" + ", ".join(inside) + "}"
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def _json(value: Any) -> str:
    return json.dumps(value)
