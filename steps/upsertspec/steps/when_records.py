"""When: records are created, read, listed, changed and deleted, alone or in a transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pytest_bdd import given, parsers, when

from upsertspec.dialects.operations import Change, Create, Delete, Describe, Groups, List, Operation, Read, Transaction
from upsertspec.errors import NotApplicable
from upsertspec.spec.schema import Table
from upsertspec.steps.cells import in_backticks, is_json, resolved
from upsertspec.steps.conditions import UNDER, under
from upsertspec.steps.phrases import WHO, senders
from upsertspec.steps.table_calls import sent_to
from upsertspec.steps.when_upsert import part_of_transaction, send_in_turn
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]


@when(
    parsers.re(
        rf"{WHO} (?:creates(?P<twice> twice)?(?P<first> in a transaction)? in (?P<table>\w+)"
        rf"|changes (?P<names>\w+(?:, \w+)*)(?P<last> in a transaction)?){UNDER}:"
    )
)
def writes(
    world: World,
    who: str,
    twice: str | None,
    first: str | None,
    table: str | None,
    names: str | None,
    last: str | None,
    header: str | None,
    tags: str | None,
    datatable: Cells,
) -> None:
    """Each row is a create, or the fields to write of a named record, found by its id; a row for each name, or all for
    the only one.

    In a transaction, all rows are one request.
    """
    made: list[Operation]
    if table:
        made = [Create(table, row) for row in world.rows(table, datatable)]
    else:
        known = [world.named(name) for name in str(names).split(", ")]
        rows = world.rows(known[0].table, datatable)
        each_row = known * len(rows) if len(known) == 1 else known
        made = [Change(each.table, each.record["id"], row) for each, row in zip(each_row, rows, strict=True)]
    if first or last:
        made = [Transaction(list(map(part_of_transaction, made)))]
    send_in_turn(world, who, under(world, made, header, tags) * (2 if twice else 1))


@when(
    parsers.re(
        rf"{WHO} (?P<verb>reads|changes|deletes) "
        r"(?:(?P<name>\w+)|the record (?P<ident>\S+) of (?P<table>\w+)|(?P<path>/\S+))"
        rf"(?P<again> twice|, then reads it)?{UNDER}"
    )
)
def does_to_a_record(
    world: World,
    who: str,
    verb: str,
    name: str | None,
    ident: str | None,
    table: str | None,
    path: str | None,
    again: str | None,
    header: str | None,
    tags: str | None,
) -> None:
    """Use the id of the named record, or one that the scenario makes up; `{name.id}` in it is a stored id.

    Of several senders each does it. A path is one that the API says something of itself under; it does not apply where
    the API has paths of its own.
    """
    if path:
        read_path(world, senders(who), path)
        return
    if name:
        stored = world.named(name)
        kind, key = stored.table, stored.record["id"]
    else:
        kind, key = str(table), re.sub(r"\{(\w+)\.(\w+)\}", lambda f: str(world.value_of(f[1], f[2])), str(ident))
    operations: dict[str, Operation] = {
        "reads": Read(kind, key),
        "changes": Change(kind, key, {next(iter(world.table(kind).fields)): "x"}),
        "deletes": Delete(kind, key),
    }
    following = {None: [], " twice": [verb], ", then reads it": ["reads"]}
    asked = under(world, [operations[each] for each in (verb, *following[again])], header, tags)
    for sender in senders(who):
        for operation in asked:
            world.send(sender, operation)


def read_path(world: World, who_read: Sequence[str], path: str) -> None:
    """Read what the API says of itself. Raises NotApplicable where the API has paths of its own."""
    if not world.client.is_contract:
        raise NotApplicable("the API has paths of its own")
    for sender in who_read:
        world.send_much(sender, *sent_to(path))


@when(parsers.re(rf"{WHO} (?P<verb>lists|groups|reads) (?P<table>\w+) with:"))
def lists(world: World, who: str, verb: str, table: str, datatable: Cells) -> None:
    """Each row of query parameters is a request of its own: for a list, for counts and averages by group, or to read a
    named record with what is nested in it. A parameter that has two columns is sent twice."""
    made: list[Operation] = []
    if verb == "reads":
        known = world.named(table)
        queries = _queries(world, known.table, datatable)
        made += [Read(known.table, known.record["id"], query=query) for query in queries]
    else:
        asks = List if verb == "lists" else Groups
        made += [asks(table, query) for query in _queries(world, table, datatable)]
    send_in_turn(world, who, made)


@given(parsers.re(rf"{WHO} has (?P<verb>listed|grouped) (?P<table>\w+) with:"))
def has_listed(world: World, who: str, verb: str, table: str, datatable: Cells) -> None:
    """The same, before something is written: what was read then must not be answered again."""
    before = len(world.attempts)
    lists(world, who, {"listed": "lists", "grouped": "groups"}[verb], table, datatable)
    del world.attempts[before:]


@when(parsers.parse("the {role:w} asks for the description of {table:w}"))
def asks_for_the_description(world: World, role: str, table: str) -> None:
    """Read the description of a table."""
    world.send(role, Describe(table))


@when(parsers.re(rf"{WHO} sends the transaction(?P<again> twice|, then without its (?:last|first) operation)?:"))
def sends_the_transaction(world: World, who: str, again: str | None, docstring: str) -> None:
    """A list of operations as JSON; `{name.field}` is a stored value, and texts of unique keys get the mark.

    It is sent once, twice, or whole and then without its last or its first operation.
    """
    operations = [_operation(world, operation) for operation in json.loads(docstring)]
    shorter = operations[1:] if "first" in str(again) else operations[:-1]
    following = {None: [], " twice": [operations]}.get(again, [shorter])
    send_in_turn(world, who, [Transaction(each) for each in (operations, *following)])


def _queries(world: World, table: str, datatable: Cells) -> list[dict[str, Any]]:
    header, *body = datatable
    return [_query(world, world.table(table), list(zip(header, line, strict=True))) for line in body]


def _query(world: World, table: Table, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The parameters of one row, each with a list where it has several columns."""
    given: dict[str, list[Any]] = {}
    for name, cell in pairs:
        if cell:
            value = in_backticks(cell) if is_json(cell) else cell
            given.setdefault(name, []).append(resolved(table, name, value, world.mark, world.value_of))
    return {name: values if len(values) > 1 else values[0] for name, values in given.items()}


def _operation(world: World, operation: dict[str, Any]) -> dict[str, Any]:
    table = world.table(operation.get("table", ""))
    whole = {name: resolved(table, name, value, world.mark, world.value_of) for name, value in operation.items()}
    for member in ("fields", "where", "updateWhere", "updateValues"):
        if isinstance(operation.get(member), dict):
            inner = operation[member].items()
            whole[member] = {n: resolved(table, n, v, world.mark, world.value_of) for n, v in inner}
    return whole
