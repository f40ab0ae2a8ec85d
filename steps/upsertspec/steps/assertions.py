"""The checks behind the sentences: answers, stored records, and what must not have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed, NotTestable
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import OK, is_success
from upsertspec.spec.schema import Table
from upsertspec.spec.types import is_id
from upsertspec.steps.cells import table_for
from upsertspec.steps.equality import differences, require_same, shown
from upsertspec.steps.missing_ids import can_be_found
from upsertspec.steps.statuses import require_status
from upsertspec.steps.world import Attempt, Stored, World

Record = Mapping[str, Any]

FEW = 20


def require_body(world: World, answer: Answer, *wanted: int, said: str = "") -> None:
    """Raise CheckFailed where the answer has none of these statuses, or a body that can't be read."""
    require_status(world, answer, *wanted, said=said)
    if answer.fault:
        raise CheckFailed("a body as the contract has it", f"{answer.fault}: {answer.text}")


def require_success(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed where an upsert was not answered with 200, its operation, one id and the record of that id.

    A scenario about that answer (`@asserts-answer`) fails for a wrong one; others are blocked at their end by the
    criterion that defines it.
    """
    if not is_success(answer.status):
        require_status(world, answer, OK, said=operation)
    try:
        require_body(world, answer, OK, said=operation)
    except CheckFailed as wrong:
        _wrong_answer(world, _defines_success(operation), wrong)
    if not answer.fault:
        require_part(world, answer, operation)


def require_part(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed, or note a secondary finding, where an answer or a part of one has another operation or id.

    Where the dialect's answers do not report the operation, a scenario about it is not testable; others go on.
    """
    if why := world.lacks(answer, "operation"):
        if world.asserts("operation"):
            world.leave_untested(f"the answer does not report the operation: {why}")
    elif answer.operation != operation:
        wrong = CheckFailed(f'"operation": {shown(operation)}', shown(answer.operation))
        _wrong_answer(world, "ignore" if operation == "ignored" else "operation", wrong)
    require_one_id(world, answer, operation)


def require_one_id(world: World, answer: Answer, operation: str) -> None:
    """Raise CheckFailed, or note a secondary finding, where an answer and its record do not have one id."""
    reported = [] if world.lacks(answer, "id") else [answer.id]
    reported += [] if world.lacks(answer, "record") else [(answer.record or {}).get("id")]
    if not all(is_id(ident) for ident in reported) or len({shown(ident) for ident in reported}) > 1:
        wrong = CheckFailed('one "id", in the answer and in its record', " and ".join(map(shown, reported)))
        _wrong_answer(world, _defines_success(operation), wrong)


def require_reported(world: World, answer: Answer, *aspects: str) -> bool:
    """Whether the answer reports all of these aspects; else the scenario is left untested."""
    for aspect in aspects:
        if why := world.lacks(answer, aspect):
            world.leave_untested(f"the answer does not report the {aspect}: {why}")
            return False
    return True


def id_of(world: World, attempt: Attempt) -> Any:
    """The id in the answer, or looked up by a key where answers have none. Raises NotTestable where no key is known."""
    why = world.lacks(attempt.answer, "id")
    if why and attempt.answer.id is None and not can_be_found(attempt.operation):
        raise NotTestable(f"the answer does not report the id, and no key of the record leads to it: {why}")
    return attempt.answer.id


def _defines_success(operation: str) -> str:
    return "upsert-create" if operation == "created" else "upsert-update"


def _wrong_answer(world: World, role: str, wrong: CheckFailed) -> None:
    """Raise it in a scenario about the answer; elsewhere note it for the criterion that defines it."""
    if world.asserts("answer"):
        raise wrong
    world.add_secondary(defining(role), wrong)


def require_id(value: Any) -> Any:
    """The value, if it can be an id. Raises CheckFailed if it can't."""
    if not is_id(value):
        raise CheckFailed('an "id"', shown(value))
    return value


def the_one(world: World, table: str, where: Record) -> Record:
    """The one record that has these values. Raises CheckFailed where there is none, or more than one."""
    found = world.reader.find(table, where)
    if len(found) != 1:
        raise CheckFailed(f"one record in {table} with {shown(where)}", f"{len(found)} such records")
    return found[0]


def find_key(table: Table, row: Record) -> Record | None:
    """The part of a row that finds its record: the first unique key whose fields it all has, or its id."""
    for key in (*table.unique_keys, ("id",)):
        if all(row.get(name) is not None for name in key):
            return {name: row[name] for name in key}
    return None


def key_of(table: Table, row: Record) -> Record:
    """The part of a row that finds its record. Raises LookupError where the row has no whole key and no id."""
    if key := find_key(table, row):
        return key
    raise LookupError(f"a row of {table.name} needs the fields of a unique key, or the id, to be found again: {row}")


def last_stored(world: World) -> tuple[Table, Record]:
    """The table of the last request and the stored record of its last row."""
    attempt = world.last
    table = table_for(attempt.table)
    key = find_key(table, attempt.sent[-1]) or {"id": require_id(id_of(world, attempt))}
    return table, the_one(world, table.name, key)


def require_stored(world: World, table: str, row: Record, where: Record | None = None) -> Record:
    """The one stored record of a row, found by `where` or else by the row's key.

    Raises CheckFailed where it is not stored exactly once with the row's values.
    """
    spec = table_for(table)
    record = the_one(world, table, where or key_of(spec, row))
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
    """Raise CheckFailed where a value that was sent is stored in a record that did not exist before."""
    known = {(stored.table, shown(stored.record.get("id"))) for stored in world.stored}
    for table, where in sent_values(world):
        for record in world.reader.find(table, where):
            if (table, shown(record.get("id"))) not in known:
                raise CheckFailed("no new record", f"in {table} a new one with {shown(where)}: {shown(record)}")


def require_no_twins(world: World) -> None:
    """Raise CheckFailed where a value that was sent for a unique field is stored in more than one record."""
    for table, where in sent_values(world):
        found = world.reader.find(table, where)
        if tuple(where) in table_for(table).unique_keys and len(found) > 1:
            raise CheckFailed(f"at most one record in {table} with {shown(where)}", f"{len(found)} records")


def sent_values(world: World) -> Iterator[tuple[str, Record]]:
    """Where to look for traces of the sent records: by each text that no other scenario sends."""
    for attempt in world.attempts:
        for table, fields in _some(list(_sent_by_table(attempt))):
            for name in sorted(table.marked & fields.keys()):
                text = fields[name]
                if isinstance(text, str) and world.mark in text:
                    yield table.name, {name: text}


def _some(listed: list[tuple[Table, Record]]) -> list[tuple[Table, Record]]:
    """All of a few; of many the first, the middle and the last, so that a large batch is not read back one by one."""
    return listed if len(listed) <= FEW else [listed[0], listed[len(listed) // 2], listed[-1]]


def is_touched(world: World, stored: Stored) -> bool:
    """Whether one of the upserts matched this record, by its values before the upserts."""
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
