"""Scenarios that met a 5xx are run again: an error of a gateway or of a server that restarts may not come twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from upsertspec.report.result import RETRIED, Status
from upsertspec.run.workers import RESULT
from upsertspec.spec.outcomes import is_server_error

NO_FAILURE = (Status.PASSED, Status.DEVIATES, Status.NOT_APPLICABLE, Status.NOT_CLAIMED, Status.STALE)


def run_with_retries(item: pytest.Item, nextitem: pytest.Item | None, retries: int) -> None:
    """Run a case until it meets no 5xx, once and `retries` times more at most; report the last attempt.

    Its result has the exchanges of every attempt. Each attempt has names of its own, so that none meets the records of
    another.
    """
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    earlier: list[Mapping[str, Any]] = []
    made: list[Mapping[str, Any]] = []
    for attempt in range(1, retries + 2):
        module: Any = item.parent  # what the session set up stays for the next attempt
        reports = runtestprotocol(item, log=False, nextitem=module)
        raw = next((found for report in reports if (found := getattr(report, RESULT, None)) is not None), None)
        if raw is None or attempt > retries or not _is_transient(raw):
            break
        earlier += _of_attempt(attempt, raw)
        made += raw.get("made", ())
    if raw is not None and attempt > 1:
        raw |= {"attempts": attempt, "exchanges": [*earlier, *_of_attempt(attempt, raw)]}
        raw["made"] = (*made, *raw.get("made", ()))
    item.session._setupstate.teardown_exact(nextitem)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _is_transient(raw: Mapping[str, Any]) -> bool:
    """Whether the case did not pass and met a 5xx."""
    statuses = (exchange["response"]["status"] for exchange in raw["exchanges"] if "response" in exchange)
    return raw["status"] not in NO_FAILURE and any(map(is_server_error, statuses))


def _of_attempt(attempt: int, raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    return ({**exchange, "step": f"{RETRIED} {attempt}: {exchange['step']}"} for exchange in raw["exchanges"])
