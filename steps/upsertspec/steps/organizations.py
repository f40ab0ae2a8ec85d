"""What a member of one organization is answered about the records of another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pytest_bdd import parsers, then, when

from upsertspec.dialects.operations import Change, Create, Delete, Operation, Read, Upsert
from upsertspec.errors import CheckFailed
from upsertspec.spec.outcomes import is_refusal
from upsertspec.steps.cells import marked
from upsertspec.steps.conditions import UNDER, under
from upsertspec.steps.indistinguishable import differences
from upsertspec.steps.world import Stored, World

TWICE = 2


@when(
    parsers.re(
        r"the (?P<role>\w+) (?P<verb>upserts|creates|reads|changes|deletes) "
        rf"what is (?P<name>\w+)'s, and what nobody has{UNDER}"
    )
)
def tries_both_records(world: World, role: str, verb: str, name: str, header: str | None, tags: str | None) -> None:
    """The same call about the named record, and about one that is not there, each twice."""
    known = world.named(name)
    for record in (known.record, _absent(world, known)):
        for operation in under(world, [_calls(world, known.table, record)[verb]()] * TWICE, header, tags):
            world.send(role, operation)


@then("no answer says whether it is there")
def no_answer_says(world: World) -> None:
    """All are refusals, and those about both records are the same, apart from what repeats the request."""
    for attempt in world.attempts:
        world.compared("an answer about a record of another organization")
        if not is_refusal(attempt.answer.status):
            raise CheckFailed("an answer of 4xx", attempt.answer.said)
    exchanges = [attempt.exchange for attempt in world.attempts]
    sent = {text for attempt in world.attempts for text in _texts(attempt.operation)}
    if found := differences(exchanges[:TWICE], exchanges[TWICE:], sent):
        raise CheckFailed("the same answer for a record that is there and one that is not", "; ".join(found))


def _absent(world: World, known: Stored) -> dict[str, Any]:
    """A record with another id and another key, in the same organization."""
    table = world.table(known.table)
    return {**known.record, "id": table.id_type.absent, "key": marked("nobody", world.mark)}


def _calls(world: World, table: str, record: Mapping[str, Any]) -> Mapping[str, Callable[[], Operation]]:
    names = world.table(table).unique_keys[0]
    fields = {name: record.get(name) for name in (*names, "image_item_path")}
    return {
        "upserts": lambda: Upsert(table, fields, list(names)),
        "creates": lambda: Create(table, fields),
        "reads": lambda: Read(table, record["id"]),
        "changes": lambda: Change(table, record["id"], {"image_item_path": "s3://north/spoof.jpg"}),
        "deletes": lambda: Delete(table, record["id"]),
    }


def _texts(operation: Operation) -> list[str]:
    """What an answer may repeat: the id, and the values that were sent."""
    values = [value for row in operation.sent for value in row.values()]
    return [str(value) for value in (*values, getattr(operation, "id", "")) if value not in (None, "")]
