"""Then: what many clients were told, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed
from upsertspec.steps.assertions import the_one
from upsertspec.steps.cells import table_for
from upsertspec.steps.concurrent_run import ConcurrentRun, RecordedCall
from upsertspec.steps.control import is_success
from upsertspec.steps.equality import differences, shown
from upsertspec.steps.world import World

Record = Mapping[str, Any]

TOLD = 100
LATE = "no answer in time"


@then(parsers.parse("exactly one answer says {one:w}, the others say {other:w}"))
def exactly_one_says(world: World, one: str, other: str) -> None:
    """Every client was answered with 200 and the one record's id; one was told this operation, the rest the other."""
    concurrent_run = _answered(world)
    if not _is_told(world, concurrent_run):
        return
    said = Counter(call.answer.operation for call in concurrent_run.writes if call.answer)
    if said != Counter({one: 1, other: len(concurrent_run.writes) - 1}):
        raise CheckFailed(
            f"1 {one}, {len(concurrent_run.writes) - 1} {other}", _with_why(_counted(said), concurrent_run)
        )
    _require_ids(world, concurrent_run)


@then(parsers.parse("every answer is 200 and says {operation:w}"))
def every_answer_says(world: World, operation: str) -> None:
    """Every client was answered with 200, and told this operation."""
    concurrent_run = _answered(world)
    if not _is_told(world, concurrent_run):
        return
    said = Counter(part.operation for call in concurrent_run.writes if call.answer for part in _parts(call.answer))
    if set(said) != {operation}:
        raise CheckFailed(f"every answer to say {operation}", _with_why(_counted(said), concurrent_run))
    _require_ids(world, concurrent_run)


@then(parsers.re("every (?P<what>batch|write) is done, and of each record one answer says created"))
def every_write_is_done(world: World) -> None:
    """Every client was answered with 200; of all answers to a key one says created, and the others updated."""
    concurrent_run = _answered(world)
    if not _is_told(world, concurrent_run):
        return
    for key in concurrent_run.keys:
        told = [part.operation for call in concurrent_run.writes for part in _parts_of(call, key)]
        wanted = Counter(["created", *["updated"] * sum(_has(call, key) for call in concurrent_run.writes)][:-1])
        if Counter(told) != wanted:
            raise CheckFailed(f"of {shown(key)} {_counted(wanted)}", _with_why(_counted(Counter(told)), concurrent_run))
    _require_ids(world, concurrent_run)


@then("some order of the requests explains every answer and what is stored")
def some_order_explains(world: World) -> None:
    """Each request took effect at one moment between its beginning and its end (the history is linearizable)."""
    if _burst(world).explanation:
        raise CheckFailed(
            "an order of the requests that explains every answer and what is stored", _burst(world).explanation
        )


@then("each key has one record, with the values of one request")
def each_key_has_one_record(world: World) -> None:
    """What is stored under each key is one record, and what it holds was sent in one piece."""
    concurrent_run = _burst(world)
    table = table_for(concurrent_run.table)
    for key in concurrent_run.keys:
        record = the_one(world, table.name, key)
        sent = [row for call in concurrent_run.writes for row in call.operation.sent if _is(row, key)]
        if not any(not differences(table, row, record) for row in sent):
            fields = {name: record.get(name) for row in sent for name in row}
            raise CheckFailed(
                f"in {table.name} the values of one request, whole", _with_why(shown(fields), concurrent_run)
            )


@then("no reader has seen half of a write")
def no_half_is_seen(world: World) -> None:
    """Every read was answered with 200, and shows what was there before or what one request wrote, whole."""
    concurrent_run = _burst(world)
    _require_answers(world, concurrent_run.reads)
    if concurrent_run.explanation.startswith("nobody wrote"):
        raise CheckFailed("every read to show one write, whole", concurrent_run.explanation)


def _burst(world: World) -> ConcurrentRun:
    if world.concurrent_run is None:
        raise LookupError("the scenario has let nobody act at once")
    return world.concurrent_run


def _answered(world: World) -> ConcurrentRun:
    """What many clients did, where all of them were answered with 200. Raises CheckFailed where one was not."""
    concurrent_run = _burst(world)
    _require_answers(world, concurrent_run.writes)
    return concurrent_run


def _require_answers(world: World, calls: Iterable[RecordedCall]) -> None:
    listed = list(calls)
    wrong = [call for call in listed if call.answer is None or not is_success(world, call.answer)]
    if wrong:
        counts = Counter(_status(call) for call in listed)
        first = f"the first other: {_told(wrong[0])}"
        raise CheckFailed(f"{len(listed)} answers of 200", f"{_counted(counts)}; {first}{_advice(wrong)}")


def _advice(wrong: Iterable[RecordedCall]) -> str:
    """What to do where requests were only too late: a target may do one after the other, and all of them rightly."""
    if not all(call.failure.startswith(LATE) for call in wrong):
        return ""
    return "; a target that does one after the other needs a longer --timeout, or fewer --clients"


def _is_told(world: World, concurrent_run: ConcurrentRun) -> bool:
    """Whether the answers tell their operation; where they never do, what is about it is not testable."""
    parts = (part for call in concurrent_run.writes if call.answer for part in _parts(call.answer))
    if why := next((found for part in parts if (found := world.lacks(part, "operation"))), ""):
        world.leave_untested(f"the answers do not tell the operation: {why}")
    return not why


def _status(call: RecordedCall) -> str:
    return f"with {call.answer.status}" if call.answer else "without an answer"


def _told(call: RecordedCall) -> str:
    return (call.answer.fault or call.answer.text[:TOLD] or _status(call)) if call.answer else call.failure


def _parts_of(call: RecordedCall, key: Record) -> Iterable[Answer]:
    """What the answer says of one key."""
    parts = _parts(call.answer) if call.answer else ()
    return [part for sent, part in zip(call.operation.sent, parts, strict=False) if _is(sent, key)]


def _has(call: RecordedCall, key: Record) -> bool:
    return any(_is(sent, key) for sent in call.operation.sent)


def _is(row: Record, key: Record) -> bool:
    return all(row.get(name) == value for name, value in key.items())


def _parts(answer: Answer) -> Iterable[Answer]:
    return answer.parts or [answer]


def _counted(counts: Mapping[Any, int]) -> str:
    listed = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{number} {word}" for word, number in listed)


def _with_why(what: str, concurrent_run: ConcurrentRun) -> str:
    return f"{what}; {concurrent_run.explanation}" if concurrent_run.explanation else what


def _require_ids(world: World, concurrent_run: ConcurrentRun) -> None:
    """Raise CheckFailed where an answer has another id than that of the record of its key."""
    for key in concurrent_run.keys:
        stored = shown(the_one(world, concurrent_run.table, key).get("id"))
        told = (part for call in concurrent_run.writes for part in _parts_of(call, key) if not world.lacks(part, "id"))
        if others := {shown(part.id) for part in told} - {stored}:
            raise CheckFailed(f"the id {stored} in every answer to {shown(key)}", ", ".join(sorted(others)))
