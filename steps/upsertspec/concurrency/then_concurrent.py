"""Then: what many clients were answered, and what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.concurrency.explanation import MIXED
from upsertspec.concurrency.replays import key_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Delete
from upsertspec.errors import CheckFailed
from upsertspec.spec.outcomes import CONFLICT, NO_CONTENT
from upsertspec.spec.types import instant
from upsertspec.steps.assertions import require_stored, the_one
from upsertspec.steps.concurrent_run import ConcurrentRun, RecordedCall
from upsertspec.steps.control import is_success
from upsertspec.steps.equality import as_json, differences, shown
from upsertspec.steps.statuses import require_status
from upsertspec.steps.then_records import require_same_reading
from upsertspec.steps.world import World

Record = Mapping[str, Any]

SHOWN = 100
LATE = "no answer in time"


@then(
    parsers.re(
        r"(?:for each record, )?exactly one answer says (?P<one>\w+), the others say (?P<other>\w+)"
        r"|every answer is 200 and says (?P<every>\w+)"
    )
)
def the_answers_say(world: World, one: str | None, other: str | None, every: str | None) -> None:
    """Every client was answered with 200, and with the id of the stored record. All say this operation; or, with
    `exactly one answer says created, the others say updated`, one of all answers about a key does, the others say that.
    """
    concurrent_run = _run_of(world)
    _require_answers(world, concurrent_run.writes)
    for key in concurrent_run.keys if _is_reported(world, concurrent_run) else ():
        said = Counter(_word(part) for call in concurrent_run.writes for part in _parts_of(call, key))
        others = sum(_has(call, key) for call in concurrent_run.writes) - 1
        wanted = Counter({str(one or every): 1}) + Counter({str(other or every): others})
        if said != wanted:
            raise CheckFailed(f"of {_named(world, key)} {_counted(wanted)}", _with_why(_counted(said), concurrent_run))
    _require_ids(world, concurrent_run)


@then(parsers.re(r"exactly one answer is (?P<one>\d{3}), the others are (?P<other>\d{3})"))
def exactly_one_is(world: World, one: str, other: str) -> None:
    """One client was answered with the first status, every other one with the second."""
    writes = _run_of(world).writes
    for call in writes:
        require_status(world, call.answer or Answer(0, text=call.failure), int(one if call.is_done else other))
    if (done := sum(call.is_done for call in writes)) != 1:
        raise CheckFailed(f"exactly one answer of {one}, and {other} to the others", f"{done} answers of {one}")


@then("all answers to one key are the same, or 409")
def answers_to_a_key_are_the_same(world: World) -> None:
    """Of the clients with one idempotency key, at least one was answered with success; all others with the same status,
    operation and id, or with 409. Where all have the same key, the record in the answers is the stored one."""
    concurrent_run = _run_of(world)
    by_key: dict[str | None, list[RecordedCall]] = {}
    for call in concurrent_run.writes:
        by_key.setdefault(key_of(call), []).append(call)
    for calls in by_key.values():
        world.compared("the answers to one key")
        done = [call.answer for call in calls if call.answer and call.is_done]
        said = Counter(_summary(world, call) for call in calls if not _is_under_way(call))
        if not done or len(said) != 1:
            wanted = f"one answer for all {len(calls)} requests with one key, or 409 to some of them"
            raise CheckFailed(wanted, _with_why(_counted(said) or "409 to all", concurrent_run))
        if len(by_key) == 1 and done[0].record and not world.lacks(done[0], "record"):
            stored = the_one(world, concurrent_run.table, {"id": done[0].id})
            for answer in done:
                what = "the record in each answer to be the stored one"
                require_same_reading(world, concurrent_run.table, what, stored, answer.record or {})


def _is_under_way(call: RecordedCall) -> bool:
    return call.answer is not None and call.answer.status == CONFLICT


def _summary(world: World, call: RecordedCall) -> str:
    """What must be the same in all answers to one key."""
    if call.answer is None or not call.is_done:
        return _status(call)
    ident = "" if world.lacks(call.answer, "id") else f" and the id {as_json(call.answer.id)}"
    return f"{call.answer.status} {call.answer.operation or ''}".strip() + ident


@then("some order of the requests explains every answer and what is stored")
def some_order_explains(world: World) -> None:
    """Each request took effect at one moment between its start and its end (the history is linearizable)."""
    concurrent_run = _run_of(world)
    for _ in concurrent_run.calls:
        world.compared("an answer among many clients")
    if concurrent_run.explanation:
        raise CheckFailed(
            "an order of the requests that explains every answer and what is stored", concurrent_run.explanation
        )


@then("each key has one record, with the values of one request")
def each_key_has_one_record(world: World) -> None:
    """Under each key one record is stored, and all its sent fields come from one request that was not refused.

    No answer has a later updated_at.
    """
    concurrent_run = _run_of(world)
    table = world.table(concurrent_run.table)
    for key in concurrent_run.keys:
        record = the_one(world, table.name, key)
        calls = [call for call in concurrent_run.writes if not call.is_refused]
        sent = [
            row for call in calls for row in call.operation.sent if isinstance(call.operation, Change) or _is(row, key)
        ]
        if not any(not differences(table, row, record) for row in sent):
            fields = {name: record.get(name) for row in sent for name in row}
            words = world.words(table.name)
            expected = f"in {words.called} the values of one request, whole"
            raise CheckFailed(expected, _with_why(words.row_text(fields), concurrent_run))
        _require_latest(record, calls, key)


def _require_latest(record: Record, calls: Iterable[RecordedCall], key: Record) -> None:
    """Raise CheckFailed where the record in an answer was written later than the stored one."""
    answered = (part.record for call in calls for part in _parts_of(call, key))
    times = {
        moment: found["updated_at"] for found in answered if found and (moment := instant(found.get("updated_at")))
    }
    stored = instant(record.get("updated_at"))
    if stored and times and max(times) > stored:
        wanted = f"updated_at to be {times[max(times)]} or later, as one of the clients was answered"
        raise CheckFailed(wanted, shown(record["updated_at"]))


@then("each record is gone if its upsert says updated, or stored if it says created")
def upserts_and_deletions_agree(world: World) -> None:
    """Every upsert was answered with 200, every deletion with 204, and what is stored fits what the upsert says."""
    concurrent_run = _run_of(world)
    deletions = [call for call in concurrent_run.writes if isinstance(call.operation, Delete)]
    upserts = [call for call in concurrent_run.writes if not isinstance(call.operation, Delete)]
    _require_answers(world, upserts)
    for call in deletions:
        require_status(world, call.answer or Answer(0, text=call.failure), NO_CONTENT)
    for key in concurrent_run.keys:
        call = next(call for call in upserts if _is(call.operation.sent[0], key))
        said = call.answer.operation if call.answer else None
        found = world.reader.find(concurrent_run.table, key)
        wanted = {"updated": (0,), "created": (1,)}.get(str(said), (0, 1))
        if len(found) not in wanted:
            raise CheckFailed(f"{wanted[0]} records of {_named(world, key)} after {said}", f"{len(found)}")
        for _ in found:
            require_stored(world, concurrent_run.table, call.operation.sent[0], key)


@then("no reader has seen half of a write")
def no_half_is_seen(world: World) -> None:
    """Every read was answered with 200 and shows what was there before, or all that one request wrote."""
    concurrent_run = _run_of(world)
    _require_answers(world, concurrent_run.reads)
    if concurrent_run.explanation.startswith(MIXED):
        raise CheckFailed("every read to show one write, whole", concurrent_run.explanation)


def _run_of(world: World) -> ConcurrentRun:
    if world.concurrent_run is None:
        raise LookupError("no clients have acted at once in this scenario")
    return world.concurrent_run


def _require_answers(world: World, calls: Iterable[RecordedCall]) -> None:
    listed = list(calls)
    wrong = [call for call in listed if call.answer is None or not is_success(world, call.answer)]
    if wrong:
        counts = Counter(_status(call) for call in listed)
        first = f"the first other: {_shown_answer(wrong[0])}"
        raise CheckFailed(f"{len(listed)} answers of 200", f"{_counted(counts)}; {first}{_advice(wrong)}")


def _advice(wrong: Iterable[RecordedCall]) -> str:
    """What to do if requests were only late: the target may handle them one after the other."""
    if not all(call.failure.startswith(LATE) for call in wrong):
        return ""
    return "; a target that handles one request at a time needs a longer --timeout, or fewer --clients"


def _is_reported(world: World, concurrent_run: ConcurrentRun) -> bool:
    """Whether the answers report their operation. A scenario about it is left untested where they do not."""
    parts = (part for call in concurrent_run.writes if call.answer for part in _parts(call.answer))
    why = next((found for part in parts if (found := world.lacks(part, "operation"))), "")
    if why and world.asserts("operation"):
        world.leave_untested("operation", why)
    return not why


def _named(world: World, key: Record) -> str:
    """A key in the target's own words."""
    return world.words(_run_of(world).table).row_text(key)


