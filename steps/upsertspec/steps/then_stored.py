"""Then: what is stored, and what has not changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.errors import CheckFailed, DialectError, NotApplicable, NotTestable, TargetSilent
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED, OK, is_refusal
from upsertspec.steps.assertions import (
    find_key,
    id_of,
    is_touched,
    last_stored,
    require_id,
    require_no_twins,
    require_nothing_new,
    require_own_kept,
    require_stored,
    require_untouched,
    the_one,
)
from upsertspec.steps.cells import names
from upsertspec.steps.equality import as_json, is_utc, same, shown
from upsertspec.steps.hints import of_time
from upsertspec.steps.own_table import named
from upsertspec.steps.statuses import require_status
from upsertspec.steps.when_upsert import numbered
from upsertspec.steps.world import Stored, World


@then(parsers.re(r"(?P<refusable>the batch is refused, or )?these (?P<table>\w+) are now stored:"))
def these_are_now_stored(world: World, refusable: str | None, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """For each row there is one record with the row's values; a name in the column `as` says which record it is.

    A row without a key is the named record, or that of the last answer's id. Where the batch may be refused, that is
    400, 409 or 422 and nothing has been written.
    """
    if refusable:
        if is_refusal(world.last.answer.status):
            require_status(world, world.last.answer, *CONSTRAINT_REFUSED)
            nothing_has_been_written(world)
            return
        require_status(world, world.last.answer, OK)
    for name, stated in zip(names(datatable), world.rows(table, datatable), strict=True):
        row = world.with_defaults(table, stated)
        record = require_stored(world, table, row, _key(world, table, name, row))
        known = world.named(name).record.get("id") if name else record.get("id")
        if as_json(record.get("id")) != as_json(known):
            raise CheckFailed(f"{name} to keep the id {shown(known)}", shown(record.get("id")))


def _key(world: World, table: str, name: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    if key := find_key(world.table(table), row):
        return key
    return world.named(name).key if name else {"id": require_id(id_of(world, world.last))}


@then(parsers.parse("all {count:d} numbered contacts are stored, each with its own values"))
def numbered_contacts_are_stored(world: World, count: int) -> None:
    """The answer is 200, and each contact has one record; the first, the last and some between are read back."""
    require_status(world, world.last.answer, OK)
    people = numbered(world, count)
    for person in sorted({0, 1, count // 2, count - 2, count - 1}):
        require_stored(world, "contacts", people[person])
    if world.lacks(world.last.answer, "id"):
        return
    ids = [as_json(part.id) for part in world.last.answer.parts]
    if "null" in ids:
        world.add_secondary("batch", CheckFailed('an "id" for each record', "none"))
    elif len(set(ids)) != count:
        raise CheckFailed(f"{count} ids", f"{len(set(ids))}")


@then(parsers.re(r"(?P<count>no|one) record in (?P<table>\w+) has (?P<field>\w+) (?P<cell>.+)"))
def one_record_has(world: World, count: str, table: str, field: str, cell: str) -> None:
    """Exactly one record, or none, has this value."""
    named(world.binding(table), [field])
    [row] = world.rows(table, [[field], [cell]])
    found = world.reader.find(table, row)
    world.compared("the number of records with a value")
    if len(found) != (count == "one"):
        wanted = world.words(table)
        raise CheckFailed(f"{count} record in {wanted.called} with {wanted.row_text(row)}", f"{len(found)}")


NOTHING_WRITTEN = "nothing has been written"


@then(parsers.re(NOTHING_WRITTEN + "(?P<since> since the first request)?"))
def nothing_has_been_written(world: World, since: str | None = None) -> None:
    """Every stored record reads as before, and no value that was sent is in a new record.

    Since the first request: of those with an idempotency key, where what the first one stored reads as before the rest.
    """
    if since and not world.first_written:
        wrong = CheckFailed("the first request to have stored a record", world.attempts[0].answer.said)
        world.stop("upsert-create", wrong)
    written = {(stored.table, as_json(stored.record.get("id"))) for stored in world.first_written if since}
    before = [known for known in world.stored if (known.table, as_json(known.record.get("id"))) not in written]
    for stored in [*before, *(world.first_written if since else ())]:
        require_untouched(world, stored)
    require_nothing_new(world, world.first_written if since else ())


def add_what_was_written(world: World, wrong: CheckFailed) -> None:
    """Add to a wrong answer what is stored now and should not be, if there is any."""
    try:
        nothing_has_been_written(world)
    except CheckFailed as written:
        wrong.add(written.expected, written.actual)
    except (NotTestable, NotApplicable, TargetSilent, DialectError):
        return


@then("nothing else has changed")
def nothing_else_has_changed(world: World) -> None:
    """Records that no upsert matched read as before, and no sent value of a unique field is stored twice."""
    for stored in world.stored:
        if not is_touched(world, stored):
            require_untouched(world, stored)
    require_no_twins(world)


@then(parsers.re(r"(?P<who>\w+(?:, \w+)*) (?:is|are) (?P<how>as before|gone)"))
def is_as_before(world: World, who: str, how: str) -> None:
    """The named records read as they did, with their ids and timestamps; or they are found by no key and no id."""
    for name in who.split(", "):
        if how == "as before":
            require_untouched(world, world.named(name))
        else:
            require_gone(world, world.named(name))


def require_gone(world: World, stored: Stored) -> None:
    """Raise CheckFailed where a record is still found by its key or by its id."""
    for where in (stored.key, {"id": stored.record["id"]}):
        world.compared("the number of records with a key")
        if world.reader.find(stored.table, where):
            raise CheckFailed(f"{stored.name} to be gone from {stored.table}", f"it is still found by {shown(where)}")


@then(parsers.parse("{name:w} keeps {fields}"))
def keeps(world: World, name: str, fields: str) -> None:
    """The named record has the same values in these fields as before. A field that it never had does not count."""
    known = world.named(name)
    now = the_one(world, known.table, known.key)
    binding, words = world.binding(known.table), world.words(known.table)
    listed = [field for field in named(binding, fields.split(", ")) if field in known.record or field in now]
    if not listed:
        raise NotTestable(f"records of {binding.name} have no {fields}, so that nothing shows whether it was kept")
    for field in listed:
        world.compared(field)
        before, after = known.record.get(field), now.get(field)
        if not same(binding.view, field, before, after):
            actual = shown(words.shown(field, after)) if field in now else "no such member"
            raise CheckFailed(f"{name}'s {words.label(field)} to stay {shown(words.shown(field, before))}", actual)
    require_own_kept(world, known.table, now)


@then("the protected fields are the server's own")
def protected_fields_are_the_servers_own(world: World) -> None:
    """id, created_at and updated_at are not the values that were sent, nor their texts; the timestamps are RFC 3339 in
    UTC."""
    table, record = last_stored(world)
    sent = world.last.sent[-1]
    for field in world.binding(world.last.table).protected:
        world.compared(field)
        if record.get(field) is None:
            raise CheckFailed(f"a stored {field}", "none")
        if field in sent and (same(table, field, sent[field], record[field]) or str(sent[field]) == str(record[field])):
            raise CheckFailed(f"a {field} of the server's own", f"the one that was sent: {shown(record[field])}")
    for field in set(world.binding(world.last.table).protected) - {"id"}:
        if not is_utc(record[field]):
            hint = of_time(world, table.name, field, record[field])
            raise CheckFailed(f"{field} as an RFC 3339 timestamp in UTC", shown(record[field]), hint)
