"""The results that are decided at the end of a run: blocked cases, and stales."""

from __future__ import annotations

from dataclasses import replace

from upsertspec.errors import ENDED, GONE, TargetGone
from upsertspec.report.result import Evidence, Result, Status, StepResult
from upsertspec.run.finalize import finalize
from upsertspec.spec.criteria import Case, cases
from upsertspec.target.target import KnownFailure, Target

TARGET = Target(url="http://127.0.0.1:1")


def result(
    criterion: str, status: Status, *, blocked_by: str = "", level: str = "MUST", title: str = "a title"
) -> Result:
    case = Case(f"{criterion} {title}", "core", criterion, level, "", title, "core/x.feature", 1)
    return Result(case, status, "a reason", "this", "that", blocked_by)


def statuses(results: list[Result], target: Target = TARGET) -> list[Status]:
    return [settled.status for settled in finalize(results, target)]


def test_a_case_stays_blocked_by_a_criterion_that_fails() -> None:
    blocked = result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001")
    assert statuses([result("AC-001", Status.FAILED), blocked]) == [Status.FAILED, Status.NOT_TESTABLE]


def test_a_case_stays_blocked_by_a_criterion_of_which_nothing_could_be_judged() -> None:
    chain = [
        result("AC-001", Status.FAILED),
        result("AC-601", Status.NOT_TESTABLE, blocked_by="AC-001"),
        result("AC-203", Status.NOT_TESTABLE, blocked_by="AC-601"),
    ]
    assert statuses(chain) == [Status.FAILED, Status.NOT_TESTABLE, Status.NOT_TESTABLE]
    passing = result("AC-601", Status.PASSED, title="another")
    assert statuses([*chain, passing])[2] == Status.FAILED


def test_a_blocked_case_fails_if_its_blocker_passes() -> None:
    blocked = result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001")
    settled = finalize([result("AC-001", Status.PASSED), blocked], TARGET)
    assert [each.status for each in settled] == [Status.PASSED, Status.FAILED]
    assert settled[1].reason == "expected this; got that"
    assert settled[1].blocked_by == ""


