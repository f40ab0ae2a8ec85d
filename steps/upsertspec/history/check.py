"""Whether some order of the operations explains a history: linearizability of one register, exactly.

Each operation takes effect at one moment between its start and its end. Since no two writes write the same value, what
is read tells which write it comes from: that write and its readers stand next to each other in every order (a *block*),
the first block is what was there before, and where nothing was, the second is that of the one write that created the
record. So an order exists where these blocks can be ordered: block B goes before C where an operation of B had ended
before one of C began. No search is needed, and a history of hundreds of operations is judged at once.

Of an operation without an answer nobody knows whether it was done. It counts as done where its value was seen, or
where the record must have been created by it; else it need not have been.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from upsertspec.history.model import CREATED, FOREVER, PRESENT, UNTOLD, History, Kind, Operation, Seen, Value


@dataclass
class Block:
    """A value, the write of it (none for what was there before), and all who saw it. `after` are blocks before it."""

    write: Operation | None
    readers: list[Operation] = field(default_factory=list)
    after: set[int] = field(default_factory=set)

    @property
    def first_end(self) -> float:
        """Before this moment some operation of the block was done."""
        return min((each.last for each in self.all()), default=FOREVER)

    @property
    def last_start(self) -> float:
        """After this moment some operation of the block was done."""
        return max((each.start for each in self.all()), default=-FOREVER)

    def all(self) -> list[Operation]:
        """Its operations, the write first."""
        return [*([self.write] if self.write else []), *self.readers]


@dataclass
class Effort:
    """How much was looked at: operations put into blocks, and pairs of blocks compared."""

    looks: int = 0


def explains(history: History, effort: Effort | None = None) -> list[Block] | None:
    """The blocks in an order that explains the history, or None where no order does."""
    told = effort or Effort()
    for creator in _creators(history):
        blocks = _blocks(history, creator, told)
        ordered = blocks and _ordered(blocks, told)
        if ordered:
            return ordered
    return None


def _creators(history: History) -> Iterator[Operation | None]:
    """Who can have created the record: those who were told so, else each of whom nobody knows; or nobody."""
    writers = [each for each in history.operations if each.writes]
    told = [each for each in writers if each.said == CREATED]
    if history.initial is not None or len(told) > 1:
        yield from [] if told else [None]
    elif told:
        yield told[0]
    else:
        yield None
        yield from _unknown_creators(history, [each for each in writers if not each.said])


def _unknown_creators(history: History, candidates: Sequence[Operation]) -> Iterator[Operation]:
    """Of those without an answer whose value nobody saw, the first to start will do: it is the least bound."""
    seen = {each.seen for each in history.operations}
    free = [each for each in candidates if each.end is None and each.value not in seen]
    yield from sorted(free, key=lambda each: each.start)[:1]
    yield from (each for each in candidates if each.end is not None or each.value in seen)


def _blocks(history: History, creator: Operation | None, effort: Effort) -> list[Block] | None:
    """The blocks of a history with this creator; None where an operation fits into none of them."""
    effort.looks += len(history.operations)
    seen = {each.seen for each in history.operations}
    blocks = {history.initial: Block(None)}
    if creator:
        blocks[creator.value] = Block(creator, after={0})
    for each in history.operations:
        if each.kind is Kind.WRITE and each is not creator and _is_done(each, seen):
            blocks[each.value] = Block(each)
    places = {value: place for place, value in enumerate(blocks)}
    listed = list(blocks.values())
    for place, block in enumerate(listed[1:], start=1):
        block.after |= {0, 1} - {place} if creator and place > 1 else {0}
    absent = history.initial is None and creator is None
    if absent and (len(listed) > 1 or any(_needs_presence(each) for each in history.operations)):
        return None
    return listed if _all_fit(history, listed, places, creator) else None


def _is_done(write: Operation, seen: set[Seen]) -> bool:
    return write.end is not None or write.value in seen


def _needs_presence(each: Operation) -> bool:
    """Whether it tells that the register was there at a moment between its start and its end."""
    if each.end is None:
        return False
    return each.seen is PRESENT or (each.kind is Kind.KEEP and each.said != CREATED)


def _all_fit(history: History, blocks: list[Block], places: dict[Value | None, int], creator: Operation | None) -> bool:
    """Put every reader into its block; False where one saw what nobody wrote, or what came later."""
    for each in history.operations:
        if each.end is None or each.seen is UNTOLD or each.seen is PRESENT:
            continue
        place = places.get(each.seen)  # type: ignore[arg-type]
        if place is None or not _joins(blocks, place, places, each):
            return False
    there_since = max(blocks[0].last_start, creator.start) if creator else -FOREVER
    return not any(_needs_presence(each) and each.last < there_since for each in history.operations)


def _joins(blocks: list[Block], place: int, places: dict[Value | None, int], each: Operation) -> bool:
    """Add a reader to a block. The record in a writer's answer is seen after its own write."""
    block = blocks[place]
    if block.write is not None and each.last < block.write.start:
        return False
    own = places.get(each.value) if each.writes else None
    own = own if own is not None and blocks[own].write is each else None
    if own == place:
        return True
    block.readers.append(each)
    if own is not None:
        block.after.add(own)
    return True


def _ordered(blocks: list[Block], effort: Effort) -> list[Block] | None:
    """The blocks in order; None where they go round in a circle. In each turn a block goes that none must precede."""
    left = dict(enumerate(blocks))
    found: list[Block] = []
    spans = {place: (block.first_end, block.last_start) for place, block in left.items()}
    while left:
        effort.looks += len(left)
        ready = _ready(left, spans)
        if ready is None:
            return None
        found.append(left.pop(ready))
    return found


def _ready(left: dict[int, Block], spans: dict[int, tuple[float, float]]) -> int | None:
    """A block that nothing left must precede. The two whose operations ended first stand for all the others."""
    ends = sorted((spans[place][0], place) for place in left)[:2]
    for place, block in left.items():
        earliest = next((end for end, other in ends if other != place), FOREVER)
        if spans[place][1] <= earliest and not block.after & left.keys():
            return place
    return None
