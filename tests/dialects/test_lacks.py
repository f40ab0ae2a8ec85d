"""What answers never report is ignored if the scenario is not about it, not testable if it is, and never a pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.dialects.conftest import Judge
from tests.kit import CREDENTIALS, TOKENS
from upsertspec.dialects.base import Answer, Response, Setup
from upsertspec.dialects.native import Native
from upsertspec.dialects.operations import Operation, Read
from upsertspec.report.result import Result, Status
from upsertspec.report.verdict import Verdict, tally
from upsertspec.target.target import Target
from upsertspec_broken import catalogue
from upsertspec_server import create_app

P, F, N = Status.PASSED, Status.FAILED, Status.NOT_APPLICABLE


class Mute(Native):
    """The contract's own dialect, but without some aspects of its answers."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.lacks: Mapping[str, str] = dict.fromkeys(setup.options["lacks"], "a test")

    def answer(self, operation: Operation, response: Response) -> Answer:
        said = super().answer(operation, response)
        return said if isinstance(operation, Read) else self.mute(said)

    def mute(self, said: Answer) -> Answer:
        gone = {"id": None, "record": None, "operation": None, "counts": None}
        parts = [self.mute(part) for part in said.parts]
        return replace(said, parts=parts, **{name: gone[name] for name in self.lacks})


def mute(*aspects: str, profiles: tuple[str, ...] = ("core",)) -> Target:
    return Target(
        url="",
        dialect=f"{__name__}:Mute",
        dialect_options={"lacks": list(aspects)},
        roles=CREDENTIALS,
        profiles=profiles,
    )


def judged(judge: Judge, target: Target, *criteria: str, fault: str = "", keyword: str = "") -> list[Result]:
    app = (catalogue()[fault].create_app if fault else create_app)({"TOKENS": TOKENS})
    results: list[Result] = judge(app, target, *criteria, keyword=keyword)
    return [result for result in results if result.status is not Status.NOT_CLAIMED]


def statuses(results: list[Result]) -> set[Status]:
    return {result.status for result in results}


def test_the_operation_matters_to_ac_012_only(judge: Judge) -> None:
    results = judged(judge, mute("operation"), "AC-012", "AC-002")
    of_012 = [result for result in results if result.case.criterion == "AC-012"]
    assert statuses(of_012) == {N}
    assert {result.reason for result in of_012} == {"the answer does not report the operation: a test"}
    assert statuses([result for result in results if result.case.criterion == "AC-002"]) == {P}
    assert tally(results).verdict is Verdict.CONFORMANT


def test_what_is_stored_is_still_checked(judge: Judge) -> None:
    results = judged(judge, mute("operation"), "AC-012", fault="replaces-the-whole-record")
    assert F not in statuses(results)
    mute_014 = judged(judge, mute("operation"), "AC-014", fault="replaces-the-whole-record")
    assert F in statuses(mute_014)


def test_a_wrong_operation_that_cannot_be_seen_does_not_pass(judge: Judge) -> None:
    assert statuses(judged(judge, mute(), "AC-012", fault="says-upserted")) == {F}
    assert statuses(judged(judge, mute("operation"), "AC-012", fault="says-upserted")) == {N}


def test_ignored_is_reported_or_not_testable(judge: Judge) -> None:
    target = mute("operation", profiles=("core", "conflict"))
    conforming = judged(judge, target, "AC-201", keyword="match and unchanged")
    assert statuses(conforming) == {N}
    broken = judged(judge, target, "AC-201", keyword="match and unchanged", fault="ignore-updates")
    assert statuses(broken) == {F}


def test_a_record_that_is_never_reported(judge: Judge) -> None:
    results = judged(judge, mute("record"), "AC-001")
    named = {result.case.title: result.status for result in results}
    assert named.pop("The answer holds the record as it is stored") is N
    assert set(named.values()) == {P}
    assert F in statuses(judged(judge, mute("record"), "AC-001", fault="answers-the-row-count"))


def test_an_id_that_is_never_reported_is_looked_up_at_once(judge: Judge) -> None:
    target = mute("id", "record", profiles=("core", "identity"))
    assert statuses(judged(judge, target, "AC-103", "AC-106", "AC-014")) <= {P, N}
    broken = judged(judge, target, "AC-103", fault="delete-then-insert")
    assert {r.reason.split(";")[0] for r in broken if r.status is F} >= {"expected the same id in every answer"}


def test_the_id_in_the_answer_is_not_testable_where_there_is_none(judge: Judge) -> None:
    [result] = judged(judge, mute("id"), "AC-001", keyword="read and by and id and answer")
    assert (result.status, result.reason) == (N, "the answer does not report the id: a test")


def test_a_batch_that_reports_nothing(judge: Judge) -> None:
    target = mute("operation", "id", "record", "counts", profiles=("core", "batch"))
    results = judged(judge, target, "AC-301", "AC-303", "AC-308", keyword="AC-301 or AC-303 or whole")
    assert F not in statuses(results)
    assert N in statuses([result for result in results if result.case.criterion == "AC-301"])
    assert P in statuses([result for result in results if result.case.criterion == "AC-303"])
    broken = judged(judge, target, "AC-303", fault="values-carry-over")
    assert F in statuses(broken)


ABOUT = {
    "operation": ("says ignored",),
    "record": ("the answer holds", "the answer's record is whole"),
    "id": ("reads the same by its id",),
}


@pytest.mark.parametrize(
    ("aspect", "fault", "criterion"),
    [
        ("operation", "says-upserted", "AC-012"),
        ("operation", "ignored-says-updated", "AC-201"),
        ("record", "created-has-only-its-id", "AC-001"),
        ("id", "answers-the-row-count", "AC-001"),
    ],
)
def test_a_scenario_about_a_missing_aspect_never_passes(aspect: str, fault: str, criterion: str, judge: Judge) -> None:
    target = mute(aspect, profiles=("core", "conflict"))
    for result in judged(judge, target, criterion, fault=fault):
        if any(words in step.text for step in result.steps for words in ABOUT[aspect]):
            assert result.status is not P, result.case.title
        if aspect == "operation" and criterion == "AC-012":
            assert result.status is N, result.case.title
