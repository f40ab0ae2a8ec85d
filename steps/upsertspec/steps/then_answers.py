"""Then: what the answers say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import unquote, urlsplit

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Operation, Read, Transaction, UpsertBatch
from upsertspec.errors import CheckFailed, NotApplicable
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED, INVALID, MISSING, OK, UPSERTED, is_refusal, is_success
from upsertspec.spec.schema import tables
from upsertspec.spec.types import instant, same_json
from upsertspec.steps.assertions import (
    has_record,
    id_of,
    last_stored,
    parts_of,
    require_body,
    require_id,
    require_nothing_new,
    require_one_id,
    require_part,
    require_reported,
    require_stored,
    require_success,
    stop,
    the_one,
)
from upsertspec.steps.equality import as_json, differences, same, shown
from upsertspec.steps.own_table import named, own_members
from upsertspec.steps.statuses import require_every_status, require_status
from upsertspec.steps.table_calls import sent_to
from upsertspec.steps.world import Attempt, World

Ids = list[str]
Record = Mapping[str, Any]
Stored = tuple[str, Record]

PROBLEM = "application/problem+json"

WHOLE_SECONDS = (
    "if the API's times are in whole seconds, state their format, and writes are sent a second apart: "
    'protected = {{ updated_at = {{ name = "{name}", format = "%Y-%m-%dT%H:%M:%SZ" }} }}'
)
_CHALLENGE = re.compile(r"[,\s]*[!#$%&'*+.^`|~\w-]+(?=[,\s]|$)", re.ASCII)
"""A scheme, and not a parameter, at the beginning."""


@then(
    parsers.re(
        r"(?P<which>the|every) answer is (?P<statuses>\d{3}(?: or \d{3})*)"
        r"(?P<also>, and names a scheme|, as a problem document|, and names no table)?"
    )
)
def the_answer_is(world: World, which: str, statuses: str, also: str | None = None) -> None:
    """The last request, or every request, was answered with one of these statuses.

    A scheme is in WWW-Authenticate; a problem document (RFC 9457) has this status and a title; an answer that names no
    table has no table's name as one of its words. These do not apply where the API's errors and paths are its own.
    """
    wanted = [int(status) for status in statuses.split(" or ")]
    if also == ", and names no table":
        require_there(world)
    if which == "every":
        require_every_status(world, *wanted)
    else:
        require_status(world, world.last.answer, *wanted)
    if also:
        _ALSO[also](world, wanted)


def require_scheme(world: World, wanted: Sequence[int]) -> None:
    """Raise CheckFailed where WWW-Authenticate does not begin with a scheme (RFC 9110, 11.6.1). Raises NotApplicable
    where the target declares another status."""
    attempt = world.last
    if attempt.answer.status not in wanted:
        raise NotApplicable(f"the target answers {attempt.answer.status}, which asks for no credentials")
    said = attempt.exchange.response_header("WWW-Authenticate")
    if not _CHALLENGE.match(said):
        raise CheckFailed("WWW-Authenticate with a scheme, such as Bearer", said or "no such header")


def require_problem(world: World, _: Sequence[int]) -> None:
    """Raise CheckFailed where an error is no problem document (RFC 9457). Raises NotApplicable where the API's errors
    have a form of their own."""
    if not world.client.is_contract:
        raise NotApplicable("the API's errors have a form of their own")
    answer, kind = world.last.answer, world.last.exchange.response_header("Content-Type")
    if kind.partition(";")[0].strip().lower() != PROBLEM:
        raise CheckFailed(f"the Content-Type {PROBLEM}", kind or "no such header")
    body = answer.body if isinstance(answer.body, dict) else {}
    if body.get("status") != answer.status or not isinstance(body.get("title"), str):
        raise CheckFailed(f'a "title", and "status": {answer.status}', answer.shown_body)


def require_there(world: World) -> None:
    """Raise NotApplicable where the API does not have the path: the editor gets no answer of 2xx either."""
    path = urlsplit(world.last.exchange.url).path
    if not any(
        is_success(answer.status) for answer in (world.last.answer, world.client.call("editor", *sent_to(path)))
    ):
        raise NotApplicable(f"{path} is answered with {world.last.answer.status}")


def require_no_table(world: World, _: Sequence[int]) -> None:
    """Raise CheckFailed where a word of the answer is a table's name that is no ordinary word. Raises NotApplicable
    where the target's tables have other names than the contract's."""
    names = [name for name in tables() if world.binding(name).name == name and (name == "contacts" or "_" in name)]
    if not names:
        raise NotApplicable("the tables have names of their own")
    body = world.last.answer.body
    said = set(re.findall(r"\w+", world.last.exchange.response_body if body is None else as_json(body)))
    if found := [name for name in names if name in said]:
        raise CheckFailed("no table to be named", ", ".join(found))


_ALSO: Mapping[str, Callable[[World, Sequence[int]], None]] = {
    ", and names a scheme": require_scheme,
    ", as a problem document": require_problem,
    ", and names no table": require_no_table,
}


@then(parsers.re(r"(?P<what>the request|every request|the transaction) is refused"))
def is_refused(world: World, what: str) -> None:
    """A request, or every one: with 400, 409 or 422, as an implementation chooses. A transaction: with any 4xx."""
    if what == "every request":
        require_every_status(world, *CONSTRAINT_REFUSED)
        return
    if what == "the request":
        require_status(world, world.last.answer, *CONSTRAINT_REFUSED)
        return
    world.compared("a status")
    if not is_refusal(world.last.answer.status):
        answer = world.last.answer
        raise CheckFailed("an answer of 4xx", f"{answer.status} with {answer.shown_body}")


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
                stop(world, "transaction", CheckFailed("a body as the contract has it", answer.said))
            for part, operation in zip(parts_of(world, attempt), operations, strict=True):
                require_part(world, part, operation)
        case _:
            require_success(world, answer, operations[0])


@then(parsers.re(r"every answer has (?P<what>the same ids?|an id of its own)"))
def every_answer_has_id(world: World, what: str) -> None:
    """The same: every answer has one id; batches have the same ids in the same order. Its own: no two records in the
    answers have the same id, nor that of a record that was in the table before, even if it has been deleted since."""
    if what == "an id of its own":
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
            hint = WHOLE_SECONDS.format(name=label) if is_coarse else ""
            wrong = CheckFailed(f"an updated_at later than {shown(before)}", shown(after), hint)
            world.add_secondary(defining("times"), wrong)


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
            world.add_secondary(defining("record"), wrong)
            continue
        require_same_reading(world, table, "the answer's record to be the stored one", stored, reported(part, stored))


def require_same_reading(world: World, table: str, what: str, stored: Record, record: Record) -> None:
    """Raise CheckFailed where two readings of a record differ in a field, or in a member that both have."""
    binding = world.binding(table)
    own = own_members(binding, record).keys() & own_members(binding, stored)
    fields = [*binding.protected, *binding.view.fields, *sorted(own)]
    if wrong := differences(binding.view, stored, record, fields, world.words(table)):
        raise CheckFailed(what, "; ".join(wrong))


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
        stop(world, "transaction", CheckFailed('an "id" in each result', world.last.answer.text))
    return the_one(world, table, {"id": part.id})


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


def reported(answer: Answer, stored: Record) -> Record:
    """The record of an answer that has one. An id that an upsert's lacks was noted, and is not missed again."""
    return {**({} if answer.operation is None else {"id": stored.get("id")}), **(answer.record or {})}


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
        stop(world, "create", CheckFailed("the record to be read by its id", str(MISSING)), world.asserts("id"))
    require_body(world, answer, OK)
    require_same_reading(
        world, attempt.table, "the record read by its id to be the stored one", stored, answer.record or {}
    )


