"""Mistakes on one way to write that the others do not make: how amounts, times and large numbers are read there, and
what is checked first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken import broken
from upsertspec_broken.tags import TagOf
from upsertspec_server import Server
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.idempotency import Idempotency
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Comparison, Outcome, Plan, Upserts
from upsertspec_server.validation import Validator
from upsertspec_server.views import request


def of_type(table: Table, row: Mapping[str, Any], kind: str) -> Row:
    """The fields of a row that have this type, and a value."""
    return {
        name: value for name, value in row.items() if value is not None and table.all_fields[name].type.name == kind
    }


@broken("AC-209")
class OtherAmountsAreFloats(Validator):
    """Reads the amounts in updateValues as floating-point numbers."""

    def update_values(self, table: Table, value: Any) -> Row:
        row = super().update_values(table, value)
        return {**row, **{name: f"{float(amount):f}" for name, amount in of_type(table, row, "decimal").items()}}


@broken("AC-211")
class ReplacementsKeepTimes(Upserts):
    """Keeps the times of a match that is replaced."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        kept = of_type(plan.table, match, "datetime") if plan.on_conflict == "replace" else {}
        return super().update(plan, {**kept, **row}, match, now)


@broken("AC-211")
class ReplacementsRoundAmounts(Upserts):
    """Rounds the amounts of a replacement to cents, through a floating-point number."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        amounts = of_type(plan.table, row, "decimal") if plan.on_conflict == "replace" else {}
        return super().update(plan, {**row, **{n: f"{float(a):.2f}" for n, a in amounts.items()}}, match, now)


class ReadsConditions(Validator):
    """Reads the values of updateWhere in another way."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        if member == "updateWhere" and isinstance(values, dict):
            values = {name: self.wanted(table, name, value) for name, value in values.items()}
        return super().guard(table, member, values)

    def wanted(self, table: Table, name: str, value: Any) -> Any:
        """What is compared in place of the given value."""
        raise NotImplementedError


@broken("AC-206")
class ConditionsTakeNumerals(ReadsConditions):
    """Takes a text of digits for a number in updateWhere."""

    def wanted(self, table: Table, name: str, value: Any) -> Any:
        field = table.all_fields.get(name)
        is_numeral = field is not None and field.type.name == "integer" and isinstance(value, str) and value.isdecimal()
        return int(value) if is_numeral else value


@broken("AC-204")
class ConditionsAreDoubles(ReadsConditions):
    """Reads a number in updateWhere as a double."""

    def wanted(self, table: Table, name: str, value: Any) -> Any:
        return int(float(value)) if isinstance(value, int) and not isinstance(value, bool) else value


@broken("AC-210")
class FirstDayOfSeveral(Validator):
    """Compares a day with the first of those that updateWhere allows."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        return {
            name: Comparison("in", wanted.value[:1])
            if isinstance(wanted, Comparison) and wanted.operator == "in" and table.all_fields[name].type.name == "date"
            else wanted
            for name, wanted in super().guard(table, member, values).items()
        }


@broken("AC-503")
class GuardsCompareAmountsAsText(Transactions):
    """Compares the amounts of a guard as texts: 10.5 is not 10.50."""

    def guard(self, table: Table, operation: Operation) -> Row | None:
        guard = super().guard(table, operation)
        stored = self.store.find(table, ("id",), {"id": self.record_id(table, operation)}) or {}
        if any(stored.get(name) != amount for name, amount in of_type(table, guard or {}, "decimal").items()):
            raise conflict("The stored record does not have the values that `where` asks for.")
        return guard


@broken("AC-501")
class CreatesInTransactionsChangeLineEnds(Transactions):
    """Stores the line ends of Unix in what a transaction creates."""

    def resolve(self, operation: Operation, results: Results) -> Operation:
        resolved = super().resolve(operation, results)
        if operation["op"] == "create":
            fields = resolved["fields"].items()
            resolved["fields"] = {n: v.replace("\r\n", "\n") if isinstance(v, str) else v for n, v in fields}
        return resolved


@broken("AC-307")
class PermissionsOfTheFirstTwo(Upserts):
    """Checks the permission of the first two records of a batch."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        super().check_permissions(role, outcomes[:2], batch)


@broken("AC-505")
class CreatorsOwnWhatTheyCreate(Transactions):
    """Lets everybody change what an earlier operation has created."""

    def check_permission(self, operation: Operation, role: Role) -> None:
        if operation["op"] not in ("update", "delete") or not isinstance(operation["id"], dict):
            super().check_permission(operation, role)

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        outcomes: list[Outcome] = super().run(operations, self.app.schema.roles["editor"])
        other = [o for o, each in zip(outcomes, operations, strict=True) if not isinstance(each.get("id"), dict)]
        self.upserts.check_permissions(role, other, batch=True)
        return outcomes


@broken("AC-051")
class BodyBeforeRole(Server):
    """Reads the body of a create or a change before it looks whether the role may do it."""

    def enter(self, name: str, *actions: str) -> Table:
        if request.method in ("POST", "PATCH") and actions in (("create",), ("update",)):
            self.validator.fields(self.schema.find(name), request.read_object())
        return super().enter(name, *actions)


@broken("AC-807")
class TransactionsTellTheStorage(Transactions):
    """Answers a refused operation with the words of the database."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        try:
            return super().run_one(operation, results)
        except Problem as problem:
            if problem.status == HTTPStatus.CONFLICT:
                problem.detail = f"UNIQUE constraint failed: {operation['table']}.{next(iter(operation['fields']))}"
            raise


@broken("AC-922")
class BodiesAreComparedAtTheirBeginning(Idempotency):
    """Compares the first kilobyte of two bodies with one key."""

    def digest(self) -> str:
        return hashlib.sha256(request.get_data()[:1024]).hexdigest()


@broken("AC-901")
class TagWithoutJson(TagOf):
    """Makes the tag of the fields that are no JSON."""

    def state(self, table: Table, row: Row) -> Any:
        plain: Sequence[str] = [name for name in table.fields if table.fields[name].type.name != "json"]
        return row["id"], [row[name] for name in plain]


@broken("AC-932")
class OrganizationsByTheirBeginning(Auth):
    """Takes an organization for the member's own if its name begins with that."""

    def sees(self, table: Table, row: Row) -> bool:
        own = g.role.organization
        return super().sees(table, row) or str(row.get(str(table.organization), "")).startswith(str(own))
