"""The result of a criterion on a target: the worst status of its scenarios, and how many have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from upsertspec.report.status import NOT_SELECTED, TABLE, Counts, Status, by_severity, row, worst
from upsertspec.report.verdict import applicable

NOT_THERE = "not in its suite"
_SHORT = {NOT_SELECTED: "unasked", NOT_THERE: "none"}
LEGEND = {row.short: row.status.value for row in TABLE} | {short: state for state, short in _SHORT.items()}
"""The short words, in the order in which a legend lists them."""


@dataclass(frozen=True)
class Share:
    """How many scenarios passed, of those that apply, and how many are claimed."""

    passed: int
    applies: int
    claimed: int

    @classmethod
    def of(cls, counted: Mapping[str, int]) -> Share:
        """The share of scenarios with these statuses."""
        counts = {status: counted.get(status, 0) for status in Status}
        applies, claimed = applicable(counts)
        return cls(sum(n for status, n in counts.items() if row(status).counts is Counts.PASS), applies, claimed)

    @property
    def words(self) -> str:
        """Like `183 of 302 passed`."""
        return f"{self.passed} of {self.applies} passed"

    @property
    def short(self) -> str:
        """Like `183/302`; a hyphen if none applies."""
        return f"{self.passed}/{self.applies}" if self.applies else "-"

    @property
    def of_those_that_apply(self) -> float:
        """From 0 to 1; 0 if none applies."""
        return self.passed / self.applies if self.applies else 0.0

    @property
    def that_applies(self) -> float:
        """From 0 to 1; 0 if none is claimed."""
        return self.applies / self.claimed if self.claimed else 0.0


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
    def claimed(self) -> Mapping[str, int]:
        """The counts of what is claimed."""
        return {status: number for status, number in self.counts.items() if status != Status.NOT_CLAIMED}

    @property
    def share(self) -> Share:
        """How many passed."""
        return Share.of(self.counts)

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
        number, claimed = self.counts[self.state], sum(self.claimed.values())
        return str(number) if number == claimed else f"{number}{of}{claimed}"
