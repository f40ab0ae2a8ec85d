"""Values at the edge of what systems keep: long, early, late, many-digited, or that only look like something else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from upsertspec_broken import add, broken
from upsertspec_broken.bases import compares
from upsertspec_catalogue import parsed, shown, stored
from upsertspec_server.fields import Boolean, Date, DateTime, DecimalText, Id, Json, Text
from upsertspec_server.queries import Condition, Include, Queries
from upsertspec_server.records import Records
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.upsert import Outcome
from upsertspec_server.validation import Validator

LONGEST = 255
REFORM = dt.date(1582, 10, 15)
BERLIN = ZoneInfo("Europe/Berlin")
FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def refuses(kind: type[Any], is_wrong: Callable[[str], bool], says: str) -> type[Any]:
    """The field type, which refuses some of its values."""

    def check(value: str) -> str:
        if is_wrong(value):
            raise ValueError(says)
        return value

    return stored(kind, check)


def moment(change: Callable[[dt.datetime], dt.datetime]) -> type[Any]:
    """The type of moments, changed before they are stored."""

    def changed(text: str) -> str:
        return f"{change(dt.datetime.fromisoformat(text)).astimezone(dt.UTC):{FORM}}".rjust(27, "0")

    return stored(DateTime, changed)


def through_berlin(then: dt.datetime) -> dt.datetime:
    """The moment by way of the clock on a wall in Berlin, which shows one hour twice in October."""
    return then.astimezone(BERLIN).replace(tzinfo=None, fold=0).replace(tzinfo=BERLIN)


def julian(text: str) -> str:
    """A day before the reform of the calendar, ten days later."""
    day = dt.date.fromisoformat(text)
    return (day + dt.timedelta(days=10)).isoformat() if day < REFORM else text


def two_digits(text: str) -> str:
    """A year below 100 in this century or the last."""
    year = int(text[:4])
    return f"{year + (2000 if year < 70 else 1900)}{text[4:]}" if year < 100 else text


class AsItsLocalTime(DateTime):
    """A moment whose offset is not looked at."""

    def parse(self, value: Any) -> Any:
        return super().parse(re.sub(r"[+-]\d\d:\d\d$", "Z", value) if isinstance(value, str) else value)


class FourthYearsAreLeapYears(Date):
    """A day of a calendar in which each fourth year has a leap day."""

    def parse(self, value: Any) -> Any:
        is_one = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-02-29", value) and int(value[:4]) % 4 == 0
        return value if is_one else super().parse(value)


def takes(kind: type[Any], pattern: str, change: Callable[[str], str]) -> type[Any]:
    """The field type, which also takes other texts: those that a pattern fits, after a change."""
    form = re.compile(pattern)
    return parsed(kind, lambda value: change(value) if isinstance(value, str) and form.fullmatch(value) else value)


def one_line(text: str) -> str:
    """A text without the line end behind it."""
    return text.removesuffix("\n")


def own_digits(text: str) -> str:
    """A text whose digits are those of ASCII."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def rolled_over(text: str) -> str:
    """A moment whose days and hours may be too many: the next ones are meant."""
    year, month, day, hour = (int(number) for number in re.split(r"[-T:]", text)[:4])
    then = dt.datetime(year, month, 1, tzinfo=dt.UTC) + dt.timedelta(days=day - 1, hours=hour)
    return f"{then.year:04}{then:-%m-%dT%H}{text[13:]}"


