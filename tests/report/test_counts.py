"""One count: the terminal, report.json, JUnit and the exit code say the same of a run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, Skipped
from junitparser.xunit2 import JUnitXml, TestCase

from tests.report.kit import Done
from upsertspec.report.mistakes import in_document
from upsertspec.report.result import Status
from upsertspec.report.status import TABLE, Listed, row

Runs = Callable[[str], Done]

ELEMENTS = {"": None, "skipped": Skipped, "failure": Failure, "error": Error}
KINDS = {row.status.value: ELEMENTS[row.junit] for row in TABLE}


def cases(done: Done) -> list[TestCase]:
    """The cases of the JUnit file, as a JUnit reader sees them."""
    [suite] = JUnitXml.fromfile(str(done.junit))
    return list(suite)


def test_planned_is_the_sum_of_all_counts_and_the_number_of_results(each: Done) -> None:
    verdict = each.report["verdict"]
    assert verdict["planned"] == sum(verdict["counts"].values()) == len(each.results)
    assert {s: n for s, n in verdict["counts"].items() if n} == Counter(r["status"] for r in each.results)


def test_the_counts_of_the_criteria_are_those_of_their_results(each: Done) -> None:
    for criterion in each.report["criteria"]:
        mine = [result["status"] for result in each.results if result["criterion"] == criterion["id"]]
        assert criterion["counts"] == Counter(mine)
        assert criterion["planned"] == len(mine)
    assert sum(criterion["planned"] for criterion in each.report["criteria"]) == each.report["verdict"]["planned"]


def test_the_headline_says_the_counts_and_the_terminal_shows_it(each: Done) -> None:
    verdict = each.report["verdict"]
    found = re.fullmatch(
        r"([a-z ]+?)(?: with (\d+) declared deviations?)?(?: in what was selected \(.*\))?: (\d+) planned = (.*)",
        verdict["headline"],
    )
    assert found
    assert found[1] == verdict["verdict"]
    assert int(found[2] or 0) == len(verdict["deviations"])
    said = {status: int(number) for number, status in (part.split(" ", 1) for part in found[4].split(" + "))}
    assert said == {status: number for status, number in verdict["counts"].items() if number}
    assert int(found[3]) == sum(said.values())
    assert [line for line in each.out.splitlines() if line == verdict["headline"]] == [verdict["headline"]]


def test_the_exit_code_is_that_of_the_report(each: Done) -> None:
    assert each.code == each.report["verdict"]["exit_code"]


def test_the_table_on_the_terminal_says_the_counts_of_the_criteria(each: Done) -> None:
    shown = dict(re.findall(r"^  (AC-\d{3})  (\S.*?)  +\S", each.out, re.MULTILINE))
    if any(finding["level"] == "fatal" for finding in each.report["preflight"]):
        assert shown == {}  # nothing was judged: the finding says why, and a table would hide it
        return
    for criterion in each.report["criteria"]:
        counts = {status: number for status, number in criterion["counts"].items() if status != "not claimed"}
        said = ", ".join(f"{counts[status]} {status}" for status in Status if status in counts)
        assert shown.pop(criterion["id"], "") == said
    assert shown == {}


def test_the_terminal_shows_each_finding_once_and_counts_what_follows(each: Done) -> None:
    shown = Counter(re.findall(r"^AC-\d{3} (?:MUST|SHOULD) ([a-z ]+): ", each.out, re.MULTILINE))
    found = in_document(each.report)
    assert shown == Counter(root["status"] for root, _, _ in found)
    follows = re.findall(r"^  follows   (\d+) more", each.out, re.MULTILINE)
    assert [int(number) for number in follows] == [len(followers) for _, followers, _ in found if followers]
    counts = each.report["verdict"]["counts"]
    told = sum(n for s, n in counts.items() if row(s).listed is Listed.EACH)
    assert shown.total() + sum(map(int, follows)) == told


def test_junit_has_every_status_where_its_readers_look_for_it(each: Done) -> None:
    for case, result in zip(cases(each), each.results, strict=True):
        kind = KINDS[result["status"]]
        assert [type(found) for found in case.result] == ([kind] if kind else []), result["id"]
        own = {p.name: p.value for p in case.properties()}
        assert (own["status"], own["level"], own["criterion"]) == tuple(
            result[name] for name in ("status", "level", "criterion")
        )
        assert own.get("blocked by", "") == result["blocked_by"]
        assert case.name == result["title"]
        assert case.classname == f"{result['profile']}.{result['criterion']}"
        if kind:
            assert result["reason"] in (case.result[0].message or "")


def test_junit_says_the_verdict_and_the_counts(each: Done) -> None:
    [suite] = JUnitXml.fromfile(str(each.junit))
    verdict = each.report["verdict"]
    properties = {p.name: p.value for p in suite.properties()}
    assert properties == {
        "verdict": verdict["verdict"],
        "headline": verdict["headline"],
        "exit code": str(verdict["exit_code"]),
        "profiles": ", ".join(each.report["target"]["profiles"]),
        **{f"count of {status}": str(number) for status, number in verdict["counts"].items()},
    }
    counts = verdict["counts"]
    wanted = {
        "tests": verdict["planned"],
        "failures": counts["failed"] + counts["stale"],
        "errors": counts["harness error"],
        "skipped": sum(counts[status] for status, kind in KINDS.items() if kind is Skipped),
    }
    assert {name: getattr(suite, name) for name in wanted} == wanted
    root = ElementTree.parse(each.junit).getroot()
    assert {name: int(root.attrib[name]) for name in wanted} == wanted
    before = {name: getattr(suite, name) for name in wanted}
    suite.update_statistics()
    assert {name: getattr(suite, name) for name in wanted} == before


def test_the_names_in_junit_are_unique(each: Done) -> None:
    names = Counter((case.classname, case.name) for case in cases(each))
    assert [name for name, count in names.items() if count > 1] == []


def test_junit_is_xml_whatever_the_target_sends(each: Done) -> None:
    tree = ElementTree.parse(each.junit)
    [suite] = tree.getroot()
    assert len(suite.findall("testcase")) == len(each.results)
    text = each.junit.read_text("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", text)


def test_a_failure_in_junit_holds_the_requests(done: Runs) -> None:
    for name in ("failing", "hostile"):
        ended = done(name)
        case = next(case for case in cases(ended) if case.result and isinstance(case.result[0], Failure))
        result = next(result for result in ended.results if result["title"] == case.name)
        assert case.result[0].text.splitlines() == [exchange["curl"] for exchange in result["exchanges"]]


def test_a_failure_says_what_was_expected_and_what_came(done: Runs) -> None:
    result = done("failing").one("failed")
    assert result["expected"] == '"operation": "created"'
    assert result["actual"] == '"upserted"'
    assert result["reason"] == 'expected "operation": "created"; got "upserted"'
    assert [step["state"] for step in result["steps"]].count("failed") == 1


@pytest.mark.parametrize("kind", ["unreachable", "without_roles"])
def test_what_could_not_be_tested_says_why(done: Runs, kind: str) -> None:
    result = done(kind).one("not testable")
    assert result["reason"]
    what, _, fix = result["reason"].rpartition(": ") if kind == "unreachable" else (result["reason"], "", "")
    assert what in done(kind).out
    assert fix in done(kind).out


def test_a_scenario_that_did_not_start_has_no_steps_and_no_exchanges(done: Runs) -> None:
    unrun: list[dict[str, Any]] = [done("failing").one("not claimed"), done("unreachable").one("not testable")]
    assert [(result["steps"], result["exchanges"]) for result in unrun] == [([], []), ([], [])]


def test_an_interrupted_run_says_so_of_each_scenario_that_was_not_run(done: Runs) -> None:
    left = [result for result in done("interrupted").results if result["status"] == "harness error"]
    assert {result["reason"] for result in left} == {"the run was ended: it was interrupted"}


def test_a_deviation_is_neither_a_pass_nor_a_failure(done: Runs) -> None:
    run = done("deviating")
    assert run.code == 0
    assert run.report["verdict"]["deviations"] == ["created 201"]
    assert run.report["target"]["deviations"] == {"created": [201]}
    deviating = [result for result in run.results if result["status"] == "deviates"]
    assert deviating
    assert all(result["deviations"] == ["created 201"] for result in deviating)
    assert f"deviates, as declared ({len(deviating)} in AC-001, AC-012): created 201\n" in run.out
    assert "conformant with 1 declared deviation in what was selected (AC-001, AC-012): " in run.out
