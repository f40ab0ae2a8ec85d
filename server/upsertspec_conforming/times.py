"""Timestamps of other precision and other form: RFC 3339 in UTC, and each update later than the one before."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from upsertspec_conforming.catalogue import variant
from upsertspec_server.schema import Table
from upsertspec_server.store import Store
from upsertspec_server.values import Values

FORM = "Timestamps are RFC 3339 in UTC with at least millisecond precision (2)."
INSTANT = "A `datetime` is RFC 3339 with an offset, and the same instant comes back (2)."


@variant(FORM)
class TimestampsInMilliseconds(Store):
    """Keeps milliseconds, and goes one forward where two writes fall into the same."""

    def now(self) -> str:
        return super().now()[:-4] + "000Z"

    def later(self, now: str, previous: str) -> str:
        if now > previous:
            return now
        return (dt.datetime.fromisoformat(previous) + dt.timedelta(milliseconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@variant("Timestamps are RFC 3339 in UTC (2): that the clock is right is not said.")
class ClockIsWrong(Store):
    """Has a clock that is three days slow, and writes updated_at of a new record a little later than created_at."""

    def now(self) -> str:
        slow = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
        return slow.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def insert(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        return super().insert(table, {**row, "updated_at": self.later(row["created_at"], row["updated_at"])})


class Times(Values):
    """Shows created_at and updated_at, or also the datetimes, in another form."""

    datetimes = False

    def show(self, stored: str) -> str:
        """What clients see of a time that is stored in UTC with microseconds."""
        return stored

    def take(self, shown: Any) -> Any:
        """What a client means; by default what is valid in a request is enough."""
        return shown

    def check_datetime(self, value: Any) -> Any:
        return super().check_datetime(self.take(value))

    def decode(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        record = super().decode(table, row)
        for name, value in record.items():
            fits = name not in table.fields or self.datetimes
            if table.all_fields[name].type == "datetime" and fits and value is not None:
                record[name] = self.show(value)
        return record


@variant(FORM)
class TimestampsWithAnOffset(Times):
    """Writes +00:00 in place of Z."""

    def show(self, stored: str) -> str:
        return stored.replace("Z", "+00:00")


@variant(FORM)
class TimestampsInNanoseconds(Times):
    """Writes nine digits behind the second."""

    def show(self, stored: str) -> str:
        return stored.replace("Z", "000Z")

    def take(self, shown: Any) -> Any:
        return re.sub(r"(\.\d{6})\d+", r"\1", shown) if isinstance(shown, str) else shown


@variant(FORM)
class TimestampsAreTrimmed(Times):
    """Leaves out the zeros at the end of a fraction, and a fraction of zeros whole, as Postgres writes JSON."""

    datetimes = True

    def show(self, stored: str) -> str:
        return re.sub(r"\.?0*Z", "Z", stored)


@variant(f"{FORM} RFC 3339, 5.6: T and Z may be in lower case.")
class TimestampsInLowerCase(Times):
    """Writes t and z in lower case."""

    datetimes = True

    def show(self, stored: str) -> str:
        return stored.lower()


@variant(INSTANT)
class DatetimesInAnotherZone(Times):
    """Shows the datetimes that clients sent with the offset of the server's own zone, two hours east."""

    datetimes = True

    def show(self, stored: str) -> str:
        zone = dt.timezone(dt.timedelta(hours=2))
        return dt.datetime.fromisoformat(stored).astimezone(zone).isoformat(timespec="milliseconds")

    def decode(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        own = {name: row[name] for name in ("created_at", "updated_at")}
        return {**super().decode(table, row), **own}
