"""What can be said of a case only when all others are known: who blocks it, and what the target file says in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from upsertspec.errors import ENDED
from upsertspec.report.result import Result, Status
from upsertspec.run.recorder import known_for, with_known
from upsertspec.spec import criteria as spec
from upsertspec.target.target import KnownFailure, Target

_FINE = (Status.PASSED, Status.DEVIATES)
_FAILURES = (Status.FAILED, Status.KNOWN_FAILURE, Status.WARNED)


def settle(results: Sequence[Result], target: Target) -> list[Result]:
    """The final results of a run, in the same order."""
    failing = {result.case.criterion for result in results if result.status in _FAILURES}
    run = {result.case.criterion for result in results if _was_run(result)}
    settled = mark_stale([_unblocked(result, failing, run, target) for result in results], target)
    return mark_vain(settled, target)


def _was_run(result: Result) -> bool:
    return result.status is not Status.NOT_TESTABLE or bool(result.exchanges or result.blocked_by)


def _unblocked(result: Result, failing: set[str], run: set[str], target: Target) -> Result:
    """A case that is blocked by a criterion that does not fail has nobody else to blame: it fails itself.

    Where that criterion was not run, a setup that did not come about leaves its case not testable.
    """
    if result.status is not Status.NOT_TESTABLE or not result.blocked_by or result.blocked_by in failing:
        return result
    if result.blocked_by not in run and any(step.state == "failed" for step in result.steps):
        return result
    reason = f"expected {result.expected}; got {result.actual}"
    status, reason = with_known(Status.FAILED, reason, known_for(result.case, target), result.case)
    return replace(result, status=status, reason=reason, blocked_by="")


def mark_stale(results: Sequence[Result], target: Target) -> list[Result]:
    """The results, with every pass that a known failure had ruled out turned into a stale one.

    A known failure of a whole criterion is stale when none of the criterion's cases fails any more.
    """
    stale: dict[str, KnownFailure] = {}
    for known in target.known_failures:
        mine = [result for result in results if known_for(result.case, target) is known]
        if len(mine) < sum(known_for(case, target) is known for case in spec.cases()):
            continue  # a run of a part says nothing of the whole
        passed = [result.case.id for result in mine if result.status in _FINE]
        if passed and len(passed) == len(mine):
            stale.update(dict.fromkeys(passed, known))
    return [_stale(result, stale[result.case.id]) if result.case.id in stale else result for result in results]


def _stale(result: Result, known: KnownFailure) -> Result:
    why = f"it passes, but is listed as a known failure ({known.reason}); take the entry out"
    return replace(result, status=Status.STALE, reason=why)


def mark_vain(results: Sequence[Result], target: Target) -> list[Result]:
    """The results; for each declared deviation that a whole run did not need, the first case that shows it is stale."""
    found = list(results)
    claimed = sum(case.profile in target.profiles for case in spec.cases())
    ended = any(result.reason.startswith(ENDED) for result in found)
    if ended or not target.whole or sum(r.status is not Status.NOT_CLAIMED for r in found) < claimed:
        return found  # a run of a part says nothing of the whole
    for kind, statuses in target.deviations.items():
        for status in statuses:
            at = _shows_vain(found, kind, status)
            if at is not None:
                why = f"no answer needed {kind} = {status} of [deviations]; take it out"
                found[at] = replace(found[at], status=Status.STALE, reason=why)
    return found


def _shows_vain(results: Sequence[Result], kind: str, status: int) -> int | None:
    """The first case that met this kind of outcome, if none came with this status; None where it is needed or unmet."""
    declared = f"{kind} {status}"
    if any(declared in result.deviations for result in results):
        return None
    met = (n for n, r in enumerate(results) if r.status in _FINE and (kind in r.kept or _has(r, kind)))
    return next(met, None)


def _has(result: Result, kind: str) -> bool:
    return any(deviation.split()[0] == kind for deviation in result.deviations)
