"""Days and instants as the target writes them: `milliseconds`, `seconds`, or `%d.%m.%Y %H:%M`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from upsertspec.spec.types import Time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = {"seconds": timedelta(seconds=1), "milliseconds": timedelta(milliseconds=1)}
"""Formats that are numbers since the beginning of 1970."""
FRACTION = ".%f"
USUAL = (
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%d %H:%M:%S.%f",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%Y-%m-%dT%H:%M:%S.%f%z",
    "%d/%m/%Y %H:%M:%S",
)
WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d((?:\.0+)?(?:Z|\+00:00))")
LONGEST_IN_SECONDS = 10**11
_EXAMPLE = datetime(2024, 2, 29, 13, 45, 57, 123000, tzinfo=UTC)
_WHOLE = datetime(2024, 2, 29, tzinfo=UTC)


def fault_of(form: str, kind: Time) -> str:
    """What is wrong with a format for this type; empty if nothing is."""
    again = kind.moment(read(form, write(form, kind.text(_EXAMPLE), kind), kind))
    if again is None or again.date() != _EXAMPLE.date():
        return "is neither seconds nor milliseconds, nor directives of strftime with the whole date, like %d.%m.%Y"
    return ""


def write(form: str, text: str, kind: Time) -> Any:
    """A text of this type in the target's format, in UTC; a text of another type as it is."""
    moment = kind.moment(text)
    if moment is None:
        return text
    moment = moment.astimezone(UTC)
    if form in UNITS:
        return (moment - EPOCH) // UNITS[form]
    return moment.strftime(form.replace("%Y", f"{moment.year:04}"))


def read(form: str, value: Any, kind: Time) -> Any:
    """A value of the target as a text of this type; one that is not in the format as it is.

    A time without an offset is in UTC. A fraction may be left out.
    """
    if form in UNITS:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        try:
            return kind.text(EPOCH + UNITS[form] * value) if is_number else value
        except (OverflowError, ValueError):
            return value
    zone = ("", "") if "%z" in form else ("+0000", "%z")
    for each in (form, form.replace(FRACTION, "")) if isinstance(value, str) else ():
        try:
            moment = datetime.strptime(value + zone[0], each + zone[1])  # noqa: DTZ007 - its format has %z
            return kind.text(moment)
        except ValueError:
            continue
    return value


def tick(form: str, kind: Time) -> timedelta:
    """The shortest time after which a value in the format is another one: from a millisecond, as the contract has it
    where no format is stated, to a day."""
    if not form:
        return UNITS["milliseconds"]
    units = [timedelta(**{unit: 1}) for unit in ("milliseconds", "seconds", "minutes", "hours")]
    shown = write(form, kind.text(_WHOLE), kind)
    return next((u for u in units if write(form, kind.text(_WHOLE + u), kind) != shown), timedelta(days=1))


def guess(value: Any, kind: Time) -> str:
    """The format that a value of the target seems to have; empty if none is known."""
    if isinstance(value, (int, float)):
        return "seconds" if value < LONGEST_IN_SECONDS else "milliseconds"
    found = next((form for form in USUAL if read(form, value, kind) != value), "")
    return found if FRACTION[0] in str(value) else found.replace(FRACTION, "")


def stated(name: str, theirs: str, form: str) -> str:
    """The line of a target file that states the format of a time which the server writes, and its name there."""
    quoted = (json.dumps(text, ensure_ascii=False) for text in (theirs, form))
    return f"protected = {{ {name} = {{ name = {next(quoted)}, format = {next(quoted)} }} }}"


def in_seconds(value: Any) -> str:
    """The format of a time in whole seconds, such as `%Y-%m-%dT%H:%M:%SZ`; empty for any other value."""
    found = WHOLE_SECONDS.fullmatch(value) if isinstance(value, str) else None
    return f"%Y-%m-%d{found[1]}%H:%M:%S{found[2]}" if found else ""
