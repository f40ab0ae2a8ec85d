"""The suite asks for nothing but the contract: every lawful variant passes it, and nothing passes on the canary."""

from __future__ import annotations

import pytest

from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.report.result import Result, Status
from upsertspec.run import preflight as check
from upsertspec.target.target import Target
from upsertspec_conforming import Variant
from upsertspec_conforming.canary import CANARY
from upsertspec_conforming.serving import serve_in_thread

from .conftest import ROLES, TOKENS, Judge
from .stacks import stacked, stacks

pytestmark = pytest.mark.slow

STACKS = [pytest.param(stack, id="+".join(variant.name for variant in stack)) for stack in stacks()]


@pytest.mark.parametrize("stack", STACKS)
def test_the_suite_passes_lawful_variants(judge: Judge, stack: list[Variant]) -> None:
    variant = stacked(stack)
    results = judge(variant)
    told = [result for result in results if result.status is not Status.PASSED]
    assert {result.case.criterion for result in told if result.status is Status.WARNED} == set(variant.warns)
    failed = [result for result in told if result.status is not Status.WARNED]
    assert failed == [], "\n".join(map(line, failed))


def line(result: Result) -> str:
    """A result in one line."""
    return f"{result.status} {result.case.criterion} {result.case.id}: {result.reason}"


def test_no_scenario_passes_on_the_canary(judge: Judge) -> None:
    results = judge(CANARY)
    judged = [result for result in results if result.status in (Status.FAILED, Status.WARNED)]
    assert [line(result) for result in results if result.status is Status.PASSED] == []
    assert {result.status for result in results} <= {Status.FAILED, Status.WARNED, Status.NOT_TESTABLE}
    assert len(judged) >= 0.9 * len(results), "most scenarios come as far as what they judge"


def test_the_canary_lets_a_run_begin() -> None:
    with serve_in_thread(CANARY, TOKENS) as url:
        target = Target(url=url, roles=ROLES)
        client = Client(target, dialect_for(target))
        assert check.fatal(check.check(target, client)) == ""
        client.close()
