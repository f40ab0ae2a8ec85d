"""Several operations, all or nothing (CONTRACT 3.3). Every problem names the index of its operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import at_index, bad_field, not_found
from upsertspec_server.request import check_members
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.upsert import Outcome
from upsertspec_server.validation import CONFLICT_MEMBERS

if TYPE_CHECKING:
    from upsertspec_server.app import Server

Operation = dict[str, Any]
Results = dict[str, dict[str, Any]]
"""The name that `as` gives to an operation, and the record that it answered with."""

_COMMON = frozenset({"op", "table", "as"})
MEMBERS = {
    "create": _COMMON | {"fields"},
    "upsert": _COMMON | {"fields"} | CONFLICT_MEMBERS,
    "update": _COMMON | {"id", "fields", "where"},
    "delete": _COMMON | {"id", "where"},
}
PERMISSIONS = {"create": ("create",), "upsert": ("create", "update"), "update": ("update",), "delete": ("delete",)}


class Transactions:
    """Checks a list of operations, and runs it within a transaction that the caller holds."""

    def __init__(self, app: Server) -> None:
        self.app = app
        self.store = app.store
        self.records = app.records
        self.upserts = app.upserts
        self.validator = app.validator

    def check(self, body: dict[str, Any], role: Role) -> list[Operation]:
        """The operations of a body. Raises 400, then 404 for a table, then 403: each for all before the next."""
        check_members(body, frozenset({"operations"}))
        operations = self.validator.check_list("operations", body.get("operations"))
        for index, operation in enumerate(operations):
            with at_index(index):
                self.check_shape(operation)
        for index, operation in enumerate(operations):
            with at_index(index):
                self.app.schema.find(operation["table"])
        for index, operation in enumerate(operations):
            with at_index(index):
                self.check_permission(operation, role)
        return operations

    def check_shape(self, operation: Any) -> None:
        """Raises 400 for anything that is not an operation, or has a member that its kind does not have."""
        if not isinstance(operation, dict):
            raise bad_field("operations", "must hold objects")
        op = operation.get("op")
        if not isinstance(op, str) or op not in MEMBERS:
            raise bad_field("op", f"must be one of {', '.join(MEMBERS)}")
        check_members(operation, MEMBERS[op])
        for member in ("table", "as"):
            if member in operation and not isinstance(operation[member], str):
                raise bad_field(member, "must be text")
        for member in {"table", "id", "fields"} & MEMBERS[op]:
            if member not in operation:
                raise bad_field(member, "is missing")

    def check_permission(self, operation: Operation, role: Role) -> None:
        """Raises 403 where the role could do no part of the operation."""
        self.app.auth.require(role, *PERMISSIONS[operation["op"]])
        self.app.auth.require_table(role, self.app.schema.find(operation["table"]))

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        """Run the operations in order. The permissions that depend on a match come last."""
        results: Results = {}
        outcomes: list[Outcome] = []
        for index, operation in enumerate(operations):
            with at_index(index):
                outcome = self.run_one(operation, results)
                self.remember(operation, outcome, results)
            outcomes.append(outcome)
        self.upserts.check_permissions(role, outcomes, batch=True)
        return outcomes

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        """Run one operation, its references resolved."""
        table = self.app.schema.find(operation["table"])
        resolved = self.resolve(operation, results)
        match operation["op"]:
            case "create":
                return self.records.create(table, self.validator.row(table, resolved["fields"]))
            case "upsert":
                return self.upsert(table, resolved)
            case "update":
                row = self.validator.row(table, resolved["fields"])
                return self.records.update(table, self.record_id(table, resolved), row, self.guard(table, resolved))
            case _:
                return self.records.delete(table, self.record_id(table, resolved), self.guard(table, resolved))

    def upsert(self, table: Table, operation: Operation) -> Outcome:
        """Upsert a record by the same rules as outside of a transaction."""
        body = {name: value for name, value in operation.items() if name not in _COMMON}
        plan = self.validator.upsert(table, body)
        return self.upserts.upsert_one(plan, plan.rows[0], self.store.now())

    def record_id(self, table: Table, operation: Operation) -> Any:
        """The id that an operation names. Raises 404 for one that cannot be an id of this table."""
        try:
            return table.id_type.parse(operation["id"])
        except ValueError:
            raise not_found() from None

    def guard(self, table: Table, operation: Operation) -> Row | None:
        """The values that the stored record must have. Raises 400."""
        return self.validator.guard(table, "where", operation["where"]) if "where" in operation else None

    def remember(self, operation: Operation, outcome: Outcome, results: Results) -> None:
        """Keep the record under the name that `as` gives it. Raises 400 for a name that is given twice."""
        name = operation.get("as")
        if name is None:
            return
        if name in results:
            raise bad_field("as", "the name is already given")
        results[name] = outcome.body()["record"] or {}

    def resolve(self, operation: Operation, results: Results) -> Operation:
        """The operation with every `{"$ref": "name.field"}` replaced: in the id, the fields and the guards."""
        resolved = dict(operation)
        if "id" in operation:
            resolved["id"] = self.resolve_value(operation["id"], results)
        for member in ("fields", "where", "updateWhere", "updateValues"):
            if isinstance(operation.get(member), dict):
                resolved[member] = {name: self.resolve_value(v, results) for name, v in operation[member].items()}
        return resolved

    def resolve_value(self, value: Any, results: Results) -> Any:
        """A value, or what it refers to. Raises 400 for a reference that names no earlier result."""
        if not isinstance(value, dict) or value.keys() != {"$ref"}:
            return value
        name, _, field = str(value["$ref"]).rpartition(".")
        if field not in results.get(name, {}):
            raise bad_field("$ref", "names no field of an earlier result")
        return results[name][field]
