"""Many clients at once, from what is stored before to what is stored afterwards, and the judgement of it all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from upsertspec.crowd import Crowd, Deed
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Operation, Upsert, UpsertBatch
from upsertspec.errors import NotTestable
from upsertspec.history.explain import explained
from upsertspec.vocabulary.cells import table_for
from upsertspec.vocabulary.registers import Look, Register, as_one, registers, wide
from upsertspec.vocabulary.story import place_of, story
from upsertspec.vocabulary.world import Attempt, World

Record = Mapping[str, Any]

FEW_KEYS = 5


@dataclass(frozen=True)
class Burst:
    """What many clients did. `explanation` is empty where some order of the requests explains all of it."""

    table: str
    keys: Sequence[Record]
    deeds: Sequence[Deed]
    explanation: str

    @property
    def writes(self) -> list[Deed]:
        """What was written, in the order of the beginnings."""
        return [deed for deed in self.deeds if deed.operation.changes]

    @property
    def reads(self) -> list[Deed]:
        """What was read."""
        return [deed for deed in self.deeds if not deed.operation.changes]


def act(world: World, work: Sequence[Sequence[Operation]], reading: Record | None = None) -> Burst:
    """Let each client do its work, all at once. `reading` is what readers ask for who see several records as one."""
    writes = [each for operations in work for each in operations if isinstance(each, (Upsert, UpsertBatch))]
    table, match = writes[0].table, writes[0].match_fields
    keys = _distinct([{name: fields[name] for name in match} for each in writes for fields in each.sent])
    before = [_stored(world, table, key) for key in keys] if len(keys) <= FEW_KEYS else [None for _ in keys]
    world.reader.read_anew(Find(table, keys[0]), until=lambda: world.client.kept)
    deeds = Crowd(world.client, Find(table, keys[0])).act(work)
    _note(world, deeds)
    _read_together(world, table, keys)
    after = [_stored(world, table, key) for key in keys]
    moment = max((deed.ended or deed.started for deed in deeds), default=0.0) + 1e-6
    looks = [Look(*pair, moment) for pair in zip(before, after, strict=True)]
    found = _registers(table, match, keys, deeds, looks, reading)
    burst = _judged(world, table, keys, deeds, found)
    _require_meeting(burst)
    return burst


def _distinct(keys: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({json.dumps(key, default=str): key for key in keys}.values())


def _stored(world: World, table: str, key: Record) -> Record | None:
    """The record of a key, if there is one; where there are more, any: that they are more is seen elsewhere."""
    return next(iter(world.reader.find(table, key)), None)


def _read_together(world: World, table: str, keys: Sequence[Record]) -> None:
    """Read what is stored under many keys as fast as it was written, and not one after the other."""
    if len(keys) <= FEW_KEYS:
        return
    finds: list[Operation] = [Find(table, key) for key in keys]
    shares = [finds[start :: world.client.crowd] for start in range(min(world.client.crowd, len(finds)))]
    for deed in Crowd(world.client, Find(table, keys[0])).act(shares):
        if isinstance(deed.operation, Find) and deed.answer:
            world.reader.take(deed.operation, deed.answer)


def _note(world: World, deeds: Sequence[Deed]) -> None:
    world.reader.forget()
    for deed in deeds:
        if deed.operation.changes and deed.exchange is not None:
            world.attempts.append(Attempt(deed.operation, deed.answer or Answer(0, fault=deed.failure), deed.exchange))


def _registers(
    table: str,
    match: Sequence[str],
    keys: Sequence[Record],
    deeds: Sequence[Deed],
    looks: Sequence[Look],
    reading: Record | None,
) -> list[Register]:
    if reading is None:
        pairs = zip(keys, looks, strict=True)
        return [found for key, look in pairs for found in registers(table_for(table), key, deeds, look)]
    own = [name for name in match if name not in reading]
    sides = [
        [each for each in side if each] for side in zip(*((look.before, look.after) for look in looks), strict=True)
    ]
    before, after = (wide(side, own, reading) or None for side in sides)
    told = [as_one(deed, own, reading) for deed in deeds]
    return list(registers(table_for(table), {}, told, Look(before, after, looks[0].moment)))


def _judged(world: World, table: str, keys: Sequence[Record], deeds: Sequence[Deed], found: list[Register]) -> Burst:
    wrong: list[Deed] = []
    explanation = ""
    for register in found:
        places, explanation = explained(register.history, register.fields)
        if explanation:
            wrong = [deed for deed in (register.deeds[place] for place in places) if deed is not None]
            break
    world.history = story(world, table, keys, deeds, {place_of(deed) for deed in wrong}, explanation)
    return Burst(table, keys, deeds, explanation)


def _require_meeting(burst: Burst) -> None:
    """What never overlaps says nothing of what happens at once."""
    if burst.explanation:
        return
    refused = next((deed.failure for deed in burst.deeds if deed.untestable), "")
    if refused:
        raise NotTestable(f"{refused} (of {len(burst.deeds)} requests at once)")
    if not any(one.ended is None or other.started < one.ended for one, other in pairwise(burst.deeds)):
        raise NotTestable("no two requests were under way at the same time; raise rate_limit in the target file")
