"""Accessibility: axe finds nothing, in every colour scheme and screen size."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.report.compare.kit import STATUSES, result, saved, shaped
from tests.report.kit import Done
from tests.report.page.browser import DESKTOP, PHONE, Opened, opened
from tests.report.page.test_in_a_browser import unfold
from upsertspec.prove.matrix import Proof, Row
from upsertspec.prove.page import page as proof_page
from upsertspec.prove.servers import BrokenServer
from upsertspec.report.compare.matrix import read
from upsertspec.report.compare.page import page as comparison
from upsertspec.report.history import lines
from upsertspec.report.history.page import page as history_page

Report = Callable[[str], Path]
Runs = Callable[[str], Done]


def found(seen: Opened) -> list[str]:
    """What axe finds that is serious or critical, with the first place."""
    violations = Axe().run(seen.page).response["violations"]
    return [
        f"{each['impact']} {each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark, phone"])
@pytest.mark.parametrize("kind", ["passing", "failing", "hostile"])
def test_axe_finds_nothing_serious(
    browser: Browser, report: Report, kind: str, scheme: str, size: tuple[int, int]
) -> None:
    with opened(browser, report(kind), size=size, color_scheme=scheme) as seen:
        assert found(seen) == []
        unfold(seen, 8)
        assert found(seen) == []


def test_axe_can_fail(browser: Browser, report: Report) -> None:
    with opened(browser, report("passing")) as seen:
        seen.page.evaluate(
            "document.querySelector('#filters select').closest('label').replaceWith(document.createElement('select'))"
        )
        assert any("select-name" in each for each in found(seen))


def test_light_and_dark_differ(browser: Browser, report: Report) -> None:
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, report("passing"), color_scheme=scheme) as seen:
            colours.append(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours == ["rgb(255, 255, 255)", "rgb(20, 23, 28)"]


def test_it_has_landmarks_and_headings_in_order(browser: Browser, report: Report) -> None:
    with opened(browser, report("failing")) as seen:
        assert [seen.page.get_by_role(role).count() for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
        levels = seen.page.eval_on_selector_all("h1,h2,h3,h4,h5,h6", "all => all.map(e => Number(e.tagName[1]))")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_status_has_a_word_and_a_symbol(browser: Browser, report: Report, ran: Runs) -> None:
    statuses = {result["status"] for result in ran("failing").results}
    with opened(browser, report("failing")) as seen:
        words = seen.page.eval_on_selector_all(".sc .st", "all => all.map(e => e.textContent)")
        sign = "all => all.map(e => [e.textContent, getComputedStyle(e, '::before').content])"
        signs = dict(seen.page.eval_on_selector_all(".sc .st", sign))
        assert set(words) == statuses == {"passed", "failed", "not claimed"}
        assert "✓" in signs["passed"]
        assert "✗" in signs["failed"]


def test_scrolling_parts_can_be_reached_by_keyboard(browser: Browser, report: Report) -> None:
    with opened(browser, report("failing"), size=PHONE) as seen:
        unfold(seen, 60)
        wide = "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
        assert seen.page.evaluate(f"{wide}.length") > 5
        assert seen.page.evaluate(f"{wide}.every(e => e.tabIndex === 0 && e.ariaLabel)")


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark, phone"])
def test_axe_finds_nothing_in_the_other_pages(
    browser: Browser, tmp_path: Path, scheme: str, size: tuple[int, int]
) -> None:
    reports = [shaped(*map(result, STATUSES)), shaped(result("failed"), verdict="not conformant", name="other")]
    files = [saved(tmp_path / f"{number}.json", report) for number, report in enumerate(reports)]
    row = Row(BrokenServer("forgets-all", "Forgets all of it.", ("AC-001", "AC-002")), {"AC-001": 1, "AC-009": 1})
    pages = (
        comparison(read(files)),
        history_page(lines.read(files)),
        proof_page(Proof([row], (), (), ("AC-001", "AC-002"))),
    )
    for number, text in enumerate(pages):
        file = tmp_path / f"{number}.html"
        file.write_text(text, "utf-8")
        with opened(browser, file, size=size, color_scheme=scheme) as seen:
            assert found(seen) == []
            assert (seen.quiet, seen.overflow) == (True, 0)
            if button := seen.page.locator("td button").all():
                button[0].click()
                assert found(seen) == []
