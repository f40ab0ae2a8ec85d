"""When: who upserts what, one record at a time or in a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_bdd import parsers, when

from upsertspec.dialects.operations import Operation, Upsert, UpsertBatch
from upsertspec.steps.phrases import OPTIONS, WHO, members, senders
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]

_INTO = rf"(?P<table>\w+)(?: by (?P<match>\w+(?:, \w+)*)|(?= with matchFields )){OPTIONS}"


@when(parsers.re(rf"{WHO} upserts(?P<batch> a batch)?(?P<twice> twice)? into {_INTO}:"))
def upserts(
    world: World,
    who: str,
    batch: str | None,
    twice: str | None,
    table: str,
    match: str | None,
    options: str,
    datatable: Cells,
) -> None:
    """Each row is a request of its own, one after the other; as a batch, all rows are one request."""
    records = world.rows(table, datatable)
    fields, extra = members(world, table, match, options)
    requests: list[Operation] = [Upsert(table, row, fields, extra) for row in records]
    if batch:
        requests = [UpsertBatch(table, records, fields, extra)]
    who_sends = senders(who)
    for number, request in enumerate(requests * (2 if twice else 1)):
        world.send(who_sends[min(number, len(who_sends) - 1)], request)


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
