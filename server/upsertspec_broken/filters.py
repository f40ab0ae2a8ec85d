"""Filters of lists that let too much through, or too little, or are refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_server.errors import Problem, bad_request
from upsertspec_server.queries import COMPARISONS, Condition, Grouping, Listing, Queries
from upsertspec_server.schema import Field, Table
from upsertspec_server.store import quote


@broken("AC-604")
class FiltersAreAlternatives(Queries):
    """Joins filters with OR: a record has to pass only one of them."""

    def where(self, asked: Listing | Grouping) -> tuple[str | None, list[Any]]:
        sql, values = super().where(asked)
        return sql.replace(" AND ", " OR ") if sql else None, values


@broken("AC-604")
class LastFilterCounts(Queries):
    """Keeps only the last filter of each field: of a range only one end holds."""

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Condition]:
        by_field = {name.partition("__")[0]: (name, text) for name, text in pairs}
        return super().conditions(table, list(by_field.values()))


for name, operator, sql, says in (
    ("greater-is-greater-or-equal", "gt", ">=", "Takes gt as gte."),
    ("less-or-equal-is-less", "lte", "<", "Takes lte as lt."),
    ("unequal-takes-null", "ne", "IS NOT", "Lists nulls where a field must not equal a value."),
):  # fmt: skip
    add(name, says, "AC-604", type("Compares", (Queries,), {"comparisons": {**COMPARISONS, operator: sql}}))


def contains(sql: str, change: Callable[[str], str] = str) -> type[Queries]:
    """Queries that look for a part of a text in another way; {} is the column."""

    class Contains(Queries):
        def contains(self, field: Field, text: str) -> Condition:
            super().contains(field, text)
            return sql.format(quote(field.name)), [change(text)]

    return Contains


for name, part, says in (
    ("contains-in-any-case", contains("instr(lower({}), lower(?)) > 0"), "Finds a part of a text in any case."),
    ("contains-is-a-pattern", contains("{} GLOB ?", lambda t: f"*{t.replace('%', '*').replace('_', '?')}*"),
     "Takes the text of contains as a pattern: % stands for anything."),
    ("contains-is-the-beginning", contains("instr({}, ?) = 1"), "Finds a part of a text only at its beginning."),
):  # fmt: skip
    add(name, says, "AC-604", part)


@broken("AC-604")
class FiltersAreTrimmed(Queries):
    """Strips the text of a filter, as if it came from a search field."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        return super().compare(field, operator, text.strip() if operator == "eq" else text)


@broken("AC-604")
class FirstOfIn(Queries):
    """Takes only the first of several values."""

    def one_of(self, field: Field, texts: list[str]) -> Condition:
        return super().one_of(field, texts[:1])


@broken("AC-604")
class IsnullIsAlwaysTrue(Queries):
    """Looks for nulls with isnull, whatever its value."""

    def is_null(self, field: Field, text: str) -> Condition:
        return super().is_null(field, "true")


@broken("AC-604")
class UnknownFiltersAreSkipped(Queries):
    """Skips the filters that it does not know, and lists more than was asked for."""

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Condition]:
        found = []
        for pair in pairs:
            try:
                found += super().conditions(table, [pair])
            except Problem:
                continue
        return found


@broken("AC-604")
class NumbersFilterAsText(Queries):
    """Compares numbers as text: 100 is less than 60."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, [value] = super().compare(field, operator, text)
        if field.type.name != "integer":
            return sql, [value]
        return f"CAST({quote(field.name)} AS TEXT) {self.comparisons[operator]} ?", [str(value)]


def compared(change: Callable[[Field, str], str]) -> type[Queries]:
    """Queries that compare fields with other values than those that were given."""

    class Compared(Queries):
        def value(self, field: Field, text: str) -> Any:
            return super().value(field, change(field, text))

    return Compared


add("filters-ignore-the-offset", "Takes the moment in a filter as UTC, whatever its offset.", "AC-604",
    compared(lambda field, text: re.sub(r"(?<=:\d\d)[+-]\d\d:\d\d$", "Z", text)))  # fmt: skip
add("filters-ignore-the-fraction", "Reads the moment in a filter to the second.", "AC-604",
    compared(lambda field, text: re.sub(r"(?<=:\d\d)\.\d+", "", text)))  # fmt: skip


@broken("AC-604")
class FalseIsNullToo(Queries):
    """Lists the records that have null where a boolean must be false."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, values = super().compare(field, operator, text)
        is_false = field.type.name == "boolean" and text == "false"
        return (f"({sql} OR {quote(field.name)} IS NULL)" if is_false else sql), values


