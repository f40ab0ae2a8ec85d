"""CTRF, Cucumber Messages, Allure, JUnit and the badge, each read back with a standard reader of the format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from allure_commons import model2
from cucumber_messages import Envelope, message_converter
from cucumber_messages import TestStepResultStatus as StepStatus
from junitparser.xunit2 import JUnitXml

from tests.report.ctrf_schema import CTRF
from tests.report.kit import VALIDATOR, Done
from tests.report.render_kit import hostile, with_statuses
from upsertspec.errors import ConfigError
from upsertspec.report import allure, badge, ctrf, cucumber, junit
from upsertspec.report.status import Status, row

Runs = Callable[[str], Done]
WORST = [StepStatus(name) for name in ("PASSED", "SKIPPED", "PENDING", "UNKNOWN", "FAILED")]
"""As Cucumber orders them, the worst last."""


def ctrf_of(report: dict[str, Any]) -> dict[str, Any]:
    """The report as CTRF; the test fails if it does not fit the schema."""
    found: dict[str, Any] = json.loads(ctrf.render(report))
    assert [f"{error.json_path}: {error.message[:300]}" for error in CTRF.iter_errors(found)] == []
    return found


def messages_of(report: dict[str, Any]) -> list[Envelope]:
    """The report as Cucumber Messages, read by Cucumber's own library."""
    lines = cucumber.render(report).splitlines()
    return [message_converter.from_dict(json.loads(line), Envelope) for line in lines]


def statuses_of(messages: list[Envelope]) -> list[str]:
    """The status of each test case, in order: that of its worst step, as Cucumber counts it."""
    found: dict[str, list[StepStatus]] = {}
    for message in messages:
        if message.test_case_started:
            found[message.test_case_started.id] = []
        if done := message.test_step_finished:
            found[done.test_case_started_id].append(done.test_step_result.status)
    return [max(each, key=WORST.index).value for each in found.values()]


def test_ctrf_says_what_the_report_says(each: Done) -> None:
    found, report = ctrf_of(each.report)["results"], each.report
    assert found["summary"]["extra"] == report["verdict"]
    assert [test["rawStatus"] for test in found["tests"]] == [result["status"] for result in report["results"]]
    assert [test["testId"] for test in found["tests"]] == [result["id"] for result in report["results"]]
    counted = Counter(test["status"] for test in found["tests"])
    summary = {name: found["summary"][name] for name in ("passed", "failed", "skipped", "pending", "other")}
    assert {name: number for name, number in summary.items() if number} == counted
    assert found["summary"]["tests"] == report["verdict"]["planned"] == sum(summary.values())
    assert found["summary"]["stop"] - found["summary"]["start"] >= 0


def test_cucumber_messages_say_what_the_report_says(each: Done) -> None:
    messages = messages_of(each.report)
    assert statuses_of(messages) == [row(result["status"]).cucumber for result in each.results]
    pickles = [message.pickle for message in messages if message.pickle]
    assert [pickle.name for pickle in pickles] == [result["title"] for result in each.results]
    told = [[step.text for step in pickle.steps] for pickle in pickles if pickle]
    assert [steps for steps, r in zip(told, each.results, strict=True) if r["steps"]] == [
        [step["text"] for step in result["steps"]] for result in each.results if result["steps"]
    ]
    assert messages[-1].test_run_finished
    assert messages[-1].test_run_finished.success == (each.report["verdict"]["exit_code"] == 0)


def test_every_message_refers_to_one_before_it(done: Runs) -> None:
    known: set[str] = set()
    for line in cucumber.render(done("failing").report).splitlines():
        made, referred = idents(json.loads(line))
        known |= made
        assert referred <= known


def idents(node: Any) -> tuple[set[str], set[str]]:
    """The ids that a message gives, and those that it refers to."""
    made, referred = set[str](), set[str]()
    for name, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if name == "id":
            made.add(value)
        elif str(name).endswith(("Id", "Ids")) and name != "workerId":
            referred |= set(value) if isinstance(value, list) else {value}
        else:
            inner = idents(value)
            made, referred = made | inner[0], referred | inner[1]
    return made, referred


