"""Splits a history into blocks: a value, its write and the operations that saw it, which are adjacent in any order."""

from __future__ import annotations

from dataclasses import dataclass, field

from upsertspec.concurrency.history import CREATED, FOREVER, PRESENT, UNREPORTED, History, Kind, Operation, Seen, Value

BEFORE, CREATION = 0, 1
"""The places of the block of the initial value and of the block of the creating write, if there is one."""


@dataclass
class Block:
    """A value, its write (None for the initial value) and the operations that saw it.

    `after` are the places of blocks that must come earlier. `first_end` is the earliest end of the block's operations,
    `last_start` their latest start.
    """

    write: Operation | None
    after: set[int] = field(default_factory=set)
    first_end: float = FOREVER
    last_start: float = -FOREVER

    def __post_init__(self) -> None:
        if self.write:
            self.join(self.write)

    def join(self, each: Operation) -> None:
        """Add an operation to the block."""
        self.first_end = min(self.first_end, each.last)
        self.last_start = max(self.last_start, each.start)


def blocks_of(history: History, creator: Operation | None) -> list[Block] | None:
    """The blocks of a history with this creator; None where an operation fits into no block."""
    blocks, seen = {history.initial: Block(None)}, {each.seen for each in history.answered}
    first = {BEFORE, CREATION} if creator else {BEFORE}
    if creator:
        blocks[creator.value] = Block(creator, {BEFORE})
    for each in history.operations:
        if each.kind is Kind.WRITE and each is not creator and (each.end is not None or each.value in seen):
            blocks[each.value] = Block(each, set(first))
    places = {value: place for place, value in enumerate(blocks)}
    listed = list(blocks.values())
    return listed if _all_fit(history, listed, places, creator) else None


def needs_presence(each: Operation) -> bool:
    """Whether its answer shows that the register existed at a moment between its start and its end."""
    if each.end is None:
        return False
    return each.seen is PRESENT or (each.kind is Kind.KEEP and each.said != CREATED)


def _all_fit(history: History, blocks: list[Block], places: dict[Value | None, int], creator: Operation | None) -> bool:
    """Put every operation into the block that it saw; False if it saw an unwritten or a later value."""
    for each in history.answered:
        if each.seen is UNREPORTED or each.seen is PRESENT:
            continue
        place = _place(each, each.seen, places)
        if place is None or not _joins(blocks, place, places, each):
            return False
    there_since = max(blocks[BEFORE].last_start, creator.start) if creator else -FOREVER
    return not any(needs_presence(each) and each.last < there_since for each in history.answered)


def _place(each: Operation, seen: Seen, places: dict[Value | None, int]) -> int | None:
    """The place of the block that was seen. A writer never sees an absent record."""
    return None if each.writes and seen is None else places.get(seen)  # type: ignore[arg-type]  # a mark has no place


def _joins(blocks: list[Block], place: int, places: dict[Value | None, int], each: Operation) -> bool:
    """Add an operation to the block that it saw. The record in a writer's answer is seen after its own write."""
    block = blocks[place]
    if block.write is not None and each.last < block.write.start:
        return False
    own = places.get(each.value) if each.writes else None
    own = own if own is not None and blocks[own].write is each else None
    if own == place:
        return True
    block.join(each)
    if own is not None:
        block.after.add(own)
    return True
