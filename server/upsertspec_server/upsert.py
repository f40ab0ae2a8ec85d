"""What upsert means (CONTRACT 3.1).

A record matches where all match fields are equal to those of a stored one. Where none matches, the record is created;
else the match is written in place, left as it is, or refused.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import Problem, at_index, conflict, field_error, not_found
from upsertspec_server.fields import FieldType
from upsertspec_server.schema import Role, Row, Table

if TYPE_CHECKING:
    from upsertspec_server.app import Server

PERMISSIONS = {"created": "create", "updated": "update", "deleted": "delete"}
"""What a role must be allowed for an outcome. A match that is left as it is needs no permission."""

ON_CONFLICT = ("update", "ignore", "error", "replace")
ON_MISSING = ("create", "error")
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "ne": operator.ne,
    "in": operator.contains,
}
"""The operators of `updateWhere`."""


@dataclass(frozen=True)
class Comparison:
    """A condition of `updateWhere` with an operator. `value` is in its stored form; for `in` it is a list of them."""

    operator: str
    value: Any

    def holds(self, kind: FieldType, stored: Any) -> bool:
        """Whether a stored value passes. A null passes nothing but `ne`."""
        if self.operator == "ne":
            return not equal(kind, stored, self.value)
        if stored is None:
            return False
        if self.operator == "in":
            return any(kind.equal(stored, value) for value in self.value)
        return OPERATORS[self.operator](kind.order(stored), kind.order(self.value))


@dataclass(frozen=True)
class Plan:
    """A checked upsert.

    `key` is the unique key that the match fields are, in the table's own order. Without match fields it is empty: then
    a record matches that has the values of any unique key.
    """

    table: Table
    key: tuple[str, ...]
    rows: list[Row]
    batch: bool = False
    on_conflict: str = "update"
    """What to do with a match: one of ON_CONFLICT."""
    on_missing: str = "create"
    """What to do where nothing matches: one of ON_MISSING."""
    update_fields: frozenset[str] | None = None
    """The fields that alone are written on a match."""
    update_values: Row | None = None
    """What is written on a match in place of the row."""
    update_where: Row | None = None
    """The values that a match must have to be written, or Comparisons that must hold."""
    matches: dict[tuple[Any, ...], Row | None] | None = None
    """Matches that were found ahead, by the values of the key. Each serves once, since its row may change it."""

    @property
    def ignore(self) -> bool:
        """Whether to leave a match as it is."""
        return self.on_conflict == "ignore"

    def changes(self, row: Row) -> Row:
        """What is written on a match."""
        if self.on_conflict == "replace":
            return {**self.table.defaults, **row}
        if self.update_values is not None:
            return self.update_values
        return row if self.update_fields is None else {name: row[name] for name in row if name in self.update_fields}


@dataclass(slots=True)  # not frozen, which would take a tenth of the time of a batch
class Outcome:
    """What was done to one record: created, updated, ignored or deleted. `row` is None after a delete."""

    table: Table
    operation: str
    id: Any
    row: Row | None

    def body(self) -> dict[str, Any]:
        """`{"id", "operation", "record"}`."""
        record = None if self.row is None else self.table.show(self.row)
        shown = self.table.id_type.show(self.id) if record is None else record["id"]
        return {"id": shown, "operation": self.operation, "record": record}


def agrees(table: Table, stored: Row, guard: Row | None) -> bool:
    """Whether a stored row has all values of a guard, and passes its Comparisons."""
    if guard is None:
        return True
    kinds = table.all_fields
    return all(
        wanted.holds(kinds[name].type, stored[name])
        if isinstance(wanted, Comparison)
        else equal(kinds[name].type, stored[name], wanted)
        for name, wanted in guard.items()
    )


def equal(kind: FieldType, stored: Any, wanted: Any) -> bool:
    """Whether two stored values are the same; null equals null only."""
    return stored is wanted if stored is None or wanted is None else kind.equal(stored, wanted)


class Upserts:
    """Upserts records within a transaction that the caller holds. Raises Problems."""

    def __init__(self, app: Server) -> None:
        self.app = app
        self.store = app.store
        self.records = app.records

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        """Upsert all rows in order; each sees those before it. The permissions come last, as the contract has it."""
        now = self.store.now()
        outcomes = self.upsert_batch(plan, now) if plan.batch else [self.upsert_one(plan, plan.rows[0], now)]
        self.check_permissions(role, outcomes, plan.batch)
        return outcomes

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        """The outcomes of a batch. The error names the record that could not be written."""
        if plan.key and plan.update_values is None:  # else a record of the batch may change what the next one matches
            plan = replace(plan, matches=self.store.find_many(plan.table, plan.key, plan.rows))
        outcomes = []
        for index, row in enumerate(plan.rows):
            try:
                outcomes.append(self.upsert_one(plan, row, now))
            except Problem as problem:
                problem.index = index
                raise
        return outcomes

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        """Create the record, update its match, or leave the match as it is. Raises 404 or 409 where that is refused."""
        self.app.auth.require_own(plan.table, row if plan.update_values is None else {**row, **plan.update_values})
        match = self.find_match(plan, row)
        if match is None:
            if plan.on_missing == "error":
                raise not_found()
            return self.create(plan, row, now)
        if plan.on_conflict == "error":
            raise conflict("The record exists already.", *(field_error(name, "is already taken") for name in plan.key))
        if plan.ignore or not agrees(plan.table, match, plan.update_where) or not plan.changes(row):
            return Outcome(plan.table, "ignored", match["id"], match)
        return self.update(plan, row, match, now)

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        """The stored row that has the values of the match fields."""
        if plan.matches:
            values = tuple([row[name] for name in plan.key])
            if values in plan.matches:
                return plan.matches.pop(values)
        keys = [plan.key] if plan.key else [key for key in plan.table.unique_keys if row.keys() >= set(key)]
        return next(filter(None, (self.store.find(plan.table, key, row) for key in keys)), None)

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        """Nothing matches: create the record with all given fields."""
        self.app.validator.check_required(plan.table, row)
        new = self.records.new_row(plan.table, row, now)
        stored = self.store.upsert(plan.table, plan.key, new, ()) if plan.key else self.store.insert(plan.table, new)
        return Outcome(plan.table, "created", stored["id"], stored)

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        """Write the changes to the match in place."""
        changes, updated_at = plan.changes(row), self.store.later(now, match["updated_at"])
        if plan.update_values is None:
            complete = {**match, **changes, "updated_at": updated_at}
            stored = self.store.upsert(plan.table, plan.key, complete, tuple(changes))
        else:  # which may change the key, so that it is no conflict
            stored = self.store.update(plan.table, match, {**changes, "updated_at": updated_at})
        return Outcome(plan.table, "updated", stored["id"], stored)

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        """Raises 403 where the role may not do what was done; the transaction then takes it back."""
        forbidden = {operation for operation, action in PERMISSIONS.items() if not getattr(role, action)}
        for index, outcome in enumerate(outcomes):
            if outcome.operation in forbidden:
                with at_index(index if batch else None):
                    self.app.auth.require(role, PERMISSIONS[outcome.operation])
