"""Then: what was answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed
from upsertspec.spec.schema import PROTECTED
from upsertspec.spec.types import instant, same_json
from upsertspec.steps.assertions import (
    CREATING,
    id_of,
    last_stored,
    require_body,
    require_one_id,
    require_part,
    require_success,
    require_told,
    the_one,
)
from upsertspec.steps.cells import table_for
from upsertspec.steps.equality import require_same, shown
from upsertspec.steps.statuses import CLIENT_ERROR, REFUSED, SERVER_ERROR, require_status
from upsertspec.steps.world import World

BATCH = "AC-301"


@then(parsers.parse("the answer is {status:d}"))
def the_answer_is(world: World, status: int) -> None:
    """The last request was answered with this status."""
    require_status(world, world.last.answer, status)


@then(parsers.parse("the answer is {one:d} or {other:d}"))
def the_answer_is_one_of(world: World, one: int, other: int) -> None:
    """The last request was answered with one of these statuses."""
    require_status(world, world.last.answer, one, other)


@then("the request is refused")
def the_request_is_refused(world: World) -> None:
    """The last request was answered with 400, 409 or 422: the contract lets an implementation choose."""
    require_status(world, world.last.answer, *REFUSED)


@then(parsers.parse("the answer is 200 and says {operations}"))
def the_answer_says(world: World, operations: str) -> None:
    """Each upsert was answered with 200, its operation in order, one id, and the record of that id."""
    for attempt, operation in zip(world.attempts, operations.split(", "), strict=True):
        require_success(world, attempt.answer, operation)


@then(parsers.parse("the last answer is 200 and says {operation}"))
def the_last_answer_says(world: World, operation: str) -> None:
    """The last upsert was answered with 200, this operation, one id, and the record of that id."""
    require_success(world, world.last.answer, operation)


@then("all answers have one id")
def all_answers_have_one_id(world: World) -> None:
    """Every upsert was answered with the same id."""
    ids = [shown(id_of(world, attempt)) for attempt in world.attempts]
    if len(set(ids)) != 1 or "null" in ids:
        raise CheckFailed("the same id in every answer", ", ".join(ids))


@then("each has an id of its own")
def each_has_an_id_of_its_own(world: World) -> None:
    """No two upserts were answered with the same id, nor with the id of a record that was stored before."""
    ids = [shown(id_of(world, a)) for a in world.attempts] + [shown(s.record.get("id")) for s in world.stored]
    if len(set(ids)) != len(ids) or "null" in ids:
        raise CheckFailed("an id of its own for each record", ", ".join(ids))


@then("each answer's updated_at is later than the one before")
def each_updated_at_is_later(world: World) -> None:
    """Every write has a time of its own, however fast they follow each other."""
    if not all(require_told(world, attempt.answer, "record") for attempt in world.attempts):
        return
    times = [(attempt.answer.record or {}).get("updated_at") for attempt in world.attempts]
    instants = [instant(time) for time in times]
    if any(a is None or b is None or b <= a for a, b in pairwise(instants)):
        raise CheckFailed("updated_at to be later in each answer", shown(times))


@then("the answer holds the stored record")
def the_answer_holds_the_stored_record(world: World) -> None:
    """The record in the answer is the one that is stored, with its id, fields and timestamps."""
    table, stored = last_stored(world)
    if not require_told(world, world.last.answer, "record"):
        return
    require_same(table, "the answer's record to be the stored one", stored, world.last.answer.record or {})


@then("the answer's record is whole")
def the_answers_record_is_whole(world: World) -> None:
    """The record in the answer has every field of its table, also those that are null, and is the stored one."""
    table, stored = last_stored(world)
    if not require_told(world, world.last.answer, "record"):
        return
    record = world.last.answer.record or {}
    absent = [name for name in (*PROTECTED, *table.fields) if name not in record]
    if absent:
        raise CheckFailed(f"every field of {table.name} in the answer's record", f"no {', '.join(absent)}")
    require_same(table, "the answer's record to be the stored one", stored, record)


@then("the answer's Location leads to the record")
def location_leads_to_the_record(world: World) -> None:
    """The header is a reference (RFC 9110, 10.2.2), absolute or not, whose path ends in the record's id."""
    location = world.last.answer.location
    last = unquote(_path(location)).rstrip("/").rpartition("/")[2]
    ident = id_of(world, world.last)
    if last != str(ident):
        raise CheckFailed(f"a Location that ends in the id {ident}", shown(location))


def _path(reference: str) -> str:
    try:
        return urlsplit(reference).path
    except ValueError:
        return ""


@then("the record reads the same by its id")
def the_record_reads_the_same(world: World) -> None:
    """Reading the answer's id gives the stored record."""
    table, stored = last_stored(world)
    if world.criterion == CREATING:
        require_told(world, world.last.answer, "id")
    answer = world.reader.read(table.name, id_of(world, world.last))
    require_body(world, answer, 200)
    require_same(table, "the record read by its id to be the stored one", stored, answer.record or {})


@then(parsers.parse("the batch is answered with 200 and says {operations}"))
def the_batch_says(world: World, operations: str) -> None:
    """The last batch was answered in the order of its records, with operations and ids, and the counts are right."""
    require_batch(world, world.last.answer, operations.split(", "))


@then(parsers.parse("the batches are answered with 200 and say {count:d} created, then {again:d} updated"))
def the_batches_say(world: World, count: int, again: int) -> None:
    """Two batches: the first created every record, the second updated them, under the same ids in the same order."""
    first, second = (attempt.answer for attempt in world.attempts)
    require_batch(world, first, ["created"] * count)
    require_batch(world, second, ["updated"] * again)
    if world.lacks(first, "id") and not first.parts:
        require_told(world, first, "id")
    elif [shown(part.id) for part in first.parts] != [shown(part.id) for part in second.parts]:
        raise CheckFailed("the same ids in both answers", "other ids in the second")


