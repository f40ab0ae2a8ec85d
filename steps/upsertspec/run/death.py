"""Which request a target died of, where several were on their way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from upsertspec.errors import AFTER, ENDED, GONE
from upsertspec.http.circuit_breaker import shortened
from upsertspec.report.result import Result, Status

OTHER = f"{GONE}: it stopped answering after a request that was longer on its way than this one"


def with_one_culprit(results: Sequence[Result]) -> list[Result]:
    """The results; of the requests that were on their way when the target died, only the longest is a failure.

    The server got it before the others, and still works on it. What was not run because of it names it.
    """
    suspects = sorted((each for each in results if AFTER in each.reason and _last(each)), key=_started)
    culprits: list[Result] = []
    until = float("-inf")
    for suspect in suspects:
        if _started(suspect) > until:
            culprits.append(suspect)
        until = max(until, _started(suspect) + _last(suspect)["elapsed"])
    if not culprits:
        return list(results)
    ended = f"{ENDED}{GONE}; {AFTER} of {_named(culprits[-1])}: {shortened(_last(culprits[-1])['curl'])}"
    return [_with_reason(result, suspects, culprits, ended) for result in results]


def lost_cases(results: Iterable[Result]) -> set[str]:
    """The cases that met a target that was gone, or that may have killed it."""
    return {result.case.id for result in results if AFTER in result.reason or GONE in result.reason}


def _with_reason(result: Result, suspects: Sequence[Result], culprits: Sequence[Result], ended: str) -> Result:
    if result in suspects and result not in culprits:
        return replace(result, status=Status.NOT_TESTABLE, reason=OTHER, expected="", actual="")
    return replace(result, reason=ended) if result.reason.startswith(f"{ENDED}{GONE}") else result


def _named(result: Result) -> str:
    return f"{result.case.criterion}, {result.case.title}"


def _last(result: Result) -> Mapping[str, Any]:
    """The last exchange that got no answer; empty if there is none."""
    return next((each for each in reversed(result.exchanges) if "failure" in each), {})


def _started(result: Result) -> float:
    return float(_last(result)["started"])
