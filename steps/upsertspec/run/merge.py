"""One report made of the reports of several runs that shared the work, with the verdict that one run would have had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upsertspec.errors import ConfigError
from upsertspec.report import document
from upsertspec.report.mistakes import mistakes
from upsertspec.report.result import Result
from upsertspec.report.verdict import tally
from upsertspec.run.finalize import finalize
from upsertspec.run.selection import Selection
from upsertspec.spec import criteria as spec
from upsertspec.target.target import KnownFailure, Target

Raw = Mapping[str, Any]


def merge(reports: Mapping[str, Raw]) -> dict[str, Any]:
    """The report of these, by the names of their files. Raises ConfigError for reports that do not go together."""
    if faults := list(_faults(reports)):
        raise ConfigError(faults)
    listed = list(reports.values())
    target = _target(listed)
    found = {result.case.id: result for report in listed for result in _results(report)}
    order = [case.id for case in spec.cases() if case.id in found]
    results = finalize([found[ident] for ident in order], target)
    scope = "" if Selection(target.profiles).covers_everything_claimed([r.case for r in results]) else "merged"
    counted = tally(results, scope)
    return {
        **listed[0],
        "run": _run([report["run"] for report in listed], results, scope),
        "verdict": document.verdict(counted),
        "preflight": _findings(listed),
        "criteria": document.criteria(results),
        "findings": [mistake.as_dict() for mistake in mistakes(results, listed[0]["target"]["cast"])],
        "results": [dict(document.Shown(result)) for result in results],
    }


def _faults(reports: Mapping[str, Raw]) -> Iterator[str]:
    (name, first), *others = reports.items()
    if first["suite"]["features_digest"] != spec.digest():
        yield f"{name} was made with other features; run again with this version"
    for other, report in others:
        for what, value in _shared(report).items():
            if value != _shared(first)[what]:
                yield f"{name} and {other} differ in their {what}; merge reports of one run"
    idents = Counter(result["id"] for report in reports.values() for result in report["results"])
    if twice := [ident for ident, number in idents.items() if number > 1]:
        yield f"{len(twice)} scenarios are in more than one report, like {twice[0]}; name each report once"
    shards = [str(report["run"].get("part", {}).get("shard", "")) for report in reports.values()]
    if all(shards):
        of = int(shards[0].split("/")[1])
        missing = [f"{number}/{of}" for number in range(1, of + 1) if f"{number}/{of}" not in shards]
        if missing:
            yield f"the shards {', '.join(missing)} are missing; name their reports too"


def _shared(report: Raw) -> dict[str, Any]:
    target = report["target"]
    return {
        "features": report["suite"]["features_digest"],
        "profiles": target["profiles"],
        "dialects": target["dialect"],
        "requirement sets": report["suite"].get("set", ""),
        "deviations": target["deviations"],
    }


def _target(reports: Sequence[Raw]) -> Target:
    """What finalizing the results has to know about the target."""
    raw, parts = reports[0]["target"], [report["run"].get("part", {}) for report in reports]
    known = [KnownFailure(**each) for part in parts[:1] for each in part.get("known_failures", [])]
    return Target(
        raw["url"],
        requirement_set=reports[0]["suite"].get("set", ""),
        profiles=tuple(raw["profiles"]),
        known_failures=tuple(known),
        baseline=next((part["baseline"] for part in parts if part.get("baseline")), ""),
        deviations={kind: tuple(statuses) for kind, statuses in raw["deviations"].items()},
        whole=all(part.get("whole", False) for part in parts),
    )


def _results(report: Raw) -> Iterator[Result]:
    kept = report["run"].get("part", {}).get("kept", {})
    for raw in report["results"]:
        yield document.result_from(raw, kept.get(raw["id"], ()))


def _run(runs: Sequence[Raw], results: Sequence[Result], scope: str) -> dict[str, Any]:
    chosen: dict[str, Any] = {"criteria": [], "keyword": ""}
    early = next((run["ended_early"] for run in runs if run.get("ended_early")), "")
    chosen |= {"scenarios": [result.case.id for result in results]} if scope else {}
    return {
        "id": runs[0]["id"],
        "started": min(run["started"] for run in runs),
        "finished": max(run["finished"] for run in runs),
        "seconds": round(sum(run["seconds"] for run in runs), 3),
        "jobs": max(run["jobs"] for run in runs),
        "selection": chosen,
        "clean_up": {
            **{name: sum(run.get("clean_up", {}).get(name, 0) for run in runs) for name in ("deleted", "left")},
            "why": next((run["clean_up"]["why"] for run in runs if run.get("clean_up", {}).get("why")), ""),
        },
        **({"ended_early": early} if early else {}),
    }


def _findings(reports: Sequence[Raw]) -> list[Raw]:
    """What was found before the runs, each once."""
    found: list[Raw] = []
    for finding in (finding for report in reports for finding in report["preflight"]):
        if finding not in found:
            found.append(finding)
    return found
