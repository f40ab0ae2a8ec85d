"""The suite requires only the contract: every conforming server passes, and nothing passes on the canary."""

from __future__ import annotations

import pytest

from tests.conforming.conftest import Judge, serve
from tests.conforming.stacks import stacked, stacks
from tests.kit import CREDENTIALS
from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.report.result import Result, Status
from upsertspec.run import preflight as check
from upsertspec.target.target import Target
from upsertspec_catalogue import Entry
from upsertspec_conforming import CATALOGUE

pytestmark = pytest.mark.slow

STACKS = [pytest.param(stack, id="+".join(entry.name for entry in stack)) for stack in stacks()]
LACKING = (
    "the answers have no Date header",
    "the value is a text itself, so that its text is no value of another type",
)
"""What a conforming server may lack: then its clock can't be judged, or its ids are texts."""
CANARY = CATALOGUE.load()["canary"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_suite_passes_conforming_servers(judge: Judge, stack: list[Entry]) -> None:
    entry = stacked(stack)
    results = [result for result in judge(entry) if result.status is not Status.PASSED]
    assert {result.case.criterion for result in results if result.status is Status.WARNED} == set(entry.warns)
    failed = [result for result in results if result.status is not Status.WARNED and result.reason not in LACKING]
    assert failed == [], "\n".join(map(line, failed))


def line(result: Result) -> str:
    """A result in one line."""
    return f"{result.status} {result.case.criterion} {result.case.name}: {result.reason}"


def test_no_scenario_passes_on_the_canary(judge: Judge) -> None:
    results = judge(CANARY)
    judged = [result for result in results if result.status in (Status.FAILED, Status.WARNED)]
    assert [line(result) for result in results if result.status is Status.PASSED] == []
    others = [result for result in results if "not with 405" not in result.reason]
    assert {result.status for result in others} <= {Status.FAILED, Status.WARNED, Status.NOT_TESTABLE}
    assert len(judged) >= 0.9 * len(results), "most scenarios get as far as what they judge"


def test_the_canary_lets_a_run_begin() -> None:
    with serve(CANARY) as url:
        target = Target(url=url, roles=CREDENTIALS)
        client = Client(target, dialect_for(target))
        assert check.fatal(check.check(target, client)) == ""
        client.close()
