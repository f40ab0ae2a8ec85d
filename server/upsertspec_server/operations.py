"""What is done to records, within a transaction that the caller holds (CONTRACT 3.1, 3.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import Problem, conflict, not_found
from upsertspec_server.plans import Outcome, Row, Upsert

if TYPE_CHECKING:
    from upsertspec_server.auth import Auth
    from upsertspec_server.schema import Role, Schema, Table
    from upsertspec_server.store import Store
    from upsertspec_server.validation import Validator
    from upsertspec_server.values import Values

_PERMISSION = {"created": "create", "updated": "update", "deleted": "delete"}


class Operations:
    """Each method is one operation or one decision of it. All raise Problems."""

    def __init__(self, schema: Schema, auth: Auth, values: Values, validator: Validator, store: Store) -> None:
        self.schema = schema
        self.auth = auth
        self.values = values
        self.validator = validator
        self.store = store

    def find_table(self, name: str) -> Table:
        """The table of this name or number. Raises 404."""
        return self.schema.find(name)

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        """Upsert all rows in order; each sees those before it. The permissions come last, as the contract orders."""
        now = self.store.now()
        outcomes = self.upsert_batch(plan, now) if plan.batch else [self.upsert_one(plan, plan.rows[0], now)]
        self.check_permissions(role, outcomes, plan.batch)
        return outcomes

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        """The outcomes of a batch. The error names the record that could not be done."""
        plan = replace(plan, matches=self.store.find_matches(plan.table, plan.key, plan.rows))
        outcomes: list[Outcome] = []
        try:
            for row in plan.rows:
                outcomes.append(self.upsert_one(plan, row, now))  # noqa: PERF401 - the count names the bad record
        except Problem as problem:
            raise problem.at(len(outcomes)) from None
        return outcomes

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        """Create the record, update the match, or leave the match untouched."""
        match = self.find_match(plan, row)
        if match is None:
            return self.create_new(plan, row, now)
        if self.leaves_untouched(plan, row, match):
            return self.ignore_match(plan, match)
        return self.update_match(plan, row, match, now)

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        """The stored row that the given one matches."""
        if plan.matches:
            values = tuple([row[name] for name in plan.key])
            if values in plan.matches:
                return plan.matches.pop(values)
        return self.store.find_match(plan.table, plan.key, row)

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        """Nothing matches: the fields count whole."""
        self.validator.check_required(plan.table, row)
        stored = self.store.upsert(plan.table, plan.key, self.new_row(plan.table, row, now), ())
        return Outcome(plan.table, "created", stored["id"], stored)

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        """Write the given fields in place. The row to insert is completed from the match, so that it is a whole one."""
        written = self.written(plan, row)
        complete = {**match, **{name: row[name] for name in written}}
        complete["updated_at"] = self.updated_at(now, match)
        stored = self.store.upsert(plan.table, plan.key, complete, written)
        return Outcome(plan.table, "updated", stored["id"], stored)

    def ignore_match(self, plan: Upsert, match: Row) -> Outcome:
        """The match stays as it is."""
        return Outcome(plan.table, "ignored", match["id"], match)

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        """Whether the match stays: by `ignore`, by `updateWhere`, or because `updateFields` leaves nothing to write."""
        return plan.ignore or not self.where_agrees(plan, match) or not self.written(plan, row)

    def where_agrees(self, plan: Upsert, match: Row) -> bool:
        """Whether the match has all values of `updateWhere`."""
        return plan.update_where is None or self.agrees(plan.table, match, plan.update_where)

    def agrees(self, table: Table, stored: Row, conditions: Row) -> bool:
        """Whether a stored row has all values of a guard."""
        return all(
            self.values.same(table.all_fields[name], stored[name], wanted) for name, wanted in conditions.items()
        )

    def written(self, plan: Upsert, row: Row) -> tuple[str, ...]:
        """The fields that are written on a match."""
        if plan.update_fields is None:
            return tuple(row)
        return tuple(name for name in row if name in plan.update_fields)

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        """A whole row: the given fields, defaults for the others, and the protected fields."""
        new = {"id": None, **self.default_values(table), **row, "created_at": now, "updated_at": now}
        new["id"] = self.store.new_id(table)
        return new

    def default_values(self, table: Table) -> Row:
        """What a create gives to the fields that it does not mention."""
        return table.defaults

    def updated_at(self, now: str, stored: Row) -> str:
        """The time of a write, later than that of the one before."""
        return self.store.later(now, stored["updated_at"])

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        """Raises 403 where the role may not do what was done. The caller's transaction then takes it back."""
        for index, outcome in enumerate(outcomes):
            action = self.permission_for(outcome)
            if action and not self.auth.may(role, action):
                problem = self.auth.refuse_action(action)
                raise problem.at(index) if batch else problem

    def permission_for(self, outcome: Outcome) -> str | None:
        """The permission that an outcome needs. Leaving a match untouched needs none."""
        return _PERMISSION.get(outcome.operation)

    def create(self, table: Table, row: Row) -> Outcome:
        """Insert a record. Raises 400, 409."""
        self.validator.check_required(table, row)
        stored = self.store.insert(table, self.new_row(table, row, self.store.now()))
        return Outcome(table, "created", stored["id"], stored)

    def read(self, table: Table, record_id: Any) -> Row:
        """The stored row of this id. Raises 404."""
        row = self.store.get(table, record_id)
        if row is None:
            raise not_found("There is no such record.")
        return row

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        """Write the given fields of a record in place. Raises 404, 409."""
        stored = self.read(table, record_id)
        self.check_guard(table, stored, where)
        changed = self.store.update(table, record_id, row, self.updated_at(self.store.now(), stored))
        return Outcome(table, "updated", record_id, changed)

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        """Delete a record and, by cascade, its children. Raises 404, 409."""
        stored = self.read(table, record_id)
        self.check_guard(table, stored, where)
        self.store.delete(table, record_id)
        return Outcome(table, "deleted", record_id, None)

    def check_guard(self, table: Table, stored: Row, where: Row | None) -> None:
        """Raises 409 where the stored record does not have the values of the guard."""
        if where is not None and not self.agrees(table, stored, where):
            raise conflict("The stored record does not have the values that `where` asks for.")
