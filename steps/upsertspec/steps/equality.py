"""Whether records have the same values, by the types of their fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.errors import CheckFailed
from upsertspec.spec.schema import PROTECTED, Table
from upsertspec.spec.types import instant

SHOWN = 160
ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


def same(table: Table, name: str, expected: Any, actual: Any) -> bool:
    """Whether the value that came back in this field is the expected one."""
    return actual is None if expected is None else table.type_of(name).same(expected, actual)


def is_utc(text: Any) -> bool:
    """Whether it is an RFC 3339 timestamp in UTC."""
    parsed = instant(text)
    return parsed is not None and parsed.utcoffset() == timedelta(0)


def differences(
    table: Table,
    expected: Mapping[str, Any],
    actual: Mapping[str, Any],
    fields: Iterable[str] | None = None,
    words: Words | None = None,
) -> list[str]:
    """What differs in these fields (by default all of `expected`), in the target's words.

    A field that is absent counts as null, but is said to be missing.
    """
    return [
        difference(name, expected.get(name), actual, words)
        for name in (expected if fields is None else fields)
        if not same(table, name, expected.get(name), actual.get(name))
    ]


def require_same(table: Table, what: str, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> None:
    """Raise CheckFailed where a record differs in any field of its table, or in a protected one."""
    if wrong := differences(table, expected, actual, [*PROTECTED, *table.fields]):
        raise CheckFailed(what, "; ".join(wrong))


def difference(name: str, expected: Any, actual: Mapping[str, Any], words: Words | None) -> str:
    """How one field differs, in the target's words: `category is missing`, `stock is 3 instead of 4`."""
    theirs = words.label(name) if words else name
    if name not in actual:
        return f"{theirs} is missing instead of {_said(name, expected, words)}"
    return f"{theirs} is {_said(name, actual[name], words)} instead of {_said(name, expected, words)}"


def _said(name: str, value: Any, words: Words | None) -> str:
    return shown(words.shown(name, value) if words else value)


def as_json(value: Any) -> str:
    """A value as JSON, whole, to tell ids apart."""
    return ENCODER.encode(value)


def shown(value: Any) -> str:
    """A value in a message: JSON, cut short."""
    text = as_json(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
