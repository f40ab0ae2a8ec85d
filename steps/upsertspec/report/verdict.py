"""The one function that counts, and the verdict that follows. Terminal, JSON, JUnit and exit code all use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from upsertspec.report.result import Result, Status


class Verdict(StrEnum):
    """What a run says of its target."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Tally:
    """How many cases of each status, the verdict, its one-line form, and the exit code of the run.

    `deviations` are the declared statuses that cases deviate by, each once, like "created 201".
    """

    counts: Mapping[Status, int]
    verdict: Verdict
    headline: str
    exit_code: int
    deviations: tuple[str, ...] = ()

    @property
    def planned(self) -> int:
        """All cases: the sum of all counts."""
        return sum(self.counts.values())


def tally(results: Iterable[Result], scope: str = "") -> Tally:
    """Count the results of a run. `scope` says what was selected, where that was not everything claimed.

    A target is *conformant* where every claimed MUST was tested and met. One that breaks a MUST is not conformant,
    also where the failure is known; a known failure only leaves the exit code at 0. A MUST that was not tested, or an
    error of the harness, leaves the verdict *incomplete*: it never counts as a pass. One that deviates by a status that
    it declares is counted by itself, and the verdict says how many declared statuses came, however many cases had them.
    """
    listed = list(results)
    counted = Counter(result.status for result in listed)
    counts = {status: counted.get(status, 0) for status in Status}
    open_musts = sum(r.status is Status.NOT_TESTABLE and r.case.level == "MUST" for r in listed)
    known_musts = sum(r.status is Status.KNOWN_FAILURE and r.case.level == "MUST" for r in listed)
    broken = counts[Status.FAILED] + counts[Status.STALE]
    untested = open_musts + counts[Status.ERROR] + (not any(counts[s] for s in _JUDGED))
    verdict = _verdict(counts[Status.FAILED] + known_musts, untested)
    deviations = tuple(sorted({d for r in listed if r.status is Status.DEVIATES for d in r.deviations}))
    headline = _headline(verdict, counts, len(deviations), scope)
    return Tally(counts, verdict, headline, 1 if broken else 3 if untested else 0, deviations)


_JUDGED = (Status.PASSED, Status.DEVIATES, Status.FAILED, Status.WARNED, Status.KNOWN_FAILURE, Status.STALE)


def _verdict(failures: int, untested: int) -> Verdict:
    if failures:
        return Verdict.NOT_CONFORMANT
    return Verdict.INCOMPLETE if untested else Verdict.CONFORMANT


def _headline(verdict: Verdict, counts: Mapping[Status, int], deviations: int, scope: str) -> str:
    said = [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    within = f" in what was selected ({scope})" if scope else ""
    by = f" with {deviations} declared deviation{'s' if deviations > 1 else ''}" if deviations else ""
    return f"{verdict.value}{by}{within}: {sum(counts.values())} planned = {' + '.join(said) or 'nothing'}"
