"""What is checked behind the sentences: answers, stored records, and what must not have changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed
from upsertspec.schema import Table
from upsertspec.vocabulary.cells import table_for
from upsertspec.vocabulary.compare import differences, require_same, shown
from upsertspec.vocabulary.world import Attempt, Stored, World

Record = Mapping[str, Any]


def require_status(answer: Answer, *wanted: int) -> None:
    """Raise CheckFailed where the answer has none of these statuses."""
    if answer.status not in wanted:
        names = " or ".join(str(status) for status in wanted)
        raise CheckFailed(f"an answer of {names}", f"{answer.status} with {answer.text or 'an empty body'}")


def require_success(attempt: Attempt, operation: str) -> None:
    """Raise CheckFailed where an upsert was not answered with 200, its operation, one id and the record of that id."""
    answer = attempt.answer
    require_status(answer, 200)
    if answer.fault:
        raise CheckFailed("a body with id, operation and record", f"{answer.fault}: {answer.text}")
    if answer.operation != operation:
        raise CheckFailed(f'"operation": {shown(operation)}', shown(answer.operation))
    record = answer.record or {}
    if isinstance(answer.id, (bool, dict, list, type(None))) or record.get("id") != answer.id:
        raise CheckFailed(
            'one "id", in the answer and in its record', f"{shown(answer.id)} and {shown(record.get('id'))}"
        )


def the_one(world: World, table: str, where: Record) -> Record:
    """The one record that has these values. Raises CheckFailed where there is none, or more than one."""
    found = world.reader.find(table, where)
    if len(found) != 1:
        raise CheckFailed(f"one record in {table} with {shown(where)}", f"{len(found)} such records")
    return found[0]


def key_of(table: Table, row: Record) -> Record:
    """The part of a row that finds its record: the first unique key whose fields it all has."""
    for key in table.unique_keys:
        if all(row.get(name) is not None for name in key):
            return {name: row[name] for name in key}
    raise LookupError(f"a row of {table.name} needs the fields of a unique key to be found again: {sorted(row)}")


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


def sent_values(world: World) -> Iterator[tuple[str, Record]]:
    """For each upsert, where a trace of it would be found: by each text that only this scenario has sent."""
    for attempt in world.attempts:
        table = table_for(attempt.upsert.table)
        for name in sorted(table.marked & attempt.fields.keys()):
            text = attempt.fields[name]
            if isinstance(text, str) and world.mark in text:
                yield table.name, {name: text}


def is_touched(world: World, stored: Stored) -> bool:
    """Whether one of the upserts matched this record, by the values that it had when it was stored."""
    return any(_matches(attempt, stored) for attempt in world.attempts)


def _matches(attempt: Attempt, stored: Stored) -> bool:
    names = attempt.upsert.match_fields
    if attempt.upsert.table != stored.table or not isinstance(names, list) or not names:
        return False
    sent = attempt.fields
    return all(isinstance(n, str) and sent.get(n) is not None and sent[n] == stored.record.get(n) for n in names)
