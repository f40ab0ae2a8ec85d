"""Roles that may do more or less than they may, or are refused in the wrong way."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server import Server
from upsertspec_server.errors import Problem, not_found
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.views import current_app, request


class AsksFor(Upserts):
    """Asks for other permissions."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        operation = self.operation()
        super().check_permissions(role, [replace(each, operation=operation) for each in outcomes], batch)

    def operation(self) -> str:
        """The operation whose permission is checked."""
        return "ignored"


@broken("AC-005", "AC-006", "AC-307", "AC-505")
class EitherPermissionWillDo(AsksFor):
    """Lets a role that may create or update do both."""


@broken("AC-005", "AC-307", "AC-505")
class OnlyUpdateIsAsked(AsksFor):
    """Checks the permission to update, whatever is done."""

    def operation(self) -> str:
        return "updated"


@broken("AC-006", "AC-307", "AC-505")
class OnlyCreateIsAsked(AsksFor):
    """Checks the permission to create, whatever is done, since the call is a POST."""

    def operation(self) -> str:
        return "created"


@broken("AC-005", "AC-006", "AC-307", "AC-505")
class BothPermissionsAreAsked(Upserts):
    """Refuses a role that may not do both, whatever there is to do."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        for action in ("create", "update"):
            self.app.auth.require(role, action)


@broken("AC-005", "AC-006")
class RefusesWhenAllIsDone(Upserts):
    """Checks the permission after the commit: the answer is 403, but the record is written."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        self.store.db.commit()
        super().check_permissions(role, outcomes, batch)
        self.store.db.begin()


def forbidden(status: HTTPStatus) -> Any:
    """A part: 403 is answered with another status."""

    @answers
    def instead(answer: Answer) -> None:
        if answer.status == HTTPStatus.FORBIDDEN:
            answer.status = status

    return instead


add("forbidden-is-401", "Answers 401 to a caller whom it knows.", "AC-005 AC-006 AC-307 AC-505",
    forbidden(HTTPStatus.UNAUTHORIZED))  # fmt: skip
add("forbidden-is-404", "Answers 404 for what a role may not do, as if it did not exist.",
    "AC-005 AC-006 AC-307 AC-505", forbidden(HTTPStatus.NOT_FOUND))  # fmt: skip


@broken("AC-005")
class NothingToUpdateIs404(Upserts):
    """Answers 404 where a role that may only update has nothing to update."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        if role.update and not role.create and any(each.operation == "created" for each in outcomes):
            raise not_found("There is no record to update.")
        super().check_permissions(role, outcomes, batch)


@broken("AC-005", "AC-006", "AC-307")
class DeniesInSilence(Upserts):
    """Answers 200 and "ignored" where a role may not write, as row level security does."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        try:
            return super().run(plan, role)
        except Problem as problem:
            if problem.status != HTTPStatus.FORBIDDEN:
                raise
        self.store.db.rollback()
        self.store.db.begin()
        return [Outcome(plan.table, "ignored", None, None) for _ in plan.rows]


@broken("AC-006")
class UnchangedNeedsNoPermission(Upserts):
    """Checks the permission to update only where some value changes."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        matches = [(self.find_match(plan, row), row) for row in plan.rows]
        same = all(match and all(match[name] == row[name] for name in row) for match, row in matches)
        return super().run(plan, replace(role, update=role.update or same))


@broken("AC-006")
class CreatorsOwnTheirRecords(Upserts):
    """Lets a role update the records that it created itself."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.owners: set[tuple[str, str, Any]] = set()

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        matches = [self.find_match(plan, row) or {"id": None} for row in plan.rows]
        own = all((role.name, plan.table.name, match["id"]) in self.owners for match in matches)
        outcomes = super().run(plan, replace(role, update=role.update or own))
        self.owners |= {(role.name, plan.table.name, each.id) for each in outcomes if each.operation == "created"}
        return outcomes


@broken("AC-006")
class PermissionByTheFirstKey(Upserts):
    """Checks by the table's first key whether it will create or update, but matches by another."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        for row in plan.rows:
            self.app.auth.require(role, "update" if self.is_known(plan, row) else "create")
        return super().run(plan, replace(role, create=True, update=True))

    def is_known(self, plan: Plan, row: Row) -> bool:
        """Whether a stored record has the values of the first key."""
        first = plan.table.unique_keys[0]
        return row.keys() >= set(first) and self.store.find(plan.table, first, row) is not None


@broken("AC-051")
@view("records.upsert")
def role_after_body(original: Any, table: str) -> Any:
    """Checks the request before the role: a role that may do nothing learns what is wrong with it."""
    current_app.validator.upsert(current_app.schema.find(table), request.read_object())
    return original(table=table)


@broken("AC-051")
class BodyBeforeRole(Server):
    """Reads the body of a create or a change before it looks whether the role may do it."""

    def enter(self, name: str, *actions: str) -> Table:
        if request.method in ("POST", "PATCH") and actions in (("create",), ("update",)):
            self.validator.fields(self.schema.find(name), request.read_object())
        return super().enter(name, *actions)


@broken("AC-211")
class ReplacingNeedsToDelete(Upserts):
    """Asks for the permission to delete where a match is replaced."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if plan.on_conflict == "replace":
            self.app.auth.require(g.role, "delete")
        return super().update(plan, row, match, now)
