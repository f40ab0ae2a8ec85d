"""A record matches by too little, or a record is touched that does not match."""

from __future__ import annotations

from upsertspec_broken.bases import FindThenWrite, key_fields
from upsertspec_broken.catalogue import fault
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.statements import Statements, quote
from upsertspec_server.validation import Validator


class AsListed(Validator):
    """Keeps the match fields in the order of the request."""

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        super().unique_key(table, names)
        return tuple(names)


@fault("AC-101", "AC-102", "AC-107", using=(AsListed,))
class FirstMatchFieldOnly(FindThenWrite):
    """Matches by the first of the match fields."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return self.store.find_match(plan.table, plan.key[:1], row)


@fault("AC-101", "AC-102", "AC-107", using=(AsListed,))
class LastMatchFieldOnly(FindThenWrite):
    """Matches by the last of the match fields: each overwrites the filter before it."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return self.store.find_match(plan.table, plan.key[-1:], row)


class AnyOf(Statements):
    """Writes OR for AND."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return super().equals(columns).replace(" AND ", " OR ")


@fault("AC-101", "AC-102", using=(AnyOf,))
class AnyMatchField(FindThenWrite):
    """Matches a record that has one of the values."""


@fault("AC-102", "AC-101")
class OrganizationLeftOut(FindThenWrite):
    """Matches an image by its key and its item, in whatever organization it is."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        narrowed = tuple(name for name in plan.key if name != "organization_id")
        return self.store.find_match(plan.table, narrowed, row)


@fault("AC-102")
class UpdatesTheWholeOrganization(FindThenWrite):
    """Finds the match by its whole key, and writes to all records that have its first field."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        first = next((key[0] for key in table.unique_keys if key[0] in changes), "id")
        keys = key_fields(table)
        for row in self.all_rows(table):
            if row[first] == match[first]:
                super().save(table, row, {name: value for name, value in changes.items() if name not in keys}, now)
        return super().save(table, match, changes, now)


class Joined(Statements):
    """Compares the values of a key as one text."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return f"{' || '.join(map(quote, columns))} = {' || '.join('?' * len(columns))}"


@fault("AC-101", using=(Joined,))
class JoinedKey(FindThenWrite):
    """Joins the values of the key to one text without anything between: "ab" and "c" match "a" and "bc"."""


@fault("AC-107", using=(AsListed,))
class ValuesInTheTablesOrder(FindThenWrite):
    """Takes the names in the order of the request, and their values in that of the table."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        values = [row[name] for name in plan.table.columns if name in plan.key]
        return self.store.find_match(plan.table, plan.key, dict(zip(plan.key, values, strict=True)))