@then(parsers.parse("the error says that the record at index {index:d} is wrong"))
def the_error_says_which(world: World, index: int) -> None:
    """The error names the place: as `index`, as a path (`records[1]`, or `["records", 1]`), as "row 1", by a member or
    a value of it."""
    world.compared("the place that the error names")
    if not _names_index(world.last.answer.body, index) and not _names_value(world, index):
        raise CheckFailed(f"an error that names index {index}", world.last.answer.shown_body)


@then(parsers.re(r"in result (?P<index>\d+) (?P<field>\w+) is (?:the id of result (?P<other>\d+)|(?P<value>.+))"))
def in_result(world: World, index: str, field: str, other: str | None, value: str | None) -> None:
    """The record in this result of the transaction has another result's id, or this JSON, in the field."""
    parts = parts_of(world, world.last)
    record = parts[int(index)].record
    if record is None:
        stop(world, "transaction", CheckFailed("a record in each result", world.last.answer.text))
    actual = record.get(field)
    wanted = parts[int(other)].id if other else json.loads(str(value))
    world.compared("a field of a result")
    if not same_json(wanted, actual) or (other and as_json(wanted) != as_json(actual)):
        raise CheckFailed(f"{field} to be {shown(wanted)}", shown(actual))


def require_batch(world: World, answer: Answer, operations: list[str]) -> None:
    """Raise CheckFailed where a batch's answer is not 200, or does not report these operations and their counts.

    Other scenarios than those of the criterion that defines a batch's answer are blocked at their end by that one.
    """
    require_status(world, answer, OK)
    if answer.fault:
        world.add_secondary(defining("batch"), CheckFailed("a body as the contract has it", answer.said))
        return
    if _is_reported(world, answer, "operation"):
        reported = [part.operation for part in answer.parts]
        if reported != operations:
            world.add_secondary(defining("batch"), CheckFailed(shown(operations), shown(reported)))
    if _is_reported(world, answer, "counts"):
        counts = {name: operations.count(name) for name in UPSERTED}
        if answer.counts != counts:
            wrong = CheckFailed(f"the counts {shown(counts)}", shown(answer.counts))
            world.add_secondary(defining("batch"), wrong)
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
            world.add_secondary(defining("batch"), wrong)
            return


