"""Then: what many clients were told, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_bdd import parsers, then

from upsertspec.crowd import Deed
from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed
from upsertspec.vocabulary.burst import Burst
from upsertspec.vocabulary.cells import table_for
from upsertspec.vocabulary.checks import the_one
from upsertspec.vocabulary.compare import differences, shown
from upsertspec.vocabulary.control import is_success
from upsertspec.vocabulary.world import World

Record = Mapping[str, Any]

TOLD = 100
LATE = "no answer in time"


@then(parsers.parse("exactly one answer says {one:w}, the others say {other:w}"))
def exactly_one_says(world: World, one: str, other: str) -> None:
    """Every client was answered with 200 and the one record's id; one was told this operation, the rest the other."""
    burst = _answered(world)
    if not _is_told(world, burst):
        return
    said = Counter(deed.answer.operation for deed in burst.writes if deed.answer)
    if said != Counter({one: 1, other: len(burst.writes) - 1}):
        raise CheckFailed(f"1 {one}, {len(burst.writes) - 1} {other}", _with_why(_counted(said), burst))
    _require_ids(world, burst)


@then(parsers.parse("every answer is 200 and says {operation:w}"))
def every_answer_says(world: World, operation: str) -> None:
    """Every client was answered with 200, and told this operation."""
    burst = _answered(world)
    if not _is_told(world, burst):
        return
    said = Counter(part.operation for deed in burst.writes if deed.answer for part in _parts(deed.answer))
    if set(said) != {operation}:
        raise CheckFailed(f"every answer to say {operation}", _with_why(_counted(said), burst))
    _require_ids(world, burst)


@then(parsers.re("every (?P<what>batch|write) is done, and of each record one answer says created"))
def every_write_is_done(world: World) -> None:
    """Every client was answered with 200; of all answers to a key one says created, and the others updated."""
    burst = _answered(world)
    if not _is_told(world, burst):
        return
    for key in burst.keys:
        told = [part.operation for deed in burst.writes for part in _parts_of(deed, key)]
        wanted = Counter(["created", *["updated"] * sum(_has(deed, key) for deed in burst.writes)][:-1])
        if Counter(told) != wanted:
            raise CheckFailed(f"of {shown(key)} {_counted(wanted)}", _with_why(_counted(Counter(told)), burst))
    _require_ids(world, burst)


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
    burst = _burst(world)
    table = table_for(burst.table)
    for key in burst.keys:
        record = the_one(world, table.name, key)
        sent = [row for deed in burst.writes for row in deed.operation.sent if _is(row, key)]
        if not any(not differences(table, row, record) for row in sent):
            fields = {name: record.get(name) for row in sent for name in row}
            raise CheckFailed(f"in {table.name} the values of one request, whole", _with_why(shown(fields), burst))


@then("no reader has seen half of a write")
def no_half_is_seen(world: World) -> None:
    """Every read was answered with 200, and shows what was there before or what one request wrote, whole."""
    burst = _burst(world)
    _require_answers(world, burst.reads)
    if burst.explanation.startswith("nobody wrote"):
        raise CheckFailed("every read to show one write, whole", burst.explanation)


def _burst(world: World) -> Burst:
    if world.burst is None:
        raise LookupError("the scenario has let nobody act at once")
    return world.burst


def _answered(world: World) -> Burst:
    """What many clients did, where all of them were answered with 200. Raises CheckFailed where one was not."""
    burst = _burst(world)
    _require_answers(world, burst.writes)
    return burst


def _require_answers(world: World, deeds: Iterable[Deed]) -> None:
    listed = list(deeds)
    wrong = [deed for deed in listed if deed.answer is None or not is_success(world, deed.answer)]
    if wrong:
        counts = Counter(_status(deed) for deed in listed)
        first = f"the first other: {_told(wrong[0])}"
        raise CheckFailed(f"{len(listed)} answers of 200", f"{_counted(counts)}; {first}{_advice(wrong)}")


def _advice(wrong: Iterable[Deed]) -> str:
    """What to do where requests were only too late: a target may do one after the other, and all of them rightly."""
    if not all(deed.failure.startswith(LATE) for deed in wrong):
        return ""
    return "; a target that does one after the other needs a longer --timeout, or fewer --clients"


def _is_told(world: World, burst: Burst) -> bool:
    """Whether the answers tell their operation; where they never do, what is about it is not testable."""
    parts = (part for deed in burst.writes if deed.answer for part in _parts(deed.answer))
    if why := next((found for part in parts if (found := world.lacks(part, "operation"))), ""):
        world.leave_untested(f"the answers do not tell the operation: {why}")
    return not why


def _status(deed: Deed) -> str:
    return f"with {deed.answer.status}" if deed.answer else "without an answer"


def _told(deed: Deed) -> str:
    return (deed.answer.fault or deed.answer.text[:TOLD] or _status(deed)) if deed.answer else deed.failure


def _parts_of(deed: Deed, key: Record) -> Iterable[Answer]:
    """What the answer says of one key."""
    parts = _parts(deed.answer) if deed.answer else ()
    return [part for sent, part in zip(deed.operation.sent, parts, strict=False) if _is(sent, key)]


def _has(deed: Deed, key: Record) -> bool:
    return any(_is(sent, key) for sent in deed.operation.sent)


def _is(row: Record, key: Record) -> bool:
    return all(row.get(name) == value for name, value in key.items())


def _parts(answer: Answer) -> Iterable[Answer]:
    return answer.parts or [answer]


def _counted(counts: Mapping[Any, int]) -> str:
    listed = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{number} {word}" for word, number in listed)


def _with_why(what: str, burst: Burst) -> str:
    return f"{what}; {burst.explanation}" if burst.explanation else what


def _require_ids(world: World, burst: Burst) -> None:
    """Raise CheckFailed where an answer has another id than that of the record of its key."""
    for key in burst.keys:
        stored = shown(the_one(world, burst.table, key).get("id"))
        told = (part for deed in burst.writes for part in _parts_of(deed, key) if not world.lacks(part, "id"))
        if others := {shown(part.id) for part in told} - {stored}:
            raise CheckFailed(f"the id {stored} in every answer to {shown(key)}", ", ".join(sorted(others)))
