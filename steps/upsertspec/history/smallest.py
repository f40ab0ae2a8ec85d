"""The fewest operations that contradict each other, whatever the others did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from upsertspec.history.check import explains
from upsertspec.history.model import History

PAIRS_OF = 120


def contradiction(history: History) -> list[int]:
    """The places of operations that no order explains, and none of which can be spared; empty where an order does.

    Of the others nothing is known then but that they were: not when, nor how they were answered.
    """
    if explains(history) is not None:
        return []
    everything = range(len(history.operations))
    few = _few(history, everything)
    return few or min((_spared(history, order) for order in _orders(history)), key=len)


def _few(history: History, everything: Sequence[int]) -> list[int]:
    """One or two operations that are enough: the most common case, and the easiest to read."""
    if len(everything) > PAIRS_OF:
        return []
    for size in (1, 2):
        for chosen in combinations(everything, size):
            if explains(history.knowing(set(chosen))) is None:
                return list(chosen)
    return []


def _orders(history: History) -> Iterable[list[int]]:
    """In which order operations are tried to be spared; which of several contradictions is found depends on it."""
    by_start = sorted(range(len(history.operations)), key=lambda place: history.operations[place].start)
    yield by_start
    yield by_start[::-1]


def _spared(history: History, order: Sequence[int]) -> list[int]:
    """What is left when each operation in turn is spared where the rest still contradict each other."""
    needed = set(order)
    size = len(order)
    while size >= 1:  # first in large portions, then one by one
        for start in range(0, len(order), size):
            rest = needed - set(order[start : start + size])
            if rest != needed and explains(history.knowing(rest)) is None:
                needed = rest
        size //= 2
    return sorted(needed)
