"""Numbers, dates and values of the wrong type: coerced, rounded or refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_catalogue import parsed, stored
from upsertspec_server.errors import Problem
from upsertspec_server.fields import Boolean, Date, DecimalText, Integer, Json, Text
from upsertspec_server.request import Request
from upsertspec_server.schema import Field
from upsertspec_server.validation import Validator

LARGEST, SMALLEST = 2**63 - 1, -(2**63)
EXACT = 2**53


def is_number(value: Any, *kinds: type) -> bool:
    """Whether a value is a number of this kind; by default an integer. True and false are none."""
    return isinstance(value, kinds or int) and not isinstance(value, bool)


def javascript_number(value: Any) -> Any:
    """What Number() makes of a value."""
    if isinstance(value, list):
        return javascript_number(value[0]) if len(value) == 1 else (value or 0)
    if isinstance(value, str):
        text = value.strip() or "0"
        return int(text) if text.isdecimal() else value
    return int(value) if isinstance(value, bool) else value


def as_double(text: str) -> int | float:
    """The integer of a text as a double keeps it."""
    return int(text) if abs(int(text)) <= EXACT else int(float(text[:300]))


change: Any
kind: Any
for name, violates, change, says in (
    ("numerals-are-numbers", "AC-010",
     lambda value: int(value) if isinstance(value, str) and re.fullmatch(r"-?\d+", value) else value,
     "Takes text that holds a whole number as the number."),
    ("numbers-as-in-javascript", "AC-010", javascript_number,
     "Converts to a number as Number() does: empty text and empty lists are 0, true is 1, [36] is 36."),
    ("fractions-are-cut", "AC-010", lambda value: int(value) if isinstance(value, float) else value,
     "Cuts off the fraction of a number."),
    ("true-is-one", "AC-010", lambda value: int(value) if isinstance(value, bool) else value,
     "Takes true as 1, like Python's int."),
    ("integers-are-clamped", "AC-010 AC-806",
     lambda value: max(-LARGEST, min(LARGEST, value)) if is_number(value) else value,
     "Stores the largest integer for a larger one."),
    ("integers-wrap", "AC-806 AC-010",
     lambda value: (value - SMALLEST) % 2**64 + SMALLEST if is_number(value) else value,
     "Lets integers overflow: 2^63 becomes the smallest integer."),
    ("exponents-are-rounded", "AC-806 AC-010",
     lambda value: round(value) if isinstance(value, float) and abs(value) < EXACT else value,
     "Rounds a number with a fraction or an exponent to an integer."),
):  # fmt: skip
    add(name, says, violates, parsed(Integer, change))

for name, violates, kind, change, says in (
    ("one-is-true", "AC-010", Boolean, lambda value: bool(value) if value in (0, 1) else value,
     "Takes 1 as true and 0 as false."),
    ("truth-is-what-is-there", "AC-010", Boolean, bool,
     "Takes everything that is not empty as true, including the text \"false\"."),
    ("text-of-anything", "AC-010", Text, lambda value: value if isinstance(value, str) else json.dumps(value),
     "Stores any value as text in a text field."),
    ("text-of-numbers", "AC-010", Text, lambda value: str(value) if is_number(value, int, float) else value,
     "Stores a number as text in a text field, and refuses all other types."),
    ("dates-from-timestamps", "AC-010", Date, lambda value: value[:10] if isinstance(value, str) else value,
     "Takes the first ten characters of a date and time as the date."),
    ("dates-from-numbers", "AC-010", Date,
     lambda value: dt.datetime.fromtimestamp(value, dt.UTC).date().isoformat() if is_number(value) else value,
     "Takes a number as the seconds since 1970."),
    ("json-numbers-are-doubles", "AC-806", Json,
     lambda value: json.loads(json.dumps(value), parse_int=as_double),
     "Keeps the numbers in typed JSON as doubles: large integers are rounded."),
):  # fmt: skip
    add(name, says, violates, parsed(kind, change))

for name, violates, kind, change, says in (
    ("integers-are-doubles", "AC-806", Integer, lambda value: max(SMALLEST, min(LARGEST, int(float(value)))),
     "Keeps integers as doubles: beyond 2^53 they are rounded."),
    ("decimals-are-doubles", "AC-806", DecimalText, lambda value: f"{float(value):.17g}",
     "Keeps decimals as doubles."),
    ("decimals-are-cents", "AC-806", DecimalText,
     lambda value: f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_EVEN):f}"
     if abs(Decimal(value)) < 10**20 else value,
     "Rounds decimals to two places."),
):  # fmt: skip
    add(name, says, violates, stored(kind, change))


@broken("AC-806", "AC-601", "AC-010")
class IntegersOf32Bits(Integer):
    """Refuses integers of more than 32 bits."""

    def parse(self, value: Any) -> Any:
        if not -(2**31) <= super().parse(value) < 2**31:
            raise ValueError("must fit into 32 bits")
        return value


@broken("AC-806")
class NotANumberIsADecimal(DecimalText):
    """Takes as a decimal what its library takes: also NaN, Infinity and underscores."""

    def parse(self, value: Any) -> Any:
        try:
            Decimal(value) if isinstance(value, str) else None
        except ArithmeticError:
            return super().parse(value)
        return value if isinstance(value, str) else super().parse(value)


@broken("AC-806")
class NumbersAreRead(Request):
    """Reads a number that no double holds as the nearest double."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            return super().parse(data)
        except Problem as problem:
            if "more digits" not in problem.detail:
                raise
        read: dict[str, Any] = json.loads(data)
        return super().parse(json.dumps(read).replace("Infinity", "1.7976931348623157e308").encode())


@broken("AC-010")
class DatesRollOver(Date):
    """Takes February 29 of any year as March 1, and other days that do not exist likewise."""

    def parse(self, value: Any) -> Any:
        found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value) if isinstance(value, str) else None
        if not found:
            return super().parse(value)
        year, month, day = map(int, found.groups())
        first = dt.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        return (first + dt.timedelta(days=day - 1)).isoformat()


@broken("AC-010")
class DatesByTheirShape(Date):
    """Checks a date only for four, two and two digits."""

    def parse(self, value: Any) -> Any:
        shape = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
        return value if shape else super().parse(value)


@broken("AC-010")
class DatesInAnyOrder(Date):
    """Reads a date with slashes as day, month and year."""

    def parse(self, value: Any) -> Any:
        found = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", value) if isinstance(value, str) else None
        return super().parse("-".join(reversed(found.groups())) if found else value)


@broken("AC-010")
class ListsOfOne(Validator):
    """Takes a list of one value as the value, like some form parsers."""

    def value(self, field: Field, value: Any) -> Any:
        is_one = isinstance(value, list) and len(value) == 1 and field.type.name != "json"
        return super().value(field, value[0] if is_one else value)


@broken("AC-010")
class InvalidBecomesNull(Validator):
    """Stores null in an optional field for a value that it cannot read."""

    def value(self, field: Field, value: Any) -> Any:
        try:
            field.type.parse(value)
        except ValueError:
            return super().value(field, value if field.required else None)
        return super().value(field, value)


@broken("AC-010")
class TypeErrorsCrash(Validator):
    """Answers 500 for a value that it cannot read."""

    def value(self, field: Field, value: Any) -> Any:
        try:
            return super().value(field, value)
        except ValueError as error:
            raise TypeError(str(error)) from error
