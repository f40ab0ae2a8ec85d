"""The plots: the run by worker, the response times, the lanes of concurrent clients."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.report.kit import Done
from tests.report.page.browser import PHONE, opened
from tests.report.page.kit import MARKUP, written
from tests.report.page.test_access import found
from upsertspec.report.page import contents, page
from upsertspec.report.page.lanes import history
from upsertspec.report.page.response_times import quantile, response_times
from upsertspec.report.page.scale import Linear, Log
from upsertspec.report.page.timeline import timeline

Report = Callable[[str], Path]
Runs = Callable[[str], Done]

MOST = 300


def operation(client: int, started: float, ended: float | None, **other: Any) -> dict[str, Any]:
    """An operation of a made-up history."""
    said = {"call": f"upsert by {client}", "outcome": "updated", "exchange": None, "contradicts": False}
    return {"client": client, "started": started, "ended": ended, **said, **other}


LOST = {
    "key": "ada@example.com",
    "clients": 4,
    "operations": [
        operation(0, 100.000, 100.010, call="upsert age 1", outcome="created"),
        operation(1, 100.004, 100.030, call="upsert age 2", contradicts=True),
        operation(2, 100.012, 100.013, call="read", outcome="age 1"),
        operation(0, 100.035, 100.050, call="read", outcome="age 1", contradicts=True),
        operation(2, 100.040, None, call="upsert age 3", outcome="no answer"),
    ],
    "explanation": "The write of age 2 was answered at 30 ms; a read that began later saw age 1.",
}


@pytest.fixture
def document(ran: Runs) -> dict[str, Any]:
    """A run's document whose first failing scenario has the history of a lost update."""
    made = copy.deepcopy(ran("failing").report)
    next(r for r in made["results"] if r["status"] == "failed")["history"] = copy.deepcopy(LOST)
    return made


def test_every_scenario_that_ran_has_its_bar(ran: Runs) -> None:
    report = ran("passing").report
    drawn = timeline(contents.profiles(report))
    assert drawn
    assert set(drawn.lanes) == {"gw0", "gw1"}
    shown = [(worker, bar.scenario.raw["id"]) for worker, bars in drawn.lanes.items() for bar in bars]
    assert sorted(shown) == sorted((r["worker"], r["id"]) for r in report["results"] if r["exchanges"])
    for bars in drawn.lanes.values():
        ends = [(float(bar.x[:-1]), float(bar.x[:-1]) + float(bar.width[:-1])) for bar in bars]
        assert all(begin >= 0 and end <= 100.01 for begin, end in ends)
        assert [begin for begin, _ in ends] == sorted(begin for begin, _ in ends)
    assert drawn.slowest[0].raw["seconds"] == max(r["seconds"] for r in report["results"])


def test_a_run_without_exchanges_has_no_drawing(ran: Runs) -> None:
    report = copy.deepcopy(ran("passing").report)
    for result in report["results"]:
        result["exchanges"] = []
    assert "No scenario sent anything." in page(report)


def test_response_times_are_those_of_the_exchanges(ran: Runs) -> None:
    report = ran("failing").report
    drawn = response_times(contents.profiles(report))
    assert drawn
    for row in drawn.rows:
        own = [r for r in report["results"] if r["criterion"] == row.criterion.raw["id"]]
        seconds = [e["elapsed"] for r in own for e in r["exchanges"]]
        assert row.answers == len(seconds)
        assert row.slowest == max(seconds)
        assert row.low <= row.first <= row.median <= row.third <= row.high <= row.slowest


def test_an_exchange_without_an_answer_counts_as_one_without(ran: Runs) -> None:
    report = copy.deepcopy(ran("failing").report)
    exchange = report["results"][0]["exchanges"][0]
    exchange.pop("response")
    exchange |= {"failure": "no whole answer within 10 s", "elapsed": 10.0}
    drawn = response_times(contents.profiles(report))
    assert drawn
    assert [row.silent for row in drawn.rows if row.silent] == [1]
    assert max(row.slowest for row in drawn.rows) < 10
    assert "(1 without)" in page(report)


def test_quantiles() -> None:
    assert quantile([3.0], 0.95) == 3.0
    assert [quantile([1.0, 2.0, 3.0, 4.0], share) for share in (0.0, 0.25, 0.5, 1.0)] == [1.0, 1.75, 2.5, 4.0]


