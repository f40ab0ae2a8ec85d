"""A server whose times are in whole seconds, judged with and without a statement of their format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Response

from tests.kit import CREDENTIALS, TOKENS
from upsertspec.errors import NotApplicable
from upsertspec.report.finding import WARNING
from upsertspec.report.result import Result, Status
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.run.trial import trial
from upsertspec.spec.schema import tables
from upsertspec.spec.types import TIMESTAMP
from upsertspec.steps.own_table import seconds_apart
from upsertspec.target.bindings import Bindings, FieldBinding, TableBinding
from upsertspec.target.target import Target
from upsertspec.target.time_forms import guess, in_seconds, read, tick
from upsertspec_server import create_app
from upsertspec_server.serving import serve_in_thread

FRACTION = re.compile(rb'(_at": ?"[^"]*)\.\d+Z"')
STEPS = ["the editor upserts into contacts by email:", "Ada's updated_at is later than before"]


def bound(form: str) -> Bindings:
    stated = {"updated_at": FieldBinding("updated_at", format=form)}
    return Bindings({name: TableBinding(name, name, name, stated) for name in tables()})


@pytest.fixture
def url() -> Iterator[str]:
    app = create_app({"TOKENS": TOKENS})

    @app.after_request
    def cut(response: Response) -> Response:
        response.set_data(FRACTION.sub(rb'\1Z"', response.get_data()))
        return response

    with serve_in_thread(app) as running:
        yield running


def judged(url: str, bindings: Bindings, keyword: str = "") -> list[Result]:
    target = Target(url, profiles=("core", "identity", "batch"), roles=CREDENTIALS, bindings=bindings)
    settings = Settings(target, ("AC-104",), keyword)
    return [result for result in run(settings) if settings.selection.selected(result.case)]


def warned(url: str, bindings: Bindings) -> list[tuple[str, str]]:
    target = Target(url, profiles=("core",), roles=CREDENTIALS, bindings=bindings)
    return [(found.what, found.hint) for found in trial(target) if found.level == WARNING]


def test_check_says_what_to_state(url: str) -> None:
    [(what, hint)] = warned(url, Bindings())
    assert what.startswith("updated_at of contacts seems to be in whole seconds (2")
    assert hint.endswith('protected = { updated_at = { name = "updated_at", format = "%Y-%m-%dT%H:%M:%SZ" } }')
    assert warned(url, bound("%Y-%m-%dT%H:%M:%SZ")) == []


def test_check_says_nothing_of_times_with_a_fraction() -> None:
    with serve_in_thread(create_app({"TOKENS": TOKENS})) as running:
        assert warned(running, Bindings()) == []


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2024-01-15T10:00:00Z", "%Y-%m-%dT%H:%M:%SZ"),
        ("2024-01-15 10:00:00+00:00", "%Y-%m-%d %H:%M:%S+00:00"),
        ("2024-01-15T10:00:00.000000Z", "%Y-%m-%dT%H:%M:%S.000000Z"),
        ("2024-01-15T10:00:00.001Z", ""),
        ("2024-01-15", ""),
        (1705312800, ""),
        (None, ""),
    ],
)
def test_times_in_whole_seconds_are_told_by_their_form(value: object, form: str) -> None:
    assert in_seconds(value) == form
    if form:
        assert tick(form, TIMESTAMP) == timedelta(seconds=1)
        assert read(form, value, TIMESTAMP) == "2024-01-15T10:00:00Z"


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2024-01-15 10:00:00", "%Y-%m-%d %H:%M:%S"),
        ("2024-01-15 10:00:00.250", "%Y-%m-%d %H:%M:%S.%f"),
        ("2024-01-15T10:00:00+0000", "%Y-%m-%dT%H:%M:%S%z"),
    ],
)
def test_the_format_that_check_names_has_a_fraction_if_the_value_has_one(value: str, form: str) -> None:
    assert guess(value, TIMESTAMP) == form


def test_without_the_format_the_failure_says_what_to_state(url: str) -> None:
    [result] = judged(url, Bindings(), "values and moves")
    assert result.status is Status.FAILED
    assert 'updated_at = { name = "updated_at", format = "%Y-%m-%dT%H:%M:%SZ" }' in result.hint


@pytest.mark.slow
def test_with_the_format_it_conforms(url: str) -> None:
    results = [result for result in judged(url, bound("%Y-%m-%dT%H:%M:%SZ")) if result.status is not Status.NOT_CLAIMED]
    others = [result.reason for result in results if result.status is not Status.PASSED]
    assert len(results) - len(others) > 5
    assert [reason for reason in others if "which can't say 2101-02-03T04:05:06.789Z" not in reason] == []


@pytest.mark.parametrize(
    ("form", "seconds"),
    [("", 0), ("milliseconds", 0), ("%Y-%m-%d %H:%M:%S.%f", 0), ("seconds", 1), ("%d.%m.%Y %H:%M:%S", 1), ("%c", 1)],
)
def test_writes_are_as_far_apart_as_the_format_needs(form: str, seconds: float) -> None:
    assert seconds_apart(bound(form), STEPS) == seconds
    assert seconds_apart(bound(form), STEPS[:1]) == 0


def test_times_without_seconds_are_not_judged() -> None:
    with pytest.raises(NotApplicable, match="updated_at of contacts has no seconds"):
        seconds_apart(bound("%Y-%m-%dT%H:%MZ"), STEPS)
