"""Lists and statistics: reads the parameters, and runs them as SQL (CONTRACT 3.2)."""

# ruff: noqa: S608 - the names come from the schema and are quoted; values are bound
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g

from upsertspec_server.errors import bad_field
from upsertspec_server.schema import Field, Table
from upsertspec_server.store import names, quote

if TYPE_CHECKING:
    from upsertspec_server.app import Server

MAX_FILTERS = 100
MAX_VALUES = 1000
OPTIONS = ("_limit", "_offset", "_sort", "_fields", "_include")
NESTED = ("_sort", "_limit", "_fields")
"""The options of what is nested, as in `conversations._limit`."""
LEVELS = 2
COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
OPERATORS = (*COMPARISONS, "contains", "starts_with", "in", "isnull")
Pairs = list[tuple[str, str]]
Condition = tuple[str, list[Any]]
"""An SQL condition, and the values that it binds."""
Record = dict[str, Any]
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class Include:
    """What is nested in each record under a name: its children, or with `is_parent` the record that it refers to.

    `reference` is the field that refers to the parent. `limit` is None for all children.
    """

    name: str
    table: Table
    reference: str
    is_parent: bool
    limit: int | None
    sort: list[tuple[str, bool]]
    fields: list[str] | None
    include: list[Include]


@dataclass(frozen=True)
class Listing:
    """A checked list. `sort` holds (field, descending); `fields` is None for all."""

    table: Table
    limit: int
    offset: int
    sort: list[tuple[str, bool]]
    fields: list[str] | None
    include: list[Include]
    conditions: list[Condition]


@dataclass(frozen=True)
class Grouping:
    """Checked statistics: the fields to group by, those to average, and the filters."""

    table: Table
    group_by: list[str]
    average: list[str]
    conditions: list[Condition]


