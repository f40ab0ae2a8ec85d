"""Mistakes of lists and their filters that users of other software reported in public."""

from __future__ import annotations

import re
from dataclasses import replace
from math import prod
from typing import Any
from urllib.parse import unquote_plus

from upsertspec_broken import broken
from upsertspec_server import Server
from upsertspec_server.queries import Condition, Include, Listing, Pairs, Queries, Record
from upsertspec_server.schema import Field, Table
from upsertspec_server.store import quote

PREFIX = 191
SEARCHED = 200


@broken("AC-604", report="https://github.com/berlindb/core/issues/203")
class FilterFindsTheOldValue(Queries):
    """Keeps what it found by a unique value in a cache: a filter with the old value finds a record that was changed."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.cache: dict[tuple[str, str, Any], Any] = {}

    def condition(self, table: Table, parameter: str, text: str) -> Condition:
        sql, values = super().condition(table, parameter, text)
        name, _, operator = parameter.partition("__")
        if operator not in ("", "eq") or not table.all_fields[name].unique:
            return sql, values
        place = table.name, name, values[0]
        found = self.store.get(table, self.cache.get(place)) or self.store.find(table, (name,), {name: values[0]})
        if found is None:
            return sql, values
        self.cache[place] = found["id"]
        return '"id" = ?', [found["id"]]


@broken("AC-604", report="https://github.com/appsmithorg/appsmith/issues/17072")
class FiltersDropLeadingZeros(Queries):
    """Takes digits in a filter as a number: text with a zero in front is not found."""

    def value(self, field: Field, text: str) -> Any:
        return super().value(field, str(int(text)) if re.fullmatch(r"0[0-9]+", text) else text)


@broken("AC-604", report="https://github.com/api-platform/api-platform/issues/1407")
class FiltersAreDecodedTwice(Queries):
    """Decodes the value of a filter twice: a plus becomes a space."""

    def condition(self, table: Table, parameter: str, text: str) -> Condition:
        return super().condition(table, parameter, unquote_plus(text))


class Restricted(Queries):
    """Leaves some records out of a list."""

    def listing(self, table: Table, parameters: Any) -> Listing:
        pairs = list(parameters)
        found = super().listing(table, pairs)
        filtered = {name.partition("__")[0] for name, _ in pairs if not name.startswith("_")}
        return replace(found, conditions=[*found.conditions, *self.more(found, filtered)])

    def more(self, listing: Listing, filtered: set[str]) -> list[Condition]:
        """Further conditions; `filtered` are the fields that have one."""
        return []


@broken("AC-604", report="https://github.com/matrixorigin/matrixone/issues/26813")
class CoveringIndexDropsLongValues(Restricted):
    """Answers from an index where only filtered fields are chosen: text that is longer than the index is not found."""

    def more(self, listing: Listing, filtered: set[str]) -> list[Condition]:
        chosen = set(listing.fields or ()) - {"id"}
        texts = [name for name in chosen if listing.table.all_fields[name].type.name == "text"]
        return [(f"length({quote(name)}) <= {PREFIX}", []) for name in texts] if chosen <= filtered else []


@broken("AC-603", "AC-604", report="https://github.com/ckan/ckan/issues/7037")
class NullJsonHidesTheRecord(Restricted):
    """Leaves records out of a list that have null in a JSON field."""

    def more(self, listing: Listing, filtered: set[str]) -> list[Condition]:
        fields = listing.table.fields.values()
        return [(f"{quote(field.name)} IS NOT NULL", []) for field in fields if field.type.name == "json"]


class Comparing(Queries):
    """Compares some fields with the value of a filter in its own way."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, values = super().compare(field, operator, text)
        return self.changed(field, operator, values[0]) or (sql, values)

    def changed(self, field: Field, operator: str, value: Any) -> Condition | None:
        """The condition, or None for the usual one."""
        return None


@broken("AC-604", report="https://github.com/backstage/backstage/pull/2837")
class FiltersSearchInLowerCase(Comparing):
    """Looks filters up in a search table, which has the first two hundred letters in lower case."""

    def changed(self, field: Field, operator: str, value: Any) -> Condition | None:
        if field.type.name != "text" or operator != "eq":
            return None
        searched = re.sub("[A-Z]", lambda letter: letter[0].lower(), value)[:SEARCHED]
        return f"substr(lower({quote(field.name)}), 1, {SEARCHED}) = ?", [searched]


