"""When two values of a field are the same, by the field's type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.errors import CheckFailed
from upsertspec.spec.schema import PROTECTED, Table

TIMES = ("created_at", "updated_at")
SHOWN = 160


def same(table: Table, name: str, expected: Any, actual: Any) -> bool:
    """Whether a value that came back is the value that was meant."""
    kind = table.fields[name].type if name in table.fields else ("datetime" if name in TIMES else "any")
    if expected is None:
        return actual is None
    if isinstance(expected, str) and expected == actual:
        return True
    if kind == "datetime":
        return (a := instant(expected)) is not None and a == instant(actual)
    if kind == "decimal":
        return isinstance(actual, str) and _decimal(expected) == _decimal(actual) is not None
    return same_json(expected, actual)


def same_json(expected: Any, actual: Any) -> bool:
    """Equal as JSON: true is not 1, 1 is 1.0, objects have the same members, arrays the same order."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(same_json(v, actual[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same_json, expected, actual))
    return bool(expected == actual)


def instant(text: Any) -> datetime | None:
    """The instant of an RFC 3339 text with an offset, or None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None


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


def difference(name: str, expected: Any, actual: Mapping[str, Any], words: Words | None = None) -> str:
    """How one field differs, in the target's words: `category is missing`, `stock is 3 instead of 4`."""
    theirs = words.label(name) if words else name
    if name not in actual:
        return f"{theirs} is missing instead of {_said(name, expected, words)}"
    return f"{theirs} is {_said(name, actual[name], words)} instead of {_said(name, expected, words)}"


def _said(name: str, value: Any, words: Words | None) -> str:
    return shown(words.shown(name, value) if words else value)


def shown(value: Any) -> str:
    """A value in a message: JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _decimal(text: Any) -> Decimal | None:
    try:
        return Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        return None
