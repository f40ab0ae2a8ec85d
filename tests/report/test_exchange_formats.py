"""CTRF, EARL, JUnit and the badge, each read back with a standard reader of the format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser.xunit2 import JUnitXml
from rdflib import Graph

from tests.report.ctrf_schema import CTRF
from tests.report.kit import VALIDATOR, Done
from tests.report.render_kit import hostile, with_statuses
from upsertspec.errors import ConfigError
from upsertspec.report import badge, ctrf, earl, junit
from upsertspec.report.status import Status, row

Runs = Callable[[str], Done]
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # caused by rdflib itself
PREFIXES = """
PREFIX earl: <http://www.w3.org/ns/earl#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX terms: <urn:upsertspec:terms#>
"""


def ctrf_of(report: dict[str, Any]) -> dict[str, Any]:
    """The report as CTRF; the test fails if it does not fit the schema."""
    found: dict[str, Any] = json.loads(ctrf.render(report))
    assert [f"{error.json_path}: {error.message[:300]}" for error in CTRF.iter_errors(found)] == []
    return found


def graph_of(report: dict[str, Any]) -> Graph:
    """The report as EARL, read by rdflib without network."""
    return Graph().parse(data=earl.render(report), format="json-ld")


def outcomes(graph: Graph) -> Counter[tuple[str, str]]:
    """The number of assertions for each pair of outcome and status."""
    rows = graph.query(
        PREFIXES + "SELECT ?outcome ?status WHERE { ?a a earl:Assertion ; earl:assertedBy ?by ; earl:subject ?subject ;"
        " earl:test ?test ; earl:result ?r . ?by a earl:Assertor . ?subject a earl:TestSubject ."
        " ?test a earl:TestCase ; dct:isPartOf ?criterion . ?criterion a earl:TestRequirement ."
        " ?r earl:outcome ?outcome ; terms:status ?status }"
    )
    return Counter((str(outcome).partition("#")[2], str(status)) for outcome, status in rows)


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


def test_earl_has_an_assertion_for_every_scenario(each: Done) -> None:
    wanted = Counter((row(result["status"]).earl, result["status"]) for result in each.results)
    assert outcomes(graph_of(each.report)) == wanted


def test_earl_has_a_result_for_each_criterion(done: Runs) -> None:
    report = done("failing").report
    rows = graph_of(report).query(
        PREFIXES + "SELECT ?id (COUNT(?a) AS ?n) WHERE { ?a earl:test/dct:isPartOf/dct:identifier ?id ;"
        " earl:result/earl:outcome earl:failed } GROUP BY ?id"
    )
    failed = {c["id"]: c["counts"]["failed"] for c in report["criteria"] if "failed" in c["counts"]}
    assert {str(ident): int(number) for ident, number in rows} == failed


def test_earl_names_the_target_and_the_suite(done: Runs) -> None:
    report = done("known").report
    [row] = graph_of(report).query(
        PREFIXES + "SELECT ?url ?verdict ?version WHERE { ?s a earl:TestSubject ; dct:source ?url ;"
        " terms:verdict ?verdict . ?by a earl:Assertor ; dct:hasVersion ?version }"
    )
    expected = report["target"]["url"], report["verdict"]["verdict"], report["suite"]["version"]
    assert tuple(map(str, row)) == expected


@pytest.mark.parametrize("status", [status.value for status in Status])
def test_every_status_is_converted(done: Runs, status: str) -> None:
    report = with_statuses(done("failing").report, [status])
    kind = row(status)
    [test] = ctrf_of(report)["results"]["tests"]
    assert (test["rawStatus"], test["status"]) == (status, kind.ctrf)
    assert outcomes(graph_of(report)) == Counter([(kind.earl, status)])
    [[case]] = JUnitXml.fromstring(junit.render(report).encode())
    assert {p.name: p.value for p in case.properties()}["status"] == status
    assert bool(case.result) == bool(kind.junit)


def test_hostile_text_stays_text(done: Runs) -> None:
    report = hostile(done("hostile").report)
    for test, result in zip(ctrf_of(report)["results"]["tests"], report["results"], strict=True):
        assert test["name"] == result["title"]
    assert sum(outcomes(graph_of(report)).values()) == len(report["results"])
    [suite] = JUnitXml.fromstring(junit.render(report).encode())
    assert len(list(suite)) == len(report["results"])
    svg = ElementTree.fromstring(badge.render(report))
    assert {element.tag.partition("}")[2] for element in svg.iter()} == {
        "svg", "title", "clipPath", "g", "rect", "text",
    }  # fmt: skip


def test_names_are_escaped_in_iris(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["passed"])
    for place in (report["results"][0], report["criteria"][0]):
        place["criterion" if "criterion" in place else "id"] = "AC 1> <x>\ud800"
    report["run"]["id"] = "a b>"
    assert sum(outcomes(graph_of(report)).values()) == 1


def test_a_date_that_does_not_exist_is_refused(done: Runs) -> None:
    report = with_statuses(done("failing").report, ["passed"])
    report["run"]["started"] = "2026-02-31T00:00:00.000Z"
    assert list(VALIDATOR.iter_errors(report)) == []
    with pytest.raises(ConfigError, match=r"run\.started is not a time"):
        ctrf.render(report)


@pytest.mark.parametrize(
    ("name", "label", "message", "color"),
    [
        ("conformant", "upsert: core", "conformant in a selection, {} of {}", "brightgreen"),
        ("failing", "upsert: core", "not conformant in a selection, {} of {}", "red"),
        ("without_roles", "upsert: core", "incomplete in a selection, {} of {}", "yellow"),
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
    assert badge.label(report) == "upsert: core, identity + 2"
    assert badge.message(report) == "conformant, 1 of 1"
    report["target"]["not_claimed"] = []
    assert badge.label(report) == "upsert: all profiles"


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
