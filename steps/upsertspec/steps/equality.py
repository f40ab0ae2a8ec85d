"""Whether records have the same values, by the types of their fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from upsertspec.errors import CheckFailed
from upsertspec.spec.schema import PROTECTED, Table
from upsertspec.spec.types import instant

SHOWN = 160


def same(table: Table, name: str, expected: Any, actual: Any) -> bool:
    """Whether the value that came back in this field is the expected one."""
    return actual is None if expected is None else table.type_of(name).same(expected, actual)


def is_utc(text: Any) -> bool:
    """Whether it is an RFC 3339 timestamp in UTC."""
    parsed = instant(text)
    return parsed is not None and parsed.utcoffset() == timedelta(0)


def differences(
    table: Table, expected: Mapping[str, Any], actual: Mapping[str, Any], fields: Iterable[str] | None = None
) -> list[str]:
    """A sentence for each of these fields that differs (default: all of `expected`). A missing field counts as null."""
    return [
        f"{name} is {shown(actual.get(name))} instead of {shown(expected.get(name))}"
        for name in (expected if fields is None else fields)
        if not same(table, name, expected.get(name), actual.get(name))
    ]


def require_same(table: Table, what: str, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> None:
    """Raise CheckFailed where a record differs in a field of its table or in a protected field."""
    wrong = differences(table, expected, actual, [*PROTECTED, *table.fields])
    if wrong:
        raise CheckFailed(what, "; ".join(wrong))


def shown(value: Any) -> str:
    """A value in a message: JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
