"""Dates that are none, and taken for one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.values import Values


@fault("AC-010")
class DatesRollOver(Values):
    """Takes the 29th of February of any year for the 1st of March, and so every day too many."""

    def check_date(self, value: Any) -> Any:
        found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", value) if isinstance(value, str) else None
        if not found:
            return super().check_date(value)
        year, month, day = map(int, found.groups())
        first = dt.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        return (first + dt.timedelta(days=day - 1)).isoformat()


@fault("AC-010")
class DatesByTheirShape(Values):
    """Asks only for four, two and two digits."""

    def check_date(self, value: Any) -> Any:
        shape = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
        return value if shape else super().check_date(value)


@fault("AC-010")
class DatesFromTimestamps(Values):
    """Takes the first ten characters of a date and time."""

    def check_date(self, value: Any) -> Any:
        return super().check_date(value[:10] if isinstance(value, str) else value)


@fault("AC-010")
class DatesInAnyOrder(Values):
    """Reads a date with slashes as one with the day, or the month, in front."""

    def check_date(self, value: Any) -> Any:
        found = re.fullmatch(r"(\d{2})/(\d{2})/(\d{4})", value) if isinstance(value, str) else None
        return super().check_date("-".join(reversed(found.groups())) if found else value)


@fault("AC-010")
class DatesFromNumbers(Values):
    """Takes a number for the seconds since 1970."""

    def check_date(self, value: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return dt.datetime.fromtimestamp(value, dt.UTC).date().isoformat() if is_number else super().check_date(value)