@then("each record of the batch is in the answer, in order, as it is stored")
def each_record_is_in_the_answer(world: World) -> None:
    """Part by part the answer's records are the stored ones."""
    table = table_for(world.last.table)
    if not require_told(world, world.last.answer, "record"):
        return
    for part, fields in zip(world.last.answer.parts, world.last.sent, strict=True):
        key = {name: fields[name] for name in world.last.match_fields}
        stored = the_one(world, table.name, key)
        require_same(table, "the answer's record to be the stored one", stored, part.record or {})


@then(parsers.parse("the error says that the record at index {index:d} is wrong"))
def the_error_says_which(world: World, index: int) -> None:
    """The error names the place: as `index`, as a path (`records[1]`), as "row 1", by a member or a value of it."""
    if not _names_index(world.last.answer.body, index) and not _names_value(world, index):
        raise CheckFailed(f"an error that names index {index}", world.last.answer.text or "an empty body")


@then(parsers.parse("the transaction is answered with 200 and says {operations}"))
def the_transaction_says(world: World, operations: str) -> None:
    """Each operation has its result, in order, with what was done and one id."""
    answer = world.last.answer
    require_body(world, answer, 200)
    said = operations.split(", ")
    if len(answer.parts) != len(said):
        raise CheckFailed(f"{len(said)} results", f"{len(answer.parts)}: {answer.text}")
    for part, operation in zip(answer.parts, said, strict=True):
        require_part(world, part, operation)


@then("the transaction is refused")
def the_transaction_is_refused(world: World) -> None:
    """The transaction was answered with a 4xx status, whichever says best what is wrong with it."""
    status = world.last.answer.status
    if not CLIENT_ERROR <= status < SERVER_ERROR:
        raise CheckFailed("an answer of 4xx", f"{status} with {world.last.answer.text or 'an empty body'}")


@then(parsers.parse("in result {index:d} of the transaction {field:w} is the id of result {other:d}"))
def result_refers_to(world: World, index: int, field: str, other: int) -> None:
    """A later operation took over what an earlier one had made."""
    parts = world.last.answer.parts
    value = (parts[index].record or {}).get(field)
    if shown(value) != shown(parts[other].id):
        raise CheckFailed(f"{field} to be {shown(parts[other].id)}", shown(value))


@then(parsers.parse("result {index:d} of the transaction has {field:w} {value}"))
def result_has(world: World, index: int, field: str, value: str) -> None:
    """The record in this result has this value, written as JSON."""
    actual = (world.last.answer.parts[index].record or {}).get(field)
    if not same_json(json.loads(value), actual):
        raise CheckFailed(f"{field} to be {value}", shown(actual))


@then("every result of the transaction is stored")
def every_result_is_stored(world: World) -> None:
    """Each record in the answer reads the same by its id."""
    operations = getattr(world.last.operation, "operations", [])
    for part, operation in zip(world.last.answer.parts, operations, strict=True):
        stored = the_one(world, operation["table"], {"id": part.id})
        require_same(table_for(operation["table"]), "each result to be the stored record", stored, part.record or {})


def require_batch(world: World, answer: Answer, operations: list[str]) -> None:
    """Raise CheckFailed where a batch's answer does not tell these operations, in order, with the right counts.

    That is AC-301's matter: other criteria that meet a wrong answer are blocked by it.
    """
    require_body(world, answer, 200)
    if _is_told(world, answer, "operation"):
        told = [part.operation for part in answer.parts]
        if told != operations:
            world.suspect(BATCH, CheckFailed(shown(operations), shown(told)))
    if _is_told(world, answer, "counts"):
        counts = {name: operations.count(name) for name in ("created", "updated", "ignored")}
        if answer.counts != counts:
            world.suspect(BATCH, CheckFailed(f"the counts {shown(counts)}", shown(answer.counts)))
    for part in answer.parts:
        require_one_id(world, part, part.operation)


def _is_told(world: World, answer: Answer, aspect: str) -> bool:
    """Whether a batch's answer tells this; AC-301, which is about it, is not testable where it does not."""
    if world.criterion == BATCH:
        return require_told(world, answer, aspect)
    return not world.lacks(answer, aspect)


def _names_index(body: Any, index: int) -> bool:
    if isinstance(body, Mapping):
        return any(_is_index(k, v, index) or _names_index(v, index) for k, v in body.items())
    if isinstance(body, list):
        return _is_at(body, index) or any(_names_index(item, index) for item in body)
    text = body if isinstance(body, str) else ""
    paths = re.search(rf"[\[/.]{index}(?!\d)", text) is not None
    return paths or re.search(rf"\b(index|row|record|item)s? {index}\b", text, re.IGNORECASE) is not None


def _is_index(name: str, value: Any, index: int) -> bool:
    """Whether a member says that it is about this record: by `index`, or by its name."""
    return same_json(index, value) if name == "index" else name == str(index)


def _is_at(errors: list[Any], index: int) -> bool:
    """Whether a list has an error at this place alone: it has a place for each record, empty where nothing is wrong."""
    return len(errors) > 1 and [place for place, error in enumerate(errors) if error] == [index]


def _names_value(world: World, index: int) -> bool:
    values = [v for v in world.last.sent[index].values() if isinstance(v, str) and world.mark in v]
    return any(value in json.dumps(world.last.answer.body, ensure_ascii=False) for value in values)