@broken("AC-604", "AC-804")
class ContainsDropsBackslashes(Queries):
    """Takes a backslash in the text of contains as the escape of a pattern, and drops it."""

    def contains(self, field: Field, text: str) -> Condition:
        return super().contains(field, text.replace("\\", ""))


@broken("AC-604")
class AnyTextInAListIsTrue(Queries):
    """Takes any text in a list of truths for true: `false` is not empty."""

    def one_of(self, field: Field, texts: list[str]) -> Condition:
        is_truth = field.type.name == "boolean"
        return super().one_of(field, ["true" if text else "false" for text in texts] if is_truth else texts)


@broken("AC-604")
class NotTrueIsNullToo(Queries):
    """Lists records in which nothing is said where a filter asks for those that are not true."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        condition, values = super().compare(field, operator, text)
        if field.type.name == "boolean" and operator == "ne":
            return f"({condition} OR {self.column(field)} IS NULL)", values
        return condition, values


@broken("AC-604")
class IntegersAreDoublesInFilters(Queries):
    """Compares integers as doubles: two beyond 2**53 are the same."""

    def column(self, field: Field) -> str:
        return f"CAST({super().column(field)} AS REAL)" if field.type.name == "integer" else super().column(field)

    def value(self, field: Field, text: str) -> Any:
        value = super().value(field, text)
        return float(value) if field.type.name == "integer" else value


@broken("AC-604")
class EmptyFiltersAreNone(Queries):
    """Tests `if value`, so that a filter with an empty text is none."""

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Condition]:
        return super().conditions(table, [(name, text) for name, text in pairs if text])


@broken("AC-604")
class IdIsNoFilter(Queries):
    """Knows no filter on a protected field."""

    def condition(self, table: Table, parameter: str, text: str) -> Condition:
        if parameter.partition("__")[0] not in table.fields:
            raise bad_request(f"{parameter} is not a parameter of this list.")
        return super().condition(table, parameter, text)


@broken("AC-604")
class TextsHaveNoOrder(Queries):
    """Takes gt, gte, lt and lte for numbers and times only."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        if field.type.name == "text" and operator not in ("eq", "ne"):
            raise ValueError(f"{operator} needs a number or a time")
        return super().compare(field, operator, text)


@broken("AC-604")
class FiltersFoldAccents(Queries):
    """Finds a text by another one that lacks its accent, like a database with such a collation."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, values = super().compare(field, operator, text)
        if field.type.name != "text" or operator != "eq":
            return sql, values
        return f"replace({self.column(field)}, 'è', 'e') = ?", [text.replace("è", "e")]


@broken("AC-303", "AC-604")
class AmountsCompareAsText(Queries):
    """Keeps amounts as text, and filters and sorts them as text: 2.50 is more than 1000."""

    def column(self, field: Field) -> str:
        return super().column(field).partition(" COLLATE ")[0]


@broken("AC-604")
class AmountsFilterAsText(Queries):
    """Keeps amounts as text, sorts them as numbers, and compares them as text in a filter: 10 is less than 9."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, values = super().compare(field, operator, text)
        return (sql if operator in ("eq", "ne") else sql.replace(' COLLATE "decimal"', "")), values


@broken("AC-604")
class LaterIsAlsoTheSameMoment(Queries):
    """Takes a moment itself for one that is later than it."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        return super().compare(field, "gte" if operator == "gt" and field.type.name == "datetime" else operator, text)


@broken("AC-604")
class TenValuesAreEnough(Queries):
    """Reads the first ten values of a filter with `in`."""

    def one_of(self, field: Field, texts: list[str]) -> Condition:
        return super().one_of(field, texts[:10])
