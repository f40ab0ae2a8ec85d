"""The cast: which of the target's tables and fields play those of the scenarios, in every report."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from upsertspec.report import document as written
from upsertspec.report import markdown, terminal
from upsertspec.report.cast import cast, in_our_words, lines
from upsertspec.report.page.render import page
from upsertspec.report.result import Evidence, Result, Status, StepResult
from upsertspec.spec import criteria as spec
from upsertspec.target.bindings import Bindings, FieldBinding, TableBinding, renamed
from upsertspec.target.target import Target

PRODUCTS = TableBinding(
    "contacts",
    "products",
    "products",
    {"email": FieldBinding("sku"), "name": FieldBinding("title"), "age": FieldBinding("age")},
    frozenset({"birthday"}),
)
SCHEMA = Path(written.__file__).with_name("report.schema.json")
TARGET = Target(url="http://127.0.0.1:1", bindings=Bindings({"contacts": PRODUCTS}, frozenset({"accounts"})))
STEP = StepResult("When", "the editor upserts into contacts by email:", "failed", [["email"], ["ada@example.com"]])
SAID = "contacts is played by products: email by sku"


def failed() -> Result:
    case = next(case for case in spec.cases() if case.profile == spec.CORE)
    return Result(case, Status.FAILED, "r", "one", "two", evidence=Evidence((STEP,)))


def test_the_cast_has_what_differs() -> None:
    fields = {"email": "sku", "name": "title"}
    assert cast(TARGET) == [
        {"table": "accounts", "played_by": None, "fields": {}, "absent": []},
        {"table": "contacts", "played_by": "products", "fields": fields, "absent": ["birthday"]},
    ]
    assert cast(Target(url="http://127.0.0.1:1")) == []
    assert cast(Target(url="http://127.0.0.1:1", bindings=renamed({"contacts": "17"}))) == []


def test_beside_a_scenario_is_what_it_names() -> None:
    steps: list[dict[str, Any]] = [vars(STEP)]
    assert lines(cast(TARGET), steps) == [SAID]
    assert lines(cast(TARGET)) == ["the target has no accounts", f"{SAID}, name by title; it has no birthday"]


def test_a_failure_on_the_terminal_has_its_cast() -> None:
    out = io.StringIO()
    terminal.failures([failed()], out, cast(TARGET))
    assert f"\n  cast      {SAID}\n" in out.getvalue()


@pytest.fixture
def report() -> dict[str, Any]:
    moment = "2026-01-02T03:04:05.678Z"
    return written.document(written.Run(TARGET, "abcdef", [], "", [], "", "", [], [failed()], 1, moment, moment, 1.0))


def test_every_report_has_it(report: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(
        report["target"], {"$ref": "#/properties/target", "properties": schema["properties"], "$defs": schema["$defs"]}
    )
    assert report["target"]["cast"] == cast(TARGET)
    assert f"- {SAID}" in markdown.render(report)
    assert f">{SAID}</p>" in page(report)
    assert "it has no birthday" in page(report)


def test_a_report_without_a_cast_is_still_read(report: dict[str, Any]) -> None:
    del report["target"]["cast"]
    assert "played by" not in page(report) + markdown.render(report)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("sku is 1 instead of 2; title is 3 instead of 4", "email is 1 instead of 2; name is 3 instead of 4"),
        ("Ada's title to stay 1", "Ada's name to stay 1"),
        ("one record in products with sku", "one record in products with sku"),
        ('"sku is 1"', '"sku is 1"'),
    ],
)
def test_a_message_in_our_words(theirs: str, ours: str) -> None:
    steps = failed().as_dict()["steps"]
    assert in_our_words(theirs, cast(TARGET), steps) == ours
    assert in_our_words(theirs, cast(TARGET), []) == theirs
