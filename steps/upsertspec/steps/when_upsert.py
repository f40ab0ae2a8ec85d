"""When: who upserts what, one record at a time or in a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_bdd import given, parsers, when

from upsertspec.dialects.operations import UNSET, Change, Create, Delete, Operation, Transaction, Upsert, UpsertBatch
from upsertspec.errors import Blocked
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import is_success
from upsertspec.steps.assertions import key_of, require_stored
from upsertspec.steps.cells import names as cell_names
from upsertspec.steps.conditions import UNDER, under
from upsertspec.steps.phrases import INTO, WHO, members, senders
from upsertspec.steps.world import Stored, World

Cells = Sequence[Sequence[str]]


@when(
    parsers.re(
        rf"{WHO} upserts(?P<together> a batch| in a transaction)?"
        rf"(?P<again> twice|, then in the opposite order,)? into {INTO}{UNDER}:"
    )
)
def upserts(
    world: World,
    who: str,
    together: str | None,
    again: str | None,
    table: str,
    match: str | None,
    options: str,
    header: str | None,
    tags: str | None,
    datatable: Cells,
) -> None:
    """Each row is a request of its own, one after the other; as a batch or in a transaction, all are one request. With
    several match fields each row is a batch of its own. A second batch may have the rows in the opposite order."""
    records = world.rows(table, datatable)
    matches = [members(world, table, each, options) for each in (match.split(", then by ") if match else [None])]
    plans = [matches[min(number, len(matches) - 1)] for number in range(len(records))]
    requests: list[Operation] = [Upsert(table, row, *plan) for row, plan in zip(records, plans, strict=True)]
    if together == " a batch":
        batches = (
            [(records, matches[0])]
            if len(matches) == 1
            else [([row], plan) for row, plan in zip(records, plans, strict=True)]
        )
        requests = [UpsertBatch(table, rows, *plan) for rows, plan in batches]
    elif together:
        requests = [Transaction([part_of_transaction(request) for request in requests])]
    following = {None: [], " twice": requests}.get(again, [UpsertBatch(table, records[::-1], *matches[0])])
    send_in_turn(world, who, under(world, [*requests, *following], header, tags))


def send_in_turn(world: World, who: str, requests: Sequence[Operation]) -> None:
    """Each sender sends one of the requests, and the last one the rest."""
    who_sends = senders(who)
    for number, request in enumerate(requests):
        world.send(who_sends[min(number, len(who_sends) - 1)], request)


@given(parsers.re(rf"{WHO} has upserted into {INTO}:"))
def has_upserted(world: World, who: str, table: str, match: str, options: str, datatable: Cells) -> None:
    """Send each row, and read back what it stored. The answers count among those of the scenario."""
    for name, row in zip(cell_names(datatable), world.rows(table, datatable), strict=True):
        send_in_turn(world, who, [Upsert(table, row, *members(world, table, match, options))])
        if not is_success(world.last.answer.status):
            raise Blocked(defining("upsert-create"), "the setup to be stored", world.last.answer.said)
        if name:
            record = require_stored(world, table, row)
            world.stored.append(Stored(name, table, key_of(world.table(table), row), record))


def part_of_transaction(operation: Operation) -> dict[str, Any]:
    """An operation as one of a transaction's. Raises ValueError for one that has no place there."""
    match operation:
        case Upsert(table=table, fields=fields, match_fields=match_fields, extra=extra):
            match = {} if match_fields is UNSET else {"matchFields": match_fields}
            return {"op": "upsert", "table": table, "fields": fields, **match, **extra}
        case Create(table=table, fields=fields):
            return {"op": "create", "table": table, "fields": fields}
        case Change(table=table, id=ident, fields=fields):
            return {"op": "update", "table": table, "id": ident, "fields": fields}
        case Delete(table=table, id=ident):
            return {"op": "delete", "table": table, "id": ident}
    raise ValueError(f"a transaction can't hold {operation}")


@when(
    parsers.re(
        r"the editor upserts a batch of (?P<count>\d+) numbered contacts(?P<twice> twice)?"
        r"(?:, the last with the phone number of (?P<name>\w+))?"
    )
)
def upserts_numbered_contacts(world: World, count: str, twice: str | None, name: str | None) -> None:
    """One request of contacts by email: person-1@example.com of age 1, and so on.

    With another's phone number the last of them can't be written.
    """
    people = numbered(world, int(count))
    if name:
        people[-1]["phone"] = world.value_of(name, "phone")
    for _ in range(2 if twice else 1):
        world.send("editor", UpsertBatch("contacts", people, ["email"]))


@given(parsers.re(r"(?P<count>\d+) numbered (?:contacts|transactions of (?P<account>\w+)) are stored"))
def numbered_records_are_there(world: World, count: str, account: str | None) -> None:
    """The same, each with an upsert of its own; or transactions of an account, all in one batch.

    The first, the last and one between of the transactions are read back, as `tx_1` and so on.
    """
    setups: list[tuple[Operation, str]]
    rows: list[dict[str, Any]] = []
    if account:
        same = {"account_id": world.value_of(account, "id"), "date": "2024-01-15", "amount": "1.00"}
        rows = [{"reference": f"tx-{n}-{world.mark}", **same} for n in range(1, int(count) + 1)]
        setups = [
            (UpsertBatch("transactions", [world.fit("transactions", row) for row in rows], ["reference"]), "batch")
        ]
    else:
        people = [world.fit("contacts", person) for person in numbered(world, int(count))]
        setups = [(Upsert("contacts", person, ["email"]), "upsert-create") for person in people]
    for operation, role in setups:
        answer = world.client.call("editor", operation)
        if not is_success(answer.status):
            raise Blocked(defining(role), "the setup to be stored", answer.said)
    for number in sorted({1, len(rows) // 2, len(rows)} if rows else ()):
        row = rows[number - 1]
        record = require_stored(world, "transactions", row)
        world.stored.append(Stored(f"tx_{number}", "transactions", key_of(world.table("transactions"), row), record))


def numbered(world: World, count: int) -> list[dict[str, Any]]:
    """This many contacts with different addresses, names, ages and notes."""
    width = len(str(count))
    return [
        {
            "email": f"person-{n:0{width}d}.{world.mark}@example.com",
            "name": f"Person {n}",
            "age": n,
            "notes": f"note {n}",
        }
        for n in range(1, count + 1)
    ]