def _status(call: RecordedCall) -> str:
    return f"with {call.answer.status}" if call.answer else "without an answer"


def _shown_answer(call: RecordedCall) -> str:
    return (call.answer.fault or call.answer.text[:SHOWN] or _status(call)) if call.answer else call.failure


def _parts_of(call: RecordedCall, key: Record) -> Iterable[Answer]:
    """The parts of the answer about one key."""
    parts = _parts(call.answer) if call.answer else ()
    return [part for sent, part in zip(call.operation.sent, parts, strict=False) if _is(sent, key)]


def _has(call: RecordedCall, key: Record) -> bool:
    return any(_is(sent, key) for sent in call.operation.sent)


def _is(row: Record, key: Record) -> bool:
    return all(row.get(name) == value for name, value in key.items())


def _parts(answer: Answer) -> Iterable[Answer]:
    return answer.parts or [answer]


def _word(answer: Answer) -> str:
    """The operation in an answer; as JSON, if it is no text."""
    return answer.operation if isinstance(answer.operation, str) else as_json(answer.operation)


def _counted(counts: Mapping[str, int]) -> str:
    listed = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{number} {word}" for word, number in listed)


def _with_why(what: str, concurrent_run: ConcurrentRun) -> str:
    return f"{what}; {concurrent_run.explanation}" if concurrent_run.explanation else what


def _require_ids(world: World, concurrent_run: ConcurrentRun) -> None:
    """Raise CheckFailed where an answer has another id than that of the record of its key."""
    for key in concurrent_run.keys:
        stored = as_json(the_one(world, concurrent_run.table, key).get("id"))
        reported = (
            part for call in concurrent_run.writes for part in _parts_of(call, key) if not world.lacks(part, "id")
        )
        if others := {as_json(part.id) for part in reported} - {stored}:
            raise CheckFailed(f"the id {stored} in every answer to {_named(world, key)}", ", ".join(sorted(others)))
