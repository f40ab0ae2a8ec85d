"""When: who upserts what, one record at a time or in a batch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pytest_bdd import parsers, when

from upsertspec.dialects.operations import UNSET, Upsert, UpsertBatch
from upsertspec.steps.conflict_members import members
from upsertspec.steps.world import World

Cells = Sequence[Sequence[str]]

_WHO = r"(?P<who>the \w+(?:, then the \w+)*)"
_BY = r"(?P<table>\w+) by (?P<match>\w+(?:, \w+)*)(?P<words>(?: and (?:ignores|updates) .+)?)"


@when(parsers.re(rf"{_WHO} upserts into {_BY}:"))
def a_role_upserts(world: World, who: str, table: str, match: str, words: str, datatable: Cells) -> None:
    """Each row is an upsert of its own, one after the other; of several roles each sends one, the last the rest."""
    roles = [role.removeprefix("the ") for role in who.split(", then ")]
    _upsert(world, roles, table, match.split(", "), datatable, members(world, table, words))


@when(parsers.re(rf"{_WHO} upserts a batch into {_BY}:"))
def a_role_upserts_a_batch(world: World, who: str, table: str, match: str, words: str, datatable: Cells) -> None:
    """All rows are one request."""
    records = world.rows(table, datatable)
    extra = members(world, table, words)
    world.send(who.removeprefix("the "), UpsertBatch(table, records, match.split(", "), extra))


@when(parsers.parse("the editor upserts a batch of {count:d} numbered contacts"))
def upserts_numbered_contacts(world: World, count: int) -> None:
    """One request of contacts by email: person-1@example.com of age 1, and so on."""
    world.send("editor", UpsertBatch("contacts", numbered(world, count), ["email"]))


@when(
    parsers.parse(
        "the editor upserts a batch of {count:d} numbered contacts, the last with the phone number of {name:w}"
    )
)
def upserts_numbered_contacts_with_a_bad_one(world: World, count: int, name: str) -> None:
    """The same request, but that the last contact can't be written: its phone number is the named record's."""
    people = numbered(world, count)
    last = {**people[-1], "phone": world.value_of(name, "phone")}
    world.send("editor", UpsertBatch("contacts", [*people[:-1], last], ["email"]))


@when(parsers.parse("the editor upserts a batch of {count:d} numbered contacts twice"))
def upserts_numbered_contacts_twice(world: World, count: int) -> None:
    """The same request of numbered contacts, two times."""
    for _ in range(2):
        world.send("editor", UpsertBatch("contacts", numbered(world, count), ["email"]))


@when(parsers.parse("the editor upserts the same batch twice into {table:w} by {match}:"))
def upserts_the_same_batch_twice(world: World, table: str, match: str, datatable: Cells) -> None:
    """The same request, two times."""
    for _ in range(2):
        world.send("editor", UpsertBatch(table, world.rows(table, datatable), match.split(", ")))


@when(parsers.parse("somebody with {credential} upserts into {table:w} by {match}:"))
def somebody_upserts(world: World, credential: str, table: str, match: str, datatable: Cells) -> None:
    """An upsert with a credential that is none."""
    _upsert(world, [credential], table, match.split(", "), datatable, {})


@when(parsers.parse("the editor upserts into {table:w} with matchFields {value}:"))
def upserts_with_match_fields(world: World, table: str, value: str, datatable: Cells) -> None:
    """An upsert whose matchFields are this JSON, or `left out`."""
    _upsert(world, ["editor"], table, UNSET if value == "left out" else json.loads(value), datatable, {})


@when(parsers.parse("the editor upserts into {table:w} by {match} with {member:w} {value}:"))
def upserts_with_member(world: World, table: str, match: str, member: str, value: str, datatable: Cells) -> None:
    """An upsert with one more member in the request, which is this JSON."""
    _upsert(world, ["editor"], table, match.split(", "), datatable, {member: json.loads(value)})


def numbered(world: World, count: int) -> list[dict[str, Any]]:
    """Contacts that are told apart by a number, each with an age and a note of its own."""
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


def _upsert(
    world: World, who: Sequence[str], table: str, match_fields: Any, datatable: Cells, extra: dict[str, Any]
) -> None:
    for number, row in enumerate(world.rows(table, datatable)):
        world.send(who[min(number, len(who) - 1)], Upsert(table, row, match_fields, extra))
