"""`report.json`: the selection, the results and their evidence, as data that keeps to report.schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from upsertspec import __version__
from upsertspec.errors import ENDED
from upsertspec.http.text import without_userinfo
from upsertspec.report.cast import cast
from upsertspec.report.files import write_whole
from upsertspec.report.finding import Finding
from upsertspec.report.mistakes import mistakes
from upsertspec.report.result import Result
from upsertspec.report.verdict import Tally, tally
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target

SCHEMA_VERSION = 2
SCHEMA_ID = f"urn:upsertspec:report:{SCHEMA_VERSION}"


@dataclass(frozen=True)
class Run:
    """A run that has ended: the target, the selection, the checks before it and the results. Times are RFC 3339.

    `proof` is the digest of the last proof (see `report.proof`), or None.
    """

    target: Target
    run_id: str
    criteria: Sequence[str]
    keyword: str
    scope: str
    findings: Sequence[Finding]
    results: Sequence[Result]
    jobs: int
    started: str
    finished: str
    seconds: float
    proof: Mapping[str, Any] | None = None

    @property
    def tally(self) -> Tally:
        """The one count of this run."""
        return tally(self.results, self.scope)

    @property
    def early(self) -> str:
        """Why the run ended early; empty if it did not."""
        ended = (result.reason for result in self.results if result.reason.startswith(ENDED))
        return next(ended, "").removeprefix(ENDED)


def document(run: Run) -> dict[str, Any]:
    """The report of a run."""
    return {
        "schema": SCHEMA_ID,
        "suite": {"name": "upsertspec", "version": __version__, "features_digest": spec.digest()},
        "target": _target(run.target),
        "run": _run(run),
        "verdict": verdict(run.tally),
        "preflight": [asdict(finding) for finding in run.findings],
        "criteria": [_criterion(c, run) for c in spec.criteria()],
        "proof": run.proof,
        "findings": [mistake.as_dict() for mistake in mistakes(run.results)],
        "results": [_result(result) for result in run.results],
    }


def verdict(counted: Tally) -> dict[str, Any]:
    """The verdict with all counts."""
    return {
        "verdict": counted.verdict.value,
        "headline": counted.headline,
        "exit_code": counted.exit_code,
        "planned": counted.planned,
        "counts": {status.value: number for status, number in counted.counts.items()},
        "deviations": list(counted.deviations),
    }


def write(path: Path, report: Mapping[str, Any]) -> None:
    """Write the report. Raises OSError."""
    write_whole(path, (json.dumps(report, ensure_ascii=True, indent=1) + "\n").encode("ascii"))


def _target(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "url": without_userinfo(target.url),
        "dialect": target.dialect,
        "profiles": list(target.profiles),
        "not_claimed": [p for p in spec.PROFILES if p not in target.profiles],
        "roles": sorted(target.roles),
        "deviations": {kind: list(statuses) for kind, statuses in target.deviations.items()},
        "cast": cast(target),
    }


def _run(run: Run) -> dict[str, Any]:
    chosen = {"criteria": list(run.criteria), "keyword": run.keyword}
    times = {"started": run.started, "finished": run.finished, "seconds": round(run.seconds, 3)}
    early = {"ended_early": run.early} if run.early else {}
    return {"id": run.run_id, **times, **early, "jobs": run.jobs, "selection": chosen}


def _criterion(criterion: spec.Criterion, run: Run) -> dict[str, Any]:
    own = tally(r for r in run.results if r.case.criterion == criterion.id)
    counts = {status.value: number for status, number in own.counts.items() if number}
    names = {"id": criterion.id, "profile": criterion.profile, "level": criterion.level}
    return {**names, "sentence": criterion.sentence, "planned": own.planned, "counts": counts}


def _result(result: Result) -> Mapping[str, Any]:
    raw = result.as_dict()
    del raw["kept"]
    return {**raw.pop("case"), **raw}
