"""What is checked behind the sentences: answers, stored records, and what must not have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed, NotTestable
from upsertspec.spec.schema import Table
from upsertspec.spec.types import is_id
from upsertspec.steps.cells import table_for
from upsertspec.steps.equality import differences, require_same, shown
from upsertspec.steps.identity import can_be_found
from upsertspec.steps.statuses import require_status
from upsertspec.steps.world import Attempt, Stored, World

Record = Mapping[str, Any]

FEW = 20
SUCCESS, REDIRECT = 200, 300
CREATING, UPDATING, OPERATION, IGNORING = "AC-001", "AC-002", "AC-012", "AC-201"
TELLING = (CREATING, UPDATING, OPERATION, IGNORING, "AC-204", "AC-301")
TOLD = (OPERATION, IGNORING, "AC-204", "AC-301", "AC-701", "AC-706")
"""The criteria that are about the operation that an answer tells."""


def require_body(world: World, answer: Answer, *wanted: int, said: str = "") -> None:
    """Raise CheckFailed where the answer has none of these statuses, or a body that can't be read."""
    require_status(world, answer, *wanted, said=said)
    if answer.fault:
        raise CheckFailed("a body as the contract has it", f"{answer.fault}: {answer.text}")


def require_success(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed where an upsert was not answered with 200, its operation, one id and the record of that id.

    How a success is told is the matter of AC-001, AC-002 and AC-012: other criteria that meet a wrong one are blocked.
    """
    if not SUCCESS <= answer.status < REDIRECT:
        require_status(world, answer, SUCCESS, said=operation)
    try:
        require_body(world, answer, SUCCESS, said=operation)
    except CheckFailed as wrong:
        _blame(world, CREATING if operation == "created" else UPDATING, wrong)
    if not answer.fault:
        require_part(world, answer, operation)


def require_part(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed where an answer, or a part of one, has another operation, or not one id, or let it block.

    Where the dialect's answers don't tell the operation, what is about it is not testable; elsewhere it is left out.
    """
    if why := world.lacks(answer, "operation"):
        if world.criterion in TOLD:
            world.leave_untested(f"the answer does not tell the operation: {why}")
    elif answer.operation != operation:
        wrong = CheckFailed(f'"operation": {shown(operation)}', shown(answer.operation))
        _blame(world, IGNORING if operation == "ignored" else OPERATION, wrong)
    require_one_id(world, answer, operation)


def require_one_id(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed where an answer and its record have not one id, or let it block; of two that are told."""
    told = [] if world.lacks(answer, "id") else [answer.id]
    told += [] if world.lacks(answer, "record") else [(answer.record or {}).get("id")]
    if not all(is_id(ident) for ident in told) or len({shown(ident) for ident in told}) > 1:
        wrong = CheckFailed('one "id", in the answer and in its record', " and ".join(map(shown, told)))
        _blame(world, CREATING if operation == "created" else UPDATING, wrong)


def require_told(world: World, answer: Answer, *aspects: str) -> bool:
    """Whether the answer tells all of this; where it can't, the scenario, which is about it, is not testable."""
    for aspect in aspects:
        if why := world.lacks(answer, aspect):
            world.leave_untested(f"the answer does not tell the {aspect}: {why}")
            return False
    return True


def id_of(world: World, attempt: Attempt) -> Any:
    """The id that was told, or looked up where answers don't tell it. Raises NotTestable where no key leads to it."""
    why = world.lacks(attempt.answer, "id")
    if why and attempt.answer.id is None and not can_be_found(attempt.operation):
        raise NotTestable(f"the answer does not tell the id, and no key of the record leads to it: {why}")
    return attempt.answer.id


def _blame(world: World, criterion: str, wrong: CheckFailed) -> None:
    if world.criterion in TELLING:
        raise wrong
    world.suspect(criterion, wrong)


def require_id(value: Any) -> Any:
    """The value, where it can be an id; raise CheckFailed where it can't."""
    if not is_id(value):
        raise CheckFailed('an "id"', shown(value))
    return value


def the_one(world: World, table: str, where: Record) -> Record:
    """The one record that has these values. Raises CheckFailed where there is none, or more than one."""
    found = world.reader.find(table, where)
    if len(found) != 1:
        raise CheckFailed(f"one record in {table} with {shown(where)}", f"{len(found)} such records")
    return found[0]


def key_of(table: Table, row: Record) -> Record:
    """The part of a row that finds its record: the first unique key whose fields it all has, or its id."""
    for key in (*table.unique_keys, ("id",)):
        if all(row.get(name) is not None for name in key):
            return {name: row[name] for name in key}
    raise LookupError(f"a row of {table.name} needs the fields of a unique key, or the id, to be found again: {row}")


def last_stored(world: World) -> tuple[Table, Record]:
    """The table, and the stored record, of what was sent last."""
    attempt = world.last
    table = table_for(attempt.table)
    return table, the_one(world, table.name, key_of(table, attempt.sent[-1]))


def require_stored(world: World, table: str, row: Record) -> Record:
    """Raise CheckFailed where the row's record is not stored once, with the row's values; else give it."""
    spec = table_for(table)
    record = the_one(world, table, key_of(spec, row))
    wrong = differences(spec, row, record)
    if wrong:
        raise CheckFailed(f"in {table} a record with {shown(row)}", "; ".join(wrong))
    return record


def require_untouched(world: World, stored: Stored) -> None:
    """Raise CheckFailed where a stored record does not read as it did before."""
    now = the_one(world, stored.table, stored.key)
    require_same(
        table_for(stored.table), f"{stored.name or 'the record'} in {stored.table} as it was", stored.record, now
    )


def require_nothing_new(world: World) -> None:
    """Raise CheckFailed where a value that was sent has reached a record that was not there before."""
    known = {(stored.table, shown(stored.record.get("id"))) for stored in world.stored}
    for table, where in sent_values(world):
        for record in world.reader.find(table, where):
            if (table, shown(record.get("id"))) not in known:
                raise CheckFailed("no new record", f"in {table} a new one with {shown(where)}: {shown(record)}")


def require_no_twins(world: World) -> None:
    """Raise CheckFailed where a value that was sent, and that is unique by itself, is in more than one record."""
    for table, where in sent_values(world):
        found = world.reader.find(table, where)
        if tuple(where) in table_for(table).unique_keys and len(found) > 1:
            raise CheckFailed(f"one record at the most in {table} with {shown(where)}", f"{len(found)} records")


def sent_values(world: World) -> Iterator[tuple[str, Record]]:
    """For each record that was sent, where a trace of it would be found: by each text that no other scenario sends."""
    for attempt in world.attempts:
        for table, fields in _some(list(_sent_by_table(attempt))):
            for name in sorted(table.marked & fields.keys()):
                text = fields[name]
                if isinstance(text, str) and world.mark in text:
                    yield table.name, {name: text}


def _some(listed: list[tuple[Table, Record]]) -> list[tuple[Table, Record]]:
    """All of a few; of very many the first, the middle and the last: nobody asks a thousand times for one answer."""
    return listed if len(listed) <= FEW else [listed[0], listed[len(listed) // 2], listed[-1]]


def is_touched(world: World, stored: Stored) -> bool:
    """Whether one of the upserts matched this record, by the values that it had when it was stored."""
    return any(_matches(attempt, fields, stored) for attempt in world.attempts for fields in attempt.sent)


def _sent_by_table(attempt: Attempt) -> Iterator[tuple[Table, Record]]:
    operations = getattr(attempt.operation, "operations", None)
    if operations is None:
        yield from ((table_for(attempt.table), fields) for fields in attempt.sent)
    else:
        yield from ((table_for(o["table"]), o["fields"]) for o in operations if "table" in o and "fields" in o)


def _matches(attempt: Attempt, fields: Record, stored: Stored) -> bool:
    names = attempt.match_fields
    if attempt.table != stored.table or not names:
        return False
    return all(fields.get(name) is not None and fields[name] == stored.record.get(name) for name in names)
