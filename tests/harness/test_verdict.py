"""The one count: it always adds up, and the verdict and the exit code follow from it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from upsertspec.errors import Blocked, CannotExpress, CheckFailed, NotTestable, TargetSilent
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Tally, Verdict, tally
from upsertspec.run.finalize import mark_stale
from upsertspec.run.recorder import judge, with_known
from upsertspec.spec.criteria import Case
from upsertspec.target.target import KnownFailure, Target


def case(level: str = "MUST", title: str = "it holds", criterion: str = "AC-001") -> Case:
    return Case(f"{criterion} {title}", "core", criterion, level, "rule", title, "core/x.feature", 1)


def counted(*statuses: Status, level: str = "MUST") -> Tally:
    return tally(Result(case(level), status) for status in statuses)


P, D, F, W, K, S, N, C, E = (
    Status.PASSED,
    Status.DEVIATES,
    Status.FAILED,
    Status.WARNED,
    Status.KNOWN_FAILURE,
    Status.STALE,
    Status.NOT_TESTABLE,
    Status.NOT_CLAIMED,
    Status.ERROR,
)


def test_every_status_is_counted_here() -> None:
    assert {P, D, F, W, K, S, N, C, E} == set(Status)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_the_denominator_adds_up_for_every_mix(size: int) -> None:
    for mix in itertools.combinations_with_replacement(Status, size):
        told = counted(*mix)
        assert told.planned == size == sum(told.counts.values())
        assert set(told.counts) == set(Status)
        named = [int(word) for word in told.headline.split("=")[1].split() if word.isdigit()]
        assert sum(named) == size
        assert f"{size} planned" in told.headline


@pytest.mark.parametrize(
    ("statuses", "verdict", "code"),
    [
        ((P,), Verdict.CONFORMANT, 0),
        ((P, C), Verdict.CONFORMANT, 0),
        ((D,), Verdict.CONFORMANT, 0),
        ((D, F), Verdict.NOT_CONFORMANT, 1),
        ((D, N), Verdict.INCOMPLETE, 3),
        ((P, W), Verdict.CONFORMANT, 0),
        ((P, F), Verdict.NOT_CONFORMANT, 1),
        ((P, K), Verdict.NOT_CONFORMANT, 0),
        ((P, K, F), Verdict.NOT_CONFORMANT, 1),
        ((P, S), Verdict.CONFORMANT, 1),
        ((P, N), Verdict.INCOMPLETE, 3),
        ((P, E), Verdict.INCOMPLETE, 3),
        ((P, F, N), Verdict.NOT_CONFORMANT, 1),
        ((P, F, E), Verdict.NOT_CONFORMANT, 1),
        ((P, K, N), Verdict.NOT_CONFORMANT, 3),
        ((P, S, N), Verdict.INCOMPLETE, 1),
        ((C,), Verdict.INCOMPLETE, 3),
        ((N,), Verdict.INCOMPLETE, 3),
        ((), Verdict.INCOMPLETE, 3),
    ],
)
def test_the_verdict_and_the_exit_code(statuses: Sequence[Status], verdict: Verdict, code: int) -> None:
    told = counted(*statuses)
    assert (told.verdict, told.exit_code) == (verdict, code)
    assert told.headline.startswith(verdict.value)


def test_no_mix_with_an_untested_must_or_an_error_is_conformant() -> None:
    for mix in itertools.combinations_with_replacement(Status, 3):
        told = counted(*mix)
        if {F, K, N, E} & set(mix) or not {P, D, W, S} & set(mix):
            assert told.verdict is not Verdict.CONFORMANT
        if {N, E} & set(mix):
            assert told.exit_code != 0
        assert (told.exit_code == 1) == bool({F, S} & set(mix))


def test_a_should_that_could_not_be_tested_does_not_leave_the_verdict_open() -> None:
    told = tally([Result(case(), P), Result(case("SHOULD"), N)])
    assert (told.verdict, told.exit_code) == (Verdict.CONFORMANT, 0)


def test_a_known_failure_of_a_should_is_no_breach() -> None:
    told = tally([Result(case(), P), Result(case("SHOULD"), K)])
    assert (told.verdict, told.exit_code) == (Verdict.CONFORMANT, 0)


def test_the_headline_tells_each_status_that_there_is() -> None:
    assert counted(P, P, F).headline == "not conformant: 3 planned = 2 passed + 1 failed"
    assert counted().headline == "incomplete: 0 planned = nothing"
    assert counted(*Status).headline == f"not conformant: {len(Status)} planned = " + " + ".join(
        f"1 {s.value}" for s in Status
    )


def test_a_selection_is_named_in_the_headline() -> None:
    assert tally([Result(case(), P)], "AC-001").headline.startswith(
        "conformant in what was selected (AC-001): 1 planned"
    )


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (None, P),
        (CheckFailed("a", "b"), F),
        (TargetSilent("broken answer", "x"), F),
        (TargetSilent("no answer in time", "x"), F),
        (TargetSilent("unreachable", "x"), N),
        (TargetSilent("TLS", "x"), N),
        (NotTestable("x"), N),
        (CannotExpress("x"), N),
        (Blocked("AC-001", "x", "y"), N),
        (AssertionError("x"), E),
        (KeyError("x"), E),
    ],
)
def test_how_a_scenario_ended_gives_its_status(error: BaseException | None, status: Status) -> None:
    assert judge(error)[0] is status


@pytest.mark.parametrize(("status", "known"), [(F, K), (N, N), (E, E), (P, P)])
def test_a_known_failure_excuses_a_failure_only(status: Status, known: Status) -> None:
    assert with_known(status, "why", KnownFailure("AC-001", "tracked"), case())[0] is known


def test_a_failed_should_is_a_warning() -> None:
    assert with_known(F, "why", None, case("SHOULD")) == (W, "why")


def statuses_of(known: KnownFailure, *results: tuple[str, Status]) -> list[Status]:
    target = Target("http://h", known_failures=(known,))
    marked = mark_stale([Result(case(title=title), status) for title, status in results], target)
    return [result.status for result in marked]


def test_a_known_failure_that_passes_is_stale() -> None:
    known = KnownFailure("AC-001", "tracked", "it holds")
    assert statuses_of(known, ("it holds", P), ("another", P)) == [S, P]
