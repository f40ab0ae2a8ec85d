"""What became of a criterion on a target, in words: the worst of its scenarios, and how many of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from upsertspec.http.evidence import printable

UNKNOWN = "?"
WORST_FIRST = (
    "failed",
    "harness error",
    "stale known failure",
    "known failure",
    UNKNOWN,
    "not testable",
    "warned",
    "deviates",
    "not claimed",
    "passed",
)
TOLD = ("passed", "not claimed")
NOT_SELECTED = "not selected"
NOT_THERE = "not in its suite"
WORD = 24

SHORT = {
    "failed": "FAIL",
    "harness error": "error",
    "stale known failure": "stale",
    "known failure": "known",
    "not testable": "untested",
    "warned": "warn",
    "deviates": "dev",
    "not claimed": "-",
    "passed": "pass",
    NOT_SELECTED: "unasked",
    NOT_THERE: "none",
}
LEGEND = {
    "pass": "passed",
    "FAIL": "failed",
    "dev": "right but for a declared status",
    "warn": "a SHOULD that is not met",
    "known": "a known failure",
    "stale": "a known failure that passes",
    "untested": "not testable",
    "error": "harness error",
    "-": "not claimed",
    "unasked": "not selected",
    "none": "not in its suite",
}


@dataclass(frozen=True)
class Cell:
    """The results of one criterion on one target. `known` says whether that report's suite has the criterion."""

    results: tuple[Mapping[str, Any], ...] = ()
    known: bool = True

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """The number of scenarios of each status, the worst first."""
        counted = Counter(status(result) for result in self.results)
        return {name: counted[name] for name in sorted(counted, key=lambda name: (rank(name), name))}

    @property
    def planned(self) -> int:
        """The number of scenarios."""
        return len(self.results)

    @property
    def state(self) -> str:
        """The worst status of the scenarios; where there are none, why."""
        return next(iter(self.counts), NOT_SELECTED if self.known else NOT_THERE)

    @property
    def judged(self) -> bool:
        """Whether the target was asked for it."""
        return self.state not in ("not claimed", NOT_SELECTED, NOT_THERE)

    @property
    def words(self) -> str:
        """The state and its number, like `passed 15` or `failed 2 of 15`."""
        return f"{self.state} {self._number(' of ')}" if self.judged else self.state

    @property
    def short(self) -> str:
        """The same for a narrow column, like `FAIL 2/15`."""
        word = SHORT.get(self.state, self.state[:8])
        return f"{word} {self._number('/')}" if self.judged else word

    def _number(self, of: str) -> str:
        there = self.counts[self.state]
        return str(there) if there == self.planned else f"{there}{of}{self.planned}"


def status(result: Mapping[str, Any]) -> str:
    """The status of a result, as it can be shown."""
    return printable(result["status"])[:WORD] or UNKNOWN


def rank(name: str) -> int:
    """How bad a status is, 0 the worst. One that is not known here is no pass: it comes before `not testable`."""
    return WORST_FIRST.index(name if name in WORST_FIRST else UNKNOWN)


def unknown(results: Iterable[Mapping[str, Any]]) -> list[str]:
    """The statuses that this version does not know."""
    return sorted({status(result) for result in results} - set(WORST_FIRST))
