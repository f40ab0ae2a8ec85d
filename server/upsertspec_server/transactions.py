"""Several operations, all or nothing (CONTRACT 3.3)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import Problem, bad_field, not_found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from upsertspec_server.operations import Operations
    from upsertspec_server.plans import Outcome
    from upsertspec_server.schema import Role, Table

_COMMON = frozenset({"op", "table", "as"})
MEMBERS = {
    "create": _COMMON | {"fields"},
    "upsert": _COMMON | {"fields", "matchFields", "onConflict", "updateFields", "updateWhere"},
    "update": _COMMON | {"id", "fields", "where"},
    "delete": _COMMON | {"id", "where"},
}
PERMISSIONS = {"create": ("create",), "upsert": ("create", "update"), "update": ("update",), "delete": ("delete",)}
Results = dict[str, dict[str, Any]]
"""Name given by `as` to the record that the operation answered with."""


class Transactions:
    """Checks and runs a list of operations. Every problem names the index of its operation."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self.validator = operations.validator
        self.runners: dict[str, Callable[[Table, dict[str, Any]], Outcome]] = {
            "create": self.run_create,
            "upsert": self.run_upsert,
            "update": self.run_update,
            "delete": self.run_delete,
        }

    def check(self, body: dict[str, Any], role: Role) -> list[dict[str, Any]]:
        """The operations of a body. Raises 400, then 404 for a table, then 403: each for all before the next."""
        operations = self.read_operations(body)
        for check in (self.check_shape, self.check_table):
            for index, operation in enumerate(operations):
                with at(index):
                    check(operation)
        for index, operation in enumerate(operations):
            with at(index):
                self.check_permission(operation, role)
        return operations

    def read_operations(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The list of 1 to 1,000 operations."""
        self.validator.body.check_members(body, frozenset({"operations"}))
        operations = body.get("operations")
        if not isinstance(operations, list):
            raise bad_field("operations", "must be a list")
        self.validator.check_count("operations", len(operations))
        return operations

    def check_shape(self, operation: Any) -> None:
        """Raises 400 for what is no operation, or has a member that its kind does not have."""
        if not isinstance(operation, dict):
            raise bad_field("operations", "must hold objects")
        op = operation.get("op")
        if not isinstance(op, str) or op not in MEMBERS:
            raise bad_field("op", f"must be one of {', '.join(MEMBERS)}")
        self.validator.body.check_members(operation, MEMBERS[op])
        for member in ("table", "as"):
            if member in operation and not isinstance(operation[member], str):
                raise bad_field(member, "must be text")
        for member in {"table", "id", "fields"} & MEMBERS[op]:
            if member not in operation:
                raise bad_field(member, "is missing")

    def check_table(self, operation: dict[str, Any]) -> None:
        """Raises 404 for a table that does not exist."""
        self.operations.find_table(operation["table"])

    def check_permission(self, operation: dict[str, Any], role: Role) -> None:
        """Raises 403 where the role could do no part of the operation."""
        self.operations.auth.require(role, *PERMISSIONS[operation["op"]])

    def run(self, operations: list[dict[str, Any]], role: Role) -> list[Outcome]:
        """Run the operations in order, within a transaction that the caller holds."""
        results: Results = {}
        outcomes: list[Outcome] = []
        for index, operation in enumerate(operations):
            with at(index):
                outcome = self.run_one(operation, results)
                self.remember(operation, outcome, results)
            outcomes.append(outcome)
        self.operations.check_permissions(role, outcomes, batch=True)
        return outcomes

    def run_one(self, operation: dict[str, Any], results: Results) -> Outcome:
        """Run one operation, its references resolved."""
        table = self.operations.find_table(operation["table"])
        return self.runners[operation["op"]](table, self.resolve(operation, results))

    def remember(self, operation: dict[str, Any], outcome: Outcome, results: Results) -> None:
        """Keep the record under the name that `as` gives it. Raises 400 for a name given twice."""
        name = operation.get("as")
        if name is None:
            return
        if name in results:
            raise bad_field("as", "the name is already given")
        row = outcome.row
        results[name] = {} if row is None else self.operations.values.decode(outcome.table, row)

    def resolve(self, operation: dict[str, Any], results: Results) -> dict[str, Any]:
        """The operation with every `{"$ref": "name.field"}` replaced: in the id, the fields and the guards."""
        resolved = dict(operation)
        if "id" in operation:
            resolved["id"] = self.resolve_value(operation["id"], results)
        for member in ("fields", "where", "updateWhere"):
            if isinstance(operation.get(member), dict):
                resolved[member] = {
                    name: self.resolve_value(value, results) for name, value in operation[member].items()
                }
        return resolved

    def resolve_value(self, value: Any, results: Results) -> Any:
        """A value, or what it refers to. Raises 400 for a reference that names no earlier result."""
        if not isinstance(value, dict) or value.keys() != {"$ref"}:
            return value
        name, _, field = str(value["$ref"]).rpartition(".")
        if field not in results.get(name, {}):
            raise bad_field("$ref", "names no field of an earlier result")
        return results[name][field]

    def run_create(self, table: Table, operation: dict[str, Any]) -> Outcome:
        """Create a record."""
        return self.operations.create(table, self.validator.row(table, operation["fields"]))

    def run_upsert(self, table: Table, operation: dict[str, Any]) -> Outcome:
        """Upsert a record by the same rules as outside."""
        body = {name: value for name, value in operation.items() if name not in _COMMON}
        plan = self.validator.upsert(table, body)
        return self.operations.upsert_one(plan, plan.rows[0], self.operations.store.now())

    def run_update(self, table: Table, operation: dict[str, Any]) -> Outcome:
        """Update a record, where its guard agrees."""
        row = self.validator.row(table, operation["fields"])
        return self.operations.update(table, self.record_id(table, operation), row, self.guard(table, operation))

    def run_delete(self, table: Table, operation: dict[str, Any]) -> Outcome:
        """Delete a record, where its guard agrees."""
        return self.operations.delete(table, self.record_id(table, operation), self.guard(table, operation))

    def record_id(self, table: Table, operation: dict[str, Any]) -> Any:
        """The id that an operation names. One that is no id of this table names no record: 404."""
        try:
            return self.operations.values.encode(table.all_fields["id"], operation["id"])
        except ValueError:
            raise not_found("There is no such record.") from None

    def guard(self, table: Table, operation: dict[str, Any]) -> dict[str, Any] | None:
        """The values that the stored record must have. Raises 400."""
        return self.validator.conditions(table, "where", operation["where"]) if "where" in operation else None


@contextmanager
def at(index: int) -> Iterator[None]:
    """Problems within the block name the index."""
    try:
        yield
    except Problem as problem:
        raise problem.at(index) from None
