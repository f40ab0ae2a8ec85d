"""A history as blocks: a value, the write of it, and all who saw it. In every order they stand next to each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from upsertspec.concurrency.history import CREATED, FOREVER, PRESENT, UNTOLD, History, Kind, Operation, Seen, Value

BEFORE, CREATION = 0, 1
"""The places of the block of what was there before, and of the one that created the record, if one did."""


@dataclass
class Block:
    """A value, the write of it (none for what was there before), and all who saw it. `after` are blocks before it.

    Before `first_end` some operation of the block was done, after `last_start` some other, or the same.
    """

    write: Operation | None
    after: set[int] = field(default_factory=set)
    first_end: float = FOREVER
    last_start: float = -FOREVER

    def __post_init__(self) -> None:
        if self.write:
            self.join(self.write)

    def join(self, each: Operation) -> None:
        """One more operation that stands here."""
        self.first_end = min(self.first_end, each.last)
        self.last_start = max(self.last_start, each.start)


def blocks_of(history: History, creator: Operation | None) -> list[Block] | None:
    """The blocks of a history with this creator; None where an operation fits into none of them."""
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
    """Whether it tells that the register was there at a moment between its start and its end."""
    if each.end is None:
        return False
    return each.seen is PRESENT or (each.kind is Kind.KEEP and each.said != CREATED)


def _all_fit(history: History, blocks: list[Block], places: dict[Value | None, int], creator: Operation | None) -> bool:
    """Put every reader into its block; False where one saw what nobody wrote, or what came later."""
    for each in history.answered:
        if each.seen is UNTOLD or each.seen is PRESENT:
            continue
        place = _place(each, each.seen, places)
        if place is None or not _joins(blocks, place, places, each):
            return False
    there_since = max(blocks[BEFORE].last_start, creator.start) if creator else -FOREVER
    return not any(needs_presence(each) and each.last < there_since for each in history.answered)


def _place(each: Operation, seen: Seen, places: dict[Value | None, int]) -> int | None:
    """The block of what was seen. Who wants something stored finds something stored when it is done."""
    return None if each.writes and seen is None else places.get(seen)  # type: ignore[arg-type]


def _joins(blocks: list[Block], place: int, places: dict[Value | None, int], each: Operation) -> bool:
    """Add a reader to a block. The record in a writer's answer is seen after its own write."""
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
