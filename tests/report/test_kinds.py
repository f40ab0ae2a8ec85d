"""Every status has its word in every format, chosen and not by accident."""

from __future__ import annotations

import json
from pathlib import Path

from upsertspec.report.kinds import KINDS, OTHER, kind_of

from tests.report.ctrf_schema import STATUSES
from upsertspec.report.ctrf import STATUSES as WRITTEN
from upsertspec.report.page.words import STATES
from upsertspec.report.result import Status

OUTCOMES = {"passed", "failed", "cantTell", "inapplicable", "untested"}


def test_every_status_is_mapped() -> None:
    assert {status.value for status in Status} <= KINDS.keys()


def test_every_status_has_its_weight() -> None:
    assert sorted(STATES) == sorted(KINDS)


def test_the_words_are_those_of_the_formats() -> None:
    for kind in (*KINDS.values(), OTHER):
        assert kind.junit in ("", "failure", "error", "skipped")
        assert kind.ctrf in STATUSES
        assert kind.earl in OUTCOMES
    assert set(WRITTEN) == STATUSES


def test_what_could_not_be_tested_is_a_pass_nowhere() -> None:
    for status in ("not testable", "not claimed", "harness error", "of a later version"):
        kind = kind_of(status)
        assert "passed" not in (kind.ctrf, kind.earl), status
        assert kind.junit, status


def test_what_makes_a_run_red_is_red_everywhere() -> None:
    for status in (Status.FAILED, Status.STALE, Status.ERROR):
        assert kind_of(status.value).ctrf == "failed"
        assert kind_of(status.value).junit in ("failure", "error")


def test_the_schema_of_ctrf_has_its_licence() -> None:
    folder = Path(__file__).parent / "ctrf"
    assert "MIT License" in (folder / "LICENSE").read_text("utf-8")
    assert json.loads((folder / "ctrf-schema-0.0.json").read_text("utf-8"))["title"] == "CTRF JSON Schema"
