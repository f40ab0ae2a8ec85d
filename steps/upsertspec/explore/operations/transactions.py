"""Transactions: operations that refer to one another, with guards, right and wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.explore import hostile_values, strategies
from upsertspec.explore.contract import is_ref
from upsertspec.explore.scenario import as_json
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope, sometimes
from upsertspec.explore.values import Pick

TABLES = ("users", "projects", "conversations", "contacts", "activity_log")
KEYED = ("contacts", "users")
LINKS = (("projects", "user_id", "users"), ("conversations", "project_id", "projects"))
OF_FIELDS = ("fields", "where", "updateWhere", "updateValues")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Transaction:
    """Several operations, all or none; each is an object as CONTRACT 3.3 defines it."""

    who: str
    operations: Sequence[Row]

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare."""
        operations = sequence.resolved(list(self.operations))
        expected = sequence.contract.transaction(self.who, operations)
        lines = ",\n  ".join(json.dumps(as_json(operation), ensure_ascii=False) for operation in operations)
        words, says = f"the {self.who} sends the transaction:", "the last answer is"
        sequence.scenario.write(words, "", [], expected, says, f"[\n  {lines}\n]")
        rows = [
            (o["table"], {n: v for n, v in o[member].items() if not is_ref(v)})
            for o in operations
            for member in ("fields", "updateValues")
            if isinstance(o.get(member), dict)
        ]
        wire = [_on_the_wire(sequence, operation) for operation in operations]
        sequence.send(self.who, sent.Transaction(wire), expected, rows)


def _on_the_wire(sequence: OperationSequence, operation: Row) -> Row:
    table = operation["table"]
    return {n: sequence.on_the_wire(table, v, "" if n in OF_FIELDS else "id") for n, v in operation.items()}


@st.composite
def transaction(draw: Draw, scope: Scope) -> list[Transaction]:
    """A few operations, some of which refer to earlier ones; sometimes sent twice."""
    operations = [draw(operation(scope, number)) for number in range(draw(st.integers(1, 4)))]
    if scope.has("hostile") and draw(sometimes(6)):
        hostile = draw(st.sampled_from(hostile_values.OPERATIONS))
        needs_id = hostile["op"] != "create" and "id" not in hostile
        operations.append({**hostile, "id": Pick("contacts", 0)} if needs_id else hostile)
    return [Transaction(draw(strategies.anyone()), operations)] * draw(st.sampled_from([1, 1, 1, 2]))


@st.composite
def chain(draw: Draw, scope: Scope) -> Transaction:
    """A user, the user's project, the project's conversation, each by reference; then one of them again."""
    schema = scope.schema
    fields = draw(strategies.rows(scope, schema["contacts"]))
    contact = {"op": "create", "table": "contacts", "fields": fields, "as": "other"}
    user = draw(strategies.rows(scope, schema["users"], ["email"]))
    created = {"op": "create", "table": "users", "fields": user, "as": "users"}
    upserted = {"op": "upsert", "table": "users", "fields": user, "matchFields": ["email"], "as": "users"}
    linked = []
    for table, name, parent in LINKS:
        row = draw(strategies.rows(scope, schema[table])) | {name: {"$ref": f"{parent}.id"}}
        linked.append({"op": "create", "table": table, "fields": row, "as": table})
    before: list[Row] = draw(st.sampled_from([[contact], []]))
    first: Row = draw(st.sampled_from([created, upserted]))
    return Transaction(draw(strategies.a_role()), [*before, first, *linked, *draw(afterwards(scope))])


@st.composite
def afterwards(draw: Draw, scope: Scope) -> list[Row]:
    """Perhaps an update or a delete of a record that was created; sometimes wrong."""
    table = scope.schema[draw(st.sampled_from(["users", "projects"]))]
    row = draw(strategies.maybe_wrong(scope, table, draw(strategies.rows(scope, table, partial=True))))
    named = {"table": table.name, "id": {"$ref": f"{table.name}.id"}}
    guard = draw(st.sampled_from([{}, {"where": draw(strategies.conditions(scope, table, row))}]))
    choices: list[list[Row]] = [[], [{"op": "update", **named, "fields": row, **guard}], [{"op": "delete", **named}]]
    return list(draw(st.sampled_from(choices)))


@st.composite
def operation(draw: Draw, scope: Scope, number: int) -> Row:
    """One operation. The ones before it, to which it may refer, are named `a0`, `a1`, …"""
    op = draw(st.sampled_from(["create", "update", "upsert", "delete", "create", "update", "replace"]))
    table = scope.schema[draw(st.sampled_from(KEYED if op == "upsert" else TABLES))]
    match = draw(strategies.keys(table)) if op == "upsert" else ()
    valid = draw(strategies.rows(scope, table, match, partial=op == "update"))
    row = draw(strategies.maybe_wrong(scope, table, valid))
    made: dict[str, Any] = {"op": op, "table": table.name}
    if op != "delete":
        marked = scope.schema.marked(table.name)
        made["fields"] = {n: draw(maybe_reference(v, number, n in marked)) for n, v in row.items()}
    if op == "upsert":
        made["matchFields"] = draw(st.sampled_from([match] * 6 + [[], ["nickname"]]))
        if draw(st.booleans()):
            made |= draw(strategies.conflict_members(scope, table, row, match))
        if made.get("onConflict") == "ignore" and draw(st.booleans()):
            del made["matchFields"]
    if op in ("update", "delete"):
        made["id"] = draw(maybe_reference(draw(strategies.picks(table.name)), number))
    if op == "update" and draw(st.booleans()):
        made["where"] = draw(strategies.conditions(scope, table, row)) | draw(strategies.conditions(scope, table, row))
    return made | ({"as": f"a{number}"} if op in ("create", "upsert") else {})


@st.composite
def maybe_reference(draw: Draw, value: Any, number: int, marked: bool = True) -> Any:
    """The value; or a reference to an earlier operation, if it is a record or, now and then, a text.

    A marked field gets no reference: its text would carry no mark of this sequence.
    """
    if number and isinstance(value, Pick) and draw(st.booleans()):
        return {"$ref": f"a{draw(st.integers(0, number - 1))}.id"}
    if number and not marked and isinstance(value, str) and draw(sometimes(10)):
        return {"$ref": f"a{draw(st.integers(0, number - 1))}.name"}
    return value
