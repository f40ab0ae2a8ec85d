"""Lists: pages, filters, order, fields and children that are not as they were asked for."""

# ruff: noqa: S608 - the names come from the schema
from __future__ import annotations

from dataclasses import replace
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.errors import Problem
from upsertspec_server.filters import Condition, Filters
from upsertspec_server.query import DEFAULT_LIMIT, Grouping, Listing, Query
from upsertspec_server.reader import Reader, Record
from upsertspec_server.schema import Field, Table
from upsertspec_server.statements import quote

SMALL = 100


@fault("AC-603")
class OffsetIsAPageNumber(Query):
    """Takes the offset for the number of the page."""

    def listing(self, table: Table, parameters: Any) -> Listing:
        listing = super().listing(table, parameters)
        return replace(listing, offset=listing.offset * listing.limit) if listing.limit < SMALL else listing


@fault("AC-603")
class OffsetCountsFromOne(Query):
    """Counts records from 1: every page after the first begins with the last record of the one before."""

    def offset(self, options: dict[str, str]) -> int:
        return max(super().offset(options) - 1, 0)


@fault("AC-603")
class PageIsOneTooLong(Query):
    """Reads one record more than the limit, to know whether there is another page, and answers with it too."""

    def page_sql(self, listing: Listing) -> Condition:
        sql, parameters = super().page_sql(listing)
        return sql, [*parameters[:-2], listing.limit + 1, listing.offset]


@fault("AC-603")
class TotalIsThePage(Reader):
    """Counts the records of the page, and says that they are all."""

    def page(self, listing: Listing) -> dict[str, Any]:
        page = super().page(listing)
        return {**page, "total": len(page["records"])}


@fault("AC-603", "AC-604")
class TotalIsTheTable(Query):
    """Counts all records of the table, also those that the filters hold back."""

    def total_sql(self, listing: Listing) -> Condition:
        return super().total_sql(replace(listing, conditions=[]))


@fault("AC-603")
class TiesInNoOrder(Query):
    """Settles no ties: records that sort alike come in another order with each request."""

    def order(self, listing: Listing) -> str:
        self.turn = not getattr(self, "turn", False)
        return super().order(listing) + (" DESC" if self.turn and listing.sort else "")


@fault("AC-603")
class PagesAfterAValue(Reader):
    """Begins a page behind the last sort value of the one before: records that sort like it are never shown."""

    def page(self, listing: Listing) -> dict[str, Any]:
        page = super().page(listing)
        if listing.sort and listing.offset:
            before = super().page(replace(listing, limit=1, offset=listing.offset - 1))["records"]
            last = [record[listing.sort[0][0]] for record in before]
            page["records"] = [each for each in page["records"] if each[listing.sort[0][0]] not in last]
        return page


@fault("AC-603")
class LimitIsCut(Query):
    """Takes the largest limit for one that is out of range, and the first page for an offset that is."""

    def number(self, name: str, text: str) -> int:
        try:
            return min(super().number(name, text), 1000) if name == "_limit" else super().number(name, text)
        except Problem:
            return DEFAULT_LIMIT if name == "_limit" else 0


@fault("AC-604")
class FiltersAreAlternatives(Query):
    """Joins filters with OR: a record has to pass one of them."""

    def where(self, listing: Listing) -> Condition:
        sql, parameters = super().where(listing)
        return sql.replace(" AND ", " OR "), parameters


@fault("AC-604")
class LastFilterCounts(Query):
    """Keeps one filter a field, the last one: of a range only one end holds."""

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Condition]:
        by_field = {name.partition("__")[0]: (name, text) for name, text in pairs}
        return super().conditions(table, list(by_field.values()))


@fault("AC-604")
class GreaterIsGreaterOrEqual(Filters):
    """Takes gt for gte."""

    def op_gt(self, field: Field, text: str) -> Condition:
        return self.op_gte(field, text)


@fault("AC-604")
class LessOrEqualIsLess(Filters):
    """Takes lte for lt."""

    def op_lte(self, field: Field, text: str) -> Condition:
        return self.op_lt(field, text)


@fault("AC-604")
class UnequalTakesNull(Filters):
    """Lets null pass where a field must not equal a value."""

    def op_ne(self, field: Field, text: str) -> Condition:
        sql, parameters = super().op_ne(field, text)
        return sql.replace("<>", "IS NOT"), parameters


@fault("AC-604")
class ContainsInAnyCase(Filters):
    """Finds a part of a text whatever its case."""

    def op_contains(self, field: Field, text: str) -> Condition:
        super().op_contains(field, text)
        return f"instr(lower({quote(field.name)}), lower(?)) > 0", [text]


@fault("AC-604")
class ContainsIsAPattern(Filters):
    """Puts the text to look for into a pattern as it is: % stands for anything."""

    def op_contains(self, field: Field, text: str) -> Condition:
        super().op_contains(field, text)
        return f"{quote(field.name)} GLOB ?", [f"*{text.replace('%', '*').replace('_', '?')}*"]


