"""Then: the records in the answers, their ids and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Read, Transaction, UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.spec.outcomes import MISSING, OK
from upsertspec.spec.types import instant
from upsertspec.steps.assertions import (
    has_record,
    id_of,
    last_stored,
    parts_of,
    require_body,
    require_id,
    require_reported,
    require_stored,
    the_one,
)
from upsertspec.steps.conditions import require_tag
from upsertspec.steps.equality import as_json, differences, shown
from upsertspec.steps.hints import of_time
from upsertspec.steps.own_table import named, own_members
from upsertspec.steps.world import World
from upsertspec.target.time_forms import in_seconds, stated

Record = Mapping[str, Any]
Stored = tuple[str, Record]

WHOLE_SECONDS = "if the API's times are in whole seconds, state their format, and writes are sent a second apart: "


@then(parsers.re(r"every answer has (?P<what>the same ids?|an id of its own|the same tag|a tag of its own)"))
def every_answer_has(world: World, what: str) -> None:
    """The same: every answer has one id; batches have the same ids in the same order. Its own: no two records in the
    answers have the same id, nor that of a record that was in the table before, even if it has been deleted since. A
    tag is a strong one."""
    if "tag" in what:
        tags = [require_tag(world, attempt.answer) for attempt in world.attempts]
        if len(set(tags)) != (1 if what == "the same tag" else len(tags)):
            raise CheckFailed(f"in every answer {what}", ", ".join(tags))
    elif what == "an id of its own":
        tables = {attempt.table for attempt in world.attempts}
        before = [known.record.get("id") for known in (*world.stored, *world.deleted) if known.table in tables]
        ids = [as_json(ident) for ident in [*_ids(world), *before]]
        world.compared("ids")
        if len(set(ids)) != len(ids):
            raise CheckFailed("an id of its own for each record", ", ".join(ids))
    elif isinstance(world.last.operation, UpsertBatch):
        _require_same_ids_of_batches(world)
    else:
        ids = [as_json(id_of(world, attempt)) for attempt in world.attempts]
        world.compared("ids")
        if len(set(ids)) != 1 or "null" in ids:
            raise CheckFailed("the same id in every answer", ", ".join(ids))


def _ids(world: World) -> list[Any]:
    """The ids in all answers, those of a batch or a transaction one by one."""
    listed = [[id_of(world, replace(a, answer=part)) for part in a.answer.parts or [a.answer]] for a in world.attempts]
    return [ident for ids in listed for ident in ids]


def _require_same_ids_of_batches(world: World) -> None:
    first, *others = (attempt.answer for attempt in world.attempts)
    if world.lacks(first, "id") and not first.parts:
        require_reported(world, first, "id")
        return
    ids = [as_json(part.id) for part in first.parts]
    for _ in ids:
        world.compared("the id of a record in each batch")
    if any([as_json(part.id) for part in other.parts] != ids for other in others):
        raise CheckFailed("the same ids in every answer", "other ids in the second")


@then(parsers.re(r"(?:(?P<name>\w+)|each answer)'s updated_at is later than (?:the one )?before"))
def updated_at_is_later(world: World, name: str | None) -> None:
    """The named record was written later than before, or each answer's record later than that of the one before."""
    if name:
        known = world.named(name)
        named(world.binding(known.table), ["updated_at"])
        table = known.table
        times = [known.record.get("updated_at"), the_one(world, table, known.key).get("updated_at")]
    elif all(require_reported(world, a.answer, "record") and has_record(world, a.answer) for a in world.attempts):
        table = world.last.table
        named(world.binding(table), ["updated_at"])
        times = [(attempt.answer.record or {}).get("updated_at") for attempt in world.attempts]
    else:
        return
    for before, after in pairwise(times):
        world.compared("updated_at before and after")
        earlier, later = instant(before), instant(after)
        if earlier is None or later is None or later <= earlier:
            label = world.words(table).label("updated_at")
            is_coarse = earlier is not None and earlier == later and not earlier.microsecond
            form = in_seconds(before) or "%Y-%m-%dT%H:%M:%SZ"
            coarse = WHOLE_SECONDS + stated("updated_at", label, form) if is_coarse else ""
            hint = coarse if later else of_time(world, table, "updated_at", after)
            wrong = CheckFailed(f"an updated_at later than {shown(before)}", shown(after), hint)
            world.add_secondary("times", wrong)


