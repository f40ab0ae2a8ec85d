"""Names and values that reach SQL, a template or a filter of words as they are."""

from __future__ import annotations

import re
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.api import Api
from upsertspec_server.filters import Condition, Filters
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Row
from upsertspec_server.query import Listing, Query
from upsertspec_server.schema import Field, Table
from upsertspec_server.statements import quote
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values

_WORDS = re.compile(r"\b(drop table|union select|delete from)\b|' or '|<script|\.\./", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{(\d+)\*(\d+)\}\}")


@fault("AC-804")
class SortIsSql(Query):
    """Puts what it is to sort by into its SQL as it comes."""

    def sort(self, table: Table, text: str | None) -> list[tuple[str, bool]]:
        self.asked = text
        return []

    def order(self, listing: Listing) -> str:
        asked = self.asked or '"id"'
        name, down = asked.removeprefix("-"), asked.startswith("-")
        plain = name in listing.table.all_fields
        return f'{quote(name)}{" DESC" if down else ""} NULLS FIRST, "id"' if plain else asked


@fault("AC-804")
class FilterIsSql(Filters):
    """Puts the value of a filter between quotes, and that into its SQL."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, [value] = super().compare(field, operator, text)
        return (sql.replace("?", f"'{value}'"), []) if field.type == "text" else (sql, [value])


@fault("AC-804")
class NumberInAFilterIsSql(Filters):
    """Puts a filter on a number into its SQL as it comes."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        if field.type not in ("integer", "id"):
            return super().compare(field, operator, text)
        return f"{quote(field.name)} {operator} ({text})", []


class TextIds(Api):
    """Takes the id in a path for what it is."""

    def record_id(self, table: Table, text: str) -> Any:
        return text


@fault("AC-804", using=(TextIds,))
class IdIsSql(Store):
    """Puts the id of a path between quotes, and that into its SQL."""

    def get(self, table: Table, record_id: Any) -> Row | None:
        return self.one(table, self.find_statement(table, ("id",)).replace("?", f"'{record_id}'"), [])


@fault("AC-804")
class MatchIsSql(Store):
    """Puts the values of the match fields between quotes, and that into its SQL."""

    def find_match(self, table: Table, key: tuple[str, ...], row: Row) -> Row | None:
        found = super().find_match(table, key, row)
        where = " AND ".join(f"{quote(name)} = '{row[name]}'" for name in key)
        texts = all(isinstance(row[name], str) for name in key)
        head = self.find_statement(table, ("id",)).rpartition("WHERE")[0]
        return self.one(table, f"{head} WHERE {where}", []) if texts else found


@fault("AC-804")
class TableNameIsTrimmed(Operations):
    """Looks for a table by what is left of its name without quotes, and before a semicolon."""

    def find_table(self, name: str) -> Table:
        return super().find_table(re.split(r"[;, ]", name.strip("\"'"))[0].strip("\"'"))


@fault("AC-804")
class OperatorsInConditions(Validator):
    """Takes an object in a condition for an operator of the database."""

    def conditions(self, table: Table, member: str, conditions: Any) -> Row:
        if isinstance(conditions, dict):
            conditions = {k: v for k, v in conditions.items() if not (isinstance(v, dict) or k.startswith("$"))}
        return super().conditions(table, member, conditions)


@fault("AC-804")
class EvaluatesTemplates(Values):
    """Renders text as a template before it stores it."""

    def check_text(self, value: Any) -> Any:
        return _TEMPLATE.sub(lambda found: str(int(found[1]) * int(found[2])), super().check_text(value))


@fault("AC-804")
class StripsTags(Values):
    """Takes out of text what looks like a tag."""

    def check_text(self, value: Any) -> Any:
        return re.sub(r"<[^<>]*>", "", super().check_text(value))


@fault("AC-804")
class RefusesWords(Values):
    """Refuses text with words that are used in attacks; the people who write about them can't store a note."""

    def check_text(self, value: Any) -> Any:
        if _WORDS.search(super().check_text(value)):
            raise ValueError("is not allowed")
        return value


@fault("AC-804", "AC-805")
class DoublesQuotes(Values):
    """Doubles the quotes in text, although the values are bound."""

    def check_text(self, value: Any) -> Any:
        return super().check_text(value).replace("'", "''")