@fault("AC-604")
class ContainsIsTheBeginning(Filters):
    """Finds a part of a text at its beginning only."""

    def op_contains(self, field: Field, text: str) -> Condition:
        sql, parameters = super().op_contains(field, text)
        return sql.replace("> 0", "= 1"), parameters


@fault("AC-604")
class FiltersAreTrimmed(Filters):
    """Strips the text to look for, as it comes from a search field."""

    def op_eq(self, field: Field, text: str) -> Condition:
        return super().op_eq(field, text.strip())


@fault("AC-604")
class FirstOfIn(Filters):
    """Takes the first of several values only."""

    def op_in(self, field: Field, text: str) -> Condition:
        return super().op_in(field, text.partition(",")[0])


@fault("AC-604")
class IsnullIsAlwaysTrue(Filters):
    """Looks for nulls where isnull is asked for, whatever its value."""

    def op_isnull(self, field: Field, text: str) -> Condition:
        return super().op_isnull(field, "true")


@fault("AC-604")
class UnknownFiltersAreSkipped(Query):
    """Leaves out the filters that it doesn't know: the list is longer than was asked."""

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Condition]:
        found = []
        for pair in pairs:
            try:
                found += super().conditions(table, [pair])
            except Problem:
                continue
        return found


@fault("AC-604")
class NumbersFilterAsText(Filters):
    """Compares numbers as text: 100 is less than 60."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, [value] = super().compare(field, operator, text)
        if field.type != "integer":
            return sql, [value]
        return f"CAST({quote(field.name)} AS TEXT) {operator} ?", [str(value)]


@fault("AC-605", "AC-606", "AC-607", "AC-610")
class ListsSkipUnknownNames(Query):
    """Leaves out what it doesn't know of an order, of chosen fields, of children and of groups."""

    def listing(self, table: Table, parameters: Any) -> Listing:
        return super().listing(table, self.known(table, parameters))

    def grouping(self, table: Table, parameters: Any) -> Grouping:
        known = self.known(table, parameters)
        return super().grouping(table, known if "group_by" in dict(known) else [*known, ("group_by", "id")])

    def known(self, table: Table, parameters: Any) -> list[tuple[str, str]]:
        """The parameters, without the names that the table doesn't have."""
        names = {*table.all_fields, *self.schema.children(table)}
        kept = []
        for option, text in parameters:
            few = ",".join(part for part in text.split(",") if part.removeprefix("-") in names)
            is_known = few or option not in ("_sort", "_fields", "_include", "group_by")
            kept += [(option, few if few else text)] if is_known else []
        return kept


@fault("AC-604")
class ListsSkipUnknownParameters(Query):
    """Leaves out the parameters that it doesn't know."""

    def options(self, pairs: list[tuple[str, str]], known: tuple[str, ...]) -> dict[str, str]:
        return super().options([pair for pair in pairs if pair[0] in known], known)


@fault("AC-605")
class SortIsSkipped(Query):
    """Lists records in the order of their ids, whatever was asked."""

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        super().sort(table, text)
        return []


@fault("AC-605")
class SortIsUpOnly(Query):
    """Takes no notice of the minus."""

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        return [(name, False) for name, _ in super().sort(table, text)]


@fault("AC-605")
class NullsSortLast(Query):
    """Sorts null behind all values, as some databases do by themselves."""

    def order(self, listing: Listing) -> str:
        return super().order(listing).replace("NULLS FIRST", "NULLS LAST")


@fault("AC-605")
class MinusNeedsAName(Query):
    """Refuses a sort with a minus: it takes it for a part of the name."""

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        for part in (text or "id").split(","):
            self.field(table, "_sort", part)
        return super().sort(table, text)


@fault("AC-605")
class SortsAsText(Query):
    """Sorts numbers as text: 100 comes before 60."""

    def order(self, listing: Listing) -> str:
        order = super().order(listing)
        for name, _ in listing.sort:
            if listing.table.all_fields[name].type == "integer":
                order = order.replace(quote(name), f"CAST({quote(name)} AS TEXT)", 1)
        return order


@fault("AC-605")
class SortsThePageOnly(Reader):
    """Takes a page in the order of the ids, and sorts what is on it."""

    def records(self, table: Table, statement: str, parameters: list[Any]) -> list[Record]:
        head, _, order = statement.partition(" ORDER BY ")
        if not order.endswith(" LIMIT ? OFFSET ?"):
            return super().records(table, statement, parameters)
        page = (
            f'SELECT * FROM ({head} ORDER BY "id" LIMIT ? OFFSET ?) ORDER BY {order.removesuffix(" LIMIT ? OFFSET ?")}'
        )
        return super().records(table, page, parameters)


@fault("AC-606")
class FieldsAreNotHeard(Query):
    """Shows all fields, whichever were chosen."""

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        super().fields(table, text)
        return None


