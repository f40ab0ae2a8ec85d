"""What a report says about the criteria and scenarios that the site shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from upsertspec.report.html.kit import visible
from upsertspec.report.status import by_severity, worst
from upsertspec.site.contents import Criterion, Scenario
from upsertspec.spec import criteria as spec

LONGEST = 600


class Results:
    """The results of a report, if there is one, by criterion and by scenario. Its text is printable."""

    def __init__(self, report: Mapping[str, Any] | None) -> None:
        self.known = report is not None
        self._status = {result["id"]: str(result["status"]) for result in report["results"]} if report else {}
        self.target = _shown(report["target"]["name"] or report["target"]["url"]) if report else ""
        self.verdict = report["verdict"]["verdict"] if report else ""
        self.headline = _shown(report["verdict"]["headline"]) if report else ""
        self.other = report is not None and report["suite"]["features_digest"] != spec.digest()
        """Whether the report was made with other feature files than these."""

    def of_criterion(self, criterion: Criterion) -> dict[str, int]:
        """The number of scenarios of a criterion with each status. Those that are not in the report are left out."""
        return self._counted(criterion.own.cases)

    def of_scenario(self, scenario: Scenario) -> dict[str, int]:
        """The same of one scenario."""
        return self._counted(scenario.cases)

    @staticmethod
    def worst(counts: Mapping[str, int]) -> str:
        """The status that stands for all."""
        return worst(counts)

    def status(self, case: spec.Case) -> str:
        """The status of a case, or an empty text."""
        return self._status.get(case.id, "")

    def _counted(self, cases: tuple[spec.Case, ...]) -> dict[str, int]:
        return by_severity(Counter(self._status[case.id] for case in cases if case.id in self._status))


def _shown(text: str) -> str:
    return visible(text, LONGEST)
