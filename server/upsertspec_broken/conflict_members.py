"""Conflict members that can mean nothing, and are let through."""

from __future__ import annotations

from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.validation import Validator


@fault("AC-206")
class UnknownOnConflictUpdates(Validator):
    """Takes whatever is not "ignore" for "update"."""

    def on_conflict(self, value: Any) -> bool:
        return bool(value == "ignore")


@fault("AC-206")
class OnConflictInAnyCase(Validator):
    """Reads onConflict whatever its case."""

    def on_conflict(self, value: Any) -> bool:
        return super().on_conflict(value.lower() if isinstance(value, str) else value)


@fault("AC-206")
class UnknownUpdateFieldsAreSkipped(Validator):
    """Leaves out of updateFields the names that it doesn't know."""

    def update_fields(self, table: Table, names: Any) -> frozenset[str]:
        known = [name for name in names if name in table.fields] if isinstance(names, list) else names
        return super().update_fields(table, known)


@fault("AC-206")
class UnknownConditionsAreSkipped(Validator):
    """Leaves out of updateWhere the names that it doesn't know."""

    def conditions(self, table: Table, member: str, conditions: Any) -> Row:
        known = conditions
        if isinstance(conditions, dict):
            known = {name: value for name, value in conditions.items() if name in table.all_fields}
        return super().conditions(table, member, known)


@fault("AC-206", "AC-803")
class UnknownMembersAreSkipped(Validator):
    """Leaves out of the request the members that it doesn't know."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Upsert:
        known = ("fields", "records", "matchFields", "onConflict", "updateFields", "updateWhere")
        return super().upsert(table, {name: body[name] for name in known if name in body})


@fault("AC-206")
class NullMembersAreLeftOut(Validator):
    """Takes a member of the request that is null for one that is not there."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Upsert:
        return super().upsert(table, {name: value for name, value in body.items() if value is not None})
