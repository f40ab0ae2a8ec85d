"""Timestamps of another precision or form: RFC 3339 in UTC, and each update later than the one before."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import g

from upsertspec_catalogue import shown
from upsertspec_conforming import add, conforming
from upsertspec_server.fields import DateTime, Timestamp
from upsertspec_server.store import TIME, Store

FORM = "Timestamps are RFC 3339 in UTC with at least millisecond precision (2)."
INSTANT = "A `datetime` is RFC 3339 with an offset, and the same instant comes back (2)."


@conforming(FORM)
class TimestampsInMilliseconds(Store):
    """Keeps milliseconds, and adds one where two writes fall into the same."""

    def now(self) -> str:
        return super().now()[:-4] + "000Z"

    def later(self, now: str, previous: str) -> str:
        if now > previous:
            return now
        return (dt.datetime.fromisoformat(previous) + dt.timedelta(milliseconds=1)).strftime(TIME)


@conforming(FORM)
class ClockTicksSlowly(TimestampsInMilliseconds):
    """Has a clock that ticks every 16 milliseconds: records that are made one after the other have one created_at."""

    def now(self) -> str:
        at = dt.datetime.fromisoformat(super().now())
        return at.replace(microsecond=at.microsecond // 16000 * 16000).strftime(TIME)


@conforming("That timestamps are within a minute of the Date header is a SHOULD (2).", warns=("AC-104",))
class ClockIsWrong(Store):
    """Has a clock that is three days slow."""

    def now(self) -> str:
        return (dt.datetime.now(dt.UTC) - dt.timedelta(days=3)).strftime(TIME)


@conforming("`updated_at` is later than before whenever the record was written (3.1): once for each transaction.")
class TransactionHasOneTime(Store):
    """Takes the time once for each transaction, so that a second update of a record in it has the same updated_at."""

    def later(self, now: str, previous: str) -> str:
        began = g.get("began")
        return previous if began and previous >= began else super().later(now, previous)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            g.began = self.now()
            yield


def trimmed(stored: str) -> str:
    """The time without the zeros at the end of its fraction."""
    return re.sub(r"\.?0*Z", "Z", stored)


def two_hours_east(stored: str) -> str:
    """The same instant in another zone, where the calendar has that."""
    zone = dt.timezone(dt.timedelta(hours=2))
    try:
        return dt.datetime.fromisoformat(stored).astimezone(zone).isoformat(timespec="milliseconds")
    except OverflowError:
        return stored


add("timestamps-with-an-offset", "Writes +00:00 instead of Z.", FORM,
    shown(Timestamp, lambda stored: stored.replace("Z", "+00:00")))  # fmt: skip
add("timestamps-are-trimmed", "Leaves out the zeros at the end of a fraction, like Postgres when it writes JSON.", FORM,
    shown(Timestamp, trimmed), shown(DateTime, trimmed))  # fmt: skip
add("timestamps-in-lower-case", "Writes t and z in lower case.", f"{FORM} RFC 3339, 5.6: T and Z may be in lower case.",
    shown(Timestamp, str.lower), shown(DateTime, str.lower))  # fmt: skip
add("datetimes-in-another-zone", "Shows the datetimes that clients sent in the server's own zone, two hours east.",
    INSTANT, shown(DateTime, two_hours_east))  # fmt: skip


@conforming(FORM)
class TimestampsInNanoseconds(Timestamp):
    """Writes nine digits after the second."""

    def show(self, stored: Any) -> Any:
        return stored.replace("Z", "000Z")

    def parse(self, value: Any) -> Any:
        return super().parse(re.sub(r"(\.\d{6})\d+", r"\1", value) if isinstance(value, str) else value)
