"""JSON values."""

from __future__ import annotations

from typing import Any

from upsertspec.spec.types.base import FieldType


class Json(FieldType):
    """Any JSON value."""

    name = "json"
    finding = ()
    rules = frozenset({"schema"})
    cells_are_json = True
    json_schemas = ({}, {"type": "object"}, {"type": "array"})
    sqlite_checks = ("({0} IS NULL OR json_valid({0}))",)
    postgres = "json"
    good = (
        {"a": [1, 2.5, True, None]},
        [],
        {},
        "text",
        0,
        False,
        {"snakeCase": "camelCase"},
        {"a.b": "[1, 2]", "c": "true", "d": "12", "e": None, "f": "2024-01-15T10:00:00+02:00"},
    )
    hostile = (
        {"$where": {"$ref": "x.id"}, "__proto__": {"admin": True}, "": ""},
        {"é 😀": ["a\r\n", "a\u0301"]},
        {"n": [0.30000000000000004, 9007199254740991, 1e300]},
    )

    def accepts(self, value: Any) -> bool:  # noqa: ARG002 - any value is one
        return True
