"""Values that are changed or refused, as users of other software reported in public."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import updates_with
from upsertspec_broken.reported_writes import later_by
from upsertspec_broken.typed_json import rewritten
from upsertspec_catalogue import parsed, stored
from upsertspec_server import jsontext
from upsertspec_server.fields import Date, DateTime, DecimalText, Json, Text
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.upsert import Plan
from upsertspec_server.validation import Validator


def a_day_late(date: str) -> str:
    """The date; one before 1902 is a day later."""
    return (dt.date.fromisoformat(date) + dt.timedelta(days=1)).isoformat() if date < "1902-01-01" else date


def standard_time(moment: str) -> str:
    """The moment; one in the hour that comes twice at the end of summer time in Europe is the second one."""
    at = dt.datetime.fromisoformat(moment)
    is_first = at.month == 10 and at.day >= 25 and at.isoweekday() == 7 and at.hour == 0
    return later_by(moment, 1) if is_first else moment


def without_last_zeros(number: str) -> str:
    """The decimal without the zeros at its end, also those of a whole number."""
    cut = number.rstrip("0").rstrip(".")
    return cut if cut.strip("-") else "0"


def minutes_added(value: Any) -> Any:
    """The moment, with a negative offset whose minutes are added to its hours."""
    found = re.fullmatch(r"(.+)-(\d\d):(\d\d)", value) if isinstance(value, str) and "T" in value else None
    if not found:
        return value
    minutes = 60 * int(found[2]) - int(found[3])
    return f"{found[1]}{'-' if minutes >= 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def fraction_in_milliseconds(value: Any) -> Any:
    """The moment, whose fraction of one or two digits is a number of milliseconds."""
    return re.sub(r"\.(\d\d?)(?=[Zz+-])", r".00\1", value) if isinstance(value, str) else value


def list_of(members: dict[str, Any]) -> Any:
    """The members as a list, where they are numbered from 0 or 1."""
    for start in (0, 1):
        if members and list(members) == [str(number) for number in range(start, start + len(members))]:
            return list(members.values())
    return members


for name, violates, part, report, says in (
    ("dates-before-1902-are-late", "AC-001 AC-601", stored(Date, a_day_late),
     "https://github.com/rubinius/rubinius/pull/2350",
     "Stores dates before 1902 a day late."),
    ("hour-that-comes-twice", "AC-205 AC-303", stored(DateTime, standard_time),
     "https://github.com/bitwalker/timex/issues/142",
     "Keeps moments in local time: in the hour that comes twice in October they are stored an hour late."),
    ("zeros-at-the-end-are-cut", "AC-806", stored(DecimalText, without_last_zeros),
     "https://github.com/fivetran/great_expectations/pull/1549",
     "Strips the zeros at the end of a decimal, also of a whole one: 100 becomes 1."),
    ("numbered-members-are-a-list", "AC-611 AC-601", parsed(Json, lambda value: rewritten(value, members=list_of)),
     "https://github.com/bhall2001/fastjson/pull/6",
     "Takes an object in JSON whose members are numbered as a list."),
    ("offset-minutes-have-no-sign", "AC-205 AC-303", parsed(DateTime, minutes_added),
     "https://github.com/HowardHinnant/date/pull/277",
     "Adds the minutes of a negative offset: -03:30 is two and a half hours."),
    ("fraction-is-in-milliseconds", "AC-303 AC-504", parsed(DateTime, fraction_in_milliseconds),
     "https://github.com/iamkun/dayjs/issues/1923",
     "Takes the fraction of a second as milliseconds: .5 is five of them."),
    ("two-dollars-become-one", "AC-805", stored(Text, lambda text: text.replace("$$", "$")),
     "https://github.com/n8n-io/n8n/pull/18411",
     "Puts the text of a field into its statement by a pattern, where two dollar signs stand for one."),
):  # fmt: skip
    add(name, says, violates, part, report=report)


@broken("AC-611", report="https://github.com/ckan/ckan/issues/4766")
class EmptyListIsNoJson(Json):
    """Refuses an empty list as the value of a JSON field."""

    def parse(self, value: Any) -> Any:
        if value == []:
            raise ValueError("is not valid")
        return super().parse(value)


@broken("AC-611", "AC-601", report="https://github.com/ckan/ckan/issues/2728")
class NumbersAreNoJson(Json):
    """Fails where the value of a JSON field is a number."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            raise TypeError("can't adapt type")
        return super().parse(value)


@broken("AC-604", report="https://github.com/prisma/orm/issues/9264")
class JsonNullIsAValue(Validator):
    """Stores a null in a JSON field as the value null of JSON, which isnull does not find."""

    def value(self, field: Field, value: Any) -> Any:
        return "null" if field.type.name == "json" and value is None else super().value(field, value)


def written_twice(plan: Plan, row: Row) -> Row:
    """The row, with its JSON as text in JSON."""
    return {
        name: jsontext.write(value) if plan.table.fields[name].type.name == "json" and value is not None else value
        for name, value in row.items()
    }


add("json-is-text-after-an-update", "Encodes JSON twice where an upsert updates a record: it comes back as text.",
    "AC-611", updates_with(written_twice), report="https://github.com/laravel/framework/issues/25773")  # fmt: skip


@broken("AC-604", "AC-605", report="https://github.com/mongodb/laravel-mongodb/issues/1005")
class UpsertKeepsMomentsAsText(Validator):
    """Stores the moments of an upsert as the text that was sent, so that filters and sorts compare text."""

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        row = super().upsert_row(table, key, fields)
        return {n: fields[n] if table.fields[n].type.name == "datetime" else v for n, v in row.items()}


class Refusing(Validator):
    """Refuses some text that it should take."""

    def value(self, field: Field, value: Any) -> Any:
        if isinstance(value, str) and self.refuses(field, value):
            raise ValueError("is not valid")
        return super().value(field, value)

    def refuses(self, field: Field, text: str) -> bool:
        """Whether the text is refused."""
        return False


@broken("AC-001", report="https://github.com/pods-framework/pods/issues/2776")
class ZeroIsNoText(Refusing):
    """Takes the text 0 in a required field for empty, and refuses it."""

    def refuses(self, field: Field, text: str) -> bool:
        return field.required and text == "0"


@broken("AC-001", report="https://github.com/brewlabs/sendpress/issues/160")
class LongTopLevelDomainsAreRefused(Refusing):
    """Refuses an address whose top-level domain has more than four letters."""

    def refuses(self, field: Field, text: str) -> bool:
        return field.name == "email" and bool(re.fullmatch(r"[^@]+@[^@]+\.[A-Za-z]{5,}", text))


@broken("AC-001", report="https://github.com/wajahatkarim3/EasyValidation/issues/40")
class AddressesHaveNoPlus(Refusing):
    """Refuses an address with a plus before the at sign."""

    def refuses(self, field: Field, text: str) -> bool:
        return field.name == "email" and "+" in text.partition("@")[0]