def _folded(value: Any) -> str:
    return as_json(value).casefold().replace(" ", "")


def _is_reported(world: World, answer: Answer, aspect: str) -> bool:
    """Whether a batch's answer reports this. A scenario about it is not testable where it does not."""
    if world.asserts(aspect):
        return require_reported(world, answer, aspect)
    return not world.lacks(answer, aspect)


def _names_index(body: Any, index: int) -> bool:
    if isinstance(body, Mapping):
        return any(_is_index(k, v, index) or _names_index(v, index) for k, v in body.items())
    if isinstance(body, list):
        in_path = any(same_json(index, item) for item in body)
        return in_path or _is_at(body, index) or any(_names_index(item, index) for item in body)
    text = body if isinstance(body, str) else ""
    paths = re.search(rf"[\[/.]{index}(?!\d)", text) is not None
    return paths or re.search(rf"\b(index|row|record|item)s? {index}\b", text, re.IGNORECASE) is not None


def _is_index(name: str, value: Any, index: int) -> bool:
    """Whether a member is about this record: by `index`, or by its name, which may be a path."""
    return same_json(index, value) if name == "index" else name == str(index) or _names_index(name, index)


def _is_at(errors: list[Any], index: int) -> bool:
    """Whether a list with a place for each record has an error at this place alone."""
    return len(errors) > 1 and [place for place, error in enumerate(errors) if error] == [index]


def _names_value(world: World, index: int) -> bool:
    """Whether the error has a text that only this record, or this operation of a transaction, has."""
    operation = world.last.operation
    if isinstance(operation, Transaction):
        mine = operation.operations[index]
        others = [each for place, each in enumerate(operation.operations) if place != index]
        values = [
            mine.get(name) for name in ("id", "table") if all(each.get(name) != mine.get(name) for each in others)
        ]
        fields = mine.get("fields", {})
    else:
        values, fields = [], world.last.sent[index]
    values += [value for value in fields.values() if world.mark in str(value)]
    said = json.dumps(world.last.answer.body, ensure_ascii=False)
    return any(value in said for value in values if isinstance(value, str))
