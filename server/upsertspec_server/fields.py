"""The types of a field. Each type says what a request may give, what is stored, and what is answered (CONTRACT 2)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from upsertspec_server import jsontext

MAX_DEPTH = 100
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,18}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class FieldType:
    """One type. A value that is not null goes in through `parse` and comes out through `show`."""

    name: str
    """The name of the type in `schema.toml`."""
    column: type = str
    """How SQLite stores it: as text, or as an integer."""
    collation = ""
    """How SQLite orders it, where it is not in the order of the stored values."""
    filters = True
    """Whether a list can be filtered by its value."""

    def parse(self, value: Any) -> Any:
        """The stored form of a JSON value. Raises ValueError with a message for the client."""
        raise NotImplementedError

    def show(self, stored: Any) -> Any:
        """The JSON value of a stored one."""
        return stored

    def read(self, text: str) -> Any:
        """The JSON value that a text in a URL stands for; the text itself where it stands for none."""
        return text

    def order(self, stored: Any) -> Any:
        """What a stored value is compared by."""
        return stored

    def equal(self, stored: Any, wanted: Any) -> bool:
        """Whether two stored values are the same."""
        return bool(self.order(stored) == self.order(wanted))


class Text(FieldType):
    """Any Unicode text, kept as it is."""

    name = "text"

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("must be text")
        return value


class Integer(FieldType):
    """A whole number of 64 bits; 3.0 and true are none."""

    name = "integer"
    column = int

    def parse(self, value: Any) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError("must be an integer")
        if not -(2**63) <= value < 2**63:
            raise ValueError("must fit into 64 bits")
        return value

    def read(self, text: str) -> Any:
        return int(text) if _INTEGER.fullmatch(text) else text


class Id(Integer):
    """The integer id of a record, or a reference to one."""

    name = "id"


class Uuid(FieldType):
    """A UUID as text, stored in lower case: the id of a record, or a reference to one."""

    name = "uuid"

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
            raise ValueError("must be a UUID")
        return value.lower()


class Boolean(FieldType):
    """True or false, stored as 1 or 0."""

    name = "boolean"
    column = int

    def parse(self, value: Any) -> Any:
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return int(value)

    def show(self, stored: Any) -> Any:
        return bool(stored)

    def read(self, text: str) -> Any:
        return {"true": True, "false": False}.get(text, text)


class Date(FieldType):
    """A day of the calendar, YYYY-MM-DD."""

    name = "date"

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError("must be a date, YYYY-MM-DD")
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a day that exists") from None
        return value


class DateTime(FieldType):
    """An RFC 3339 instant, stored in UTC with microseconds: the order of the text is the order of time."""

    name = "datetime"

    def parse(self, value: Any) -> Any:
        found = _DATETIME.fullmatch(value.upper()) if isinstance(value, str) else None
        if not found:
            raise ValueError("must be an RFC 3339 date and time with an offset")
        fraction = (found[2] or ".").rstrip("0")
        if len(fraction) > 7:
            raise ValueError("must not be finer than a microsecond")
        try:
            instant = dt.datetime.fromisoformat(f"{found[1]}{fraction.ljust(7, '0')}{found[3]}")
            return instant.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        except (ValueError, OverflowError):
            raise ValueError("must be an instant that exists") from None


class Timestamp(DateTime):
    """When the server created or updated a record."""

    name = "timestamp"


class DecimalText(FieldType):
    """A plain decimal number as text; its digits are kept as given."""

    name = "decimal"
    collation = "decimal"

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            raise ValueError('must be a decimal number as text, such as "4500.00"')
        return value

    def order(self, stored: Any) -> Any:
        return Decimal(stored)


class Json(FieldType):
    """Any JSON value of at most 100 levels, stored as JSON text."""

    name = "json"
    filters = False

    def parse(self, value: Any) -> Any:
        if jsontext.depth(value, MAX_DEPTH) > MAX_DEPTH:
            raise ValueError(f"must not nest deeper than {MAX_DEPTH} levels")
        return jsontext.write(value)

    def show(self, stored: Any) -> Any:
        return jsontext.read(stored.encode())

    def equal(self, stored: Any, wanted: Any) -> bool:
        return jsontext.canonical(self.show(stored)) == jsontext.canonical(self.show(wanted))


TYPES: dict[str, FieldType] = {
    each.name: each() for each in (Text, Integer, Boolean, Date, DateTime, Timestamp, DecimalText, Json, Id, Uuid)
}


def compare_decimals(one: str, other: str) -> int:
    """The order of two decimal numbers that are stored as text: SQLite's collation `decimal`."""
    left, right = Decimal(one), Decimal(other)
    return (left > right) - (left < right)
