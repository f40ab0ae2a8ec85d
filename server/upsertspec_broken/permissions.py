"""Roles that may do more than they may, less, or are refused in the wrong way."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer
from upsertspec_server.api import Api
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem, not_found
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Role, Schema
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-005", "AC-006")
class EitherPermissionWillDo(Operations):
    """Lets a role that may create or update do both."""

    def permission_for(self, outcome: Outcome) -> str | None:
        return None


@fault("AC-005")
class OnlyUpdateIsAsked(Operations):
    """Asks for the permission to update, whatever is done."""

    def permission_for(self, outcome: Outcome) -> str | None:
        return "update"


@fault("AC-006")
class OnlyCreateIsAsked(Operations):
    """Asks for the permission to create, whatever is done: the call is a POST."""

    def permission_for(self, outcome: Outcome) -> str | None:
        return "create"


@fault("AC-005", "AC-006")
class BothPermissionsAreAsked(Operations):
    """Refuses a role that may not do both, whatever there is to do."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        for action in ("create", "update"):
            self.auth.require(role, action)


@fault("AC-005", "AC-006")
class RefusesWhenAllIsDone(Operations):
    """Asks for the permission when the record is committed: the answer is 403, and the record is written."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        self.store.commit()
        super().check_permissions(role, outcomes, batch)
        self.store.begin()


@fault("AC-005", "AC-006")
class ForbiddenIs401(Auth):
    """Answers 401 to a caller whom it knows."""

    def refuse_action(self, action: str) -> Problem:
        return Problem(HTTPStatus.UNAUTHORIZED, "You are not authorized.")


@fault("AC-005", "AC-006")
class ForbiddenIs404(Auth):
    """Answers 404 for what a role may not do, as if it were not there."""

    def refuse_action(self, action: str) -> Problem:
        return not_found("There is no such record.")


@fault("AC-005")
class NothingToUpdateIs404(Operations):
    """Answers 404 where a role that may only update has nothing to update."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        if role.update and not role.create and any(each.operation == "created" for each in outcomes):
            raise not_found("There is no record to update.")
        super().check_permissions(role, outcomes, batch)


@fault("AC-005", "AC-006")
class DeniesInSilence(Operations):
    """Answers 200 and "ignored" where a role may not: row level security lets the write find no row."""

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        try:
            return super().upsert(plan, role)
        except Problem as problem:
            if problem.status != HTTPStatus.FORBIDDEN:
                raise
        self.store.rollback()
        self.store.begin()
        return [Outcome(plan.table, "ignored", None, None) for _ in plan.rows]


@fault("AC-006")
class UnchangedNeedsNoPermission(Operations):
    """Asks for the permission to update only where some value changes."""

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        matches = [(self.find_match(plan, row), row) for row in plan.rows]
        same = all(match and all(match[name] == row[name] for name in row) for match, row in matches)
        return super().upsert(plan, replace(role, update=role.update or same))


@fault("AC-006")
class CreatorsOwnTheirRecords(Operations):
    """Lets a role update the records that it has created itself."""

    def __init__(self, schema: Schema, auth: Auth, values: Values, validator: Validator, store: Store) -> None:
        super().__init__(schema, auth, values, validator, store)
        self.owners: set[tuple[str, str, Any]] = set()

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        matches = [self.find_match(plan, row) or {"id": None} for row in plan.rows]
        own = all((role.name, plan.table.name, match["id"]) in self.owners for match in matches)
        outcomes = super().upsert(plan, replace(role, update=role.update or own))
        self.owners |= {(role.name, plan.table.name, each.id) for each in outcomes if each.operation == "created"}
        return outcomes


@fault("AC-006")
class PermissionByTheFirstKey(Operations):
    """Looks by the table's first key whether it will create or update, and then matches by another."""

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        for row in plan.rows:
            action = "update" if self.is_known(plan, row) else "create"
            if not self.auth.may(role, action):
                raise self.auth.refuse_action(action)
        return super().upsert(plan, replace(role, create=True, update=True))

    def is_known(self, plan: Upsert, row: Row) -> bool:
        """Whether a stored record has the values of the first key."""
        first = plan.table.unique_keys[0]
        return row.keys() >= set(first) and self.store.find_match(plan.table, first, row) is not None


@fault("AC-005")
class RoleAfterBody(Api):
    """Looks at the request before the role: a role that may do nothing is told what is wrong with it."""

    def upsert(self, table: str) -> Answer:
        plan = self.validator.upsert(self.operations.find_table(table), self.read_body())
        with self.store.transaction():
            outcomes = self.operations.upsert(plan, g.role)
        return self.answers.batch(outcomes) if plan.batch else self.answers.upserted(outcomes[0])
