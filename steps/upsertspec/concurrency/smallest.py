"""The fewest operations that contradict each other, whatever the others did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from upsertspec.concurrency.history import History
from upsertspec.concurrency.linearizability import Effort, explains

BUDGET = 600_000
"""So many looks (`Effort`) the search may take before it gives what it has: no operation of it can be spared then,
but there may be a smaller contradiction of others. It is enough for two or three among some hundred operations.
"""


def contradiction(history: History, budget: int = BUDGET, effort: Effort | None = None) -> list[int]:
    """The places of the fewest operations that no order explains; empty where an order explains all.

    Of the others nothing is known then but that they were: not when, nor how they were answered.
    """
    if explains(history) is not None:
        return []
    search = _Search(history, budget, effort or Effort())
    return search.fewest(search.needed([], False, _by_start(history)))


def _by_start(history: History) -> list[int]:
    return sorted(range(len(history.operations)), key=lambda place: history.operations[place].start)


class _Search:
    """Asks of sets of operations whether they contradict each other, and counts what that takes."""

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
        """Of operations that contradict each other with those known, as many as are needed for that, and none spare.

        By halves: what the second half needs is looked for first. `more` says that more is known than a call before.
        """
        if more and self._contradict(known):
            return []
        if len(order) == 1 or self._is_over:
            return order
        first, second = order[: len(order) // 2], order[len(order) // 2 :]
        late = self.needed([*known, *first], True, second)
        return self.needed([*known, *late], bool(late), first) + late

    def fewest(self, found: list[int]) -> list[int]:
        """What was found, or something smaller.

        Each contradiction has an operation of each set without which the rest contradict each other no more. So the
        fewest operations that have one of each such set are too few, until they contradict each other.
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
        """Choices of so many operations at the most that have one of each set."""
        self._effort.looks += len(sets)
        missed = min(sets, key=len, default=None)
        if missed is None:
            yield []
        elif size and not self._is_over:
            for place in missed:
                for rest in self._one_of_each([each for each in sets if place not in each], size - 1):
                    yield [place, *rest]

    def _spoilers(self, chosen: list[int]) -> list[int]:
        """As many others as can be are known besides the chosen ones: those that can't."""
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
