"""Every status has its words in every format."""

from __future__ import annotations

import json
from pathlib import Path

from cucumber_messages import TestStepResultStatus as StepStatus

from tests.report.ctrf_schema import STATUSES
from upsertspec.report.ctrf import STATUSES as WRITTEN
from upsertspec.report.html.kit import styles
from upsertspec.report.status import NOT_SELECTED, TABLE, Counts, Status, by_severity, row, worst

CUCUMBER = {each.value for each in StepStatus}
ALLURE = {"passed", "failed", "broken", "skipped", "unknown"}


def test_the_words_are_those_of_the_formats() -> None:
    for each in TABLE:
        assert each.junit in ("", "failure", "error", "skipped")
        assert each.ctrf in STATUSES
        assert each.cucumber in CUCUMBER
        assert each.allure in ALLURE
    assert set(WRITTEN) == STATUSES


def test_what_was_not_judged_is_a_pass_nowhere() -> None:
    for each in TABLE:
        if not each.judged:
            assert "passed" not in (each.ctrf, each.cucumber.lower(), each.allure), each.status
            assert each.junit, each.status
            assert (each.symbol, each.emoji, each.ansi) != (row(Status.PASSED).symbol, "✅", "32")
            assert each.light != row(Status.PASSED).light


def test_what_makes_a_run_red_is_red_everywhere() -> None:
    for each in TABLE:
        assert each.red == (each.exit_code == 1 or each.status is Status.ERROR)
        assert (each.ctrf == "failed") == (each.allure in ("failed", "broken")) == each.red
        assert not each.exit_code or each.counts is not Counts.NOTHING


def test_a_criterion_shows_its_worst_status() -> None:
    assert worst([]) == NOT_SELECTED
    assert worst(["passed", "not claimed"]) == "passed"
    assert worst(["not applicable", "passed"]) == "passed"
    assert worst(["not claimed", "not applicable"]) == "not applicable"
    assert worst([status.value for status in Status]) == "failed"
    assert list(by_severity({"passed": 3, "failed": 1, "warned": 0})) == ["failed", "passed"]


def test_the_style_sheet_has_a_sign_and_a_colour_for_each() -> None:
    style = styles()
    for each in TABLE:
        assert f".st.{each.css}::before {{ content: " in style
        assert style.count(f"--{each.css}: ") == 2


def test_the_schema_of_ctrf_has_its_licence() -> None:
    folder = Path(__file__).parent / "ctrf"
    assert "MIT License" in (folder / "LICENSE").read_text("utf-8")
    assert json.loads((folder / "ctrf-schema-0.0.json").read_text("utf-8"))["title"] == "CTRF JSON Schema"
