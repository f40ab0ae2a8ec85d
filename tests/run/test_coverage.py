"""What a rehearsal says will be judged."""

from __future__ import annotations

from upsertspec.dialects.base import Setup
from upsertspec.http.client import Client
from upsertspec.report.result import Result
from upsertspec.report.status import Status
from upsertspec.run.coverage import coverage
from upsertspec.run.rehearsal import Rehearsal
from upsertspec.spec.criteria import asserted, cases
from upsertspec.steps.whole_records import note_kept
from upsertspec.target.target import Target


def results(**statuses: Status) -> list[Result]:
    """A passed result for every case of core, but for the criteria that are named, like AC_001."""
    core = [case for case in cases() if case.profile == "core"]
    return [
        Result(case, status, "no such field" if status is not Status.PASSED else "")
        for case in core
        for status in [statuses.get(case.criterion.replace("-", "_"), Status.PASSED)]
    ]


def test_all_is_judged() -> None:
    found = coverage(results())
    assert found.judged == found.planned == len(results())
    assert found.unjudged == []


def test_a_criterion_that_a_verdict_needs() -> None:
    found = coverage(results(AC_001=Status.NOT_APPLICABLE, AC_003=Status.NOT_TESTABLE))
    assert found.unjudged == ["AC-001"]
    lines = list(found.lines())
    total = sum(case.criterion == "AC-001" for case in cases())
    assert lines[:2] == [f"  AC-001  0 of {total} will be judged", f"          {total} not applicable: no such field"]


def test_what_is_not_claimed_is_left_out() -> None:
    assert coverage(results(AC_002=Status.NOT_CLAIMED)).planned < len(results())


def test_what_the_reference_server_keeps_contradicts_no_target() -> None:
    """An update of the reference server keeps fields; the target replaces the whole record all the same."""
    target = Target(
        "http://127.0.0.1:1", dialect="kinto", dialect_options={"bucket": "b", "keys": {"contacts": ["email"]}}
    )
    client = Client(target, Rehearsal(Setup({"target": target})))
    case = next(c for c in cases() if c.criterion == "AC-105" and "unmentioned" in asserted(c))
    note_kept(client, case)
    assert client.replaces
    assert client.untrue == {}
