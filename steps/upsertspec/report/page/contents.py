"""The report as the page shows it: profiles, their criteria and their scenarios, each with an anchor to link to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from upsertspec.errors import ENDED
from upsertspec.report.evidence import telling
from upsertspec.report.mistakes import in_document
from upsertspec.report.status import HAD_ENDED, TABLE, Listed, Status, by_severity, row, worst

JSON = Mapping[str, Any]
ID_LETTERS = 8


@dataclass(frozen=True)
class Scenario:
    """A result and its number in the document."""

    raw: JSON
    number: int

    @cached_property
    def anchor(self) -> str:
        """The anchor of the scenario, the same in every report: its criterion and some letters from its name."""
        letters = hashlib.sha256(self.raw["id"].encode("utf-8", "backslashreplace")).hexdigest()[:ID_LETTERS]
        return f"{self.raw['criterion']}-{letters}"

    @property
    def status(self) -> str:
        """Its status."""
        return str(self.raw["status"])

    @property
    def css(self) -> str:
        """The class of its status."""
        return row(self.status).css

    @property
    def red(self) -> bool:
        """Whether its status turns a CI job red."""
        return row(self.status).red

    @property
    def broken(self) -> JSON | None:
        """The step that ended it."""
        return next((step for step in self.raw["steps"] if step["state"] == "failed"), None)

    @property
    def sentence(self) -> str:
        """The sentence of its criterion."""
        return str(self.raw["rule"]).removeprefix(self.raw["criterion"]).strip()

    @property
    def telling(self) -> Sequence[JSON]:
        """The exchanges that show a failure."""
        return (
            telling(self.raw["exchanges"], self.raw.get("history"), self.raw.get("actual", "")) if self.listed else []
        )

    @property
    def times(self) -> list[tuple[float, bool]]:
        """How many seconds each of its exchanges took, and whether it was answered; also of those that are left out."""
        kept = [(float(each["elapsed"]), "response" in each) for each in self.raw["exchanges"]]
        return kept or [(float(seconds), True) for seconds in self.raw.get("elapsed", ())]

    @property
    def began(self) -> float:
        """When it sent its first request, in seconds since 1970."""
        return min(
            (float(each["started"]) for each in self.raw["exchanges"]), default=float(self.raw.get("started", 0))
        )

    @property
    def listed(self) -> bool:
        """Whether there is more to say of it than its status."""
        return row(self.status).listed is not Listed.NUMBER

    @property
    def example(self) -> str:
        """The row of the outline, if it has one."""
        return ", ".join(f"{name} = {value}" for name, value in self.raw["example"].items())


@dataclass(frozen=True)
class Criterion:
    """A criterion and its scenarios in this run."""

    raw: JSON
    scenarios: tuple[Scenario, ...]

    @property
    def status(self) -> str:
        """The worst status of its scenarios."""
        return worst(self.counts)

    @property
    def counts(self) -> dict[str, int]:
        """The number of scenarios with each status, the worst first."""
        return by_severity(self.raw["counts"])

    @property
    def listed(self) -> bool:
        """Whether there is more to say of one of its scenarios than its status."""
        return any(scenario.listed for scenario in self.scenarios)

    @property
    def also(self) -> list[Scenario]:
        """Its other scenarios that get a line of their own."""
        return [s for s in self.scenarios if not s.red and row(s.status).listed is Listed.EACH]


@dataclass(frozen=True)
class Profile:
    """A profile and its criteria."""

    name: str
    claimed: bool
    criteria: tuple[Criterion, ...]

    @property
    def counts(self) -> dict[str, int]:
        """The number of scenarios with each status, the worst first."""
        summed: dict[str, int] = {}
        for criterion in self.criteria:
            for status, number in criterion.raw["counts"].items():
                summed[status] = summed.get(status, 0) + number
        return by_severity(summed)


def profiles(document: JSON) -> list[Profile]:
    """Every profile in the order of the document, with its criteria and their scenarios."""
    owned: dict[str, list[Scenario]] = {}
    for number, raw in enumerate(document["results"]):
        owned.setdefault(raw["criterion"], []).append(Scenario(raw, number))
    criteria = [Criterion(raw, tuple(owned.get(raw["id"], ()))) for raw in document["criteria"]]
    claimed = document["target"]["profiles"]
    groups = groupby(criteria, key=lambda criterion: str(criterion.raw["profile"]))
    return [Profile(name, name in claimed, tuple(members)) for name, members in groups]


@dataclass(frozen=True)
class Finding:
    """A mistake: the scenario that shows it most plainly, those that follow, and the line about them."""

    root: Scenario
    followers: tuple[Scenario, ...]
    why: str


def findings(document: JSON, profiles: Sequence[Profile]) -> list[Finding]:
    """What turns a CI job red, each mistake once."""
    scenarios = {s.raw["id"]: s for profile in profiles for criterion in profile.criteria for s in criterion.scenarios}
    found = [
        Finding(scenarios[root["id"]], tuple(scenarios[each["id"]] for each in followers), why)
        for root, followers, why in in_document(document)
    ]
    return [finding for finding in found if finding.root.red]


def grouped(scenarios: Sequence[Scenario]) -> list[tuple[Status, list[Scenario]]]:
    """The scenarios whose status is listed by reason, by that status."""
    by_reason = [each.status for each in TABLE if each.listed is Listed.BY_REASON]
    found = [(status, [s for s in scenarios if s.status == status]) for status in by_reason]
    return [(status, members) for status, members in found if members]


def reasons(scenarios: Sequence[Scenario]) -> list[tuple[str, list[Scenario]]]:
    """The scenarios by what blocked them, or by their reason."""
    found: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        blocked = scenario.raw["blocked_by"]
        reason = HAD_ENDED if scenario.raw["reason"].startswith(ENDED) else scenario.raw["reason"]
        found.setdefault(f"blocked by {blocked}" if blocked else reason, []).append(scenario)
    return list(found.items())


def criteria_of(scenarios: Sequence[Scenario]) -> list[str]:
    """The criteria of these scenarios, each once."""
    return sorted({scenario.raw["criterion"] for scenario in scenarios})
