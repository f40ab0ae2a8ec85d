"""What the target did, against what the model has: each function raises CheckFailed where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Transaction, Upsert, UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.explore.expectations import Expected
from upsertspec.explore.resolve import Wire
from upsertspec.explore.state import Done, Entry, State
from upsertspec.spec.outcomes import NO_CONTENT, UPSERTED
from upsertspec.spec.schema import PROTECTED, tables
from upsertspec.spec.types import instant
from upsertspec.steps.assertions import key_of, require_body, require_part
from upsertspec.steps.equality import differences, require_same, shown
from upsertspec.steps.statuses import require_status
from upsertspec.steps.world import World

TELLING = (Upsert, UpsertBatch, Transaction)


def settle(world: World, state: State, wire: Wire, expected: Expected, answer: Answer, parts: Sequence[Answer]) -> None:
    """Compare an answer with what is expected, and let the model follow it."""
    said = expected.done[0].operation if expected.done and len(expected.done) == 1 else ""
    if expected.done is None or not _is(world, answer, expected.status, said):
        require_refused(world, expected, answer)
        return
    if expected.status == NO_CONTENT:
        state.apply(expected.done[0])
        return
    require_body(world, answer, expected.status, said=said)
    if len(parts) != len(expected.done):
        raise CheckFailed(f"{len(expected.done)} results", f"{len(parts)}: {answer.text}")
    for place, (done, part) in enumerate(zip(expected.done, parts, strict=True)):
        last = all(other.entry is not done.entry for other in expected.done[place + 1 :])
        _require_operation(world, done, part, sum(other.entry is done.entry for other in expected.done))
        _require_done(world, state, wire, done, part, last)


def _require_operation(world: World, done: Done, part: Answer, times: int) -> None:
    """Raise CheckFailed where something else was done. What is said of a key twice in a batch is left open."""
    operation = world.last.operation
    told = isinstance(operation, TELLING) and not (isinstance(operation, UpsertBatch) and times > 1)
    if told and done.operation in UPSERTED:
        require_part(world, part, done.operation)


def require_refused(world: World, expected: Expected, answer: Answer) -> None:
    """Raise CheckFailed where the request was not refused as it may be."""
    if any(_is(world, answer, status) for status in expected.refusals):
        return
    wanted = sorted({*([expected.status] if expected.done is not None else []), *expected.refusals})
    said = "4xx" if len(wanted) > 20 else " or ".join(map(str, wanted))
    why = f" ({expected.why})" if expected.why else ""
    raise CheckFailed(f"an answer of {said}{why}", f"{answer.status} with {answer.text or 'an empty body'}")


def _is(world: World, answer: Answer, status: int, said: str = "") -> bool:
    """Whether an answer has this status, or one that the target declares in its place."""
    try:
        require_status(world, answer, status, said=said)
    except CheckFailed:
        return False
    return True


def require_stored(world: World, wire: Wire, entry: Entry) -> None:
    """Raise CheckFailed where an entry is not stored once, as the model has it and as it was read last."""
    table = tables()[entry.table]
    where = key_of(table, {**wire.row(entry.table, entry.values), "id": entry.id})
    found = world.reader.find(entry.table, where)
    if len(found) != 1:
        raise CheckFailed(f"one record in {entry.table} with {shown(where)}", f"{len(found)} such records")
    _require_values(wire, entry, found[0])
    require_same(table, f"{entry.name} in {entry.table} as it was last answered", entry.read, found[0])


def require_read(world: World, entry: Entry) -> None:
    """Raise CheckFailed where an entry does not read by its id as it was read last."""
    answer = world.reader.read(entry.table, entry.id)
    require_body(world, answer, 200)
    require_same(tables()[entry.table], f"{entry.name} read by its id as it is stored", entry.read, answer.record or {})


def _require_done(world: World, state: State, wire: Wire, done: Done, part: Answer, last: bool) -> None:
    before = dict(done.entry.read)
    new = done.entry.id is None
    if done.values is None:
        state.apply(done)
        return
    record = part.record or _read_back(world, wire, done, part)
    if not isinstance(record, Mapping):
        raise CheckFailed("the record in the answer", part.text or shown(part.body))
    _require_id(state, done.entry, record, new)
    state.apply(done)
    done.entry.read = record
    if last:
        _require_values(wire, done.entry, record)
        _require_times(done, before, record)


def _read_back(world: World, wire: Wire, done: Done, part: Answer) -> Mapping[str, Any] | None:
    """The record as it is stored, where the dialect's answers never hold it."""
    if not world.lacks(part, "record"):
        return None
    table = tables()[done.entry.table]
    found = world.reader.find(table.name, key_of(table, {**wire.row(table.name, done.values), "id": part.id}))
    return found[0] if len(found) == 1 else None


def _require_id(state: State, entry: Entry, record: Mapping[str, Any], new: bool) -> None:
    ident = shown(record.get("id"))
    if not new and ident != shown(entry.id):
        raise CheckFailed(f"the id of {entry.name}: {shown(entry.id)}", ident)
    taken = [other.name for other in state.of(entry.table) if other is not entry and shown(other.id) == ident]
    if taken:
        raise CheckFailed(f"an id of its own for {entry.name}", f"{ident}, which is the id of {taken[0]}")


def _require_values(wire: Wire, entry: Entry, record: Mapping[str, Any]) -> None:
    table = tables()[entry.table]
    absent = [name for name in (*PROTECTED, *table.fields) if name not in record]
    if absent:
        raise CheckFailed(f"every field of {table.name} in the record", f"no {', '.join(absent)}")
    if wrong := differences(table, wire.row(entry.table, entry.values), record):
        raise CheckFailed(
            f"in {table.name} a record with {shown(wire.row(entry.table, entry.values))}", "; ".join(wrong)
        )


def _require_times(done: Done, before: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    times = [instant(record.get(name)) for name in ("created_at", "updated_at")]
    if None in times:
        raise CheckFailed(
            "created_at and updated_at as RFC 3339 timestamps",
            shown([record.get("created_at"), record.get("updated_at")]),
        )
    if not before:
        return
    if instant(before.get("created_at")) != times[0]:
        raise CheckFailed(f"created_at to stay {shown(before.get('created_at'))}", shown(record.get("created_at")))
    old, new = instant(before.get("updated_at")), times[1]
    assert old is not None
    assert new is not None
    if (new <= old) if done.operation == "updated" else new != old:
        wanted = "be later than" if done.operation == "updated" else "stay"
        raise CheckFailed(f"updated_at to {wanted} {shown(before.get('updated_at'))}", shown(record.get("updated_at")))