@fault("AC-606")
class FieldsWithoutTheId(Query):
    """Shows the chosen fields, and the id only where it is one of them."""

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        chosen = super().fields(table, text)
        return [name for name in chosen or () if name in str(text).split(",")] if chosen else None


@fault("AC-606")
class OtherFieldsAreNull(Reader):
    """Shows all fields, null in those that were not chosen."""

    def choose_fields(self, listing: Listing, record: Record) -> Record:
        return {**dict.fromkeys(record), **super().choose_fields(listing, record)}


@fault("AC-606")
class OneFieldOnly(Query):
    """Shows the first of the chosen fields."""

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        return super().fields(table, text.split(",")[0] if text else None)


class Nested(Reader):
    """Changes what was nested."""

    def nest(self, parent: Table, child: Table, records: list[Record]) -> None:
        super().nest(parent, child, records)
        self.nested(child, records)

    def nested(self, child: Table, records: list[Record]) -> None:
        """The records with their children."""


@fault("AC-607")
class JoinedChildren(Nested):
    """Joins children to their parents: each parent comes once for each child."""

    def nested(self, child: Table, records: list[Record]) -> None:
        records[:] = [
            {**each, child.name: [one] if one else []} for each in records for one in each[child.name] or [None]
        ]


@fault("AC-607")
class LimitCountsTheChildren(Reader):
    """Joins children to their parents before it takes a page: the limit counts the children."""

    def page(self, listing: Listing) -> dict[str, Any]:
        page = super().page(listing)
        shown, left = [], listing.limit
        for record in page["records"]:
            if left > 0:
                shown.append(record)
            left -= max([1, *(len(record[child.name]) for child in listing.include)])
        return {**page, "records": shown}


@fault("AC-607")
class InnerJoinedChildren(Nested):
    """Leaves out the parents that have no children."""

    def nested(self, child: Table, records: list[Record]) -> None:
        records[:] = [record for record in records if record[child.name]]


@fault("AC-607")
class OneChildIsNested(Nested):
    """Nests the first child, and no other."""

    def nested(self, child: Table, records: list[Record]) -> None:
        for record in records:
            record[child.name] = record[child.name][:1]


@fault("AC-607")
class EveryChildIsNested(Nested):
    """Nests the children of all parents in each of them."""

    def nested(self, child: Table, records: list[Record]) -> None:
        everyone = [one for record in records for one in record[child.name]]
        for record in records:
            record[child.name] = everyone


@fault("AC-607")
class NoChildrenIsNull(Nested):
    """Nests null where there are no children."""

    def nested(self, child: Table, records: list[Record]) -> None:
        for record in records:
            record[child.name] = record[child.name] or None


@fault("AC-607")
class OneKindIsNested(Query):
    """Nests the children of the first table that was asked for, and forgets the others."""

    def include(self, table: Table, text: str | None) -> list[Table]:
        return super().include(table, text)[:1]


@fault("AC-610")
class MeanCountsNullAsZero(Query):
    """Counts null as 0 in an average."""

    def average(self, name: str) -> str:
        return f"avg(coalesce({quote(name)}, 0))"


@fault("AC-610")
class MeanIsWhole(Query):
    """Cuts off what stands behind the point of an average."""

    def average(self, name: str) -> str:
        return f"CAST({super().average(name)} AS INTEGER)"


@fault("AC-610")
class MeanOfDifferentValues(Query):
    """Counts each value once in an average."""

    def average(self, name: str) -> str:
        return f"avg(DISTINCT {quote(name)})"


@fault("AC-610")
class MeanOfNothingIsZero(Query):
    """Answers with 0 for the average of no values."""

    def average(self, name: str) -> str:
        return f"coalesce({super().average(name)}, 0)"


@fault("AC-610")
class CountsWhatHasAValue(Query):
    """Counts only the records that go into the average."""

    def groups_sql(self, grouping: Grouping) -> Condition:
        sql, parameters = super().groups_sql(grouping)
        return sql.replace("count(*)", f"count({quote([*grouping.average, 'id'][0])})"), parameters


@fault("AC-610")
class GroupsWithoutNull(Query):
    """Leaves out the group of the records that have no value to group by."""

    def groups_sql(self, grouping: Grouping) -> Condition:
        sql, parameters = super().groups_sql(grouping)
        some = " AND ".join(f"{quote(name)} IS NOT NULL" for name in grouping.group_by)
        return sql.replace(" GROUP BY", f" WHERE {some} GROUP BY"), parameters


@fault("AC-610")
class GroupsAreRows(Query):
    """Answers with a group for each record: it puts the id into GROUP BY."""

    def groups_sql(self, grouping: Grouping) -> Condition:
        sql, parameters = super().groups_sql(grouping)
        return sql.replace(" ORDER BY", ', "id" ORDER BY'), parameters
