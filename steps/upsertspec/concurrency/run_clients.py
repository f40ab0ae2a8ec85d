"""Lets many clients act at once, reads what is stored before and afterwards, and judges the history."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from upsertspec.concurrency.clients import ConcurrentClients
from upsertspec.concurrency.explanation import explained
from upsertspec.concurrency.recorded_history import place_of, recorded_history
from upsertspec.concurrency.registers import Look, Register, as_one, own_name, registers, wide
from upsertspec.concurrency.replays import without_replays
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Find, Operation, Upsert, UpsertBatch
from upsertspec.errors import NotTestable
from upsertspec.spec.schema import Table
from upsertspec.steps.concurrent_run import ConcurrentRun, RecordedCall
from upsertspec.steps.world import Attempt, World

Record = Mapping[str, Any]

FEW_KEYS = 5


def act(
    world: World, work: Sequence[Sequence[Operation]], reading: Record | None = None, changed: Record | None = None
) -> ConcurrentRun:
    """Let all clients send their operations at once. `reading` is the filter of readers that read several records,
    `changed` the key of the one record that all change by its id."""
    work = [[world.whole(each) for each in operations] for operations in work]
    by_key = [[_by_key(each, changed) for each in operations] for operations in work]
    writes = [each for operations in by_key for each in operations if isinstance(each, (Upsert, UpsertBatch))]
    table, match = writes[0].table, writes[0].match_fields
    world.words(table).names(match)  # not applicable where the target has no such key
    keys = _distinct([{name: fields[name] for name in match} for each in writes for fields in each.sent])
    before = [_stored(world, table, key) for key in keys] if len(keys) <= FEW_KEYS else [None for _ in keys]
    world.reader.read_anew(Find(table, keys[0]), until=lambda: world.client.kept)
    calls = ConcurrentClients(world.client, Find(table, keys[0])).act(work)
    _record(world, calls)
    _read_together(world, table, keys)
    after = [_stored(world, table, key) for key in keys]
    moment = max((call.ended or call.started for call in calls), default=0.0) + 1e-6
    looks = [Look(*pair, moment) for pair in zip(before, after, strict=True)]
    sent = [replace(call, operation=_by_key(call.operation, changed)) for call in without_replays(calls)]
    found = _registers(world.table(table), match, keys, sent, looks, reading)
    concurrent_run = _judged(world, table, keys, calls, found)
    _require_overlap(concurrent_run)
    return concurrent_run


def race(world: World, table: str, keys: Sequence[Record], work: Sequence[Sequence[Operation]]) -> ConcurrentRun:
    """Let all clients send their operations at once, without an order that has to explain them."""
    calls = ConcurrentClients(world.client, Find(table, keys[0])).act(work)
    _record(world, calls)
    concurrent_run = ConcurrentRun(table, keys, calls, "")
    _require_overlap(concurrent_run)
    return concurrent_run


def _by_key(operation: Operation, key: Record | None) -> Operation:
    """A change by id as the upsert that writes the same to the record of this key, to be judged like one."""
    if not isinstance(operation, Change) or key is None:
        return operation
    return Upsert(operation.table, {**key, **operation.fields}, list(key), headers=operation.headers)


def _distinct(keys: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({json.dumps(key, default=str): key for key in keys}.values())


def _stored(world: World, table: str, key: Record) -> Record | None:
    """The record of a key, or None. Any of several: other steps fail for duplicates."""
    return next(iter(world.reader.find(table, key)), None)


def _read_together(world: World, table: str, keys: Sequence[Record]) -> None:
    """Read many keys at once too, not one after the other."""
    if len(keys) <= FEW_KEYS:
        return
    finds: list[Operation] = [Find(table, key) for key in keys]
    shares = [
        finds[start :: world.client.concurrent_clients]
        for start in range(min(world.client.concurrent_clients, len(finds)))
    ]
    for call in ConcurrentClients(world.client, Find(table, keys[0])).act(shares):
        if isinstance(call.operation, Find) and call.answer:
            world.reader.take(call.operation, call.answer)


def _record(world: World, calls: Sequence[RecordedCall]) -> None:
    world.reader.forget()
    for call in calls:
        if call.operation.changes and call.exchange is not None:
            world.attempts.append(Attempt(call.operation, call.answer or Answer(0, fault=call.failure), call.exchange))


def _registers(
    table: Table,
    match: Sequence[str],
    keys: Sequence[Record],
    calls: Sequence[RecordedCall],
    looks: Sequence[Look],
    reading: Record | None,
) -> list[Register]:
    if reading is None:
        pairs = zip(keys, looks, strict=True)
        return [found for key, look in pairs for found in registers(table, key, calls, look)]
    own = [name for name in match if name not in reading]
    sides = [
        [each for each in side if each] for side in zip(*((look.before, look.after) for look in looks), strict=True)
    ]
    before, after = (wide(side, own, reading) or None for side in sides)
    merged = [as_one(call, own, reading) for call in calls]
    return list(registers(table, {}, merged, Look(before, after, looks[0].moment)))


def _judged(
    world: World, table: str, keys: Sequence[Record], calls: Sequence[RecordedCall], found: list[Register]
) -> ConcurrentRun:
    wrong: list[RecordedCall] = []
    explanation = ""
    for register in found:
        places, explanation = explained(register.history, _labels(world, table, register))
        if explanation:
            wrong = [call for call in (register.calls[place] for place in places) if call is not None]
            break
    world.history = recorded_history(world, table, keys, calls, {place_of(call) for call in wrong}, explanation)
    return ConcurrentRun(table, keys, calls, explanation)


def _require_overlap(concurrent_run: ConcurrentRun) -> None:
    """Raise NotTestable where no two requests overlapped in time."""
    if concurrent_run.explanation:
        return
    refused = next((call.failure for call in concurrent_run.calls if call.untestable), "")
    if refused:
        raise NotTestable(f"{refused} (of {len(concurrent_run.calls)} requests at once)")
    if not any(one.ended is None or other.started < one.ended for one, other in pairwise(concurrent_run.calls)):
        raise NotTestable("no two requests were under way at the same time; raise rate_limit in the target file")


def _labels(world: World, table: str, register: Register) -> list[str]:
    """The target's names of the fields of a register."""
    label = world.words(table).label
    return [f"{name.removesuffix(own_name(name))}{label(own_name(name))}" for name in register.fields]
