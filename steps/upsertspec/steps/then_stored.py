"""Then: what is stored, and what has not changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.errors import CheckFailed
from upsertspec.spec.types import instant, same_json
from upsertspec.steps.assertions import (
    id_of,
    is_touched,
    last_stored,
    require_id,
    require_no_twins,
    require_nothing_new,
    require_stored,
    require_told,
    require_untouched,
    the_one,
)
from upsertspec.steps.cells import names, table_for
from upsertspec.steps.equality import is_utc, require_same, same, shown
from upsertspec.steps.statuses import CLIENT_ERROR, REFUSED, SERVER_ERROR, require_status
from upsertspec.steps.when_upsert import numbered
from upsertspec.steps.world import World


@then(parsers.parse("these {table:w} are now stored:"))
def these_are_now_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Of each row there is one record, with the row's values; a name in the column `as` says which it was before."""
    for name, row in zip(names(datatable), world.rows(table, datatable), strict=True):
        record = require_stored(world, table, row)
        known = world.named(name).record.get("id") if name else record.get("id")
        if shown(record.get("id")) != shown(known):
            raise CheckFailed(f"{name} to keep the id {shown(known)}", shown(record.get("id")))


@then(parsers.parse("all {count:d} numbered contacts are stored, each with its own values"))
def numbered_contacts_are_stored(world: World, count: int) -> None:
    """200, and of each numbered contact one record; the first, the last and some between are looked at."""
    require_status(world, world.last.answer, 200)
    people = numbered(world, count)
    for person in sorted({0, 1, count // 2, count - 2, count - 1}):
        require_stored(world, "contacts", people[person])
    if world.lacks(world.last.answer, "id"):
        return
    ids = [shown(part.id) for part in world.last.answer.parts]
    if len(set(ids)) != count:
        raise CheckFailed(f"{count} ids", f"{len(set(ids))}")


@then(parsers.parse("no {table:w} are stored with:"))
def none_are_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """No record has all the values of one of these rows."""
    for row in world.rows(table, datatable):
        if found := world.reader.find(table, row):
            raise CheckFailed(f"no record in {table} with {shown(row)}", f"{len(found)} such records")


@then(parsers.parse("the batch is refused whole, or these {table:w} are stored:"))
def refused_or_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Either 400, 409 or 422 and nothing written, or 200 and one record of each row, with the row's values."""
    if CLIENT_ERROR <= world.last.answer.status < SERVER_ERROR:
        require_status(world, world.last.answer, *REFUSED)
        nothing_has_been_written(world)
        return
    require_status(world, world.last.answer, 200)
    for row in world.rows(table, datatable):
        require_stored(world, table, row)


@then(parsers.parse("there are {count:d} {table:w} with {field:w} {cell}"))
def there_are(world: World, count: int, table: str, field: str, cell: str) -> None:
    """So many records have this value."""
    [row] = world.rows(table, [[field], [cell]])
    found = world.reader.find(table, row)
    if len(found) != count:
        raise CheckFailed(f"{count} records in {table} with {shown(row)}", f"{len(found)}")


@then("nothing has been written")
def nothing_has_been_written(world: World) -> None:
    """Every record reads as before, and no value that was sent has reached a new record."""
    for stored in world.stored:
        require_untouched(world, stored)
    require_nothing_new(world)


@then("nothing else has changed")
def nothing_else_has_changed(world: World) -> None:
    """Records that no upsert matched read as before, and no unique value that was sent is there twice."""
    for stored in world.stored:
        if not is_touched(world, stored):
            require_untouched(world, stored)
    require_no_twins(world)


@then(parsers.re(r"(?P<who>\w+(?:, \w+)*) (?:is|are) as before"))
def is_as_before(world: World, who: str) -> None:
    """The named records read as they did, with their ids and timestamps."""
    for name in who.split(", "):
        require_untouched(world, world.named(name))


@then(parsers.re(r"(?P<who>\w+(?:, \w+)*) (?:is|are) gone"))
def is_gone(world: World, who: str) -> None:
    """The named records can't be found any more, neither by their key nor by their id."""
    for name in who.split(", "):
        stored = world.named(name)
        for where in (stored.key, {"id": stored.record["id"]}):
            if world.reader.find(stored.table, where):
                raise CheckFailed(f"{name} to be gone from {stored.table}", f"it is still found by {shown(where)}")


@then(parsers.parse("{name:w} keeps {fields}"))
def keeps(world: World, name: str, fields: str) -> None:
    """The named record has the values in these fields that it had before."""
    known = world.named(name)
    now = the_one(world, known.table, known.key)
    for field in fields.split(", "):
        if not same(table_for(known.table), field, known.record.get(field), now.get(field)):
            raise CheckFailed(f"{name}'s {field} to stay {shown(known.record.get(field))}", shown(now.get(field)))


@then(parsers.parse("{name:w} now has {field:w} {value}"))
def now_has(world: World, name: str, field: str, value: str) -> None:
    """The named record has this value, written as JSON, in this field."""
    known = world.named(name)
    require_values(the_one(world, known.table, known.key), {field: json.loads(value)})


@then(parsers.parse("the created record has {pairs}"))
def the_created_record_has(world: World, pairs: str) -> None:
    """The stored record of the answer's id has these values, written as JSON."""
    ident = require_id(id_of(world, world.last))
    record = the_one(world, world.last.table, {"id": ident})
    require_values(record, {name: json.loads(v) for name, v in (pair.split(" ", 1) for pair in pairs.split(", "))})


@then(parsers.parse("the answer holds {name:w} as it is stored now"))
def the_answer_holds_it_as_stored(world: World, name: str) -> None:
    """The record in the answer is the named one, as it reads after the request."""
    known = world.named(name)
    now = the_one(world, known.table, known.key)
    if not require_told(world, world.last.answer, "record"):
        return
    require_same(table_for(known.table), "the answer to hold the stored record", now, world.last.answer.record or {})


@then("the created record reads the same by its id")
def the_created_record_reads_the_same(world: World) -> None:
    """The record of the answer's id is stored with every value that was sent, and is the one in the answer."""
    attempt = world.last
    ident = require_id(id_of(world, attempt))
    record = require_stored(world, attempt.table, {**attempt.sent[-1], "id": ident})
    if not require_told(world, attempt.answer, "record"):
        return
    require_same(table_for(attempt.table), "the answer to hold the stored record", record, attempt.answer.record or {})


@then(parsers.parse("{name:w}'s updated_at has moved forward"))
def updated_at_has_moved_forward(world: World, name: str) -> None:
    """The named record was written later than before, and says so."""
    known = world.named(name)
    now = the_one(world, known.table, known.key)
    before, after = instant(known.record.get("updated_at")), instant(now.get("updated_at"))
    if before is None or after is None or after <= before:
        shown_before = shown(known.record.get("updated_at"))
        raise CheckFailed(f"{name}'s updated_at to be later than {shown_before}", shown(now.get("updated_at")))


@then("the protected fields are the server's own")
def protected_fields_are_the_servers_own(world: World) -> None:
    """Of id, created_at and updated_at none has the value that was sent; the timestamps are RFC 3339 in UTC."""
    table, record = last_stored(world)
    sent = world.last.sent[-1]
    for field in ("id", "created_at", "updated_at"):
        if record.get(field) is None:
            raise CheckFailed(f"a stored {field}", "none")
        if field in sent and same(table, field, sent[field], record[field]):
            raise CheckFailed(f"a {field} of the server's own", f"the one that was sent: {shown(record[field])}")
    for field in ("created_at", "updated_at"):
        if not is_utc(record[field]):
            raise CheckFailed(f"{field} as an RFC 3339 timestamp in UTC", shown(record[field]))


def require_values(record: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raise CheckFailed where a record has another value in one of these fields."""
    for field, value in wanted.items():
        if not same_json(value, record.get(field)):
            raise CheckFailed(f"{field} {shown(value)}", shown(record.get(field)))
