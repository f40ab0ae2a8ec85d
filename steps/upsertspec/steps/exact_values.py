"""Whether a value came back as it was sent, to the last character and the last digit."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from upsertspec.dialects.base import Exact
from upsertspec.dialects.operations import Verbatim
from upsertspec.spec.schema import Table
from upsertspec.spec.types import same_json
from upsertspec.steps.equality import same

Number = int | float | Decimal


def meant(sent: Any) -> Any:
    """The value that was sent, with every digit of its numbers; a broken character is a lone surrogate."""
    return json.loads(sent.json, parse_float=Decimal, parse_int=Decimal) if isinstance(sent, Verbatim) else sent


def kept(table: Table, name: str, sent: Any, actual: Any) -> bool:
    """Whether the value that came back is the value that was sent: text by its type, everything else exactly."""
    expected = meant(sent)
    if table.type_of(name).has_equal_texts:
        return same(table, name, expected, actual)
    return exactly(expected, actual)


def exactly(expected: Any, actual: Any) -> bool:
    """Equal as JSON, with exact numbers: 2^53 + 1 is not 2^53, 1e2 is 100, -0 is 0."""
    if _is_number(expected) and _is_number(actual):
        return (a := _decimal(expected)) is not None and a == _decimal(actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(exactly(v, actual[k]) for k, v in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(exactly, expected, actual))
    return same_json(expected, actual)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _decimal(value: Number) -> Decimal | None:
    try:
        return Decimal(value.text if isinstance(value, Exact) else value)
    except InvalidOperation:
        return None
