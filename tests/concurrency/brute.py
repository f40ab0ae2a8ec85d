"""A brute-force checker to test the real one: it tries every order of every choice of operations."""

from __future__ import annotations

from itertools import combinations, permutations

from upsertspec.concurrency.history import CREATED, PRESENT, UNREPORTED, History, Kind, Operation, Value

Event = tuple[int, bool]
"""The place of an operation, and whether this is its effect (else the look that its answer shows)."""


def explains(history: History) -> bool:
    """Whether some order of the done operations, and of some of those that may have been done, explains the history."""
    places = range(len(history.operations))
    sure = [p for p in places if history.operations[p].end is not None]
    unsure = [p for p in places if history.operations[p].end is None and history.operations[p].writes]
    for size in range(len(unsure) + 1):
        for chosen in combinations(unsure, size):
            events = [event for p in (*sure, *chosen) for event in _events(history, p)]
            if any(_is_right(history, order) for order in permutations(events)):
                return True
    return False


def _events(history: History, place: int) -> list[Event]:
    each = history.operations[place]
    looks = each.end is not None and each.seen is not UNREPORTED
    return [*([(place, True)] if each.writes else []), *([(place, False)] if looks else [])]


def _is_right(history: History, order: tuple[Event, ...]) -> bool:
    operations = history.operations
    for at, (place, effect) in enumerate(order):
        if any(operations[later].last < operations[place].start for later, _ in order[at + 1 :]):
            return False
        if not effect and (place, True) in order[at:]:
            return False
    state: Value | None = history.initial
    for place, effect in order:
        each = operations[place]
        if effect:
            if not _may(each, state):
                return False
            state = each.value if each.kind is Kind.WRITE or state is None else state
        elif not (state is not None if each.seen is PRESENT else state == each.seen):
            return False
    return True


def _may(each: Operation, state: Value | None) -> bool:
    return not each.said or (each.said == CREATED) == (state is None)
