"""Several operations in one transaction: all of them, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import psycopg

from service import records
from service.catalog import Table
from service.database import Connection
from service.problems import Problem, forbidden, from_database
from service.upsert import MEMBERS as UPSERT_MEMBERS
from service.upsert import lock_keys, read_fields, read_plan, upsert
from service.values import Record, shown, typed_fields, typed_guard

MOST = 1000
COMMON = {"op", "table", "as"}
MEMBERS = {
    "create": {*COMMON, "fields"},
    "upsert": {*COMMON, "fields", *UPSERT_MEMBERS},
    "update": {*COMMON, "id", "where", "fields"},
    "delete": {*COMMON, "id", "where"},
}
# The permission of each operation. An upsert needs one of two, depending on the match.
STATIC = {"create": "create", "update": "update", "delete": "delete"}
NEEDS = {"created": "create", "updated": "update", "deleted": "delete"}
REFERENCE = re.compile(r"(\w+)\.(\w+)")

Named = dict[str, Record]


def checked(tables: Mapping[str, Table], body: Any) -> list[Record]:
    """The operations of a request. Raises Problem if they are malformed."""
    if not isinstance(body, dict) or set(body) != {"operations"}:
        raise Problem(400, "The body has to be an object with the one member operations.")
    operations = body["operations"]
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST:
        raise Problem(400, f"operations has to be a list of 1 to {MOST} operations.")
    for index, operation in enumerate(operations):
        if problem := _fault(tables, operation):
            raise problem.at(index)
    return operations


def permit(may: Mapping[str, bool], operations: list[Record]) -> None:
    """Raise Problem if the role may not do one of the operations, whatever is stored."""
    for index, operation in enumerate(operations):
        needed = STATIC.get(operation["op"])
        if not (may[needed] if needed else may["create"] or may["update"]):
            raise forbidden(needed or "write").at(index)


def run(
    conn: Connection, tables: Mapping[str, Table], may: Mapping[str, bool], operations: list[Record]
) -> dict[str, Any]:
    """Do them in order. Raises Problem at the first that fails."""
    named: Named = {}
    results = []
    for index, operation in enumerate(operations):
        try:
            results.append(_done(conn, tables[operation["table"]], operation, named))
        except Problem as problem:
            raise problem.at(index) from problem
        except psycopg.Error as wrong:
            if (refusal := from_database(wrong)) is None:
                raise
            raise refusal.at(index) from wrong
    for index, result in enumerate(results):
        needed = NEEDS.get(result["operation"])
        if needed and not may[needed]:
            raise forbidden(needed).at(index)
    return {"results": results}


def _fault(tables: Mapping[str, Table], operation: Any) -> Problem | None:
    if not isinstance(operation, dict):
        return Problem(400, "An operation has to be an object.")
    op, name = operation.get("op"), operation.get("table")
    if isinstance(name, str) and name not in tables:
        return Problem(404, "There is no such table.")
    if not isinstance(op, str) or op not in MEMBERS or not isinstance(name, str):
        return Problem(400, "An operation needs an op (create, upsert, update or delete) and a table.")
    if set(operation) - MEMBERS[op]:
        return Problem(400, f"A member is not one of {op}'s.")
    if not isinstance(operation.get("as", ""), str):
        return Problem(400, "as has to be a name.")
    return None


def _done(conn: Connection, table: Table, operation: Record, named: Named) -> Record:
    step = {name: _resolved(table, name, value, named) for name, value in operation.items()}
    done, number, row = _STEPS[operation["op"]](conn, table, step)
    record = shown(table, row) if row else None
    if "as" in operation:
        if operation["as"] in named:
            raise Problem(400, "Two operations have the same name.")
        named[operation["as"]] = record or {"id": number}
    return {"op": operation["op"], "operation": done, "id": record["id"] if record else number, "record": record}


def _create(conn: Connection, table: Table, step: Record) -> tuple[str, Any, Record | None]:
    row = records.create(conn, table, typed_fields(table, step.get("fields")))
    return "created", row["id"], row


def _upsert(conn: Connection, table: Table, step: Record) -> tuple[str, Any, Record | None]:
    plan = read_plan(table, step)
    fields = read_fields(plan, step.get("fields"))
    lock_keys(conn, plan, [fields])
    outcome = upsert(conn, plan, fields)
    return outcome.operation, outcome.row["id"], outcome.row


def _update(conn: Connection, table: Table, step: Record) -> tuple[str, Any, Record | None]:
    fields = typed_fields(table, step.get("fields"))
    number = _guarded(conn, table, step)
    return "updated", number, records.update(conn, table, number, fields)


def _delete(conn: Connection, table: Table, step: Record) -> tuple[str, Any, Record | None]:
    number = _guarded(conn, table, step)
    records.delete(conn, table, number)
    return "deleted", step["id"], None


_STEPS = {"create": _create, "upsert": _upsert, "update": _update, "delete": _delete}


def _guarded(conn: Connection, table: Table, step: Record) -> Any:
    """The id of the record, locked. Raises Problem if it does not exist or does not satisfy `where`."""
    number = step.get("id")
    if not isinstance(number, int | str) or isinstance(number, bool):
        raise Problem(400, f"{step['op']} needs the id of a record.")
    guard = typed_guard(table, step.get("where", {}), "where")
    known = records.ident(table, str(number))
    records.check(conn, table, known, guard)
    return known


def _resolved(table: Table, member: str, value: Any, named: Named) -> Any:
    """The member with every {"$ref": "name.field"} replaced. In a json field it is data, and stays."""
    if member in ("fields", "where", "updateWhere", "updateValues") and isinstance(value, dict):
        return {name: item if _is_json(table, name) else _resolved_value(item, named) for name, item in value.items()}
    return _resolved_value(value, named) if member == "id" else value


def _is_json(table: Table, name: str) -> bool:
    return name in table.columns and table.columns[name].kind == "json"


def _resolved_value(value: Any, named: Named) -> Any:
    if not isinstance(value, dict) or set(value) != {"$ref"}:
        return value
    path = REFERENCE.fullmatch(value["$ref"]) if isinstance(value["$ref"], str) else None
    if not path or path[1] not in named or path[2] not in named[path[1]]:
        raise Problem(400, "A $ref has to name an earlier operation and a field of its record.")
    return named[path[1]][path[2]]
