"""Lists and statistics: pages, filters, order, fields, children and groups that are not what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_server.errors import Problem, bad_request
from upsertspec_server.queries import Condition, Grouping, Include, Listing, Queries, Record
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
class WordsAreZero(Queries):
    """Takes 0 for a number in a parameter that is none."""

    def number(self, name: str, text: str) -> int:
        return int(text) if text.isdecimal() else 0


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


@broken("AC-603")
class LargestLimitIsRefused(Queries):
    """Refuses the largest limit itself: it writes < for <=."""

    def limit(self, text: str | None) -> int:
        limit = super().limit(text)
        if limit == self.max_limit:
            raise bad_request(f"The limit must be below {self.max_limit}.")
        return limit


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


@broken("AC-606")
class ProtectedCantBeChosen(Queries):
    """Knows no protected field but the id where fields are chosen."""

    def field(self, table: Table, parameter: str, name: str) -> str:
        if parameter == "_fields" and name not in table.fields and name != "id":
            raise bad_request(f"{name} can't be chosen.")
        return super().field(table, parameter, name)


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


@broken("AC-603")
class TotalIsAHundredAtMost(Queries):
    """Counts the records of all pages up to 100."""

    def total(self, listing: Listing) -> int:
        return min(super().total(listing), SMALL)
