"""How a result is made from what happened in a scenario."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.steps.kit import Memory, step
from upsertspec.errors import (
    Blocked,
    CannotExpress,
    CheckFailed,
    DialectError,
    NothingCompared,
    NotTestable,
    TargetSilent,
)
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.http.masking import MASK
from upsertspec.report.result import Result, Status
from upsertspec.run.recorder import Recorder, adjust_report, known_for, status_of, with_known, worst
from upsertspec.spec.criteria import Case
from upsertspec.steps.findings import ScenarioFindings
from upsertspec.target.target import KnownFailure, Target

CASE = Case("core/x: a title", "core", "AC-001", "MUST", "AC-001 a rule", "a title", "core/x.feature", 7)
SHOULD = Case("core/x: another", "core", "AC-110", "SHOULD", "AC-110 a rule", "another", "core/x.feature", 9)
TARGET = Target("http://h", known_failures=(KnownFailure("AC-001", "issue 7", "a title"),))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (None, (Status.PASSED, "", "", "")),
        (CheckFailed("a", "b"), (Status.FAILED, "expected a; got b", "a", "b")),
        (
            TargetSilent("broken answer", "reset"),
            (Status.FAILED, "no usable answer: reset", "an answer", "reset"),
        ),
        (
            TargetSilent("unreachable", "refused"),
            (Status.NOT_TESTABLE, "the target can't be reached: refused", "", ""),
        ),
        (TargetSilent("TLS", "expired"), (Status.NOT_TESTABLE, "the target can't be reached: expired", "", "")),
        (pytest.skip.Exception("not claimed"), (Status.NOT_CLAIMED, "not claimed", "", "")),
        (
            Blocked("AC-001", "a", "b"),
            (Status.NOT_TESTABLE, "blocked by AC-001: expected a; got b", "a", "b"),
        ),
        (NotTestable("no role"), (Status.NOT_TESTABLE, "no role", "", "")),
        (CannotExpress("no words"), (Status.NOT_TESTABLE, "no words", "", "")),
        (
            DialectError("d", "request", "Find", "no slash"),
            (Status.ERROR, "the dialect d has a mistake in request(Find): no slash", "", ""),
        ),
        (KeyError("x"), (Status.ERROR, "KeyError: 'x'", "", "")),
    ],
)
def test_how_a_scenario_ended(error: BaseException | None, said: tuple[Status, str, str, str]) -> None:
    assert status_of(error) == said


def test_a_step_that_compares_nothing_is_an_error_of_the_suite() -> None:
    recorder, then = Recorder(), SimpleNamespace(name="nothing else has changed", keyword="Then", type="then")
    recorder.world(cast(Any, SimpleNamespace(findings=(findings := ScenarioFindings()), history=None)))
    recorder.enter(cast(Any, then))
    with pytest.raises(NothingCompared, match='"nothing else has changed" has passed without a comparison'):
        recorder.leave(cast(Any, then))
    findings.compared.append("a status")
    recorder.leave(cast(Any, then))
    recorder.enter(cast(Any, then))
    findings.secondary.append(NotTestable("the answer does not report it"))
    recorder.leave(cast(Any, then))


def test_a_known_failure_says_its_reason_and_what_was_wrong() -> None:
    known = KnownFailure("AC-001", "issue 7")
    assert with_known(Status.FAILED, "why", known, CASE) == (Status.KNOWN_FAILURE, "issue 7 (why)")
    assert with_known(Status.FAILED, "why", known, SHOULD) == (Status.KNOWN_FAILURE, "issue 7 (why)")
    assert with_known(Status.PASSED, "", known, CASE) == (Status.PASSED, "")


def test_a_failed_should_is_a_warning_and_a_failed_must_is_not() -> None:
    assert with_known(Status.FAILED, "why", None, SHOULD) == (Status.WARNED, "why")
    assert with_known(Status.FAILED, "why", None, CASE) == (Status.FAILED, "why")
    assert with_known(Status.ERROR, "why", None, SHOULD) == (Status.ERROR, "why")


def test_a_known_failure_covers_a_criterion_or_one_scenario() -> None:
    whole, one, other = (KnownFailure("AC-001", "r", scenario) for scenario in ("", "a title", "another title"))
    assert known_for(CASE, Target("http://h", known_failures=(other, one, whole))) is one
    assert known_for(CASE, Target("http://h", known_failures=(other, whole))) is whole
    assert known_for(CASE, Target("http://h", known_failures=(other, KnownFailure("AC-002", "r")))) is None
    assert known_for(CASE, None) is None


GIVEN = step("Given ", "these contacts are stored:", ["name"], ["Ada"])
WHEN, THEN = step("When ", "s3cret is sent"), step("Then ", "the answer is 200")


def made(*secondary: NotTestable, **deviations: str) -> Any:
    """The world of a scenario in which this happened."""
    return SimpleNamespace(findings=ScenarioFindings(list(secondary), deviations), history=None)


def recorded(memory: Memory, target: Target = Target("http://h")) -> Recorder:  # noqa: B008 - it is frozen
    """The first step is done, the second was started, the third was not."""
    recorder = Recorder("gw1")
    recorder.begin(cast(Any, SimpleNamespace(steps=[GIVEN, WHEN, THEN])), cast(Client, memory), target)
    recorder.enter(GIVEN)
    assert memory.step == "Given these contacts are stored:"
    recorder.leave(GIVEN)
    recorder.enter(WHEN)
    return recorder


def test_a_result_has_the_steps_and_how_far_it_came() -> None:
    result = recorded(Memory()).result(CASE, CheckFailed("this", "that"))
    assert [(s.keyword, s.text, s.state, s.table) for s in result.steps] == [
        ("Given", "these contacts are stored:", "passed", [["name"], ["Ada"]]),
        ("When", f"{MASK} is sent", "failed", []),
        ("Then", "the answer is 200", "not run", []),
    ]
    assert (result.case, result.status, result.worker) == (CASE, Status.FAILED, "gw1")
    assert (result.reason, result.expected, result.actual) == ("expected this; got that", "this", "that")
    assert result.blocked_by == ""


def test_a_result_shows_no_secret_and_no_control_character() -> None:
    result = recorded(Memory()).result(CASE, CheckFailed("s3cret\x1b", "\ns3cret"))
    assert (result.expected, result.actual) == (f"{MASK}\\x1b", f"\\n{MASK}")
    assert result.reason == f"expected {MASK}\\x1b; got \\n{MASK}"


def test_a_result_has_its_exchanges_and_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    memory.log = ["of the scenario before"]
    clock = iter((10.0, 10.1234567))
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    recorder = recorded(memory)
    memory.log.append(Exchange("editor", "GET", "http://h", {}, None, 200))
    result = recorder.result(CASE, None)
    monkeypatch.undo()
    assert [exchange["method"] for exchange in result.exchanges] == ["GET"]
    assert result.seconds == 0.123457
    assert (result.status, result.reason) == (Status.PASSED, "")


def test_a_secondary_finding_blocks_only_what_would_have_passed() -> None:
    recorder = recorded(Memory())
    recorder.world(made(Blocked("AC-002", "a", "b"), Blocked("AC-001", "c", "d")))
    blocked = recorder.result(CASE, None)
    assert (blocked.status, blocked.blocked_by, blocked.expected) == (Status.NOT_TESTABLE, "AC-002", "a")
    failed = recorder.result(CASE, CheckFailed("this", "that"))
    assert (failed.status, failed.blocked_by, failed.expected) == (Status.FAILED, "", "this")
    recorder.begin(cast(Any, SimpleNamespace(steps=[])), cast(Client, Memory()), TARGET)
    assert recorder.result(CASE, None).status is Status.PASSED


def test_a_known_failure_of_the_target_is_one() -> None:
    result = recorded(Memory(), TARGET).result(CASE, CheckFailed("this", "that"))
    assert (result.status, result.reason) == (Status.KNOWN_FAILURE, "issue 7 (expected this; got that)")
    assert recorded(Memory(), TARGET).result(SHOULD, CheckFailed("this", "that")).status is Status.WARNED


def test_a_scenario_that_never_began_has_a_result_too() -> None:
    recorder = Recorder()
    recorder.enter(WHEN)
    result = recorder.result(CASE, RuntimeError("s3cret"))
    assert (result.status, result.reason, result.worker) == (Status.ERROR, "RuntimeError: s3cret", "main")
    assert (result.steps, result.exchanges) == ((), ())
    assert Recorder().findings == ScenarioFindings()


@pytest.mark.parametrize(
    ("status", "outcome", "longrepr", "xfail"),
    [
        (Status.PASSED, "passed", None, False),
        (Status.WARNED, "passed", None, False),
        (Status.NOT_CLAIMED, "skipped", ("core/x.feature", 7, "why"), False),
        (Status.KNOWN_FAILURE, "skipped", "before", True),
        (Status.DEVIATES, "skipped", "before", True),
        (Status.FAILED, "failed", "AC-001 failed: why", False),
        (Status.STALE, "failed", "AC-001 stale: why", False),
        (Status.NOT_TESTABLE, "failed", "AC-001 not testable: why", False),
        (Status.ERROR, "failed", "AC-001 harness error: why", False),
    ],
)
def test_pytest_says_the_same(status: Status, outcome: str, longrepr: Any, xfail: bool) -> None:
    report = SimpleNamespace(outcome="before", longrepr="before")
    adjust_report(cast(pytest.TestReport, report), Result(CASE, status, "why"))
    assert (report.outcome, report.longrepr) == (outcome, longrepr)
    assert getattr(report, "wasxfail", None) == ("why" if xfail else None)


def deviating(error: BaseException | None, *secondary: NotTestable, case: Case = CASE) -> Result:
    recorder = recorded(Memory(), TARGET)
    recorder.world(made(*secondary, **{"created 201": "created: s3cret", "invalid 422": "invalid: declared"}))
    return recorder.result(case, error)


def test_a_pass_with_declared_statuses_deviates() -> None:
    for case in (CASE, SHOULD):
        result = deviating(None, case=case)
        assert (result.status, result.reason) == (Status.DEVIATES, f"created: {MASK}; invalid: declared")
        assert result.deviations == ("created 201", "invalid 422")


def test_a_deviation_hides_no_failure_and_nothing_that_was_not_tested() -> None:
    failed = deviating(CheckFailed("this", "that"))
    assert (failed.status, failed.deviations) == (Status.KNOWN_FAILURE, ("created 201", "invalid 422"))
    assert deviating(CheckFailed("this", "that"), case=SHOULD).status is Status.WARNED
    assert deviating(None, Blocked("AC-002", "a", "b")).status is Status.NOT_TESTABLE
    assert deviating(None, NotTestable("it reports no id")).status is Status.NOT_TESTABLE
    assert deviating(KeyError("x")).status is Status.ERROR


def test_kinds_answered_as_in_the_contract_are_noted() -> None:
    recorder, world = recorded(Memory()), made()
    world.findings.kept = {"updated": None, "created": None}
    recorder.world(world)
    result = recorder.result(CASE, None)
    assert (result.status, result.kept, result.deviations) == (Status.PASSED, ("updated", "created"), ())


BLOCKED, UNSEEN, UNASKED = Blocked("AC-002", "a", "b"), NotTestable("it reports no id"), CannotExpress("no words")
WRONG, OTHER = CheckFailed("this", "that"), Blocked("AC-001", "c", "d")


@pytest.mark.parametrize(
    ("error", "secondary", "decides"),
    [
        (None, [], None),
        (None, [UNSEEN, BLOCKED], BLOCKED),
        (None, [UNSEEN, UNASKED], UNSEEN),
        (UNASKED, [UNSEEN], UNASKED),
        (UNASKED, [UNSEEN, BLOCKED], BLOCKED),
        (UNSEEN, [BLOCKED], BLOCKED),
        (OTHER, [BLOCKED], OTHER),
        (WRONG, [UNSEEN, BLOCKED], WRONG),
    ],
)
def test_a_wrong_answer_decides_before_what_could_not_be_seen(error: Any, secondary: Any, decides: Any) -> None:
    assert worst(error, ScenarioFindings(secondary)) is decides


def test_a_history_is_made_printable() -> None:
    recorder, world = recorded(Memory()), made()
    operation = {"client": 0, "call": "upsert s3cret", "outcome": "200\x1b", "contradicts": True}
    world.history = {"key": "s3cret", "clients": 2, "operations": [operation], "explanation": "\ns3cret"}
    recorder.world(world)
    assert recorder.result(CASE, None).history == {
        "key": MASK,
        "clients": 2,
        "operations": [{"client": 0, "call": f"upsert {MASK}", "outcome": "200\\x1b", "contradicts": True}],
        "explanation": f"\\n{MASK}",
    }
    assert recorded(Memory()).result(CASE, None).history is None
