"""Then: the answer, what is stored, and what has not changed."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_bdd import parsers, then

from upsertspec.errors import CheckFailed
from upsertspec.vocabulary.cells import names, table_for
from upsertspec.vocabulary.checks import (
    is_touched,
    key_of,
    require_nothing_new,
    require_status,
    require_stored,
    require_success,
    require_untouched,
    sent_values,
    the_one,
)
from upsertspec.vocabulary.compare import is_utc, require_same, same, shown
from upsertspec.vocabulary.world import World

REFUSED = (400, 409, 422)


@then(parsers.parse("the answer is {status:d}"))
def the_answer_is(world: World, status: int) -> None:
    """The last upsert was answered with this status."""
    require_status(world.last.answer, status)


@then("the upsert is refused")
def the_upsert_is_refused(world: World) -> None:
    """The last upsert was answered with 400, 409 or 422: the contract lets an implementation choose."""
    require_status(world.last.answer, *REFUSED)


@then(parsers.parse("the answer is 200 and says {operations}"))
def the_answer_says(world: World, operations: str) -> None:
    """Each upsert was answered with 200, its operation in order, one id, and the record of that id."""
    for attempt, operation in zip(world.attempts, operations.split(", "), strict=True):
        require_success(attempt, operation)


@then(parsers.parse("the last answer is 200 and says {operation}"))
def the_last_answer_says(world: World, operation: str) -> None:
    """The last upsert was answered with 200, this operation, one id, and the record of that id."""
    require_success(world.last, operation)


@then("all answers have one id")
def all_answers_have_one_id(world: World) -> None:
    """Every upsert was answered with the same id."""
    ids = [shown(attempt.answer.id) for attempt in world.attempts]
    if len(set(ids)) != 1 or "null" in ids:
        raise CheckFailed("the same id in every answer", ", ".join(ids))


@then("the answer holds the stored record")
def the_answer_holds_the_stored_record(world: World) -> None:
    """The record in the answer is the one that is stored, with its id, fields and timestamps."""
    attempt = world.last
    table = table_for(attempt.upsert.table)
    stored = the_one(world, table.name, key_of(table, attempt.fields))
    require_same(table, "the answer's record to be the stored one", stored, attempt.answer.record or {})


@then("the record reads the same by its id")
def the_record_reads_the_same(world: World) -> None:
    """Reading the answer's id gives the stored record."""
    attempt = world.last
    table = table_for(attempt.upsert.table)
    answer = world.reader.read(table.name, attempt.answer.id)
    require_status(answer, 200)
    stored = the_one(world, table.name, key_of(table, attempt.fields))
    require_same(table, "the record read by its id to be the stored one", stored, answer.record or {})


@then(parsers.parse("these {table:w} are now stored:"))
def these_are_now_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Of each row there is one record, with the row's values. The column `as` names a record for later steps."""
    for name, row in zip(names(datatable), world.rows(table, datatable), strict=True):
        record = require_stored(world, table, row)
        known = next((stored for stored in world.stored if name and stored.name == name), None)
        if known and record.get("id") != known.record.get("id"):
            raise CheckFailed(f"{name} to keep the id {shown(known.record.get('id'))}", shown(record.get("id")))


@then("nothing has been written")
def nothing_has_been_written(world: World) -> None:
    """Every record reads as before, and no value that was sent has reached a new record."""
    for stored in world.stored:
        require_untouched(world, stored)
    require_nothing_new(world)


@then("nothing else has changed")
def nothing_else_has_changed(world: World) -> None:
    """Records that no upsert matched read as before, and each value that was sent is in one record at the most."""
    for stored in world.stored:
        if not is_touched(world, stored):
            require_untouched(world, stored)
    for table, where in sent_values(world):
        if len(found := world.reader.find(table, where)) > 1:
            raise CheckFailed(f"one record at the most in {table} with {shown(where)}", f"{len(found)} records")


@then(parsers.parse("{name:w} keeps {fields}"))
def keeps(world: World, name: str, fields: str) -> None:
    """The named record has the values in these fields that it had before."""
    known = world.named(name)
    now = the_one(world, known.table, known.key)
    for field in fields.split(", "):
        if not same(table_for(known.table), field, known.record.get(field), now.get(field)):
            raise CheckFailed(f"{name}'s {field} to stay {shown(known.record.get(field))}", shown(now.get(field)))


@then("the protected fields are the server's own")
def protected_fields_are_the_servers_own(world: World) -> None:
    """Of id, created_at and updated_at none has the value that was sent; the timestamps are RFC 3339 in UTC."""
    attempt = world.last
    table = table_for(attempt.upsert.table)
    record = the_one(world, table.name, key_of(table, attempt.fields))
    for field in ("id", "created_at", "updated_at"):
        if record.get(field) is None:
            raise CheckFailed(f"a stored {field}", "none")
        if field in attempt.fields and same(table, field, attempt.fields[field], record[field]):
            raise CheckFailed(f"a {field} of the server's own", f"the one that was sent: {shown(record[field])}")
    for field in ("created_at", "updated_at"):
        if not is_utc(record[field]):
            raise CheckFailed(f"{field} as an RFC 3339 timestamp in UTC", shown(record[field]))


@then("each has an id of its own")
def each_has_an_id_of_its_own(world: World) -> None:
    """No two upserts were answered with the same id, nor with the id of a record that was stored before."""
    ids = [shown(a.answer.id) for a in world.attempts] + [shown(s.record.get("id")) for s in world.stored]
    if len(set(ids)) != len(ids) or "null" in ids:
        raise CheckFailed("an id of its own for each record", ", ".join(ids))
