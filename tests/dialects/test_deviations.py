"""Statuses that a target declares: what is right except for the status *deviates*, and is not a plain pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Response

from tests.dialects.conftest import Judge
from tests.kit import CREDENTIALS, TOKENS
from upsertspec.errors import ENDED, Blocked, ConfigError, NotTestable
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Verdict, tally
from upsertspec.run.finalize import finalize
from upsertspec.run.recorder import worst
from upsertspec.spec import criteria as spec
from upsertspec.spec.outcomes import KINDS
from upsertspec.steps.findings import ScenarioFindings
from upsertspec.target.target import Target
from upsertspec_broken import catalogue

URL = 'url = "http://127.0.0.1:1"\n'
P, D, F, S, N = Status.PASSED, Status.DEVIATES, Status.FAILED, Status.STALE, Status.NOT_TESTABLE


def target(**declared: int) -> Target:
    return Target(url="http://127.0.0.1:1", roles=CREDENTIALS, deviations={k: (v,) for k, v in declared.items()})


def judged(judge: Judge, wanted: Target, fault: str, *criteria: str) -> list[Result]:
    results: list[Result] = judge(catalogue()[fault].create_app({"TOKENS": TOKENS}), wanted, *criteria)
    return results


def statuses(results: list[Result]) -> set[Status]:
    return {result.status for result in results}


CASES = [
    ("created-is-201", "created", 201, "AC-001"),
    ("invalid-is-422", "invalid", 422, "AC-009"),
    ("forbidden-is-404", "forbidden", 404, "AC-006"),
    ("forbidden-is-401", "forbidden", 401, "AC-006"),
]


@pytest.mark.parametrize(("fault", "kind", "status", "criterion"), CASES)
def test_a_declared_status_deviates_and_an_undeclared_one_fails(
    fault: str, kind: str, status: int, criterion: str, judge: Judge
) -> None:
    assert F in statuses(judged(judge, target(), fault, criterion))
    assert F in statuses(judged(judge, target(**{kind: status + 9}), fault, criterion))
    results = judged(judge, target(**{kind: status}), fault, criterion)
    assert statuses(results) <= {P, D}
    deviating = [result for result in results if result.status is D]
    assert deviating
    assert {result.deviations for result in deviating} == {(f"{kind} {status}",)}
    reason = f"{kind}: {status} where the contract has {KINDS[kind]}, as the target declares"
    assert {result.reason for result in deviating} == {reason}
    counted = tally(results)
    assert (counted.verdict, counted.exit_code) == (Verdict.CONFORMANT, 0)
    assert counted.headline.startswith("conformant with 1 declared deviation: ")
    assert f"{len(deviating)} deviates" in counted.headline


def test_a_declared_refusal_that_wrote_something_fails(judge: Judge) -> None:
    """`refuses-when-all-is-done` answers 403, and the record is written: also where 403 stands for 401, say."""
    results = judged(judge, target(forbidden=403), "refuses-when-all-is-done", "AC-006")
    assert F in statuses(results)
    other = judged(judge, target(invalid=403), "refuses-when-all-is-done", "AC-006")
    assert F in statuses(other)


def test_nothing_written_is_judged_apart_from_the_number(judge: Judge) -> None:
    app = catalogue()["refuses-when-all-is-done"].create_app({"TOKENS": TOKENS})

    @app.after_request
    def says_418(response: Response) -> Response:
        response.status_code = 418 if response.status_code == 403 else response.status_code
        return response

    broken: list[Result] = judge(app, target(forbidden=418), "AC-006")
    wrong = [result for result in broken if result.status is F]
    assert wrong
    assert not any("an answer of 403" in result.expected for result in wrong)
    assert all("forbidden 418" in result.deviations for result in wrong)


def test_a_deviation_blocks_nothing_and_hides_nothing(judge: Judge) -> None:
    """AC-014 meets the 201 of AC-001: declared, it deviates itself; undeclared, it is blocked by what fails."""
    declared = judged(judge, target(created=201), "created-is-201", "AC-001", "AC-014")
    assert statuses(declared) <= {P, D}
    undeclared = judged(judge, target(), "created-is-201", "AC-001", "AC-014")
    assert Status.NOT_TESTABLE in {r.status for r in undeclared if r.case.criterion == "AC-014"}


def whole(status: Status = P, **changes: tuple[str, ...]) -> list[Result]:
    """A whole run of core, each case of which met an invalid request."""
    return [Result(case, status, **changes) for case in spec.cases() if case.profile == "core"]


def test_a_declared_status_that_no_answer_needed_is_stale_once() -> None:
    results = whole(kept=("invalid",))
    settled = finalize(results, target(invalid=422))
    assert [result.status for result in settled].count(S) == 1
    assert settled[0].reason == "no answer needed invalid = 422 of [deviations]; take it out"
    assert tally(settled).exit_code == 1


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        (whole(kept=("invalid",))[:-1], target(invalid=422)),
        (whole(kept=("invalid",)), replace(target(invalid=422), whole=False)),
        (whole(kept=("created",)), target(invalid=422)),
        (whole(kept=("invalid",))[1:] + whole(D, deviations=("invalid 422",))[:1], target(invalid=422)),
        (whole(kept=("invalid",)), target()),
        (
            [*whole(kept=("invalid",))[1:], replace(whole(N)[0], reason=f"{ENDED}500 to everything")],
            target(invalid=422),
        ),
    ],
    ids=[
        "a part was run",
        "some profiles were left out",
        "never met",
        "needed once",
        "nothing declared",
        "ended early",
    ],
)
def test_nothing_is_stale_without_a_reason(results: list[Result], wanted: Target) -> None:
    assert S not in statuses(finalize(results, wanted))


def test_of_two_statuses_the_one_that_never_came_is_stale() -> None:
    wanted = replace(target(), deviations={"invalid": (409, 422)})
    results = whole(D, deviations=("invalid 422",))
    stale = [result for result in finalize(results, wanted) if result.status is S]
    assert [result.reason for result in stale] == ["no answer needed invalid = 409 of [deviations]; take it out"]
    assert tally(results).deviations == ("invalid 422",)


def test_each_declared_status_is_counted_once_however_many_cases_had_it() -> None:
    results = [*whole(D, deviations=("invalid 422", "created 201")), *whole(D, deviations=("invalid 409",))]
    assert "conformant with 3 declared deviations: " in tally(results).headline
    failed = [replace(result, status=F) for result in results]
    assert "deviation" not in tally(failed).headline


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("invalid = 400", "line 3: deviations.invalid: 400 is what the contract has itself; take it out"),
        ("invalid = [422, 400]", "deviations.invalid: 400 is what the contract has"),
        ("invald = 422", "line 3: deviations.invald: is not known here; did you mean 'invalid'?"),
        ("invalid = 500", "line 3: deviations.invalid: can't be 500; write a status of 400 to 499, or a list"),
        ("created = 400", "line 3: deviations.created: can't be 400; write a status of 200 to 299, or a list"),
        ("created = []", "deviations.created: can't be []"),
        ('created = "201"', 'can\'t be "201"; write a status'),
        ("created = true", "can't be true; write a status"),
    ],
)
def test_a_wrong_declaration_is_named(line: str, words: str, load: Callable[[str], Target]) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)):
        load(f"{URL}[deviations]\n{line}\n")


def test_what_is_declared_is_read(load: Callable[[str], Target]) -> None:
    wanted = load(f"{URL}[deviations]\ncreated = 201\ninvalid = [409, 422]\n")
    assert wanted.deviations == {"created": (201,), "invalid": (409, 422)}


def test_the_schema_knows_every_kind(load: Callable[[str], Target]) -> None:
    lines = [f"{kind} = {299 if status < 300 else 499}" for kind, status in KINDS.items()]
    assert set(load(f"{URL}[deviations]\n" + "\n".join(lines)).deviations) == set(KINDS)


def test_what_was_seen_to_be_wrong_comes_before_what_could_not_be_seen() -> None:
    lack, blocked = NotTestable("it is not reported"), Blocked("AC-001", "this", "that")
    assert worst(None, ScenarioFindings(secondary=[lack, blocked])) is blocked
    assert worst(lack, ScenarioFindings(secondary=[blocked])) is blocked
    assert worst(None, ScenarioFindings(secondary=[lack])) is lack
    assert worst(None, ScenarioFindings()) is None
    failed = AssertionError()
    assert worst(failed, ScenarioFindings(secondary=[blocked, lack])) is failed
