"""The counts always add up; the verdict and the exit code follow from them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from upsertspec.errors import Blocked, CannotExpress, CheckFailed, NotApplicable, NotTestable, TargetSilent
from upsertspec.report.result import Result, Status
from upsertspec.report.status import TABLE, Counts, row
from upsertspec.report.verdict import REQUIRED, Tally, Verdict, share, tally
from upsertspec.run.finalize import mark_stale
from upsertspec.run.recorder import status_of, with_known
from upsertspec.spec.criteria import Case
from upsertspec.target.target import KnownFailure, Target


def case(level: str = "MUST", title: str = "it holds", criterion: str = "AC-001") -> Case:
    return Case(f"{criterion} {title}", "core", criterion, level, "rule", title, "core/x.feature", 1)


def counted(*statuses: Status, level: str = "MUST") -> Tally:
    return tally(Result(case("SHOULD" if status is W else level), status) for status in statuses)


P, D, F, W, K, S, A, N, C, U, E = (
    Status.PASSED,
    Status.DEVIATES,
    Status.FAILED,
    Status.WARNED,
    Status.KNOWN_FAILURE,
    Status.STALE,
    Status.NOT_APPLICABLE,
    Status.NOT_TESTABLE,
    Status.NOT_CLAIMED,
    Status.NOT_SCORED,
    Status.ERROR,
)


def test_every_status_is_counted_here() -> None:
    assert {P, D, F, W, K, S, A, N, C, U, E} == set(Status)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_the_counts_add_up_for_every_mix(size: int) -> None:
    for mix in itertools.combinations_with_replacement(Status, size):
        summary = counted(*mix)
        assert summary.planned == size == sum(summary.counts.values())
        assert set(summary.counts) == set(Status)
        named = [int(word) for word in summary.headline.split(" = ")[1].split() if word.isdigit()]
        assert sum(named) == size
        assert f"{size} planned" in summary.headline


@pytest.mark.parametrize(
    ("statuses", "verdict", "code"),
    [
        ((P,), Verdict.CONFORMANT, 0),
        ((P, C), Verdict.CONFORMANT, 0),
        ((P, A), Verdict.CONFORMANT, 0),
        ((P, A, N), Verdict.INCOMPLETE, 3),
        ((P, A, F), Verdict.NOT_CONFORMANT, 1),
        ((A,), Verdict.INCOMPLETE, 3),
        ((A, C), Verdict.INCOMPLETE, 3),
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
    summary = counted(*statuses)
    assert (summary.verdict, summary.exit_code) == (verdict, code)
    assert summary.headline.startswith(verdict.value)


def test_no_mix_with_an_untested_must_or_an_error_is_conformant() -> None:
    for mix in itertools.combinations_with_replacement(Status, 3):
        summary = counted(*mix)
        if {F, K, N, E} & set(mix) or not {P, D, W, S} & set(mix):
            assert summary.verdict is not Verdict.CONFORMANT
        if {N, E} & set(mix):
            assert summary.exit_code != 0
        assert (summary.exit_code == 1) == bool({F, S} & set(mix))


@pytest.mark.parametrize("status", [N, K])
def test_a_should_that_is_untested_or_a_known_failure_does_not_change_the_verdict(status: Status) -> None:
    summary = tally([Result(case(), P), Result(case("SHOULD"), status)])
    assert (summary.verdict, summary.exit_code) == (Verdict.CONFORMANT, 0)


def test_the_headline_has_each_status_that_occurs() -> None:
    assert counted(P, P, F).headline == "not conformant: 3 planned = 2 passed + 1 failed"
    assert counted().headline == "incomplete: 0 planned = nothing"
    sums = " + ".join(f"1 {s.value}" for s in Status)
    assert counted(*Status).headline == (
        f"not conformant in what applies: 8 of 9 (1 not applicable: ); {len(Status)} planned = {sums}"
    )


def lacking(*reasons: str) -> list[Result]:
    return [Result(case(criterion="AC-005"), A, reason) for reason in reasons]


def test_what_does_not_apply_is_part_of_the_verdict_with_its_reasons() -> None:
    results = [Result(case(), P), *lacking("products has no birthday", "products has no birthday", "one role")]
    assert tally(results).headline == (
        "conformant in what applies: 1 of 4 (3 not applicable: no birthday, one role); "
        "4 planned = 1 passed + 3 not applicable"
    )
    assert tally(results, "core").headline.startswith("conformant in what was selected (core) and applies: 1 of 4 (")
    assert share(tally(results).counts) == "1 of 4"
    assert share(tally(results[:1]).counts) == ""


def test_many_reasons_are_counted() -> None:
    headline = tally([Result(case(), P), *lacking(*(f"reason {n:03} of many" for n in range(50)))]).headline
    assert "reason 000 of many, reason 001 of many" in headline
    assert "more reasons);" in headline
    assert len(headline) < 300
    assert len(tally([Result(case(), P), *lacking("x" * 5000)]).headline) < 400


@pytest.mark.parametrize("criterion", REQUIRED)
@pytest.mark.parametrize("status", [A, C])
def test_a_required_criterion_that_was_never_judged_leaves_the_verdict_incomplete(
    criterion: str, status: Status
) -> None:
    results = [Result(case(criterion=ident), P) for ident in (*REQUIRED, "AC-005") if ident != criterion]
    assert tally(results).exit_code == 0  # it was not selected
    summary = tally([*results, Result(case(criterion=criterion), status)])
    assert (summary.verdict, summary.exit_code) == (Verdict.INCOMPLETE, 3)
    assert f"since {criterion} was not judged" in summary.headline
    judged = [*results, Result(case(criterion=criterion), status), Result(case(criterion=criterion), P)]
    assert tally(judged).verdict is Verdict.CONFORMANT


def test_other_criteria_need_not_apply() -> None:
    summary = tally([*(Result(case(criterion=ident), P) for ident in REQUIRED), *lacking("one role")])
    assert (summary.verdict, summary.exit_code) == (Verdict.CONFORMANT, 0)


def test_the_table_has_each_status_once() -> None:
    assert sorted(row.status for row in TABLE) == sorted(Status)
    for name in ("short", "symbol", "emoji", "css"):
        assert len({getattr(row, name) for row in TABLE}) == len(TABLE)


def test_only_what_was_judged_and_met_counts_as_a_pass() -> None:
    assert {row.status for row in TABLE if row.counts is Counts.PASS} == {P, D, S}
    assert {row.status for row in TABLE if row.judged} == {P, D, S, F, W, K}
    assert row(A).counts is row(C).counts is Counts.NOTHING


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
        (NotApplicable("x"), A),
        (CannotExpress("x"), N),
        (Blocked("AC-001", "x", "y"), N),
        (AssertionError("x"), E),
        (KeyError("x"), E),
    ],
)
def test_how_a_scenario_ended_gives_its_status(error: BaseException | None, status: Status) -> None:
    assert status_of(error)[0] is status


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
