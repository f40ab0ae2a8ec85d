"""The proof that bindings hide no mistake: broken servers are judged behind an API with a table of its own.

Each is judged by the criteria that it violates. What is not caught is judged as it is, too: a criterion is not
applicable where every scenario that fails there is not applicable behind the API, and missed otherwise.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from upsertspec.prove.processes import processes
from upsertspec.prove.quiet import quiet
from upsertspec.prove.runner import CANARY, CONFORMING, OUT_OF_REACH, SECONDS, failed, judge
from upsertspec.prove.servers import BrokenServer, fleet
from upsertspec.report.evidence import FAILURES
from upsertspec.report.result import Result
from upsertspec.report.status import Counts, Status, row
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target

PROFILES = ("core", "refusals", "identity", "conflict", "batch", "concurrency")
BEHIND = "--products"
RIGHT = {Status.PASSED, Status.DEVIATES, Status.NOT_APPLICABLE, Status.NOT_CLAIMED}

Results = Sequence[Result]


class Outcome(StrEnum):
    """What a broken server comes to."""

    CAUGHT = "caught"
    NOT_APPLICABLE = "not applicable"
    MISSED = "missed"


@dataclass(frozen=True)
class OwnTableRow:
    """A broken server: the outcome of each criterion that it violates, and why those do not apply that do not.

    `errors` is the number of scenarios that ended in a harness error, which prove nothing.
    """

    server: BrokenServer
    outcomes: Mapping[str, Outcome]
    reasons: Sequence[str] = ()
    errors: int = 0

    @property
    def outcome(self) -> Outcome:
        """Caught by one of its criteria, not applicable in all of them, or missed."""
        found = set(self.outcomes.values())
        return next(o for o in (Outcome.CAUGHT, Outcome.MISSED, Outcome.NOT_APPLICABLE) if o in found)

    def as_dict(self) -> dict[str, Any]:
        """The row as JSON-able data."""
        described = {"name": self.server.name, "says": self.server.says, "violates": list(self.outcomes)}
        return {**described, "outcome": self.outcome, "criteria": dict(self.outcomes), "reasons": list(self.reasons)}


@dataclass(frozen=True)
class OwnTableProof:
    """The whole proof.

    `unclean` are the scenarios that the reference server does not pass behind the API, `lenient` those that the canary
    passes.
    """

    rows: Sequence[OwnTableRow]
    unclean: Sequence[str]
    lenient: Sequence[str]

    @property
    def holds(self) -> bool:
        """Whether no broken server was missed, the right one passes, and the harness did not fail."""
        return not (self.unclean or self.lenient or self.of(Outcome.MISSED) or any(row.errors for row in self.rows))

    def of(self, outcome: Outcome) -> list[OwnTableRow]:
        """The broken servers with this outcome."""
        return [row for row in self.rows if row.outcome is outcome]

    def digest(self) -> dict[str, Any]:
        """How many broken servers were caught, did not apply and were missed, in all and for each criterion."""
        by_criterion: dict[str, Counter[str]] = {}
        for judged in self.rows:
            for criterion, outcome in judged.outcomes.items():
                by_criterion.setdefault(criterion, Counter())[outcome] += 1
        return {
            "features_digest": spec.digest(),
            "faults": len(self.rows),
            **figures(Counter(row.outcome for row in self.rows)),
            "criteria": {c: {**figures(n), "of": n.total()} for c, n in sorted(by_criterion.items())},
        }

    def as_dict(self) -> dict[str, Any]:
        """The proof as JSON-able data."""
        rows = [row.as_dict() for row in self.rows]
        return {**self.digest(), "unclean": list(self.unclean), "lenient": list(self.lenient), "matrix": rows}


def figures(counts: Mapping[Any, int]) -> dict[str, int]:
    """`{"caught", "not_applicable", "missed"}`."""
    return {outcome.replace(" ", "_"): counts.get(outcome, 0) for outcome in Outcome}


def judged_by(server: BrokenServer, criteria: Sequence[str] = ()) -> tuple[str, ...]:
    """The criteria of these profiles that a broken server violates."""
    profiles = {criterion.id: criterion.profile for criterion in spec.criteria()}
    return tuple(c for c in server.violates if profiles[c] in PROFILES and (not criteria or c in criteria))


def prove_own_table(servers: Sequence[BrokenServer], criteria: tuple[str, ...], jobs: int) -> OwnTableProof:
    """Judge the reference server, the canary and these broken servers behind the products API."""
    shares = [list(servers[start::jobs]) for start in range(jobs)]
    with processes(_rows, [(share, criteria) for share in shares]) as rows:
        right, canary = _alone("", criteria), _alone(CANARY, criteria, module=CONFORMING)
        return OwnTableProof(
            rows=sorted(itertools.chain.from_iterable(rows()), key=lambda row: row.server.name),
            unclean=[r.case.name for r in right if r.status not in RIGHT],
            lenient=[r.case.name for r in canary if row(r.status).counts is Counts.PASS],
        )


def row_of(server: BrokenServer, behind: Results, direct: Results) -> OwnTableRow:
    """The row of a broken server, from its results behind the API and, where it was not caught, as it is."""
    outcomes: dict[str, Outcome] = {}
    reasons: Counter[str] = Counter()
    for criterion in judged_by(server, [result.case.criterion for result in behind]):
        own = {result.case.id: result for result in behind if result.case.criterion == criterion}
        if any(failed(result) for result in own.values()):
            outcomes[criterion] = Outcome.CAUGHT
            continue
        shows = [r.case.id for r in direct if r.case.criterion == criterion and failed(r)]
        decisive = [own[ident] for ident in shows] or list(own.values())
        applies = any(result.status not in OUT_OF_REACH for result in decisive)
        outcomes[criterion] = Outcome.MISSED if applies else Outcome.NOT_APPLICABLE
        reasons.update(result.reason for result in decisive if not applies)
    errors = sum(result.status is Status.ERROR for result in (*behind, *direct))
    return OwnTableRow(server, outcomes, [reason for reason, _ in reasons.most_common()], errors)


def _rows(share: Sequence[BrokenServer], criteria: tuple[str, ...]) -> list[OwnTableRow]:
    """The rows of these broken servers."""
    with quiet() as show:
        asked = {server: own for server in share if (own := judged_by(server, criteria))}
        behind = judge(asked, BEHIND, settings=_settings, first_failures=True)
        direct = judge({server: open_ for server, results in behind.items() if (open_ := _undecided(results))})
        rows = [row_of(server, behind.get(server, ()), direct.get(server, ())) for server in share]
        if any(row.errors for row in rows):
            show()
        return rows


def _undecided(results: Results) -> tuple[str, ...]:
    """The criteria of which no scenario failed and some applied."""
    caught = {result.case.criterion for result in results if failed(result)}
    applied = {result.case.criterion for result in results if result.status not in OUT_OF_REACH}
    return tuple(sorted(applied - caught))


def _alone(name: str, criteria: tuple[str, ...], **options: str) -> list[Result]:
    """The results of one server behind the API."""
    with quiet(), fleet(BEHIND, **options) as serve:
        return run(_settings(serve(name), criteria))


def _settings(target: Target, criteria: tuple[str, ...]) -> Settings:
    """Behind the API, the profiles are those of its target file."""
    return Settings(replace(target, timeout=SECONDS), criteria=criteria, patient=True, evidence=FAILURES)
