"""report.json fits its published schema, however the run ended."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.report.kit import SCHEMA, VALIDATOR, Done
from upsertspec.report.document import SCHEMA_ID, SCHEMA_VERSION
from upsertspec.report.result import Status
from upsertspec.report.verdict import Verdict
from upsertspec.run import preflight as check
from upsertspec.spec import criteria as spec
from upsertspec.spec.schema import CALLERS

Runs = Callable[[str], Done]


def test_the_schema_is_valid_and_numbered() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == SCHEMA["properties"]["schema"]["const"] == SCHEMA_ID
    assert SCHEMA_ID.endswith(f":{SCHEMA_VERSION}")


def test_the_words_of_the_schema_are_those_of_the_code() -> None:
    statuses = [status.value for status in Status]
    assert SCHEMA["$defs"]["status"]["enum"] == statuses
    assert SCHEMA["properties"]["verdict"]["properties"]["counts"]["required"] == statuses
    verdict = SCHEMA["properties"]["verdict"]["properties"]["verdict"]
    assert verdict["enum"] == [verdict.value for verdict in Verdict]
    assert SCHEMA["$defs"]["profile"]["enum"] == list(spec.PROFILES)
    assert SCHEMA["properties"]["target"]["properties"]["roles"]["items"]["enum"] == list(CALLERS)
    levels = SCHEMA["properties"]["preflight"]["items"]["properties"]["level"]
    assert levels["enum"] == [check.OK, check.WARNING, check.FATAL]


def test_every_object_is_closed_and_every_member_described() -> None:
    for place, node in objects(SCHEMA):
        assert "additionalProperties" in node, place
        for name, member in node.get("properties", {}).items():
            target = SCHEMA["$defs"][member["$ref"].rsplit("/", 1)[-1]] if "$ref" in member else member
            assert member.get("description") or target.get("description"), f"{place}.{name}"


def objects(node: Any, place: str = "$") -> Iterator[tuple[str, Any]]:
    """Every schema of an object, with its place."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield place, node
        for name, child in node.items():
            yield from objects(child, f"{place}.{name}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from objects(child, f"{place}[{number}]")


def test_a_report_of_every_kind_fits_it(each: Done) -> None:
    assert each.report["schema"] == SCHEMA_ID


@pytest.mark.parametrize(
    ("name", "verdict", "code", "statuses"),
    [
        ("conformant", "conformant", 0, {"passed"}),
        ("failing", "not conformant", 1, {"passed", "failed", "not claimed"}),
        ("warned", "conformant", 0, {"passed", "warned", "not claimed"}),
        ("known", "not conformant", 1, {"passed", "known failure", "stale"}),
        ("without_roles", "incomplete", 3, {"passed", "not testable"}),
        ("unreachable", "incomplete", 3, {"not testable"}),
        ("interrupted", "incomplete", 3, {"passed", "harness error"}),
    ],
)
def test_each_kind_of_run_has_the_statuses_that_it_should(
    done: Runs, name: str, verdict: str, code: int, statuses: set[str]
) -> None:
    ended = done(name)
    assert {result["status"] for result in ended.results} == statuses, ended.out + ended.err
    assert (ended.report["verdict"]["verdict"], ended.code) == (verdict, code)


def test_a_silent_target_leaves_its_failure_in_the_exchange(done: Runs) -> None:
    result = done("silent").one("failed")
    assert "failure" in result["exchanges"][-1]
    assert "response" not in result["exchanges"][-1]


def test_results_are_in_the_order_of_the_specification(each: Done) -> None:
    order = [case.id for case in spec.cases()]
    places = [order.index(result["id"]) for result in each.results]
    assert places == sorted(set(places))


def test_the_criteria_are_all_there(each: Done) -> None:
    assert [c["id"] for c in each.report["criteria"]] == [c.id for c in spec.criteria()]


@pytest.mark.parametrize(
    "breaking",
    [
        lambda report: report.update(more=1),
        lambda report: report["results"][0].update(status="skipped"),
        lambda report: report["results"][0].pop("reason"),
        lambda report: report["results"][0].update(reason="passed, but why"),
        lambda report: report["results"][0].update(blocked_by="AC-001"),
        lambda report: report["results"][0]["exchanges"][0].pop("response"),
        lambda report: report["results"][0]["exchanges"][0].update(failure="both"),
        lambda report: report["results"][0]["steps"][0].update(state="skipped"),
        lambda report: report["verdict"].update(verdict="passed"),
        lambda report: report["verdict"]["counts"].pop("not testable"),
        lambda report: report["criteria"][0]["counts"].update(skipped=1),
        lambda report: report["run"].update(started="yesterday"),
        lambda report: report["target"].update(profiles=["identity"]),
        lambda report: report["criteria"][0].update(id="AC-001\n"),
        lambda report: report["run"].update(seconds=1e300),
    ],
)
def test_an_invalid_report_does_not_pass(done: Runs, breaking: Callable[[Any], None]) -> None:
    report = copy.deepcopy(done("conformant").report)
    breaking(report)
    assert list(VALIDATOR.iter_errors(report))


def test_a_report_is_ascii_json_without_leftover_files(each: Done) -> None:
    assert each.text.isascii()
    assert json.loads(each.text, parse_constant=pytest.fail) == each.report
    left = {file.name for file in each.folder.iterdir() if file.suffix != ".toml"}
    assert left == {"junit.xml", "report.json", "report.html"}
