"""When: records are created, read, listed, changed and deleted, alone or in a transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pytest_bdd import parsers, when

from upsertspec.dialects.operations import (
    Change,
    Create,
    Delete,
    Describe,
    Groups,
    List,
    Operation,
    Read,
    Transaction,
)
from upsertspec.steps.cells import resolved, table_for
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]


@when(parsers.parse("the {role:w} creates in {table:w}:"))
def creates(world: World, role: str, table: str, datatable: Cells) -> None:
    """Each row is a record of its own, created and not upserted."""
    for row in world.rows(table, datatable):
        world.send(role, Create(table, row))


@when(parsers.parse("the {role:w} changes {name:w}:"))
def changes(world: World, role: str, name: str, datatable: Cells) -> None:
    """Write these fields of the named record, by its id."""
    stored = world.named(name)
    [row] = world.rows(stored.table, datatable)
    world.send(role, Change(stored.table, stored.record["id"], row))


@when(parsers.parse("the {role:w} deletes {name:w}"))
def deletes(world: World, role: str, name: str) -> None:
    """Delete the named record, by its id."""
    stored = world.named(name)
    world.send(role, Delete(stored.table, stored.record["id"]))


@when(parsers.parse("the {role:w} deletes {name:w} twice"))
def deletes_twice(world: World, role: str, name: str) -> None:
    """Delete the named record, and once more."""
    deletes(world, role, name)
    deletes(world, role, name)


@when(parsers.parse("the {role:w} deletes {name:w}, then reads it"))
def deletes_then_reads(world: World, role: str, name: str) -> None:
    """Delete the named record, and read it by its id."""
    deletes(world, role, name)
    reads(world, role, name)


@when(parsers.parse("the {role:w} reads {name:w}"))
def reads(world: World, role: str, name: str) -> None:
    """Read the named record, by its id."""
    stored = world.named(name)
    world.send(role, Read(stored.table, stored.record["id"]))


@when(parsers.re(r"the editor (?P<verb>reads|changes|deletes) the record (?P<ident>\S+) of (?P<table>\w+)"))
def does_to_a_record(world: World, verb: str, ident: str, table: str) -> None:
    """Read, change or delete a record by an id that the scenario makes up; `{name.id}` in it is that of a record."""
    ident = re.sub(r"\{(\w+)\.(\w+)\}", lambda found: str(world.value_of(found[1], found[2])), ident)
    field = next(iter(table_for(table).fields))
    operations: dict[str, Operation] = {
        "reads": Read(table, ident),
        "changes": Change(table, ident, {field: "x"}),
        "deletes": Delete(table, ident),
    }
    world.send("editor", operations[verb])


@when(parsers.parse("the {role:w} lists {table:w} with:"))
def lists(world: World, role: str, table: str, datatable: Cells) -> None:
    """Each row of query parameters is a list of its own."""
    for query in _queries(world, table, datatable):
        world.send(role, List(table, query))


@when(parsers.parse("the editor groups {table:w} with:"))
def groups(world: World, table: str, datatable: Cells) -> None:
    """Counts and averages, with these query parameters."""
    [query] = _queries(world, table, datatable)
    world.send("editor", Groups(table, query))


@when(parsers.parse("the {role:w} asks for the description of {table:w}"))
def asks_for_the_description(world: World, role: str, table: str) -> None:
    """Read a table's description."""
    world.send(role, Describe(table))


@when(parsers.parse("the {role:w} sends the transaction:"))
def sends_the_transaction(world: World, role: str, docstring: str) -> None:
    """A list of operations as JSON; `{name.field}` is a stored value, and texts of unique keys get the mark."""
    operations = [_operation(world, operation) for operation in json.loads(docstring)]
    world.send(role, Transaction(operations))


@when(parsers.parse("somebody with {credential} sends the transaction:"))
def somebody_sends_the_transaction(world: World, credential: str, docstring: str) -> None:
    """A transaction with a credential that is none."""
    sends_the_transaction(world, credential, docstring)


def _queries(world: World, table: str, datatable: Cells) -> list[dict[str, Any]]:
    header, *body = datatable
    return [
        {name: resolved(table_for(table), name, cell, world.mark, world.value_of) for name, cell in pairs if cell}
        for pairs in (list(zip(header, line, strict=True)) for line in body)
    ]


def _operation(world: World, operation: dict[str, Any]) -> dict[str, Any]:
    table = table_for(operation.get("table", ""))
    whole = {name: resolved(table, name, value, world.mark, world.value_of) for name, value in operation.items()}
    for member in ("fields", "where", "updateWhere"):
        if isinstance(operation.get(member), dict):
            inner = operation[member].items()
            whole[member] = {n: resolved(table, n, v, world.mark, world.value_of) for n, v in inner}
    return whole
