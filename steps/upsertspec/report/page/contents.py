"""The document as the page shows it: profiles, their criteria, their scenarios, each with a place to link to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from upsertspec.report.page import words
from upsertspec.report.terminal import telling

JSON = Mapping[str, Any]
ID_LETTERS = 8


@dataclass(frozen=True)
class Scenario:
    """A result and its number in the document."""

    raw: JSON
    number: int

    @cached_property
    def anchor(self) -> str:
        """The place of the scenario in every report: its criterion, and letters that its name gives."""
        letters = hashlib.sha256(self.raw["id"].encode("utf-8", "backslashreplace")).hexdigest()[:ID_LETTERS]
        return f"{self.raw['criterion']}-{letters}"

    @property
    def status(self) -> str:
        """Its status, in the words of the document."""
        return str(self.raw["status"])

    @property
    def kind(self) -> str:
        """The class of its status."""
        return words.kind(self.status)

    @property
    def broken(self) -> JSON | None:
        """The step that ended it."""
        return next((step for step in self.raw["steps"] if step["state"] == "failed"), None)

    @property
    def telling(self) -> Sequence[JSON]:
        """The exchanges that show a failure."""
        return telling(self.raw["exchanges"], self.raw.get("history")) if self.told else []

    @property
    def told(self) -> bool:
        """Whether there is something to say of it."""
        return self.status not in (words.PASSED, words.NOT_CLAIMED)

    @property
    def example(self) -> str:
        """The row of the outline, where it has one."""
        return ", ".join(f"{name} = {value}" for name, value in self.raw["example"].items())


@dataclass(frozen=True)
class Criterion:
    """A criterion and its scenarios in this run."""

    raw: JSON
    scenarios: tuple[Scenario, ...]

    @property
    def status(self) -> str:
        """The status that weighs most."""
        return words.worst(self.raw["counts"])

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many scenarios of each status, what weighs most first."""
        return by_weight(self.raw["counts"])

    @property
    def told(self) -> bool:
        """Whether there is something to say of one of its scenarios."""
        return any(scenario.told for scenario in self.scenarios)

    @property
    def also(self) -> list[Scenario]:
        """What is told of it beside what failed and what could not be tested."""
        return [s for s in self.scenarios if s.told and s.status not in (*words.SERIOUS, words.NOT_TESTABLE)]

    def having(self, *statuses: str) -> list[Scenario]:
        """Its scenarios of these statuses."""
        return [scenario for scenario in self.scenarios if scenario.status in statuses]


@dataclass(frozen=True)
class Profile:
    """A profile and its criteria."""

    name: str
    claimed: bool
    criteria: tuple[Criterion, ...]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many scenarios of each status."""
        summed: dict[str, int] = {}
        for criterion in self.criteria:
            for status, number in criterion.raw["counts"].items():
                summed[status] = summed.get(status, 0) + number
        return by_weight(summed)


def profiles(document: JSON) -> list[Profile]:
    """Every profile in the order of the document, with its criteria and their scenarios."""
    owned: dict[str, list[Scenario]] = {}
    for number, raw in enumerate(document["results"]):
        owned.setdefault(raw["criterion"], []).append(Scenario(raw, number))
    criteria = [Criterion(raw, tuple(owned.get(raw["id"], ()))) for raw in document["criteria"]]
    claimed = document["target"]["profiles"]
    groups = groupby(criteria, key=lambda criterion: str(criterion.raw["profile"]))
    return [Profile(name, name in claimed, tuple(members)) for name, members in groups]


def by_weight(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The counts that are not 0, what weighs most first."""
    return sorted(((s, n) for s, n in counts.items() if n), key=lambda pair: words.weight(pair[0]))


def reasons(scenarios: Sequence[Scenario]) -> list[tuple[str, list[Scenario]]]:
    """Scenarios by what they were blocked by, or by the reason that they share."""
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        blocked = scenario.raw["blocked_by"]
        found.setdefault(f"blocked by {blocked}" if blocked else scenario.raw["reason"], []).append(scenario)
    return list(found.items())


def criteria_of(scenarios: Sequence[Scenario]) -> list[str]:
    """The criteria of these scenarios, each once."""
    return sorted({scenario.raw["criterion"] for scenario in scenarios})
