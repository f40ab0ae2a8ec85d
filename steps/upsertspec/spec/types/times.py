"""Dates and instants."""

from __future__ import annotations

import re
from abc import abstractmethod
from datetime import UTC, date, datetime, timedelta
from typing import Any

from upsertspec.spec.types.base import FieldType, same_json

MILLISECOND = timedelta(milliseconds=1)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Time(FieldType):
    """A day or an instant: a target may write it in a format of its own."""

    @abstractmethod
    def moment(self, text: Any) -> datetime | None:
        """The instant that a text stands for, that of midnight for a day; None where it is none."""

    @abstractmethod
    def text(self, moment: datetime) -> str:
        """The text for an instant."""

    def accepts(self, value: Any) -> bool:
        return self.moment(value) is not None


class Date(Time):
    """A day, as `YYYY-MM-DD`."""

    name = "date"
    json_schemas = ({"type": "string", "format": "date"},)
    sqlite_checks = ("{0} IS date({0}, '+0 days')",)  # the modifier makes 30 February another day
    postgres = "date"
    postgres_checks = ("isfinite({0})",)
    good = ("2024-02-29", "1999-12-31", "2000-02-29")
    wrong = (
        "2023-02-29", "2024-1-5", "15/01/2024", "2024-01-15T00:00:00Z", 20240115, "", "2024-13-01", "20240115",
        "2024-04-31", "01/02/2024", 0, "soon", 1700000000,
    )  # fmt: skip
    hostile_wrong = ("2000-01-01'; --",)

    def moment(self, text: Any) -> datetime | None:
        if not isinstance(text, str) or not _DATE.fullmatch(text):
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    def text(self, moment: datetime) -> str:
        return moment.date().isoformat()


class DateTime(Time):
    """An instant, as RFC 3339 with an offset: it may come back with another offset, to the millisecond at least."""

    name = "datetime"
    precision = MILLISECOND
    """Instants that are less than this apart count as the same."""
    has_equal_texts = True
    json_schemas = ({"type": "string", "format": "date-time"},)
    sqlite_checks = (
        "({0} IS NULL OR julianday({0}) IS NOT NULL)",
        "({0} GLOB '*T*Z' OR {0} GLOB '*T*[-+][0-9][0-9]:[0-9][0-9]')",
    )
    postgres = "timestamptz"
    postgres_checks = ("isfinite({0})",)
    good = ("2024-01-15T10:00:00Z", "2024-06-30T23:59:59.123+05:30")
    wrong = ("2024-01-15T10:00:00", "yesterday", 0, "2024-01-15")

    def moment(self, text: Any) -> datetime | None:
        return instant(text)

    def text(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def same(self, expected: Any, actual: Any) -> bool:
        if same_json(expected, actual):
            return True
        one, other = instant(expected), instant(actual)
        return one is not None and other is not None and abs(one - other) < self.precision

    def order(self, value: Any) -> Any:
        return instant(value)


class Timestamp(DateTime):
    """When the server wrote a record: two writes may be a microsecond apart."""

    precision = timedelta(microseconds=1)


def instant(text: Any) -> datetime | None:
    """The instant of an RFC 3339 text with an offset, or None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        parsed = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else None
