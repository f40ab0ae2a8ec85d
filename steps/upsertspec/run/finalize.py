"""The parts of a result that depend on all other results: who blocks a case, and entries of the target file that are
no longer needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from upsertspec.errors import ENDED
from upsertspec.report.result import Result, Status
from upsertspec.run.death import with_one_culprit
from upsertspec.run.recorder import known_for, with_known
from upsertspec.run.selection import Selection
from upsertspec.spec import criteria as spec
from upsertspec.spec import sets
from upsertspec.target.target import KnownFailure, Target

_FINE = (Status.PASSED, Status.DEVIATES)
_FAILURES = (Status.FAILED, Status.KNOWN_FAILURE, Status.WARNED)


def finalize(results: Sequence[Result], target: Target, partial: bool = False) -> list[Result]:
    """The final results of a run, in the same order.

    In a partial run, a case that is blocked by a criterion of another part stays blocked until all are merged.
    """
    results = with_one_culprit(results)
    run = {result.case.criterion for result in results if _was_run(result)}
    failing = _failing(results, {result.blocked_by for result in results} - run if partial else set())
    final = [_unblocked(result, failing, run, target) for result in results]
    compared = compared_to_baseline(mark_unneeded_deviations(mark_stale(final, target), target), target)
    scored = sets.scored(target.requirement_set)
    return [r if r.case.criterion in scored else _unscored(r, target.requirement_set) for r in compared]


def _unscored(result: Result, name: str) -> Result:
    """The result of a criterion that is newer than the set: what is wrong is shown, and counts for nothing."""
    if result.status not in (*_FAILURES, Status.NOT_TESTABLE):
        return result
    why = f"it is newer than the set {name or sets.newest()}; without that it would be: {result.status}"
    return replace(result, status=Status.NOT_SCORED, reason=why, blocked_by="")


def _failing(results: Sequence[Result], known: set[str]) -> set[str]:
    """The criteria that fail, these among them, and those of which nothing but what they block could be judged."""
    failing = known | {result.case.criterion for result in results if result.status in _FAILURES}
    judged = {result.case.criterion for result in results if result.status in _FINE}
    while more := {
        result.case.criterion
        for result in results
        if result.blocked_by in failing and result.case.criterion not in failing | judged
    }:
        failing |= more
    return failing


def _was_run(result: Result) -> bool:
    if result.status is Status.NOT_APPLICABLE:
        return False
    return result.status is not Status.NOT_TESTABLE or bool(result.exchanges or result.blocked_by)


def _unblocked(result: Result, failing: set[str], run: set[str], target: Target) -> Result:
    """The result; if the criterion that blocks it does not fail, the case fails itself, so that nothing is lost.

    If that criterion was not run, a case whose setup failed stays not testable.
    """
    if result.status is not Status.NOT_TESTABLE or not result.blocked_by or result.blocked_by in failing:
        return result
    if result.blocked_by not in run and any(step.state == "failed" for step in result.steps):
        return result
    reason = f"expected {result.expected}; got {result.actual}"
    status, reason = with_known(Status.FAILED, reason, known_for(result.case, target), result.case)
    return replace(result, status=status, reason=reason, blocked_by="")


def mark_stale(results: Sequence[Result], target: Target) -> list[Result]:
    """The results, with a stale for each pass that the target file lists as a known failure.

    A known failure of a criterion is stale if all of the criterion's cases were run, and none fails any more.
    Those that do not apply to the target can't keep it; if none applies, nothing shows that the entry is stale.
    """
    stale: dict[str, KnownFailure] = {}
    for known in target.known_failures:
        listed = [result for result in results if known_for(result.case, target) is known]
        if len(listed) < sum(known_for(case, target) is known for case in spec.cases()):
            continue  # only some of its cases were run
        applying = [result for result in listed if result.status is not Status.NOT_APPLICABLE]
        if applying and all(result.status in _FINE for result in applying):
            stale.update((result.case.id, known) for result in applying)
    return [_stale(result, stale[result.case.id]) if result.case.id in stale else result for result in results]


def _stale(result: Result, known: KnownFailure) -> Result:
    why = f"it passes, but is listed as a known failure ({known.reason}); take the entry out"
    return replace(result, status=Status.STALE, reason=why)


def mark_unneeded_deviations(results: Sequence[Result], target: Target) -> list[Result]:
    """The results; for each declared deviation that no answer needed, the first case that shows it is stale.

    Nothing is marked unless everything that the target file claims was run to the end.
    """
    found = list(results)
    ended = any(result.reason.startswith(ENDED) for result in found)
    run = [result.case for result in found if result.status is not Status.NOT_CLAIMED]
    if ended or not target.whole or not Selection(target.profiles).covers_everything_claimed(run):
        return found
    for kind, statuses in target.deviations.items():
        for status in statuses:
            at = _shows_unneeded(found, kind, status)
            if at is not None:
                why = f"no answer needed {kind} = {status} of [deviations]; take it out"
                found[at] = replace(found[at], status=Status.STALE, reason=why)
    return found


def compared_to_baseline(results: Sequence[Result], target: Target) -> list[Result]:
    """The results. Without a baseline they stay as they are; with one, what it lists is marked.

    What is not applicable and not in it is not testable, since it applied before. What it lists as not testable or not
    applicable and what passes now is stale.
    """
    return [_compared(result, target) for result in results] if target.baseline else list(results)


def _compared(result: Result, target: Target) -> Result:
    listed = [known for known in target.known_failures if known.baseline and known.names(result.case)]
    statuses = {known.status for known in listed}
    if result.status is Status.KNOWN_FAILURE:
        known = known_for(result.case, target)
        return replace(result, baseline=known is not None and bool(known.baseline))
    if result.status is Status.NOT_TESTABLE:
        return replace(result, baseline=Status.NOT_TESTABLE in statuses)
    if result.status is Status.NOT_APPLICABLE:
        if statuses & {Status.NOT_TESTABLE, Status.NOT_APPLICABLE}:
            return replace(result, baseline=True)
        return replace(result, status=Status.NOT_TESTABLE, reason=f"not applicable since the baseline: {result.reason}")
    if result.status in _FINE and (gone := [known for known in listed if known.status != Status.FAILED]):
        why = f"it passes, but the baseline lists it as {gone[0].status}; take the entry out of {gone[0].baseline}"
        return replace(result, status=Status.STALE, reason=why)
    return result


def _shows_unneeded(results: Sequence[Result], kind: str, status: int) -> int | None:
    """The first case that met this kind of outcome, if no answer had this status; else None."""
    declared = f"{kind} {status}"
    if any(declared in result.deviations for result in results):
        return None
    met = (n for n, r in enumerate(results) if r.status in _FINE and (kind in r.kept or _has(r, kind)))
    return next(met, None)


def _has(result: Result, kind: str) -> bool:
    return any(deviation.split()[0] == kind for deviation in result.deviations)
