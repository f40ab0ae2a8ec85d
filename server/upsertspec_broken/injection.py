"""Names and values that get into SQL as they are."""

from __future__ import annotations

from typing import Any

from upsertspec_broken import broken
from upsertspec_server.errors import Problem, bad_field
from upsertspec_server.fields import Id, Integer
from upsertspec_server.queries import Condition, Include, Listing, Queries
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.store import Store, quote
from upsertspec_server.validation import Validator


@broken("AC-804", "AC-605")
class SortIsSql(Queries):
    """Puts the value of _sort into its SQL."""

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        try:
            return super().sort(table, text)
        except Problem:
            return [(str(text), False)]

    def order(self, listing: Listing | Include) -> str:
        sql = next((name for name, _ in listing.sort if name not in listing.table.all_fields), None)
        return sql or super().order(listing)


@broken("AC-804")
class FilterIsSql(Queries):
    """Puts the value of a filter between quotes, and that into its SQL."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, [value] = super().compare(field, operator, text)
        return (sql.replace("?", f"'{value}'"), []) if field.type.name == "text" else (sql, [value])


@broken("AC-804")
class NumberInAFilterIsSql(Queries):
    """Puts a filter on a number into its SQL."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        if not isinstance(field.type, Integer):
            return super().compare(field, operator, text)
        return f"{quote(field.name)} {self.comparisons[operator]} ({text})", []


class IdWithQuotes(Id):
    """Takes a text with a quote as an id, too."""

    def parse(self, value: Any) -> Any:
        return value if "'" in str(value) else super().parse(value)

    def read(self, text: str) -> Any:
        return text if "'" in text else super().read(text)


@broken("AC-804", using=(IdWithQuotes,))
class IdIsSql(Store):
    """Puts the id of a path between quotes, and that into its SQL."""

    def get(self, table: Table, record_id: Any) -> Row | None:
        return next(iter(self.rows(table, f"\"id\" = '{record_id}'")), None)


@broken("AC-807", "AC-804", "AC-602")
class OddIdsFail(Id):
    """Fails where an id is not a number."""

    def read(self, text: str) -> Any:
        try:
            return int(text)
        except ValueError as error:
            raise RuntimeError("The id can't be read.") from error


@broken("AC-804", "AC-001")
class MatchIsSql(Store):
    """Puts the values of the match fields between quotes, and that into its SQL."""

    def find(self, table: Table, key: tuple[str, ...], row: Row) -> Row | None:
        found = super().find(table, key, row)
        where = " AND ".join(f"{quote(name)} = '{row[name]}'" for name in key)
        texts = all(isinstance(row[name], str) for name in key)
        return next(iter(self.rows(table, where)), None) if texts else found


@broken("AC-804")
class OperatorsInConditions(Validator):
    """Takes an object in a condition as an operator of the database."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        if isinstance(values, dict):
            values = {k: v for k, v in values.items() if not (k.startswith("$") or self.is_operator(v))}
        return super().guard(table, member, values)

    def is_operator(self, value: Any) -> bool:
        """Whether the database takes a value as an operator of its own."""
        return isinstance(value, dict) and any(name.startswith("$") for name in value)


@broken("AC-804")
class UnknownNamesAreFormats(Validator):
    """Makes its message with `%` from the name of an unknown field: a name with a placeholder crashes it."""

    def row(self, table: Table, fields: Any) -> Row:
        for name in fields if isinstance(fields, dict) else ():
            if name not in table.all_fields:
                raise bad_field(name, f"{name} is not a field of %s" % table.name)
        return super().row(table, fields)


@broken("AC-804")
class UnknownMatchFieldsAreTemplates(Validator):
    """Makes its message with `format` from the name of an unknown match field: a name with braces crashes it."""

    def match_key(self, table: Table, match_fields: Any) -> tuple[str, ...]:
        for name in match_fields if isinstance(match_fields, list) else ():
            if isinstance(name, str) and name not in table.all_fields:
                raise bad_field("matchFields", (name + " is not a field of {table}").format(table=table.name))
        return super().match_key(table, match_fields)
