"""Integers, decimals and booleans."""

from __future__ import annotations

import re
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import Any

from upsertspec.spec.types.base import FieldType

_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class Integer(FieldType):
    """A signed integer of 64 bits. Whether 3.0 is one is the target's choice."""

    name = "integer"
    rules = frozenset({"minimum"})
    cells_are_json = True
    in_address = (str, int)
    limits = range(-(2**63), 2**63)
    json_schemas = ({"type": "integer"},)
    sqlite = "INTEGER"
    postgres = "bigint"
    good = (41, 5, 100, 0, 1, 2**53 + 1, 2**63 - 1, 2**31)
    wrong = ("5", 1.5, True, "abc", [], "", {}, [36], 2**63)
    hostile = (2**53 - 1, 2**53 + 3, 2**32, 2**31 - 1, -(2**63), -(2**53) - 1, -(2**31) - 1)
    hostile_wrong = ({"$inc": 1}, "age + 1", -(2**63) - 1, 10**19, 10**22)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)


class Decimal(FieldType):
    """A decimal number that is written as text: the same number may come back with other zeros."""

    name = "decimal"
    has_equal_texts = True
    json_schemas = ({"type": "string", "format": "decimal"}, {"type": "number"})
    sqlite_checks = (
        "length(ltrim({0}, '-')) >= length({0}) - 1",
        "ltrim({0}, '-') GLOB '[0-9]*' AND ltrim({0}, '-') GLOB '*[0-9]' AND ltrim({0}, '-') NOT GLOB '*[^0-9.]*'",
        "ltrim({0}, '-') NOT GLOB '*.*.*'",
    )
    postgres = "numeric"
    postgres_checks = ("{0} NOT IN ('NaN', 'Infinity', '-Infinity')",)
    good = ("12.50", "0", "-3.1", "4500.00", "12345678901234567.89", "0.1234")
    wrong = (12.5, "abc", "", 3, "12,50", True)
    hostile = ("0.10", "9007199254740993.01", "1234567890123456.78", "-0.01", "0.001")
    hostile_wrong = ("NaN", "Infinity", "-inf", "1_000", "1,000.00", " 10 ", "١٢٣", "0x10", "€ 10")

    def accepts(self, value: Any) -> bool:
        return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None

    def same(self, expected: Any, actual: Any) -> bool:
        if not isinstance(expected, str) or not isinstance(actual, str):
            return False
        return expected == actual or _number(expected) == _number(actual) is not None

    def order(self, value: Any) -> Any:
        return Number(value)


class Boolean(FieldType):
    """True or false."""

    name = "boolean"
    finding = ("",)
    cells_are_json = True
    json_schemas = ({"type": "boolean"},)
    sqlite = "INTEGER"
    sqlite_checks = ("{0} IN (0, 1)",)
    postgres = "boolean"
    good = (True, False)
    wrong = ("true", 1, 0, "false", "", "yes", [])
    hostile_wrong = ("true OR 1=1",)

    def accepts(self, value: Any) -> bool:
        return isinstance(value, bool)


def _number(text: str) -> Number | None:
    """The number, or None where the text is none, or one that equals nothing (NaN) or is infinite."""
    try:
        number = Number(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
