"""Lists and statistics: reads the parameters, and builds the SQL for them (CONTRACT 3.2)."""

# ruff: noqa: S608 - the names come from the schema and are quoted; values are bound
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import bad_field
from upsertspec_server.statements import names, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from upsertspec_server.filters import Condition, Filters
    from upsertspec_server.schema import Schema, Table

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000
MAX_FILTERS = 100
OPTIONS = ("_limit", "_offset", "_sort", "_fields", "_include")
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Listing:
    """A checked list. `sort` holds (field, descending); `fields` is None for all."""

    table: Table
    limit: int
    offset: int
    sort: list[tuple[str, bool]]
    fields: list[str] | None
    include: list[Table]
    conditions: list[Condition]


@dataclass(frozen=True)
class Grouping:
    """Checked statistics: the fields to group by, and those to average."""

    table: Table
    group_by: list[str]
    average: list[str]


class Query:
    """Reads parameters. Every method that refuses raises a Problem with status 400."""

    def __init__(self, schema: Schema, filters: Filters) -> None:
        self.schema = schema
        self.filters = filters

    def listing(self, table: Table, parameters: Iterable[tuple[str, str]]) -> Listing:
        """The list that the parameters ask for."""
        pairs = list(parameters)
        options = self.options([pair for pair in pairs if pair[0].startswith("_")], OPTIONS)
        return Listing(
            table=table,
            limit=self.limit(options),
            offset=self.offset(options),
            sort=self.sort(table, options.get("_sort")),
            fields=self.fields(table, options.get("_fields")),
            include=self.include(table, options.get("_include")),
            conditions=self.conditions(table, [pair for pair in pairs if not pair[0].startswith("_")]),
        )

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Condition]:
        """The filters, all of which a record must pass."""
        if len(pairs) > MAX_FILTERS:
            raise bad_field(pairs[0][0], f"a list has at most {MAX_FILTERS} filters")
        return [self.filters.condition(table, name, text) for name, text in pairs]

    def options(self, pairs: list[tuple[str, str]], known: tuple[str, ...]) -> dict[str, str]:
        """Parameters that may each come once."""
        options = dict(pairs)
        for name in options:
            if name not in known:
                raise bad_field(name, "is not a parameter of this request")
        if len(options) != len(pairs):
            raise bad_field(pairs[0][0], "a parameter comes twice")
        return options

    def limit(self, options: dict[str, str]) -> int:
        """The number of records in a page."""
        limit = self.number("_limit", options.get("_limit", str(DEFAULT_LIMIT)))
        if not 1 <= limit <= MAX_LIMIT:
            raise bad_field("_limit", f"must be 1 to {MAX_LIMIT}")
        return limit

    def offset(self, options: dict[str, str]) -> int:
        """The number of records before the page."""
        return self.number("_offset", options.get("_offset", "0"))

    def number(self, name: str, text: str) -> int:
        """A whole number that is not negative."""
        if not _NUMBER.fullmatch(text):
            raise bad_field(name, "must be a whole number")
        return int(text)

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        """The fields to sort by; a minus in front means descending."""
        if text is None:
            return []
        parts = dict.fromkeys(text.split(","))
        return [(self.field(table, "_sort", part.removeprefix("-")), part.startswith("-")) for part in parts]

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        """The fields to answer; the id always."""
        if text is None:
            return None
        chosen = {"id", *(self.field(table, "_fields", name) for name in text.split(","))}
        return [name for name in table.columns if name in chosen]

    def field(self, table: Table, parameter: str, name: str) -> str:
        """The name of a field that the table has."""
        if name not in table.all_fields:
            raise bad_field(parameter, f"{name} is not a field of this table")
        return name

    def include(self, table: Table, text: str | None) -> list[Table]:
        """The child tables to nest."""
        if text is None:
            return []
        children = self.schema.children(table)
        for name in text.split(","):
            if name not in children:
                raise bad_field("_include", f"{name} is not a child of this table")
        return [children[name] for name in dict.fromkeys(text.split(","))]

    def grouping(self, table: Table, parameters: Iterable[tuple[str, str]]) -> Grouping:
        """The statistics that the parameters ask for."""
        options = self.options(list(parameters), ("group_by", "avg"))
        if "group_by" not in options:
            raise bad_field("group_by", "is missing")
        average = options["avg"].split(",") if "avg" in options else []
        for name in average:
            if name not in table.fields or table.fields[name].type not in ("integer", "decimal"):
                raise bad_field("avg", f"{name} is not a field of numbers")
        group_by = [self.field(table, "group_by", name) for name in options["group_by"].split(",")]
        return Grouping(table, list(dict.fromkeys(group_by)), list(dict.fromkeys(average)))

    def where(self, listing: Listing) -> Condition:
        """All filters together."""
        if not listing.conditions:
            return "", []
        parameters = [value for _, values in listing.conditions for value in values]
        return " WHERE " + " AND ".join(sql for sql, _ in listing.conditions), parameters

    def order(self, listing: Listing) -> str:
        """The order of the list: nulls first, the id settles ties."""
        columns = [
            self.filters.column(listing.table.all_fields[name]) + (" DESC" if descending else "") + " NULLS FIRST"
            for name, descending in listing.sort
        ]
        return ", ".join([*columns, '"id"'])

    def page_sql(self, listing: Listing) -> Condition:
        """The statement for the page."""
        where, parameters = self.where(listing)
        table = listing.table
        sql = f"SELECT {names(table.columns)} FROM {quote(table.name)}{where} ORDER BY {self.order(listing)}"
        return f"{sql} LIMIT ? OFFSET ?", [*parameters, listing.limit, listing.offset]

    def total_sql(self, listing: Listing) -> Condition:
        """The statement for the number of records on all pages."""
        where, parameters = self.where(listing)
        return f"SELECT count(*) FROM {quote(listing.table.name)}{where}", parameters

    def children_sql(self, child: Table, field: str, ids: list[Any]) -> Condition:
        """The statement for the children of the records on a page."""
        marks = ", ".join("?" * len(ids))
        sql = f"SELECT {names(child.columns)} FROM {quote(child.name)} WHERE {quote(field)} IN ({marks})"
        return f'{sql} ORDER BY "id"', ids

    def groups_sql(self, grouping: Grouping) -> Condition:
        """The statement for statistics: the group's fields, its count, its averages."""
        columns = names(grouping.group_by)
        wanted = ", ".join([columns, "count(*)", *(self.average(name) for name in grouping.average)])
        return f"SELECT {wanted} FROM {quote(grouping.table.name)} GROUP BY {columns} ORDER BY {columns}", []

    def average(self, name: str) -> str:
        """The average of a field over its values that are not null."""
        return f"avg(CAST({quote(name)} AS REAL))"