class Queries:
    """Reads parameters, and answers them. Every method that refuses raises a Problem with status 400."""

    comparisons: Mapping[str, str] = COMPARISONS

    def __init__(self, app: Server) -> None:
        self.app = app
        self.store = app.store
        self.max_limit: int = app.config["MAX_LIMIT"]
        self.default_limit: int = app.config["DEFAULT_LIMIT"]

    def listing(self, table: Table, parameters: Iterable[tuple[str, str]]) -> Listing:
        """The list that the parameters ask for."""
        pairs = list(parameters)
        options = self.options([pair for pair in pairs if pair[0].startswith("_")], OPTIONS)
        nested = [pair for pair in pairs if "._" in pair[0]]
        return Listing(
            table=table,
            limit=self.limit(options.get("_limit")),
            offset=self.number("_offset", options.get("_offset", "0")),
            sort=self.sort(table, options.get("_sort")),
            fields=self.fields(table, options.get("_fields")),
            include=self.include(table, options.get("_include"), nested),
            conditions=[
                *self.own(table),
                *self.conditions(table, [p for p in pairs if not p[0].startswith("_") and p not in nested]),
            ],
        )

    def reading(self, table: Table, parameters: Iterable[tuple[str, str]]) -> list[Include]:
        """What a read of one record nests."""
        pairs = list(parameters)
        nested = [pair for pair in pairs if "._" in pair[0]]
        options = self.options([pair for pair in pairs if pair not in nested], ("_include",))
        return self.include(table, options.get("_include"), nested)

    def grouping(self, table: Table, parameters: Iterable[tuple[str, str]]) -> Grouping:
        """The statistics that the parameters ask for."""
        pairs = list(parameters)
        options = self.options([pair for pair in pairs if pair[0] in ("group_by", "avg")], ("group_by", "avg"))
        conditions = self.conditions(table, [pair for pair in pairs if pair[0] not in options])
        if "group_by" not in options:
            raise bad_field("group_by", "is missing")
        average = options["avg"].split(",") if "avg" in options else []
        for name in average:
            if name not in table.fields or table.fields[name].type.name not in ("integer", "decimal"):
                raise bad_field("avg", f"{name} is not a field of numbers")
        group_by = [self.field(table, "group_by", name) for name in options["group_by"].split(",")]
        filters = [*self.own(table), *conditions]
        return Grouping(table, list(dict.fromkeys(group_by)), list(dict.fromkeys(average)), filters)

    def options(self, pairs: Pairs, known: tuple[str, ...]) -> dict[str, str]:
        """Parameters that may each be given once."""
        options = dict(pairs)
        for name in options:
            if name not in known:
                raise bad_field(name, "is not a parameter of this request")
        if len(options) != len(pairs):
            raise bad_field(pairs[0][0], "a parameter is given twice")
        return options

    def limit(self, text: str | None) -> int:
        """The number of records in a page."""
        limit = self.default_limit if text is None else self.number("_limit", text)
        if not 1 <= limit <= self.max_limit:
            raise bad_field("_limit", f"must be 1 to {self.max_limit}")
        return limit

    def number(self, name: str, text: str) -> int:
        """A whole number that is not negative."""
        if not _NUMBER.fullmatch(text):
            raise bad_field(name, "must be a whole number")
        return int(text)

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        """The fields to sort by; a minus in front means descending."""
        parts = dict.fromkeys(text.split(",")) if text is not None else ()
        return [(self.field(table, "_sort", part.removeprefix("-")), part.startswith("-")) for part in parts]

    def fields(self, table: Table, text: str | None) -> list[str] | None:
        """The fields to answer; always with the id."""
        if text is None:
            return None
        chosen = {"id", *(self.field(table, "_fields", name) for name in text.split(","))}
        return [name for name in table.columns if name in chosen]

    def field(self, table: Table, parameter: str, name: str) -> str:
        """The name of a field of the table."""
        if name not in table.all_fields:
            raise bad_field(parameter, f"{name} is not a field of this table")
        return name

    def include(self, table: Table, text: str | None, nested: Pairs) -> list[Include]:
        """The children and parents to nest, and what is nested in them. `nested` are the options of these."""
        options: dict[str, Pairs] = {}
        for name, value in nested:
            path, _, option = name.rpartition(".")
            options.setdefault(path, []).append((option, value))
        tree: dict[str, dict[str, Any]] = {}
        for path in text.split(",") if text is not None else ():
            names = path.split(".")
            if len(names) > LEVELS:
                raise bad_field("_include", f"{path} has more than {LEVELS} levels")
            below = tree
            for name in names:
                below = below.setdefault(name, {})
        included = [self.included(table, name, below, name, options) for name, below in tree.items()]
        if options:
            raise bad_field(next(iter(options)), "is not included")
        return included

    def included(
        self, table: Table, name: str, below: Mapping[str, Any], path: str, options: dict[str, Pairs]
    ) -> Include:
        """What is nested under one name, and what is `below` it. Takes its own out of `options`."""
        child = self.app.schema.children(table).get(name)
        called = (f"{name}_id", f"{name}Id")
        field = next((each for each in table.fields.values() if each.references and each.name in called), None)
        if child is None and field is None:
            raise bad_field("_include", f"{path} is neither a child nor a parent")
        own = self.options(options.pop(path, []), NESTED if child else ("_fields",))
        found = child or self.app.schema.tables[str(field and field.references)]
        return Include(
            name=name,
            table=found,
            reference=str(child.parent_field(table) if child else field and field.name),
            is_parent=child is None,
            limit=self.limit(own["_limit"]) if "_limit" in own else None,
            sort=self.sort(found, own.get("_sort")),
            fields=self.fields(found, own.get("_fields")),
            include=[self.included(found, each, rest, f"{path}.{each}", options) for each, rest in below.items()],
        )

    def own(self, table: Table) -> list[Condition]:
        """What a record must have for a member of an organization to see it."""
        organization = g.role.organization
        return [] if organization is None else [(f"{quote(str(table.organization))} = ?", [organization])]

    def conditions(self, table: Table, pairs: Pairs) -> list[Condition]:
        """The filters, all of which a record must pass."""
        if len(pairs) > MAX_FILTERS:
            raise bad_field(pairs[0][0], f"a list has at most {MAX_FILTERS} filters")
        return [self.condition(table, name, text) for name, text in pairs]

    def condition(self, table: Table, parameter: str, text: str) -> Condition:
        """The condition of one filter, `field` or `field__operator`."""
        name, separator, operator = parameter.partition("__")
        field = table.all_fields.get(name)
        if field is None or (separator and operator not in OPERATORS):
            raise bad_field(parameter, "is not a parameter of this list")
        try:
            match operator:
                case "contains":
                    return self.contains(field, text)
                case "starts_with":
                    return self.starts_with(field, text)
                case "in":
                    return self.one_of(field, text.split(","))
                case "isnull":
                    return self.is_null(field, text)
            return self.compare(field, operator or "eq", text)
        except ValueError as error:
            raise bad_field(parameter, str(error)) from None

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        """The field against one value. A null passes no comparison."""
        return f"{self.column(field)} {self.comparisons[operator]} ?", [self.value(field, text)]

    def contains(self, field: Field, text: str) -> Condition:
        """The text is somewhere in the field; case counts."""
        if field.type.name != "text":
            raise ValueError("contains needs a text field")
        return f"instr({quote(field.name)}, ?) > 0", [text]

    def starts_with(self, field: Field, text: str) -> Condition:
        """The text is at the beginning of the field; case counts."""
        if field.type.name != "text":
            raise ValueError("starts_with needs a text field")
        return f"substr({quote(field.name)}, 1, length(?)) = ?", [text, text]

    def one_of(self, field: Field, texts: list[str]) -> Condition:
        """Equal to one of the values."""
        if len(texts) > MAX_VALUES:
            raise ValueError(f"must not hold more than {MAX_VALUES} values")
        return f"{self.column(field)} IN ({', '.join('?' * len(texts))})", [self.value(field, text) for text in texts]

    def is_null(self, field: Field, text: str) -> Condition:
        """Null, or with `false` not null."""
        if text not in ("true", "false"):
            raise ValueError("must be true or false")
        return f"{quote(field.name)} IS {'' if text == 'true' else 'NOT '}NULL", []

    def column(self, field: Field) -> str:
        """The column, in the order of its type."""
        return quote(field.name) + (f" COLLATE {quote(field.type.collation)}" if field.type.collation else "")

    def value(self, field: Field, text: str) -> Any:
        """The stored form of a value in a parameter. Raises ValueError."""
        if not field.type.filters:
            raise ValueError(f"a {field.type.name} field can only be filtered by isnull")
        return field.type.parse(field.type.read(text))

    def where(self, asked: Listing | Grouping) -> tuple[str | None, list[Any]]:
        """All filters together."""
        values = [value for _, bound in asked.conditions for value in bound]
        return " AND ".join(sql for sql, _ in asked.conditions) or None, values

    def order(self, listing: Listing | Include) -> str:
        """The order of the list: nulls first, and the id settles ties."""
        fields = listing.table.all_fields
        columns = [
            f"{self.column(fields[name])}{' DESC' if descending else ''} NULLS FIRST"
            for name, descending in listing.sort
        ]
        return ", ".join([*columns, '"id"'])

    def page(self, listing: Listing) -> Record:
        """`{"records", "total", "limit", "offset"}`."""
        table, (where, values) = listing.table, self.where(listing)
        order = self.order(listing)
        records = self.records(table, where, values, order_by=order, limit=listing.limit, offset=listing.offset)
        shown = self.complete(listing, records)
        return {"records": shown, "total": self.total(listing), "limit": listing.limit, "offset": listing.offset}

    def total(self, listing: Listing) -> int:
        """How many records all pages have together."""
        return int(self.store.db.table(listing.table.name).count_where(*self.where(listing)))

    def records(self, table: Table, where: str | None, values: list[Any], **options: Any) -> list[Record]:
        """The records that a condition holds for."""
        return [table.show(row) for row in self.store.rows(table, where, values, **options)]

    def complete(self, listing: Listing | Include, records: list[Record]) -> list[Record]:
        """The records with the fields that were chosen and with what is nested in them."""
        self.nest_all(listing.table, listing.include, records)
        nested = [child.name for child in listing.include]
        return [{**self.choose_fields(listing, each), **{name: each[name] for name in nested}} for each in records]

    def nest_all(self, table: Table, include: list[Include], records: list[Record]) -> None:
        """Put all that is included into the records of a table."""
        for child in include:
            self.nest(table, child, records)

    def choose_fields(self, listing: Listing | Include, record: Record) -> Record:
        """The record with the fields that were chosen."""
        return record if listing.fields is None else {name: record[name] for name in listing.fields}

    def nest(self, parent: Table, child: Include, records: list[Record]) -> None:
        """Put the children of each record into it, or its parent."""
        own, theirs = (child.reference, "id") if child.is_parent else ("id", child.reference)
        kind = parent.all_fields[own].type
        found: dict[Any, list[Record]] = {record[own]: [] for record in records if record[own] is not None}
        rows = self.nested(child, theirs, [kind.parse(value) for value in found])
        for key, record in zip([row[theirs] for row in rows], self.complete(child, rows), strict=False):
            found[key].append(record)
        for record in records:
            there = found.get(record[own], [])
            record[child.name] = next(iter(there), None) if child.is_parent else there

    def nested(self, child: Include, name: str, values: list[Any]) -> list[Record]:
        """The records whose field is one of these values; of each value as many as the limit says."""
        where, order = f"{quote(name)} IN ({', '.join('?' * len(values))})", self.order(child)
        if child.limit is not None:
            place = f"row_number() OVER (PARTITION BY {quote(name)} ORDER BY {order}) AS place"
            ranked = f'SELECT "id", {place} FROM {quote(child.table.name)} WHERE {where}'
            where, values = f'"id" IN (SELECT "id" FROM ({ranked}) WHERE place <= ?)', [*values, child.limit]
        return self.records(child.table, where, values, order_by=order)

    def groups(self, grouping: Grouping) -> Record:
        """`{"groups": [{field: value, "count": n, "avg_FIELD": x}]}`."""
        rows = self.store.db.query(self.groups_sql(grouping), self.where(grouping)[1])
        return {"groups": [grouping.table.show(group) for group in rows]}

    def groups_sql(self, grouping: Grouping) -> str:
        """The statement for statistics. Of the averages, those of decimals are of their numbers."""
        columns = names(grouping.group_by)
        averages = [f"{self.average(name)} AS {quote(f'avg_{name}')}" for name in grouping.average]
        wanted = ", ".join([columns, 'count(*) AS "count"', *averages])
        where = self.where(grouping)[0] or "true"
        return f"SELECT {wanted} FROM {quote(grouping.table.name)} WHERE {where} GROUP BY {columns} ORDER BY {columns}"

    def average(self, name: str) -> str:
        """The average of a field over its values that are not null."""
        return f"avg(CAST({quote(name)} AS REAL))"
