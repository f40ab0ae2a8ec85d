"""Requirement sets: what a newer criterion asks for is shown, and has no effect on the verdict."""

from __future__ import annotations

import pytest

from upsertspec.errors import ConfigError
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Verdict, tally
from upsertspec.run.finalize import finalize
from upsertspec.spec import criteria as spec
from upsertspec.spec import sets
from upsertspec.target.target import Target

OLD = "2026-01"


@pytest.fixture
def without_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that has every criterion but AC-014 and AC-111."""
    every = sets.scored()
    monkeypatch.setattr(sets, "sets", lambda: {OLD: every - {"AC-014", "AC-111"}, "2026-11": every})


def judged(criterion: str, status: Status, name: str) -> Result:
    """The final result of the first case of a criterion, with this status, by this set."""
    case = next(case for case in spec.cases() if case.criterion == criterion)
    [result] = finalize([Result(case, status, "why")], Target("http://127.0.0.1:1", requirement_set=name))
    return result


def test_the_newest_set_has_every_criterion() -> None:
    assert sets.scored() == {criterion.id for criterion in spec.criteria()}
    assert list(sets.sets()) == sorted(sets.sets())


@pytest.mark.usefixtures("without_workflow")
@pytest.mark.parametrize(
    ("criterion", "status"),
    [("AC-014", Status.FAILED), ("AC-014", Status.NOT_TESTABLE), ("AC-111", Status.WARNED)],
)
def test_what_is_newer_than_the_set_is_not_scored(criterion: str, status: Status) -> None:
    result = judged(criterion, status, OLD)
    assert result.status is Status.NOT_SCORED
    assert result.reason == f"it is newer than the set {OLD}; without that it would be: {status}"
    assert judged(criterion, status, "2026-11").status is status


@pytest.mark.usefixtures("without_workflow")
def test_it_has_no_effect_on_the_verdict() -> None:
    others = [Result(case, Status.PASSED) for case in spec.cases() if case.criterion in ("AC-001", "AC-002")]
    counted = tally([*others, judged("AC-111", Status.FAILED, OLD)])
    assert (counted.verdict, counted.exit_code) == (Verdict.CONFORMANT, 0)
    assert "1 not scored" in counted.headline


@pytest.mark.usefixtures("without_workflow")
def test_what_passes_and_what_the_harness_broke_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    for status in (Status.PASSED, Status.ERROR, Status.NOT_APPLICABLE):
        assert judged("AC-014", status, OLD).status is status


def test_a_set_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"there is no requirement set '2020-01'; known are 2026-11"):
        sets.scored("2020-01")
