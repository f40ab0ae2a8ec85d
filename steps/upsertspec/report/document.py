"""`report.json`: the selection, the results and their evidence, as data that keeps to report.schema.json."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from upsertspec import __version__
from upsertspec.errors import ENDED
from upsertspec.http.text import without_userinfo
from upsertspec.report.cast import cast
from upsertspec.report.evidence import FULL, NONE, times
from upsertspec.report.files import write_whole
from upsertspec.report.finding import Finding
from upsertspec.report.mistakes import mistakes
from upsertspec.report.result import OPTIONAL, PLAIN, Evidence, Result
from upsertspec.report.verdict import Tally, tally
from upsertspec.spec import criteria as spec
from upsertspec.spec import sets
from upsertspec.spec.criteria import Case
from upsertspec.target.target import Target

SCHEMA_VERSION = 2
SCHEMA_ID = f"urn:upsertspec:report:{SCHEMA_VERSION}"
OF_CASE = tuple(each.name for each in fields(Case))
MEMBERS = (*OF_CASE, "status", *PLAIN, "deviations", "steps", "exchanges", *(n for n in OPTIONAL if n != "made"))


@dataclass(frozen=True)
class Run:
    """A run that has ended: the target, the selection, the checks before it and the results. Times are RFC 3339.

    `implementation`, `environment` and `command` are those of `run.provenance`. `proof` is the digest of the last proof
    (see `report.proof`), or None.
    """

    target: Target
    run_id: str
    criteria: Sequence[str]
    keyword: str
    scenarios: Sequence[str]
    scope: str
    shard: str
    findings: Sequence[Finding]
    results: Sequence[Result]
    jobs: int
    started: str
    finished: str
    seconds: float
    proof: Mapping[str, Any] | None = None
    clean_up: Mapping[str, Any] | None = None
    implementation: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    evidence: str = FULL

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
        "suite": {"name": "upsertspec", "version": __version__, **_set(run.target), "features_digest": spec.digest()},
        "target": _target(run.target) | _given(implementation=run.implementation),
        "run": _run(run),
        "verdict": verdict(run.tally),
        "preflight": [asdict(finding) for finding in run.findings],
        "criteria": criteria(run.results),
        "proof": run.proof,
        "findings": [mistake.as_dict() for mistake in mistakes(run.results, cast(run.target))],
        "results": [Shown(_without_exchanges(each) if run.evidence == NONE else each) for each in run.results],
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
    """Write the report, each member of it and each result on a line of its own. Raises OSError."""
    write_whole(path, _lines(report))


def _lines(report: Mapping[str, Any]) -> Iterator[bytes]:
    between = "{"
    for name, value in report.items():
        yield f"{between}\n{json.dumps(name)}: ".encode("ascii")
        between = ","
        if name == "results":
            for number, each in enumerate(value):
                yield (",\n" if number else "[\n").encode("ascii") + _compact(dict(each))
            yield b"\n]" if value else b"[]"
        else:
            yield _compact(value)
    yield b"\n}\n"


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


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
    chosen: dict[str, Any] = {"criteria": list(run.criteria), "keyword": run.keyword}
    chosen |= {"scenarios": list(run.scenarios)} if run.scenarios else {}
    times = {"started": run.started, "finished": run.finished, "seconds": round(run.seconds, 3)}
    early = {"ended_early": run.early} if run.early else {}
    part = {"part": _part(run)} if run.scope else {}
    cleaned = {"clean_up": dict(run.clean_up)} if run.clean_up else {}
    made = _given(environment=run.environment, command=run.command)
    return {"id": run.run_id, **times, **early, "jobs": run.jobs, "selection": chosen, **part, **cleaned, **made}


def _set(target: Target) -> dict[str, str]:
    return {"set": target.requirement_set or sets.newest()}


def _given(**members: Any) -> dict[str, Any]:
    """The members that are not empty."""
    return {name: value for name, value in members.items() if value}


def _part(run: Run) -> dict[str, Any]:
    """What `upsertspec merge` has to know of a run of a part of the scenarios."""
    target = run.target
    return {
        "shard": run.shard,
        "whole": target.whole,
        "baseline": target.baseline,
        "known_failures": [asdict(known) for known in target.known_failures],
        "kept": {result.case.id: list(result.kept) for result in run.results if result.kept and target.deviations},
    }


def criteria(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Every criterion, and how many of its scenarios have each status."""
    own: dict[str, list[Result]] = {}
    for each in results:
        own.setdefault(each.case.criterion, []).append(each)
    return [_criterion(criterion, own.get(criterion.id, [])) for criterion in spec.criteria()]


def _criterion(criterion: spec.Criterion, results: Sequence[Result]) -> dict[str, Any]:
    own = tally(results)
    counts = {status.value: number for status, number in own.counts.items() if number}
    names = {"id": criterion.id, "profile": criterion.profile, "level": criterion.level}
    return {**names, "sentence": criterion.sentence, "planned": own.planned, "counts": counts}


class Shown(Mapping[str, Any]):
    """A result as the report has it, with the members of its case. Its evidence is read when it is asked for."""

    __slots__ = ("_result",)

    def __init__(self, result: Result) -> None:
        self._result = result

    def __getitem__(self, name: str) -> Any:
        if name not in MEMBERS:
            raise KeyError(name)
        found = getattr(self._result.case if name in OF_CASE else self._result, name)
        if name in OPTIONAL and found == OPTIONAL[name]:
            raise KeyError(name)
        if name == "steps":
            return [vars(step) for step in found]
        return list(found) if isinstance(found, tuple) else found

    def __iter__(self) -> Iterator[str]:
        return (name for name in MEMBERS if name not in OPTIONAL or getattr(self._result, name) != OPTIONAL[name])

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _without_exchanges(result: Result) -> Result:
    """The result with nothing but the times of its exchanges."""
    if not result.exchanges:
        return result
    kept = times((each["started"], each["elapsed"]) for each in result.exchanges)
    return replace(result, evidence=Evidence(result.steps), **kept)


def result_from(raw: Mapping[str, Any], kept: Iterable[str] = ()) -> Result:
    """The result that a report holds; `kept`, the kinds of outcome with the contract's status, is not in it."""
    case = {each.name: raw[each.name] for each in fields(Case) if each.name in raw}
    return Result.from_dict({"deviations": [], **raw, "case": case, "kept": list(kept)})