def test_scales_have_round_ticks() -> None:
    assert [tick.text for tick in Linear(0.05).ticks] == ["0", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms"]
    assert [(tick.at, tick.text) for tick in Log(0.002, 0.3).ticks] == [
        ("0.00%", "1 ms"), ("33.33%", "10 ms"), ("66.67%", "100 ms"), ("100.00%", "1 s"),
    ]  # fmt: skip
    assert Linear(0.0).ticks == []
    assert all(2 <= len(Linear(end).ticks) <= 9 for end in (0.0001, 0.7, 1.0, 3.3, 99.0, 7200.0))


def test_lanes_show_each_client_and_its_operations() -> None:
    drawn = history(LOST, MOST)
    assert drawn
    assert {client: [each.number for each in lane] for client, lane in drawn.lanes.items()} == {
        0: [1, 4], 1: [2], 2: [3, 5], 3: [],
    }  # fmt: skip
    spans = {each.number: (each.x, each.width) for each in drawn.operations}
    assert spans[1] == ("0.00%", "20.00%")
    assert spans[2] == ("8.00%", "52.00%")
    assert spans[5] == ("80.00%", "20.00%")
    assert [each.took for each in drawn.operations][-1] is None
    assert history(None, MOST) is None
    assert history({**LOST, "operations": []}, MOST) is None


def test_a_long_history_is_shortened_but_keeps_the_contradiction() -> None:
    many = [operation(n % 4, float(n), n + 0.5) for n in range(2 * MOST)]
    many[-1]["contradicts"] = True
    drawn = history({**LOST, "operations": many}, MOST)
    assert drawn
    assert len(drawn.operations) == MOST + 1
    assert drawn.left_out == MOST - 1
    assert drawn.operations[-1].raw["contradicts"]


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desktop", "phone"])
def test_the_lanes_are_shown_with_the_contradiction(
    browser: Browser, document: dict[str, Any], tmp_path: Path, size: tuple[int, int]
) -> None:
    with opened(browser, written(tmp_path, document), "#?failed=1", size=size) as seen:
        scenario = seen.page.locator(".sc", has=seen.page.locator(".op"))
        scenario.locator("summary").first.click()
        expect(scenario.get_by_text(LOST["explanation"])).to_be_visible()
        labels = scenario.locator(".lanes > span").all_inner_texts()
        assert labels[:4] == ["client 0", "client 1", "client 2", "client 3"]
        assert scenario.locator(".op").count() == 5
        assert scenario.locator(".op.wrong").count() == 2
        rows = scenario.locator("tr.wrong").all_inner_texts()
        assert [re.sub(r"\s+", " ", row) for row in rows] == [
            "2 1 upsert age 2 4.0 ms 26.0 ms updated contradicts",
            "4 0 read 35.0 ms 15.0 ms age 1 contradicts",
        ]
        assert scenario.get_by_text("✗ 2", exact=True).count() == 1
        assert seen.overflow <= 0
        assert found(seen) == []


def test_a_history_is_escaped(document: dict[str, Any]) -> None:
    plain = page(document).count("<script")
    raw = next(r for r in document["results"] if r.get("history"))["history"]
    raw["explanation"] = raw["key"] = raw["operations"][0]["call"] = raw["operations"][1]["outcome"] = MARKUP
    assert page(document).count("<script") == plain
    assert "<img" not in page(document)


def test_the_timeline_works_by_keyboard(browser: Browser, report: Report) -> None:
    with opened(browser, report("failing")) as seen:
        lane = seen.page.locator("#timeline svg").first
        assert lane.locator("[tabindex='0']").count() == 1
        lane.locator("a").first.focus()
        first = seen.page.locator("#readout").inner_text()
        seen.page.keyboard.press("ArrowRight")
        second = seen.page.locator("#readout").inner_text()
        assert first != second
        seen.page.keyboard.press("End")
        linked = lane.locator("a").last.get_attribute("href") or ""
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator(f"{linked} .steps")).to_be_visible()
        seen.page.evaluate(
            "document.querySelector('#timeline svg a').dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))"
        )
        assert seen.page.locator("#readout").inner_text() == first
