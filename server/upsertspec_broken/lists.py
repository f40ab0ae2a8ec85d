"""Lists and statistics: pages, filters, order, fields, children and groups that are not what was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_server.errors import Problem
from upsertspec_server.queries import COMPARISONS, Condition, Grouping, Include, Listing, Queries, Record
from upsertspec_server.schema import Field, Table
from upsertspec_server.store import quote

SMALL = 100


def listed(change: Callable[[Listing], Listing]) -> type[Queries]:
    """Queries that answer another list than the one that was asked for."""

    class Listed(Queries):
        def listing(self, table: Table, parameters: Any) -> Listing:
            return change(super().listing(table, parameters))

    return Listed


change: Any
for name, violates, change, says in (
    ("offset-is-a-page-number", "AC-603",
     lambda it: replace(it, offset=it.offset * it.limit) if it.limit < SMALL else it,
     "Takes the offset as the number of the page."),
    ("offset-counts-from-one", "AC-603", lambda it: replace(it, offset=max(it.offset - 1, 0)),
     "Counts records from 1: every page after the first begins with the last record of the one before."),
    ("sort-is-skipped", "AC-605", lambda it: replace(it, sort=[]),
     "Lists records in the order of their ids, whatever _sort says."),
    ("sort-is-up-only", "AC-605", lambda it: replace(it, sort=[(name, False) for name, _ in it.sort]),
     "Ignores the minus in _sort."),
    ("sorts-by-the-first-field", "AC-605", lambda it: replace(it, sort=it.sort[:1]),
     "Sorts by the first of several fields."),
    ("fields-are-not-heard", "AC-606", lambda it: replace(it, fields=None),
     "Shows all fields, whichever were chosen."),
    ("one-kind-is-nested", "AC-607", lambda it: replace(it, include=it.include[:1]),
     "Nests the children of the first table that was asked for, and forgets the others."),
):  # fmt: skip
    add(name, says, violates, listed(change))


def paged(change: Callable[[Listing, Record], Record]) -> type[Queries]:
    """Queries that change the answer to a list."""

    class Paged(Queries):
        def page(self, listing: Listing) -> Record:
            return change(listing, super().page(listing))

    return Paged


def cut_by_children(listing: Listing, page: Record) -> Record:
    """The page, of which the limit counts the children."""
    shown, left = [], listing.limit
    for record in page["records"]:
        if left > 0:
            shown.append(record)
        left -= max([1, *(len(record[child.name]) for child in listing.include)])
    return {**page, "records": shown}


add("total-is-the-page", "Counts the records of the page as the total.", "AC-603",
    paged(lambda listing, page: {**page, "total": len(page["records"])}))  # fmt: skip
add("limit-counts-the-children", "Joins children to parents before it takes a page: the limit counts the children.",
    "AC-607", paged(cut_by_children))  # fmt: skip


@broken("AC-603")
class PageIsOneTooLong(Queries):
    """Reads one record more than the limit, to know whether there is another page, and answers with it."""

    def page(self, listing: Listing) -> Record:
        return {**super().page(replace(listing, limit=listing.limit + 1)), "limit": listing.limit}


@broken("AC-603", "AC-604")
class TotalIsTheTable(Queries):
    """Counts all records of the table, also those that the filters exclude."""

    def total(self, listing: Listing) -> int:
        return super().total(replace(listing, conditions=[]))


@broken("AC-603")
class TiesInNoOrder(Queries):
    """Does not break ties: records with equal sort values come in another order with each request."""

    turn = False

    def order(self, listing: Listing | Include) -> str:
        self.turn = not self.turn
        return super().order(listing) + (" DESC" if self.turn and listing.sort else "")


@broken("AC-603")
class PagesAfterAValue(Queries):
    """Begins a page after the last sort value of the one before, and skips records with the same value."""

    def page(self, listing: Listing) -> Record:
        page = super().page(listing)
        if listing.sort and listing.offset:
            before = super().page(replace(listing, limit=1, offset=listing.offset - 1))["records"]
            last = [record[listing.sort[0][0]] for record in before]
            page["records"] = [each for each in page["records"] if each[listing.sort[0][0]] not in last]
        return page


@broken("AC-603")
class LimitIsCut(Queries):
    """Takes the largest limit for one that is out of range, and the first page for a bad offset."""

    def number(self, name: str, text: str) -> int:
        try:
            return min(super().number(name, text), 1000) if name == "_limit" else super().number(name, text)
        except Problem:
            return self.default_limit if name == "_limit" else 0


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


@broken("AC-605", "AC-606", "AC-607", "AC-610")
class ListsSkipUnknownNames(Queries):
    """Skips the names that it does not know in _sort, _fields, _include and group_by."""

    def listing(self, table: Table, parameters: Any) -> Listing:
        return super().listing(table, self.known(table, parameters))

    def grouping(self, table: Table, parameters: Any) -> Grouping:
        known = self.known(table, parameters)
        return super().grouping(table, known if "group_by" in dict(known) else [*known, ("group_by", "id")])

    def known(self, table: Table, parameters: Any) -> list[tuple[str, str]]:
        """The parameters, without the names that the table does not have."""
        names = {*table.all_fields, *self.app.schema.children(table)}
        kept = []
        for option, text in parameters:
            few = ",".join(part for part in text.split(",") if part.removeprefix("-") in names)
            is_known = few or option not in ("_sort", "_fields", "_include", "group_by")
            kept += [(option, few if few else text)] if is_known else []
        return kept


@broken("AC-604")
class ListsSkipUnknownParameters(Queries):
    """Skips the parameters that it does not know."""

    def options(self, pairs: list[tuple[str, str]], known: tuple[str, ...]) -> dict[str, str]:
        return super().options([pair for pair in pairs if pair[0] in known], known)


@broken("AC-605")
class NullsSortLast(Queries):
    """Sorts null after all values, the default of some databases."""

    def order(self, listing: Listing | Include) -> str:
        return super().order(listing).replace("NULLS FIRST", "NULLS LAST")


@broken("AC-605")
class MinusNeedsAName(Queries):
    """Refuses a sort with a minus, because it takes it as part of the name."""

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        for part in (text or "id").split(","):
            self.field(table, "_sort", part)
        return super().sort(table, text)


@broken("AC-605")
class SortsAsText(Queries):
    """Sorts numbers as text: 100 comes before 60."""

    def column(self, field: Field) -> str:
        return f"CAST({super().column(field)} AS TEXT)" if field.type.name == "integer" else super().column(field)

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        return f"{quote(field.name)} {self.comparisons[operator]} ?", [self.value(field, text)]


@broken("AC-605")
class SortsThePageOnly(Queries):
    """Takes a page in the order of the ids, and sorts only what is on it."""

    def records(self, table: Table, where: str | None, values: list[Any], **options: Any) -> list[Record]:
        if "limit" not in options:
            return super().records(table, where, values, **options)
        order = options.pop("order_by")
        page = super().records(table, where, values, order_by='"id"', **options)
        ids = [table.id_type.parse(record["id"]) for record in page]
        return super().records(table, f'"id" IN ({", ".join("?" * len(ids))})', ids, order_by=order)


@broken("AC-606")
class FieldsWithoutTheId(Queries):
    """Shows the chosen fields, and the id only where it is one of them."""

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        chosen = super().fields(table, text)
        return [name for name in chosen if name in str(text).split(",")] if chosen else None


@broken("AC-606")
class OtherFieldsAreNull(Queries):
    """Shows all fields, with null in those that were not chosen."""

    def choose_fields(self, listing: Listing | Include, record: Record) -> Record:
        return {**dict.fromkeys(record), **super().choose_fields(listing, record)}


@broken("AC-606")
class OneFieldOnly(Queries):
    """Shows the first of the chosen fields."""

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        return super().fields(table, text.split(",")[0] if text else None)


def nested(change: Callable[[str, list[Record]], list[Record]]) -> type[Queries]:
    """Queries that change the records after children were nested under this name."""

    class Nested(Queries):
        def nest(self, parent: Table, child: Include, records: list[Record]) -> None:
            super().nest(parent, child, records)
            records[:] = records if child.is_parent else change(child.name, records)

    return Nested


def each(change: Callable[[list[Record]], Any]) -> Callable[[str, list[Record]], list[Record]]:
    """Change the children of each record."""
    return lambda name, records: [{**record, name: change(record[name])} for record in records]


for name, change, says in (
    ("joined-children",
     lambda name, records: [{**r, name: [one] if one else []} for r in records for one in r[name] or [None]],
     "Joins children to their parents: each parent is listed once for each child."),
    ("inner-joined-children", lambda name, records: [record for record in records if record[name]],
     "Leaves out the parents that have no children."),
    ("one-child-is-nested", each(lambda children: children[:1]), "Nests only the first child."),
    ("every-child-is-nested",
     lambda name, records: [{**r, name: [one for other in records for one in other[name]]} for r in records],
     "Nests the children of all parents in each of them."),
    ("no-children-is-null", each(lambda children: children or None), "Nests null where there are no children."),
):  # fmt: skip
    add(name, says, "AC-607", nested(change))


def averages(sql: str) -> type[Queries]:
    """Queries that compute an average in another way; {} is the column."""
    return type("Averages", (Queries,), {"average": lambda self, name: sql.format(quote(name))})


for name, sql, says in (
    ("mean-counts-null-as-zero", "avg(coalesce({}, 0))", "Counts null as 0 in an average."),
    ("mean-is-whole", "CAST(avg({}) AS INTEGER)", "Cuts off the fraction of an average."),
    ("mean-of-different-values", "avg(DISTINCT {})", "Counts each value once in an average."),
    ("mean-of-nothing-is-zero", "coalesce(avg({}), 0)", "Answers 0 as the average of no values."),
):  # fmt: skip
    add(name, says, "AC-610", averages(sql))


def groups(change: Callable[[Grouping, str], str]) -> type[Queries]:
    """Queries with another statement for statistics."""

    class Groups(Queries):
        def groups_sql(self, grouping: Grouping) -> str:
            return change(grouping, super().groups_sql(grouping))

    return Groups


def not_null(grouping: Grouping) -> str:
    """The condition that a record has values to group by."""
    return " AND ".join(f"{quote(name)} IS NOT NULL" for name in grouping.group_by)


for name, change, says in (
    ("counts-what-has-a-value",
     lambda grouping, sql: sql.replace("count(*)", f"count({quote([*grouping.average, 'id'][0])})"),
     "Counts only the records that go into the average."),
    ("groups-without-null",
     lambda grouping, sql: sql.replace(" GROUP BY", f" AND {not_null(grouping)} GROUP BY"),
     "Leaves out the group of the records without a value to group by."),
    ("groups-are-rows", lambda grouping, sql: sql.replace(" ORDER BY", ', "id" ORDER BY'),
     "Answers with a group for each record, because the id is in GROUP BY."),
):  # fmt: skip
    add(name, says, "AC-610", groups(change))


def compared(change: Callable[[Field, str], str]) -> type[Queries]:
    """Queries that compare fields with other values than those that were given."""

    class Compared(Queries):
        def value(self, field: Field, text: str) -> Any:
            return super().value(field, change(field, text))

    return Compared


add("filters-ignore-the-offset", "Takes the moment in a filter as UTC, whatever its offset.", "AC-604",
    compared(lambda field, text: re.sub(r"(?<=:\d\d)[+-]\d\d:\d\d$", "Z", text)))  # fmt: skip


@broken("AC-604")
class FalseIsNullToo(Queries):
    """Lists the records that have null where a boolean must be false."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, values = super().compare(field, operator, text)
        is_false = field.type.name == "boolean" and text == "false"
        return (f"({sql} OR {quote(field.name)} IS NULL)" if is_false else sql), values


@broken("AC-804")
class ContainsDropsBackslashes(Queries):
    """Takes a backslash in the text of contains as the escape of a pattern, and drops it."""

    def contains(self, field: Field, text: str) -> Condition:
        return super().contains(field, text.replace("\\", ""))
