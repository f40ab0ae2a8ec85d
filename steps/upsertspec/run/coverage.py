"""What a run will judge, by criterion, as a rehearsal shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from upsertspec.report.result import Result
from upsertspec.report.status import Status
from upsertspec.report.verdict import REQUIRED

OUT = (Status.NOT_APPLICABLE, Status.NOT_TESTABLE)


@dataclass(frozen=True)
class Coverage:
    """The results of a rehearsal, of the claimed profiles only, ordered by criterion."""

    results: Sequence[Result]

    @property
    def planned(self) -> int:
        """The number of scenarios that a run will have."""
        return len(self.results)

    @property
    def judged(self) -> int:
        """The number of scenarios that will be judged."""
        return sum(map(_is_judged, self.results))

    @property
    def unjudged(self) -> list[str]:
        """The criteria of which nothing can be judged, and without which there is no verdict."""
        judged = {result.case.criterion for result in self.results if _is_judged(result)}
        return [criterion for criterion in REQUIRED if criterion not in judged]

    def lines(self) -> Iterator[str]:
        """A line for each criterion, and one for each reason why a part of it is not judged."""
        for criterion, group in groupby(self.results, key=lambda result: result.case.criterion):
            results = list(group)
            yield f"  {criterion}  {sum(map(_is_judged, results))} of {len(results)} will be judged"
            reasons = Counter((result.status, result.reason) for result in results if not _is_judged(result))
            yield from (f"          {count} {status}: {reason}" for (status, reason), count in reasons.items())


def coverage(results: Sequence[Result]) -> Coverage:
    """The coverage that the results of a rehearsal show."""
    claimed = [result for result in results if result.status is not Status.NOT_CLAIMED]
    return Coverage(sorted(claimed, key=lambda result: result.case.criterion))


def _is_judged(result: Result) -> bool:
    """Whether the run will judge it. What another criterion blocks here may pass there."""
    return result.status not in OUT or bool(result.blocked_by)
