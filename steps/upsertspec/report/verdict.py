"""The one function that counts results, and the verdict and the exit code that follow from the counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Status, row

REQUIRED = ("AC-001", "AC-002", "AC-014")
"""Criteria without which no verdict means anything: a target that rules one of them out is not conformant."""
REASONS_LENGTH = 70


class Verdict(StrEnum):
    """What a run says about its target."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Look:
    """How a verdict is shown: in a sentence, with signs, in a narrow column, and in the colours of each output."""

    sentence: str
    symbol: str
    emoji: str
    short: str
    ansi: str
    badge: str
    fill: str
    path: str


VERDICTS = {
    Verdict.CONFORMANT: Look("Every MUST that was selected and applies was tested, and is met.",
        "✓", "✅", "conform", "32", "brightgreen", "#22752a", "M4 8l3 3 5-6"),
    Verdict.NOT_CONFORMANT: Look("At least one MUST is broken.",
        "✗", "❌", "NOT", "31", "red", "#b3261e", "M5 5l6 6M11 5l-6 6"),
    Verdict.INCOMPLETE: Look("No MUST was seen broken, but not everything could be tested.",
        "!", "❔", "incompl", "33", "yellow", "#856000", "M8 4v5M8 11v2"),
}  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """The number of scenarios with each status, the verdict, its one-line form, and the exit code of the run.

    `deviations` are the declared statuses that occurred, each once, like "created 201".
    """

    counts: Mapping[Status, int]
    verdict: Verdict
    headline: str
    exit_code: int
    deviations: tuple[str, ...] = ()

    @property
    def planned(self) -> int:
        """The number of all scenarios: the sum of all counts."""
        return sum(self.counts.values())


def tally(results: Iterable[Result], scope: str = "") -> Tally:
    """Count the results of a run. `scope` says what was selected, if that was not everything the target claims.

    *Not conformant*: a MUST is broken, even if the failure is known; a known failure only keeps the exit code at 0.
    *Incomplete*: a MUST could not be tested, the harness failed, nothing was judged at all, or a criterion of REQUIRED
    was selected and never judged. *Conformant*: everything else. What does not apply has no effect on either. What the
    baseline lists has none on the exit code.
    """
    listed = list(results)
    counted = Counter(result.status for result in listed)
    counts = {status: counted[status] for status in Status}
    counting = [result for result in listed if row(result.status).matters(result.case.level)]
    effects = [row(result.status) for result in counting]
    unjudged = _unjudged(listed)
    nothing = not any(row(status).judged for status in counted)
    is_open = any(effect.counts is Counts.OPEN for effect in effects) or nothing
    exit_codes = {row(result.status).exit_code for result in counting if not result.baseline}
    exit_codes |= {3} if nothing or set(unjudged) - {r.case.criterion for r in listed if r.baseline} else set()
    verdict = Verdict.CONFORMANT
    if any(effect.counts is Counts.FAILURE for effect in effects):
        verdict = Verdict.NOT_CONFORMANT
    elif is_open or unjudged:
        verdict = Verdict.INCOMPLETE
    deviations = tuple(sorted({d for r in listed if r.status is Status.DEVIATES for d in r.deviations}))
    since = unjudged if verdict is Verdict.INCOMPLETE and not is_open else []
    headline = _headline(verdict, listed, counts, len(deviations), scope, since)
    return Tally(counts, verdict, headline, 1 if 1 in exit_codes else max(exit_codes, default=0), deviations)


def applicable(counts: Mapping[Any, int]) -> tuple[int, int]:
    """How many scenarios of the claimed profiles apply to the target, and how many are scored."""
    claimed = sum(counts.values()) - counts[Status.NOT_CLAIMED] - counts[Status.NOT_SCORED]
    return claimed - counts[Status.NOT_APPLICABLE], claimed


def share(counts: Mapping[Any, int]) -> str:
    """The share that applies, like "131 of 192"; empty if everything does."""
    applies, claimed = applicable(counts)
    return f"{applies} of {claimed}" if applies < claimed else ""


def _unjudged(results: Sequence[Result]) -> list[str]:
    """The criteria of REQUIRED that were selected and of which no scenario was judged."""
    selected = {result.case.criterion for result in results}
    judged = {result.case.criterion for result in results if row(result.status).judged}
    return [criterion for criterion in REQUIRED if criterion in selected - judged]


def _headline(
    verdict: Verdict,
    results: Sequence[Result],
    counts: Mapping[Status, int],
    deviations: int,
    scope: str,
    unjudged: Sequence[str],
) -> str:
    """The verdict in one line, like

    conformant in what applies: 131 of 192 (61 not applicable: no birthday, one role); 192 planned = 131 passed + …
    """
    by = f" with {deviations} declared deviation{'s' if deviations > 1 else ''}" if deviations else ""
    since = f", since {' and '.join(unjudged)} {'was' if len(unjudged) == 1 else 'were'} not judged" if unjudged else ""
    within = f" in what was selected ({scope})" if scope else ""
    applies = share(counts)
    if applies:
        within += " and applies" if within else " in what applies"
        number = counts[Status.NOT_APPLICABLE]
        applies = f" {applies} ({number} not applicable: {_reasons(results)});"
    sums = " + ".join(f"{counts[status]} {status.value}" for status in Status if counts[status]) or "nothing"
    return f"{verdict.value}{by}{within}{since}:{applies} {sum(counts.values())} planned = {sums}"


def _reasons(results: Iterable[Result]) -> str:
    """Why scenarios do not apply, the most frequent reasons first, as many as there is room for."""
    found = Counter(_short(result.reason) for result in results if result.status is Status.NOT_APPLICABLE)
    reasons: list[str] = [reason for reason, _ in found.most_common()]
    kept = reasons[:1]
    while len(kept) < len(reasons) and len(", ".join(kept)) + len(reasons[len(kept)]) < REASONS_LENGTH:
        kept.append(reasons[len(kept)])
    left = len(reasons) - len(kept)
    return ", ".join(kept) + (f" and {left} more reason{'s' if left > 1 else ''}" if left else "")


def _short(reason: str) -> str:
    """A reason in the headline: without who lacks what, without a second clause, and cut short."""
    short = re.split(r"[;:,]\s", re.sub(r"^(the target|\S+) has (?=no )", "", reason))[0]
    return short if len(short) <= REASONS_LENGTH else f"{short[: REASONS_LENGTH - 1]}…"