def test_allure_files_say_what_the_report_says(each: Done) -> None:
    read = [model2.TestResult(**json.loads(text)) for _, text in allure.files(each.report)]
    assert [found.status for found in read] == [row(result["status"]).allure for result in each.results]
    assert [found.name for found in read] == [result["title"] for result in each.results]
    assert len({name for name, _ in allure.files(each.report)}) == len(each.results)


@pytest.mark.parametrize("status", [status.value for status in Status])
def test_every_status_is_converted(done: Runs, status: str) -> None:
    report = with_statuses(done("failing").report, [status])
    kind = row(status)
    [test] = ctrf_of(report)["results"]["tests"]
    assert (test["rawStatus"], test["status"]) == (status, kind.ctrf)
    assert statuses_of(messages_of(report)) == [kind.cucumber]
    [[case]] = JUnitXml.fromstring(junit.render(report).encode())
    assert {p.name: p.value for p in case.properties()}["status"] == status
    assert bool(case.result) == bool(kind.junit)


def test_hostile_text_stays_text(done: Runs) -> None:
    report = hostile(done("hostile").report)
    for test, result in zip(ctrf_of(report)["results"]["tests"], report["results"], strict=True):
        assert test["name"] == result["title"]
    assert len(statuses_of(messages_of(report))) == len(report["results"])
    [suite] = JUnitXml.fromstring(junit.render(report).encode())
    assert len(list(suite)) == len(report["results"])
    svg = ElementTree.fromstring(badge.render(report))
    assert {element.tag.partition("}")[2] for element in svg.iter()} == {
        "svg", "title", "clipPath", "g", "rect", "text",
    }  # fmt: skip


def test_a_date_that_does_not_exist_is_refused(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["passed"])
    report["run"]["started"] = "2026-02-31T00:00:00.000Z"
    assert list(VALIDATOR.iter_errors(report)) == []
    with pytest.raises(ConfigError, match=r"run\.started is not a time"):
        ctrf.render(report)


@pytest.mark.parametrize(
    ("name", "label", "message", "color"),
    [
        ("conformant", "upsert 2026-11: core", "conformant in a selection, {} of {}", "brightgreen"),
        ("failing", "upsert 2026-11: core", "not conformant in a selection, {} of {}", "red"),
        ("without_roles", "upsert 2026-11: core", "incomplete in a selection, {} of {}", "yellow"),
    ],
)
def test_the_badge_says_the_verdict_and_the_denominator(
    done: Runs, name: str, label: str, message: str, color: str
) -> None:
    report = done(name).report
    counts = report["verdict"]["counts"]
    text = message.format(counts["passed"], report["verdict"]["planned"] - counts["not claimed"])
    endpoint = {"schemaVersion": 1, "label": label, "message": text, "color": color}
    assert json.loads(badge.render_json(report)) == endpoint
    svg = ElementTree.fromstring(badge.render(report))
    texts = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [label, text]
    assert svg.get("aria-label") == f"{label}: {text}"


def test_a_badge_names_what_is_claimed(done: Runs) -> None:
    report = with_statuses(done("conformant").report, ["passed"])
    report["run"]["selection"] = {"criteria": [], "keyword": ""}
    report["target"]["profiles"] = ["core", "identity", "batch", "records"]
    assert badge.label(report) == "upsert 2026-11: core, identity + 2"
    assert badge.message(report) == "conformant, 1 of 1"
    report["target"]["not_claimed"] = []
    assert badge.label(report) == "upsert 2026-11: all profiles"


def test_a_badge_says_how_much_applies(done: Runs) -> None:
    report = with_statuses(done("conformant").report, ["passed", "not applicable", "not claimed"])
    endpoint = json.loads(badge.render_json(report))
    assert (endpoint["message"], endpoint["color"]) == (
        "conformant in a selection, 1 of 1, 1 not applicable",
        "brightgreen",
    )


def test_a_badge_says_that_a_target_deviates(done: Runs) -> None:
    report = with_statuses(done("conformant").report, ["passed", "deviates"])
    endpoint = json.loads(badge.render_json(report))
    assert (endpoint["message"], endpoint["color"]) == (
        "conformant with deviations in a selection, 1 of 2",
        "yellowgreen",
    )
    assert "#566d12" in badge.render(report)