def test_a_blocked_case_fails_if_its_blocker_was_not_run() -> None:
    assert statuses([result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001")]) == [Status.FAILED]


def test_a_blocked_should_that_fails_is_a_warning() -> None:
    assert statuses([result("AC-110", Status.NOT_TESTABLE, blocked_by="AC-001", level="SHOULD")]) == [Status.WARNED]


def test_a_blocked_case_that_fails_can_be_a_known_failure() -> None:
    target = Target(url="http://127.0.0.1:1", known_failures=(KnownFailure("AC-002", "issue 7"),))
    blocked = result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001")
    assert statuses([blocked], target) == [Status.KNOWN_FAILURE]


def test_a_known_failure_still_blocks() -> None:
    blocked = result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001")
    assert statuses([result("AC-001", Status.KNOWN_FAILURE), blocked])[1] is Status.NOT_TESTABLE


def test_what_is_not_testable_for_another_reason_stays_so() -> None:
    assert statuses([result("AC-005", Status.NOT_TESTABLE)]) == [Status.NOT_TESTABLE]


def test_a_setup_whose_blocker_was_not_judged_stays_not_testable() -> None:
    setup = replace(
        result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001"),
        evidence=Evidence((StepResult("Given", "these contacts are stored:", "failed"),)),
    )
    unasked = result("AC-001", Status.NOT_TESTABLE)
    asked = replace(unasked, evidence=Evidence(exchanges=({"method": "GET"},)))
    for others in ([], [unasked], [result("AC-001", Status.NOT_APPLICABLE)]):
        assert statuses([setup, *others])[0] is Status.NOT_TESTABLE
    for other in (asked, result("AC-001", Status.PASSED)):
        assert statuses([setup, other])[0] is Status.FAILED


def test_a_stale_known_failure_says_what_to_do() -> None:
    target = Target(url="http://127.0.0.1:1", known_failures=(KnownFailure("AC-014", "issue 7"),))
    passed = [Result(case, Status.PASSED) for case in cases() if case.criterion == "AC-014"]
    failed = result("AC-001", Status.FAILED)
    [first, *_, last] = finalize([*passed, failed], target)
    assert first.reason == "it passes, but is listed as a known failure (issue 7); take the entry out"
    assert first.case is passed[0].case
    assert last is failed


def test_each_known_failure_is_looked_at() -> None:
    known = (KnownFailure("AC-013", "issue 6"), KnownFailure("AC-014", "issue 7"))
    target = Target(url="http://127.0.0.1:1", known_failures=known)
    passed = [Result(case, Status.PASSED) for case in cases() if case.criterion == "AC-014"]
    assert set(statuses(passed, target)) == {Status.STALE}


def test_a_known_failure_that_passes_throughout_is_stale() -> None:
    target = Target(url="http://127.0.0.1:1", known_failures=(KnownFailure("AC-014", "issue 7"),))
    passed = [Result(case, Status.PASSED) for case in cases() if case.criterion == "AC-014"]
    assert set(statuses(passed, target)) == {Status.STALE}
    mixed = [replace(passed[0], status=Status.KNOWN_FAILURE), *passed[1:]]
    assert Status.STALE not in statuses(mixed, target)
    untested = [replace(passed[0], status=Status.NOT_TESTABLE), *passed[1:]]
    assert Status.STALE not in statuses(untested, target)
    assert Status.STALE not in statuses(passed[:1], target)


def test_a_criterion_that_only_deviates_blocks_nothing() -> None:
    blocked = result("AC-002", Status.NOT_TESTABLE, blocked_by="AC-001")
    assert statuses([result("AC-001", Status.DEVIATES), blocked]) == [Status.DEVIATES, Status.FAILED]


def test_a_known_failure_that_deviates_throughout_is_stale() -> None:
    target = Target(url="http://127.0.0.1:1", known_failures=(KnownFailure("AC-014", "issue 7"),))
    deviating = [Result(case, Status.DEVIATES) for case in cases() if case.criterion == "AC-014"]
    assert set(statuses(deviating, target)) == {Status.STALE}


def test_a_known_failure_of_a_criterion_is_stale_once_all_that_applies_passes() -> None:
    listed = [case for case in cases() if case.criterion == "AC-003"]
    target = Target(url="http://127.0.0.1:1", known_failures=(KnownFailure("AC-003", "issue 9"),))
    first, *others = [Result(case, Status.NOT_APPLICABLE, "products has no birthday") for case in listed]
    assert statuses([first, *others], target) == [Status.NOT_APPLICABLE] * len(listed)
    passing = [replace(other, status=Status.PASSED) for other in others]
    assert statuses([first, *passing], target) == [Status.NOT_APPLICABLE, *[Status.STALE] * len(others)]
    failing = replace(first, status=Status.KNOWN_FAILURE)
    assert Status.STALE not in statuses([failing, *passing], target)


def on_its_way(criterion: str, started: float, elapsed: float) -> Result:
    """A result whose last request got no answer, as the target stopped answering."""
    sent = {"failure": "broken answer", "started": started, "elapsed": elapsed, "curl": f"curl {criterion}"}
    return replace(
        result(criterion, Status.FAILED),
        reason=str(TargetGone("the connection broke")),
        evidence=Evidence(exchanges=(sent,)),
    )


def test_of_the_requests_on_their_way_only_the_longest_killed_the_target() -> None:
    """Three workers met the first death, one the second; what came later names the last."""
    later = replace(result("AC-014", Status.NOT_TESTABLE), reason=f"{ENDED}{GONE}: can't connect")
    met = [on_its_way("AC-001", 10.2, 0.1), on_its_way("AC-002", 10.0, 0.3), on_its_way("AC-003", 10.25, 0.01)]
    settled = finalize([*met, on_its_way("AC-004", 20.0, 1.0), later], TARGET)
    lost, failed = Status.NOT_TESTABLE, Status.FAILED
    assert [each.status for each in settled] == [lost, failed, lost, failed, lost]
    assert settled[0].reason.startswith("the target was gone: it stopped answering after a request that was longer")
    assert settled[4].reason == (
        "the run was ended: the target was gone; the server stopped answering after this request of AC-004, a title: "
        "curl AC-004"
    )
