"""Transactions: operations that refer to one another, with guards, right and wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import hostile_values as oddities
from upsertspec.explore.moves.draws import Draw, Scope, anyone, condition, fields, keys, members, picks, who
from upsertspec.explore.moves.move import Move
from upsertspec.explore.moves.records import perhaps_wrong
from upsertspec.explore.resolve import marks
from upsertspec.explore.values import Pick
from upsertspec.spec.schema import tables

TABLES = ("users", "projects", "conversations", "contacts", "activity_log")
KEYED = ("contacts", "users")
LINKS = (("projects", "user_id", "users"), ("conversations", "project_id", "projects"))


@st.composite
def transaction(draw: Draw, within: Scope) -> list[Move]:
    """Several operations, some of which refer to what came before; now and then it is sent once more."""
    operations = [draw(operation(within, number)) for number in range(draw(st.integers(1, 4)))]
    if "hostile" in within.profiles and draw(st.sampled_from([False] * 5 + [True])):
        operations.append(_odd(draw(st.sampled_from(oddities.OPERATIONS))))
    made = Move("transaction", draw(anyone()), "", operations=operations)
    return [made] * draw(st.sampled_from([1, 1, 1, 2]))


def _odd(listed: dict[str, Any]) -> dict[str, Any]:
    return listed if listed["op"] == "create" or "id" in listed else {**listed, "id": Pick("contacts", 0)}


@st.composite
def chain(draw: Draw, within: Scope) -> Move:
    """A user, a project of the user, a conversation of the project, each by its name; then one of them again."""
    first = {"op": "create", "table": "contacts", "fields": draw(fields(within, tables()["contacts"])), "as": "other"}
    user = draw(fields(within, tables()["users"], ["email"]))
    upserted = {"op": "upsert", "table": "users", "fields": user, "matchFields": ["email"], "as": "users"}
    created = {"op": "create", "table": "users", "fields": user, "as": "users"}
    linked = [draw(link(within, table, name, parent)) for table, name, parent in LINKS]
    before = draw(st.sampled_from([[first], []]))
    return Move("transaction", draw(who()), "", operations=[
        *before, draw(st.sampled_from([created, upserted])), *linked, *draw(afterwards(within)),
    ])  # fmt: skip


@st.composite
def link(draw: Draw, within: Scope, table: str, name: str, parent: str) -> dict[str, Any]:
    """A create of a record that refers to the one that was made just before."""
    row = draw(fields(within, tables()[table])) | {name: {"$ref": f"{parent}.id"}}
    return {"op": "create", "table": table, "fields": row, "as": table}


@st.composite
def afterwards(draw: Draw, within: Scope) -> list[dict[str, Any]]:
    """What is done with one of the records that were made, if anything; now and then it is wrong."""
    table = tables()[draw(st.sampled_from(["users", "projects"]))]
    row = draw(perhaps_wrong(within, table, draw(fields(within, table, partial=True))))
    by_name = {"table": table.name, "id": {"$ref": f"{table.name}.id"}}
    guard = draw(st.sampled_from([{}, {"where": draw(condition(within, table, row))}]))
    after: list[dict[str, Any]] = draw(
        st.sampled_from([[], [{"op": "update", **by_name, "fields": row, **guard}], [{"op": "delete", **by_name}]])
    )
    return after


@st.composite
def operation(draw: Draw, within: Scope, number: int) -> dict[str, Any]:
    """One operation of a transaction; what it may refer to is named `a0`, `a1`, …"""
    op = draw(st.sampled_from(["create", "update", "upsert", "delete", "create", "update", "replace"]))
    table = tables()[draw(st.sampled_from(KEYED if op == "upsert" else TABLES))]
    match = draw(keys(table)) if op == "upsert" else ()
    row = draw(perhaps_wrong(within, table, draw(fields(within, table, match, partial=op == "update"))))
    made: dict[str, Any] = {"op": op, "table": table.name}
    if op != "delete":
        made["fields"] = {n: draw(perhaps_a_ref(v, number, n in marks(table.name))) for n, v in row.items()}
    if op == "upsert":
        made["matchFields"] = draw(st.sampled_from([match] * 6 + [[], ["nickname"]]))
        if draw(st.sampled_from([False, True])):
            made |= draw(members(within, table, row, match))
    if op in ("update", "delete"):
        made["id"] = draw(perhaps_a_ref(draw(picks(table.name)), number))
    if op == "update" and draw(st.booleans()):
        made["where"] = draw(condition(within, table, row)) | draw(condition(within, table, row))
    return made | ({"as": f"a{number}"} if op in ("create", "upsert") else {})


@st.composite
def perhaps_a_ref(draw: Draw, value: Any, number: int, marked: bool = True) -> Any:
    """A reference to an earlier operation where a record is meant, now and then to another field than its id.

    A field that is marked takes no text that was not marked for it.
    """
    if number and isinstance(value, Pick) and draw(st.booleans()):
        return {"$ref": f"a{draw(st.integers(0, number - 1))}.id"}
    if number and not marked and isinstance(value, str) and draw(st.sampled_from([False] * 9 + [True])):
        return {"$ref": f"a{draw(st.integers(0, number - 1))}.name"}
    return value
