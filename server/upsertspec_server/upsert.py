"""What upsert means (CONTRACT 3.1).

A record matches where all match fields are equal to those of a stored one. Where none matches, the record is created;
else the given fields are written in place, or the match is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import Problem
from upsertspec_server.schema import Role, Row, Table

if TYPE_CHECKING:
    from upsertspec_server.app import Server

PERMISSIONS = {"created": "create", "updated": "update", "deleted": "delete"}
"""What a role must be allowed for an outcome. A match that is left as it is needs no permission."""


@dataclass(frozen=True)
class Plan:
    """A checked upsert. `key` is the unique key that the match fields are, in the table's own order."""

    table: Table
    key: tuple[str, ...]
    rows: list[Row]
    batch: bool = False
    ignore: bool = False
    """Whether to leave a match as it is."""
    update_fields: frozenset[str] | None = None
    """The fields that alone are written on a match."""
    update_where: Row | None = None
    """The values that a match must have to be written."""
    matches: dict[tuple[Any, ...], Row | None] | None = None
    """Matches that were found ahead, by the values of the key. Each serves once, since its row may change it."""

    def written(self, row: Row) -> tuple[str, ...]:
        """The fields of the row that are written on a match."""
        return tuple(row) if self.update_fields is None else tuple(name for name in row if name in self.update_fields)


@dataclass(frozen=True)
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
    """Whether a stored row has all values of a guard; null agrees with null only."""
    for name, wanted in (guard or {}).items():
        value = stored[name]
        if value is None or wanted is None:
            if value is not wanted:
                return False
        elif not table.all_fields[name].type.equal(value, wanted):
            return False
    return True


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
        """Create the record, update its match, or leave the match as it is."""
        match = self.find_match(plan, row)
        if match is None:
            return self.create(plan, row, now)
        if plan.ignore or not agrees(plan.table, match, plan.update_where) or not plan.written(row):
            return Outcome(plan.table, "ignored", match["id"], match)
        return self.update(plan, row, match, now)

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        """The stored row that has the values of the match fields."""
        if plan.matches:
            values = tuple([row[name] for name in plan.key])
            if values in plan.matches:
                return plan.matches.pop(values)
        return self.store.find(plan.table, plan.key, row)

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        """Nothing matches: create the record with all given fields."""
        self.app.validator.check_required(plan.table, row)
        stored = self.store.upsert(plan.table, plan.key, self.records.new_row(plan.table, row, now), ())
        return Outcome(plan.table, "created", stored["id"], stored)

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        """Write the given fields of the match in place."""
        written = plan.written(row)
        updated_at = self.store.later(now, match["updated_at"])
        complete = {**match, **{name: row[name] for name in written}, "updated_at": updated_at}
        stored = self.store.upsert(plan.table, plan.key, complete, written)
        return Outcome(plan.table, "updated", stored["id"], stored)

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        """Raises 403 where the role may not do what was done; the transaction then takes it back."""
        for index, outcome in enumerate(outcomes):
            try:
                if outcome.operation in PERMISSIONS:
                    self.app.auth.require(role, PERMISSIONS[outcome.operation])
            except Problem as problem:
                problem.index = index if batch else None
                raise
