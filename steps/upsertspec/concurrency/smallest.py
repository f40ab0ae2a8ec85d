"""Finds the fewest operations that contradict each other, whatever the others did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from upsertspec.concurrency.history import History
from upsertspec.concurrency.linearizability import Effort, explains

BUDGET = 600_000
"""How much work (`Effort.looks`) the search may take before it returns what it has. Then no operation of the result is
spare, but other operations may form a smaller contradiction. It is enough for two or three among some hundred.
"""


def contradiction(history: History, budget: int = BUDGET, effort: Effort | None = None) -> list[int]:
    """The places of the fewest operations that no order explains; empty where an order explains all.

    They contradict each other whenever the other operations took place and however they were answered.
    """
    if explains(history) is not None:
        return []
    search = _Search(history, budget, effort or Effort())
    return search.fewest(search.needed([], False, _by_start(history)))


def _by_start(history: History) -> list[int]:
    return sorted(range(len(history.operations)), key=lambda place: history.operations[place].start)


class _Search:
    """Tries sets of operations for contradictions and counts the work."""

    def __init__(self, history: History, budget: int, effort: Effort) -> None:
        self._history = history
        self._budget = budget
        self._effort = effort

    @property
    def _is_over(self) -> bool:
        return self._effort.looks > self._budget

    def _contradict(self, places: Collection[int]) -> bool:
        self._effort.looks += len(self._history.operations)
        return explains(self._history.knowing(set(places)), self._effort) is None

    def needed(self, known: list[int], more: bool, order: list[int]) -> list[int]:
        """The operations of `order` that are needed to contradict the known ones, without a spare one.

        It splits into halves and first finds what is needed of the second. `more`: more is known than one call before.
        """
        if more and self._contradict(known):
            return []
        if len(order) == 1 or self._is_over:
            return order
        first, second = order[: len(order) // 2], order[len(order) // 2 :]
        late = self.needed([*known, *first], True, second)
        return self.needed([*known, *late], bool(late), first) + late

    def fewest(self, found: list[int]) -> list[int]:
        """What was found, or a smaller contradiction.

        Removing certain sets of operations removes every contradiction, so each contradiction has an operation of each
        such set. The search tries the smallest choices with one operation of each set until one is a contradiction.
        """
        sets: list[list[int]] = []
        size = 1
        while size < len(found) and not self._is_over:
            chosen = next(self._one_of_each(sets, size), None)
            if chosen is None:
                size += 1
            elif self._contradict(chosen):
                return sorted(chosen)
            else:
                sets.append(self._spoilers(chosen))
        return sorted(found)

    def _one_of_each(self, sets: Sequence[list[int]], size: int) -> Iterator[list[int]]:
        """Choices of at most `size` operations with one of each set."""
        self._effort.looks += len(sets)
        missed = min(sets, key=len, default=None)
        if missed is None:
            yield []
        elif size and not self._is_over:
            for place in missed:
                for rest in self._one_of_each([each for each in sets if place not in each], size - 1):
                    yield [place, *rest]

    def _spoilers(self, chosen: list[int]) -> list[int]:
        """The operations that can't be known besides the chosen ones without a contradiction."""
        known, spoilers = set(chosen), []
        portions = [[place for place in range(len(self._history.operations)) if place not in known]]
        while portions and not self._is_over:
            portion = portions.pop()
            if not self._contradict(known.union(portion)):
                known.update(portion)
            elif len(portion) == 1:
                spoilers += portion
            else:
                portions += [portion[len(portion) // 2 :], portion[: len(portion) // 2]]
        return spoilers