@then(parsers.re(r"the answer holds the (?P<whole>whole )?stored records?"))
def the_answer_holds_the_stored_record(world: World, whole: str | None) -> None:
    """Each record in the answer is the stored one, with id, fields and timestamps; a whole one has its nulls too."""
    found = _stored_now(world)
    if not require_reported(world, world.last.answer, "record"):
        return
    for (table, stored), part in zip(found, parts_of(world, world.last), strict=True):
        if not has_record(world, part):
            continue
        record = part.record or {}
        binding, words = world.binding(table), world.words(table)
        if whole and (absent := [n for n in (*binding.protected, *binding.view.fields) if n not in record]):
            missing = ", ".join(map(words.label, absent))
            wrong = CheckFailed(f"every field of {words.called} in the answer's record", f"no {missing}")
            world.add_secondary("record", wrong)
            continue
        require_same_reading(world, table, "the answer's record to be the stored one", stored, reported(part, stored))


def _stored_now(world: World) -> list[Stored]:
    """The stored records that the last request was about, in its order."""
    operation = world.last.operation
    match operation:
        case Transaction():
            pairs = zip(operation.operations, parts_of(world, world.last), strict=True)
            return [(o["table"], _stored_by(world, o["table"], part)) for o, part in pairs]
        case UpsertBatch():
            keys = [{name: row[name] for name in world.last.match_fields} for row in operation.sent]
            return [(operation.table, the_one(world, operation.table, key)) for key in keys]
        case Read() | Change():
            known = next(s for s in world.stored if (s.table, s.record["id"]) == (operation.table, operation.id))
            return [(known.table, the_one(world, known.table, known.key))]
    return [(world.last.table, last_stored(world)[1])]


def _stored_by(world: World, table: str, part: Answer) -> Record:
    """The stored record of a result of a transaction."""
    if part.id is None:
        world.stop("transaction", CheckFailed('an "id" in each result', world.last.answer.text))
    return the_one(world, table, {"id": part.id})


def reported(answer: Answer, stored: Record) -> Record:
    """The record of an answer that has one. An id that an upsert's lacks was noted, and is not missed again."""
    return {**({} if answer.operation is None else {"id": stored.get("id")}), **(answer.record or {})}


def require_same_reading(world: World, table: str, what: str, stored: Record, record: Record) -> None:
    """Raise CheckFailed where two readings of a record differ in a field, or in a member that both have."""
    binding = world.binding(table)
    own = own_members(binding, record).keys() & own_members(binding, stored)
    fields = [*binding.protected, *binding.view.fields, *sorted(own)]
    if wrong := differences(binding.view, stored, record, fields, world.words(table)):
        raise CheckFailed(what, "; ".join(wrong))


@then("the record reads the same by its id")
def the_record_reads_the_same(world: World) -> None:
    """Reading the answer's id gives the stored record. A create has stored every value that was sent."""
    attempt = world.last
    if world.asserts("id"):
        require_reported(world, attempt.answer, "id")
    if isinstance(attempt.operation, Create):
        ident = require_id(id_of(world, attempt))
        stored = require_stored(world, attempt.table, {**attempt.sent[-1], "id": ident})
    else:
        _, stored = last_stored(world)
        ident = id_of(world, attempt)
    answer = world.reader.read(attempt.table, ident)
    if answer.status == MISSING and as_json(ident) == as_json(stored.get("id")):
        world.stop("create", CheckFailed("the record to be read by its id", str(MISSING)), world.asserts("id"))
    require_body(world, answer, OK)
    require_same_reading(
        world, attempt.table, "the record read by its id to be the stored one", stored, answer.record or {}
    )


@then("the answer's Location leads to the record")
def location_leads_to_the_record(world: World) -> None:
    """The path of the Location header, absolute or relative (RFC 9110, 10.2.2), ends in the record's id."""
    location = world.last.answer.location
    last = unquote(_path(location)).rstrip("/").rpartition("/")[2]
    world.compared("the Location")
    ident = id_of(world, world.last)
    if last != str(ident):
        raise CheckFailed(f"a Location that ends in the id {ident}", shown(location))


def _path(reference: str) -> str:
    try:
        return urlsplit(reference).path
    except ValueError:
        return ""
