"""Filters, links and the keyboard: the page follows the fragment of its address, and the fragment follows the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, expect

from tests.report.kit import Done
from tests.report.page.browser import opened

Report = Callable[[str], Path]
Runs = Callable[[str], Done]
SHOWN = "[...document.querySelectorAll('.sc:not([hidden])')].length"


@pytest.fixture
def whole(ran: Runs) -> int:
    """How many scenarios the failing run has."""
    return len(ran("failing").results)


@pytest.fixture
def failed(ran: Runs) -> int:
    """How many of them failed."""
    return sum(result["status"] == "failed" for result in ran("failing").results)


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("failed=1", lambda r: r["status"] == "failed"),
        ("status=passed", lambda r: r["status"] == "passed"),
        ("profile=identity", lambda r: r["profile"] == "identity"),
        ("level=SHOULD", lambda r: r["level"] == "SHOULD"),
        ("status=failed&profile=identity", lambda r: (r["status"], r["profile"]) == ("failed", "identity")),
        ("words=AC-107+created", lambda r: r["criterion"] == "AC-107" and "created" in r["title"]),
    ],
)
def test_a_filter_in_the_fragment_is_kept(
    browser: Browser, report: Report, ran: Runs, whole: int, asked: str, fits: Callable[..., bool]
) -> None:
    wanted = [result for result in ran("failing").results if fits(result)]
    assert 0 < len(wanted) < whole
    with opened(browser, report("failing"), f"#?{asked}") as seen:
        assert seen.page.evaluate(SHOWN) == len(wanted)
        assert seen.page.locator("#shown").inner_text() == f"{len(wanted)} of {whole} scenarios shown"
        titles = seen.page.eval_on_selector_all(".sc:not([hidden]) h5", "all => all.map(e => e.textContent)")
        assert sorted(titles) == sorted(result["title"] for result in wanted)
        criteria = seen.page.eval_on_selector_all(".crit:not([hidden])", "all => all.map(e => e.id)")
        assert set(criteria) == {result["criterion"] for result in wanted}
        assert parse_qs(seen.fragment[1:]) == parse_qs(asked)


def test_the_form_is_used_by_keyboard_and_writes_the_fragment(
    browser: Browser, report: Report, failed: int, whole: int
) -> None:
    with opened(browser, report("failing")) as seen:
        keys = seen.page.keyboard
        seen.page.get_by_label("Failed only").focus()
        keys.press("Space")
        assert seen.fragment == "?failed=1"
        assert seen.page.evaluate(SHOWN) == failed
        keys.press("Tab")
        keys.type("identity")
        assert seen.fragment == "?failed=1&profile=identity"
        keys.press("Tab")
        keys.type("SHOULD")
        assert seen.page.evaluate(SHOWN) == 0
        expect(seen.page.get_by_role("status")).to_have_text(f"0 of {whole} scenarios shown")
        for _ in range(3):
            keys.press("Tab")
        keys.press("Enter")
        seen.until(f"{SHOWN} === {whole}")
        assert seen.fragment == ""


def test_a_status_at_the_top_filters_by_it(browser: Browser, report: Report, failed: int) -> None:
    with opened(browser, report("failing")) as seen:
        seen.page.locator(".counts a", has_text=f"{failed} failed").click()
        seen.until(f"{SHOWN} === {failed}")
        assert seen.page.locator("[name=status]").input_value() == "failed"
        assert seen.page.locator("#criteria").evaluate("e => e.getBoundingClientRect().top") < 50


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_link_opens_what_it_links_to(browser: Browser, report: Report, whole: int, script: bool) -> None:
    with opened(browser, report("failing")) as seen:
        anchors = seen.page.eval_on_selector_all(".sc", "all => all.map(e => e.id)")
    assert len(set(anchors)) == whole
    with opened(browser, report("failing"), f"#{anchors[30]}", java_script_enabled=script) as seen:
        linked = seen.page.locator(f"#{anchors[30]}")
        expect(linked.locator("h5")).to_be_in_viewport()
        if script:
            expect(linked.locator(".steps")).to_be_visible()
            expect(linked.locator("summary").first).to_be_focused()
            expect(linked.locator(".ex").first).to_be_visible()


def test_links_are_the_same_in_every_report(browser: Browser, report: Report, ran: Runs) -> None:
    found = []
    for kind in ("passing", "failing"):
        with opened(browser, report(kind)) as seen:
            found.append(set(seen.page.eval_on_selector_all("#AC-012 .sc", "all => all.map(e => e.id)")))
    assert len(found[0]) == sum(result["criterion"] == "AC-012" for result in ran("passing").results)
    assert found[0] == found[1]


def test_a_link_within_the_page_keeps_the_filter_unless_it_hides_the_place(
    browser: Browser, report: Report, whole: int
) -> None:
    with opened(browser, report("failing"), "#?status=failed") as seen:
        first = seen.page.locator(".card .title a").first
        anchor = (first.get_attribute("href") or "")[1:]
        first.click()
        expect(seen.page.locator(f"#{anchor} .steps")).to_be_visible()
        assert seen.fragment == f"{anchor}?status=failed"
        seen.page.evaluate("location.hash = 'AC-012'")
        seen.until(f"{SHOWN} === {whole}")
        expect(seen.page.locator("#AC-012 .sc").first).to_be_visible()
        assert seen.fragment == "AC-012"


@pytest.mark.parametrize("fragment", ["#nothing-here", "#%E0%A4%A", "#?failed", "#?status=<img src=x onerror=owned=1>"])
def test_an_unknown_fragment_does_no_harm(browser: Browser, report: Report, whole: int, fragment: str) -> None:
    with opened(browser, report("failing"), fragment) as seen:
        expect(seen.page.locator("#shown")).to_have_text(re.compile(f"of {whole} scenarios shown"))
        assert seen.quiet


def test_criteria_and_scenarios_open_by_keyboard(browser: Browser, report: Report) -> None:
    with opened(browser, report("passing")) as seen:
        seen.page.locator("#AC-001 > summary").focus()
        outline = seen.page.locator("#AC-001 > summary").evaluate("e => getComputedStyle(e).outlineStyle")
        seen.page.keyboard.press("Enter")
        expect(seen.page.locator("#AC-001 .sc").first).to_be_visible()
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Tab")
        seen.page.keyboard.press("Space")
        expect(seen.page.locator("#AC-001 .sc .ex").first).to_be_visible()
        assert outline == "solid"


def test_all_criteria_open_and_close_at_once(browser: Browser, report: Report) -> None:
    with opened(browser, report("passing")) as seen:
        seen.page.get_by_role("button", name="Open criteria").click()
        assert seen.page.locator(".crit:not([open])").count() == 0
        seen.page.get_by_role("button", name="Close criteria").click()
        assert seen.page.locator(".crit[open]").count() == 0