DAY = r"\d{4}-\d\d-\d\d"
NOT_AN_ADDRESS = "must be an address"
for name, violates, says, part in (
    ("apostrophes-in-addresses-are-refused", "AC-001", "Refuses an address with an apostrophe.",
     refuses(Text, lambda text: "@" in text and "'" in text, NOT_AN_ADDRESS)),
    ("dots-before-the-at-are-dropped", "AC-001", "Drops the dots in front of the @ of an address.",
     stored(Text, lambda text: re.sub(r"\.(?=[^@]*@)", "", text) if re.search(r"\w\.\w+\.\w\.", text) else text)),
    ("leading-zeros-are-dropped", "AC-101 AC-601", 'Takes "010" for 10: zeros in front of a number are dropped.',
     stored(Text, lambda text: re.sub(r"^0+(?=[1-9]\d*(-|$))", "", text))),
    ("sharp-s-is-ss", "AC-101", "Compares keys by a collation for which ß is ss.",
     compares("replace({}, 'ß', 'ss') = replace(?, 'ß', 'ss')")),
    ("zeros-in-front-do-not-count", "AC-101", "Compares keys as numbers: 008 matches 8.",
     compares("ltrim({}, '0') = ltrim(?, '0')")),
    ("last-letters-do-not-count", "AC-101", "Compares the first 240 letters of a key, those that its index holds.",
     compares("substr({}, 1, 240) = substr(?, 1, 240)")),
    ("julian-dates", "AC-001 AC-601",
     "Stores days before 15 October 1582 ten days later, like a library with two calendars.",
     stored(Date, julian)),
    ("years-of-two-digits", "AC-001", "Takes the year 0033 for 2033.", stored(Date, two_digits)),
    ("fourth-years-are-leap-years", "AC-010", "Takes 1900 for a leap year.", FourthYearsAreLeapYears),
    ("days-end-in-a-line-end", "AC-010", "Checks a day with `$` at the end: a line end may follow.",
     takes(Date, rf"{DAY}\n", one_line)),
    ("days-have-any-digits", "AC-010", r"Checks a day with `\d`, which fits the digits of all scripts.",
     takes(Date, DAY, own_digits)),
    ("decimals-end-in-a-line-end", "AC-806", "Checks a decimal with `$` at the end: a line end may follow.",
     takes(DecimalText, r"-?[0-9.]+\n", one_line)),
    ("moments-need-no-offset", "AC-302 AC-608", "Takes a moment without an offset for one in UTC.",
     takes(DateTime, rf"{DAY}T[0-9:.]+", lambda text: f"{text}Z")),
    ("days-are-moments", "AC-302 AC-608", "Takes a day for its first moment.",
     takes(DateTime, DAY, lambda text: f"{text}T00:00:00Z")),
    ("seconds-are-moments", "AC-302 AC-608", "Takes a number for the seconds since 1970.",
     parsed(DateTime, lambda value: dt.datetime.fromtimestamp(value, dt.UTC).isoformat()
            if isinstance(value, int) else value)),
    ("moments-roll-over", "AC-302 AC-608", "Takes the 29th of February for the 1st of March where there is none.",
     takes(DateTime, rf"{DAY}T\d\d:\d\d:\d\dZ", rolled_over)),
    ("early-years-lose-their-zeros", "AC-608", "Answers with years before 1000 in three digits.",
     shown(DateTime, lambda text: str(text).lstrip("0"))),
    ("ids-have-a-sign", "AC-602", "Reads ids in paths as Python reads integers: +7 is 7.",
     type("Id", (Id,), {"read": lambda self, text: Id.read(self, text.removeprefix("+"))})),
    ("one-is-true-in-typed-json", "AC-204", "Compares typed JSON with Python's ==: 1 equals true.",
     type("Json", (Json,), {"equal": lambda self, one, other: self.show(one) == self.show(other)})),
    ("days-since-1970", "AC-001", "Stores a day as a number without a sign: days before 1970 are refused.",
     refuses(Date, lambda text: text < "1970", "must be 1970 or later")),
    ("days-until-9998", "AC-001", "Takes the last day of 9999 for infinity, and refuses it.",
     refuses(Date, lambda text: text == "9999-12-31", "must not be infinite")),
    ("moments-are-whole-seconds", "AC-303 AC-205 AC-601", "Rounds moments to whole seconds.",
     moment(lambda then: then.replace(microsecond=0))),
    ("moments-on-the-wall", "AC-303 AC-205 AC-601",
     "Keeps moments in local time: of the hour that comes twice, one is lost.",
     moment(through_berlin)),
    ("moments-lose-their-offset", "AC-303 AC-205 AC-601", "Calls the local time of a moment UTC.", AsItsLocalTime),
    ("moments-until-2038", "AC-303 AC-205 AC-601", "Keeps moments in 32 bits: those after January 2038 are refused.",
     refuses(DateTime, lambda text: text > "2038-01-19T03:14:07", "must be in range")),
):  # fmt: skip
    add(name, says, violates, part)


@broken("AC-001")
class ZeroIsEmpty(Validator):
    """Takes the text "0" for empty, as a scripting language does, and stores null."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, None if value == "0" else value)


@broken("AC-805")
class LongKeysCrash(Validator):
    """Fails with 500 for a text of more than 255 letters in a unique field."""

    def value(self, field: Field, value: Any) -> Any:
        if field.unique and isinstance(value, str) and len(value) > LONGEST:
            raise TypeError("value too long for type character varying(255)")
        return super().value(field, value)


@broken("AC-604")
class FiltersMissLongText(Queries):
    """Puts texts of more than 256 letters where its filters do not look."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        return ("0", []) if len(text) > LONGEST + 1 else super().compare(field, operator, text)


@broken("AC-805", "AC-611", "AC-601")
class JsonListsCrash(Json):
    """Reads the members of typed JSON without looking whether it is an object: a list is 500."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, list):
            raise TypeError("'list' object has no attribute 'items'")
        return super().parse(value)


def listed(value: Any) -> Any:
    """The value, with each object a list whose names are 0, 1, 2 and so on."""
    if isinstance(value, dict):
        is_list = bool(value) and list(value) == [str(number) for number in range(len(value))]
        return [listed(v) for v in value.values()] if is_list else {name: listed(v) for name, v in value.items()}
    return [listed(item) for item in value] if isinstance(value, list) else value


@broken("AC-611", "AC-805")
class NumericNamesMakeAList(Json):
    """Reads an object whose names are 0, 1, 2 and so on as a list."""

    def parse(self, value: Any) -> Any:
        return super().parse(listed(value))


@broken("AC-204")
class JsonInConditionsCrashes(Json):
    """Compares JSON with an operator that its database does not have for it: 500."""

    def equal(self, stored: Any, wanted: Any) -> bool:
        raise TypeError("operator does not exist: json = json")


@broken("AC-608")
class ChangeMovesDates(Records):
    """Reads a date as midnight in local time where a record is changed by its id, and stores the day before."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        for name in row.keys() & table.fields.keys():
            if isinstance(table.fields[name].type, Date) and row[name]:
                day = dt.date.fromisoformat(row[name]) - dt.timedelta(days=1)
                row = {**row, name: day.isoformat()}
        return super().update(table, record_id, row, where)


@broken("AC-607")
class NestedChildrenAreAsStored(Queries):
    """Nests children as they come from the database: typed JSON as text, 1 for true."""

    def nest(self, parent: Table, child: Include, records: list[Row]) -> None:
        super().nest(parent, child, records)
        for name, field in child.table.fields.items() if not child.is_parent else ():
            if isinstance(field.type, (Json, Boolean)):
                for nested in (each for record in records for each in record[child.name]):
                    nested[name] = None if nested[name] is None else field.type.parse(nested[name])
