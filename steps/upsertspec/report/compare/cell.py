"""The result of a criterion on a target: the worst status of its scenarios, and how many have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from upsertspec.report.status import NOT_SELECTED, TABLE, Status, by_severity, row, worst

NOT_THERE = "not in its suite"
_SHORT = {NOT_SELECTED: "unasked", NOT_THERE: "none"}
LEGEND = {row.short: row.status.value for row in TABLE} | {short: state for state, short in _SHORT.items()}
"""The short words, in the order in which a legend lists them."""


@dataclass(frozen=True)
class Cell:
    """The results of one criterion on one target. `known` says whether the suite of that report has the criterion."""

    results: tuple[Mapping[str, Any], ...] = ()
    known: bool = True

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """The number of scenarios with each status, the worst first."""
        return by_severity(Counter(result["status"] for result in self.results))

    @property
    def state(self) -> str:
        """The worst status of the scenarios; if there are none, why."""
        return worst(self.counts) if self.results or self.known else NOT_THERE

    @property
    def asked(self) -> bool:
        """Whether the target was asked for the criterion: it was selected, and is claimed."""
        return self.state not in (Status.NOT_CLAIMED, NOT_SELECTED, NOT_THERE)

    @property
    def css(self) -> str:
        """The class of the state in a style sheet."""
        return self.state.replace(" ", "-")

    @property
    def ansi(self) -> str:
        """The colour of the state on a terminal."""
        return row(self.state).ansi if self.counts else row(Status.NOT_CLAIMED).ansi

    @property
    def words(self) -> str:
        """The state and the number of scenarios, like `passed 15` or `failed 2 of 15`."""
        return f"{self.state} {self._number(' of ')}" if self.asked else self.state

    @property
    def short(self) -> str:
        """The same for a narrow column, like `FAIL 2/15`."""
        word = _SHORT.get(self.state) or row(self.state).short
        return f"{word} {self._number('/')}" if self.asked else word

    def _number(self, of: str) -> str:
        """How many scenarios have the state, of those whose profiles are claimed."""
        number, claimed = self.counts[self.state], len(self.results) - self.counts.get(Status.NOT_CLAIMED, 0)
        return str(number) if number == claimed else f"{number}{of}{claimed}"
