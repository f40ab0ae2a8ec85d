"""Orders blocks: B comes before C where an operation of B had ended before one of C began."""

from __future__ import annotations

from collections import defaultdict
from heapq import heapify, heappop, heappush

from upsertspec.concurrency.blocks import Block
from upsertspec.concurrency.history import FOREVER

Queue = list[tuple[float, int]]


def ordered(blocks: list[Block]) -> list[Block] | None:
    """The blocks in order; None where they form a cycle. Each turn takes a block that no other has to precede.

    That takes n log n: of the remaining blocks, the one that starts first or the one that ends first is free, or none.
    """
    waiting = _Waiting(blocks)
    places: list[int] = []
    while len(places) < len(blocks):
        place = waiting.next()
        if place is None:
            return None
        places.append(place)
    return [blocks[place] for place in places]


class _Waiting:
    """The remaining blocks: all by their ends, and by their starts those that wait for no other block explicitly."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks = blocks
        self._gone = [False] * len(blocks)
        self._missing = [len(block.after) for block in blocks]
        self._followers: dict[int, list[int]] = defaultdict(list)
        for place, block in enumerate(blocks):
            for earlier in block.after:
                self._followers[earlier].append(place)
        self._ends: Queue = [(block.first_end, place) for place, block in enumerate(blocks)]
        self._free: Queue = [(b.last_start, place) for place, b in enumerate(blocks) if not b.after]
        heapify(self._ends)
        heapify(self._free)

    def next(self) -> int | None:
        """Take out a block that no remaining one has to precede; None where there is none."""
        end, soonest = heappop(self._first(self._ends))
        rest = self._first(self._ends)
        second = rest[0][0] if rest else FOREVER
        start, place = next(iter(self._first(self._free)), (FOREVER, soonest))
        if place != soonest and start <= end:
            heappush(self._ends, (end, soonest))
            return self._take(place)
        if self._missing[soonest] or self._blocks[soonest].last_start > second:
            return None
        return self._take(soonest)

    def _first(self, queue: Queue) -> Queue:
        """The queue without taken blocks at its head."""
        while queue and self._gone[queue[0][1]]:
            heappop(queue)
        return queue

    def _take(self, place: int) -> int:
        self._gone[place] = True
        for follower in self._followers[place]:
            self._missing[follower] -= 1
            if not self._missing[follower]:
                heappush(self._free, (self._blocks[follower].last_start, follower))
        return place
