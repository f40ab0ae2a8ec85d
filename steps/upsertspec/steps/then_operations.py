"""Then: the operations that the answers report, one by one."""

from __future__ import annotations

import json
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Transaction, UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED, INVALID, OK, UPSERTED, is_refusal
from upsertspec.spec.types import same_json
from upsertspec.steps.assertions import (
    parts_of,
    require_nothing_new,
    require_one_id,
    require_part,
    require_reported,
    require_success,
)
from upsertspec.steps.equality import as_json, same, shown
from upsertspec.steps.statuses import require_every_status, require_status
from upsertspec.steps.world import Attempt, World


@then(
    parsers.re(r"the (?P<last>last )?answer is 200 and says (?P<operations>.+?)(?P<refusable>, or (?:400|.+refused))?")
)
def the_answer_says(world: World, last: str | None, operations: str, refusable: str | None = None) -> None:
    """Each request, or the last, was answered with 200 and reports these operations in order.

    An upsert reports one id and the record of that id; a batch or a transaction reports each of its records, a batch
    also the right counts. `3 created` stands for three. Where a refusal will do instead, nothing has been written then.
    """
    if refusable and is_refusal(world.last.answer.status):
        require_every_status(world, *([INVALID] if refusable.endswith("400") else CONSTRAINT_REFUSED))
        require_nothing_new(world)
        return
    wanted = [word for said in operations.split(", ") for word in _repeated(said)]
    attempts = [world.last] if last else world.attempts
    sizes = [_size(attempt.operation) for attempt in attempts]
    if sum(sizes) != len(wanted):
        raise ValueError(f"the requests have {sum(sizes)} outcomes, and the step names {len(wanted)}")
    place = 0
    for attempt, size in zip(attempts, sizes, strict=True):
        require_operations(world, attempt, wanted[place : place + size])
        place += size


def _repeated(said: str) -> list[str]:
    count, _, word = said.rpartition(" ")
    return [word] * (int(count) if count else 1)


def _size(operation: Operation) -> int:
    match operation:
        case UpsertBatch():
            return len(operation.records)
        case Transaction():
            return len(operation.operations)
    return 1


def require_operations(world: World, attempt: Attempt, operations: list[str]) -> None:
    """Raise CheckFailed where an answer is not 200, or does not report these operations."""
    answer = attempt.answer
    match attempt.operation:
        case UpsertBatch():
            require_batch(world, answer, operations)
            _require_in_order(world, attempt)
        case Transaction():
            require_status(world, answer, OK)
            if answer.fault:
                world.stop("transaction", CheckFailed("a body as the contract has it", answer.said))
            for part, operation in zip(parts_of(world, attempt), operations, strict=True):
                require_part(world, part, operation)
        case _:
            require_success(world, answer, operations[0])


def require_batch(world: World, answer: Answer, operations: list[str]) -> None:
    """Raise CheckFailed where a batch's answer is not 200, or does not report these operations and their counts.

    Other scenarios than those of the criterion that defines a batch's answer are blocked at their end by that one.
    """
    require_status(world, answer, OK)
    if answer.fault:
        world.add_secondary("batch", CheckFailed("a body as the contract has it", answer.said))
        return
    if _is_reported(world, answer, "operation"):
        reported = [part.operation for part in answer.parts]
        if reported != operations:
            world.add_secondary("batch", CheckFailed(shown(operations), shown(reported)))
    if _is_reported(world, answer, "counts"):
        counts = {name: operations.count(name) for name in UPSERTED}
        if answer.counts != counts:
            wrong = CheckFailed(f"the counts {shown(counts)}", shown(answer.counts))
            world.add_secondary("batch", wrong)
    for part in answer.parts:
        require_one_id(world, part, part.operation)


def _require_in_order(world: World, attempt: Attempt) -> None:
    """Note where a record of a batch's answer has another key than the one that was sent in its place. Case and blanks
    do not count, since a target may match without regard to them."""
    if "updateValues" in attempt.members[0]:
        return
    table, names = world.table(attempt.table), attempt.match_fields
    for index, (row, part) in enumerate(zip(attempt.sent, attempt.answer.parts, strict=False)):
        keys = [(name, row.get(name), (part.record or row).get(name)) for name in names]
        if any(not same(table, *key) and _folded(key[1]) != _folded(key[2]) for key in keys):
            wanted, found = {name: sent for name, sent, _ in keys}, {name: said for name, _, said in keys}
            wrong = CheckFailed(f"the record of {shown(wanted)} at {index}", f"that of {shown(found)}")
            world.add_secondary("batch", wrong)
            return


def _folded(value: Any) -> str:
    return as_json(value).casefold().replace(" ", "")


def _is_reported(world: World, answer: Answer, aspect: str) -> bool:
    """Whether a batch's answer reports this. A scenario about it is not testable where it does not."""
    if world.asserts(aspect):
        return require_reported(world, answer, aspect)
    return not world.lacks(answer, aspect)


@then(parsers.re(r"in result (?P<index>\d+) (?P<field>\w+) is (?:the id of result (?P<other>\d+)|(?P<value>.+))"))
def in_result(world: World, index: str, field: str, other: str | None, value: str | None) -> None:
    """The record in this result of the transaction has another result's id, or this JSON, in the field."""
    parts = parts_of(world, world.last)
    record = parts[int(index)].record
    if record is None:
        world.stop("transaction", CheckFailed("a record in each result", world.last.answer.text))
    actual = record.get(field)
    wanted = parts[int(other)].id if other else json.loads(str(value))
    world.compared("a field of a result")
    if not same_json(wanted, actual) or (other and as_json(wanted) != as_json(actual)):
        raise CheckFailed(f"{field} to be {shown(wanted)}", shown(actual))
