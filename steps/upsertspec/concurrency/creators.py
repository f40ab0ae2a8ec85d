"""Finds which operations can have created the record; of many candidates only those few that stand for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nsmallest

from upsertspec.concurrency.blocks import BEFORE, Block, blocks_of, needs_presence
from upsertspec.concurrency.history import CREATED, FOREVER, History, Kind, Operation


def creators(history: History) -> Iterator[Operation | None]:
    """The operation whose answer says created, else a few candidates without a known answer (None: no creator)."""
    writers = [each for each in history.operations if each.writes]
    reported = [each for each in writers if each.said == CREATED]
    if history.initial is not None or len(reported) > 1:
        yield from [] if reported else [None]
    elif reported:
        yield reported[0]
    else:
        yield None
        yield from _unknown(history, [each for each in writers if not each.said])


def _unknown(history: History, candidates: Sequence[Operation]) -> Iterator[Operation]:
    """The candidates to try. A KEEP whose value was seen must have created the record.

    Otherwise, of those whose value no other operation saw, the first to start is enough: what precedes another of them
    precedes it too. Of the rest, one that nothing has to precede is enough.
    """
    seen = {each.seen for each in history.answered}
    kept = [each for each in candidates if each.kind is Kind.KEEP and each.value in seen]
    if kept:
        yield min(kept, key=_start)
        return
    by_others = {each.seen for each in history.answered if not (each.writes and each.seen == each.value)}
    yield from sorted((each for each in candidates if each.value not in by_others), key=_start)[:1]
    yield from _seen(history, [each for each in candidates if each.value in by_others])


def _seen(history: History, candidates: Sequence[Operation]) -> Iterator[Operation]:
    """The first whose block can precede all others. If the others can't be ordered then, they never can."""
    blocks = blocks_of(history, None) if candidates else None
    if blocks is None:
        return
    by_write = {id(block.write): block for block in blocks}
    ends = nsmallest(2, (block.first_end for block in blocks[BEFORE + 1 :]))
    until = min((each.last for each in history.operations if needs_presence(each)), default=FOREVER)
    for each in candidates:
        if each.start <= until and _can_be_first(by_write[id(each)], [*ends, FOREVER]):
            yield each
            return


def _can_be_first(block: Block, ends: Sequence[float]) -> bool:
    others = ends[1] if block.first_end == ends[0] else ends[0]
    return block.last_start <= others and block.after == {BEFORE}


def _start(each: Operation) -> float:
    return each.start
