"""A broken server that wins a race by chance is judged again, and only then missed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from upsertspec.prove import runner
from upsertspec.prove.servers import BrokenServer
from upsertspec.report.result import Result, Status
from upsertspec.spec.criteria import Case

RACE = BrokenServer("race", "Loses writes.", ("AC-701", "AC-001"))
PASSED, FAILED, AWAY = Status.PASSED, Status.FAILED, Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("race", "rounds"),
    [([FAILED], 1), ([PASSED, FAILED], 2), ([PASSED] * 9, runner.ROUNDS), ([AWAY], 1)],
)
def test_a_lost_race_is_run_again(monkeypatch: pytest.MonkeyPatch, race: list[Status], rounds: int) -> None:
    asked: list[Sequence[str]] = []

    def run_each(each: Iterator[Any], _: bool) -> Iterator[list[Result]]:
        for criteria in each:
            asked.append(criteria)
            found = {"AC-001": PASSED, "AC-701": race[len(asked) - 1]}
            yield [Result(Case(f"{c} 1", "", c, "MUST", "", "", "", 1), found[c]) for c in criteria]

    monkeypatch.setattr(runner, "fleet", lambda *_: contextlib.nullcontext(lambda name: name))
    monkeypatch.setattr(runner, "run_each", run_each)
    results = runner.judge({RACE: RACE.violates}, settings=lambda _, criteria: criteria)
    assert asked == [RACE.violates, *[("AC-701",)] * (rounds - 1)]
    assert len(results[RACE]) == rounds + 1