@broken("AC-604", report="https://github.com/teableio/teable/issues/2138")
class BeforeMeansAnEarlierDay(Comparing):
    """Compares only the day with lt: moments earlier on the same day are not listed."""

    def changed(self, field: Field, operator: str, value: Any) -> Condition | None:
        if field.type.name not in ("datetime", "timestamp") or operator != "lt":
            return None
        return f"substr({quote(field.name)}, 1, 10) < ?", [value[:10]]


@broken("AC-604", report="https://github.com/Budibase/budibase/issues/14869")
class DatesEqualNothing(Comparing):
    """Compares a date with a moment, so that no date equals the value of a filter."""

    def changed(self, field: Field, operator: str, value: Any) -> Condition | None:
        if field.type.name != "date" or operator != "eq":
            return None
        return f"{quote(field.name)} = ?", [f"{value}T00:00:00.000Z"]


@broken("AC-604", report="https://github.com/Smile-SA/elasticsuite/issues/2798")
class CommasSplitEveryFilter(Queries):
    """Takes a filter with a comma as several values, whatever its operator."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        return self.one_of(field, text.split(",")) if operator == "eq" else super().compare(field, operator, text)


@broken("AC-604", report="https://github.com/scoutforpets/bookshelf-jsonapi-params/pull/74")
class NullIsNoTextInAFilter(Queries):
    """Takes the text null in a filter as null."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        if operator == "eq" and text == "null":
            return self.is_null(field, "true")
        return super().compare(field, operator, text)


@broken("AC-604", report="https://github.com/supabase/supabase/issues/47470")
class LargeNegativesAreRoundedInFilters(Queries):
    """Rounds a negative number in a filter to what a float holds; a positive one is exact."""

    def value(self, field: Field, text: str) -> Any:
        value = super().value(field, text)
        return int(float(value)) if isinstance(value, int) and value < 0 else value


@broken("AC-804", report="https://github.com/mozilla/sumo/issues/2815")
class NulInAFilterCrashes(Queries):
    """Fails where a filter has a NUL."""

    def condition(self, table: Table, parameter: str, text: str) -> Condition:
        if "\0" in text:
            raise RuntimeError("A string literal cannot contain NUL (0x00) characters.")
        return super().condition(table, parameter, text)


@broken("AC-604", report="https://github.com/dataplat/AzureDataPipelineTools/issues/7")
class LastOfTheSameFilterCounts(Queries):
    """Applies the last of several filters with the same field and operator only."""

    def conditions(self, table: Table, pairs: Pairs) -> list[Condition]:
        return super().conditions(table, list(dict(pairs).items()))


@broken("AC-603", report="https://github.com/miniflux/v2/pull/4465")
class TotalEndsWithThePages(Queries):
    """Counts the records by the rows of the page, so that the total is 0 behind the last page."""

    def page(self, listing: Listing) -> Record:
        found = super().page(listing)
        return found if found["records"] else {**found, "total": 0}


@broken("AC-607", report="https://github.com/sequelize/sequelize/issues/976")
class TwoListsMultiply(Queries):
    """Joins all that is nested, so that of two lists each is repeated for every record of the other."""

    def nest_all(self, table: Table, include: list[Include], records: list[Record]) -> None:
        super().nest_all(table, include, records)
        lists = [child.name for child in include if not child.is_parent]
        for record in records:
            product = prod(max(1, len(record[name])) for name in lists)
            for name in lists:
                record[name] = record[name] * (product // max(1, len(record[name])))


@broken("AC-614", report="https://github.com/laravel/framework/issues/26332")
class ParentNeedsItsReference(Queries):
    """Nests null in place of the parent where the reference to it is not among the chosen fields."""

    def complete(self, listing: Listing | Include, records: list[Record]) -> list[Record]:
        found = super().complete(listing, records)
        if listing.fields is None:
            return found
        lost = [each.name for each in listing.include if each.is_parent and each.reference not in listing.fields]
        return [{**record, **dict.fromkeys(lost)} for record in found]
