"""The page in a real browser: what it shows with and without its script, and that nothing from a target is executed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.report.kit import Done
from tests.report.page.browser import DESKTOP, PHONE, Opened, opened
from tests.report.page.kit import LARGE, MARKUP, REFRESH
from upsertspec.report.page.contents import findings, profiles

Report = Callable[[str], Path]
Runs = Callable[[str], Done]
OPEN_ALL = "for (const each of document.querySelectorAll('{}')) each.open = true"


def unfold(seen: Opened, most: int = 60) -> None:
    """Open every criterion, its first scenarios, and all their exchanges."""
    seen.page.evaluate(OPEN_ALL.format(".crit"))
    seen.page.evaluate(f"for (const s of [...document.querySelectorAll('.sc')].slice(0, {most})) s.open = true")
    seen.until("[...document.querySelectorAll('.sc[open] .exchanges')].every(e => e.hasChildNodes())")
    seen.page.evaluate(OPEN_ALL.format(".ex"))
    seen.until("[...document.querySelectorAll('.ex[open] > .in')].every(e => e.hasChildNodes())")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("kind", ["passing", "whole", "hostile"])
def test_it_fetches_nothing_runs_nothing_and_holds_its_layout(
    browser: Browser, report: Report, kind: str, size: tuple[int, int]
) -> None:
    with opened(browser, report(kind), size=size) as seen:
        assert seen.overflow <= 0
        unfold(seen)
        assert seen.visible(".ex") > 20
        assert seen.overflow <= 0
        assert seen.quiet, (seen.requests, seen.console, seen.dialogs)


def test_no_address_leads_out_of_it(browser: Browser, report: Report) -> None:
    with opened(browser, report("hostile")) as seen:
        unfold(seen)
        addresses = seen.page.eval_on_selector_all("[href], [src], [action]", "all => all.map(e => e.outerHTML)")
        assert addresses
        assert all(
            re.search(r'^<\w+ [^>]*href="(#|data:image/svg)', each) and " src=" not in each for each in addresses
        )
        handlers = "e => [...e.attributes].some(a => a.name.startsWith('on'))"
        assert not seen.page.eval_on_selector_all("*", f"all => all.filter({handlers}).length")


def test_what_a_target_sent_is_shown_as_text(browser: Browser, report: Report) -> None:
    with opened(browser, report("hostile")) as seen:
        unfold(seen)
        text = seen.page.evaluate("[...document.querySelectorAll('.ex pre')].map(e => e.textContent).join('')")
        assert "<script>window.owned = 1; alert(1)</script>" in text
        assert str(LARGE) in text
        assert "AAAAAAAA… (1000" in text.replace(text[text.find("A" * 9) : text.rfind("A" * 9)], "")
        assert not set(text) & set("\x00\x07\x08\x1b\u202e\u2066\u200b\u2028\ufffe")
        shown = seen.page.evaluate("[...document.querySelectorAll('.esc')].map(e => e.textContent)")
        assert {"\\x1b", "\\x00", "\\u202e", "\\u2028", "\\ufffe"} <= set(shown)


def test_the_check_for_what_runs_can_fail(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>x</title><body>{MARKUP.replace(REFRESH, '')}", "utf-8")
    with opened(browser, file) as seen:
        seen.until("window.owned")
        assert not seen.quiet
        assert "1" in seen.dialogs
        assert any("example.invalid" in url for url in seen.requests)


def test_the_policy_is_a_second_line_of_defence(browser: Browser, report: Report, tmp_path: Path) -> None:
    whole = report("hostile").read_text("utf-8")
    file = tmp_path / "page.html"
    file.write_text(whole.replace('<main class="wide">', f'<main class="wide">{MARKUP.replace(REFRESH, "")}'), "utf-8")
    with opened(browser, file) as seen:
        seen.until("document.readyState === 'complete'")
        assert (seen.page.evaluate("window.owned ?? null"), seen.dialogs) == (None, [])
        assert any("Content Security Policy" in line for line in seen.console)
        assert set(seen.refused.values()) == {"csp"}
        assert set(seen.refused) == set(seen.requests)


def test_the_essentials_are_there_without_the_script(browser: Browser, report: Report, ran: Runs) -> None:
    document = ran("failing").report
    roots = [finding.root.raw for finding in findings(document, profiles(document))]
    failure = roots[0]
    with opened(browser, report("failing"), java_script_enabled=False) as seen:
        text = seen.page.locator("body").inner_text()
        assert document["verdict"]["headline"] in text
        for criterion in document["criteria"]:
            claimed = criterion["profile"] in document["target"]["profiles"]
            assert (criterion["sentence"] if claimed else f"{criterion['profile']}: ") in text
        for root in roots:
            assert root["title"] in text
        seen.page.locator(f"#{failure['criterion']} > summary").click()
        failed = seen.page.locator(f"#{failure['criterion']} .sc[data-status=failed]")
        scenario = failed.filter(has_text=failure["title"]).first
        scenario.locator("summary").first.click()
        inside = scenario.inner_text()
        for said in (failure["expected"], failure["actual"], failure["exchanges"][-1]["curl"]):
            assert said in inside
        assert seen.visible("button") == 0


def test_an_exchange_is_whole(browser: Browser, report: Report, ran: Runs) -> None:
    result = ran("passing").one("passed")
    with opened(browser, report("passing")) as seen:
        unfold(seen, 1)
        first, exchange = seen.page.locator(".ex").first, result["exchanges"][0]
        text = first.inner_text()
        assert exchange["url"] in text
        assert exchange["method"] in text
        assert exchange["role"] in text
        for name, value in {**exchange["request"]["headers"], **exchange["response"]["headers"]}.items():
            assert f"{name}: {value}" in text
        bodies = [json.loads(each) for each in first.locator("pre:not(.headers)").all_text_contents()]
        assert bodies == [json.loads(exchange["request"]["body"]), json.loads(exchange["response"]["body"])]
        assert first.locator(".k").count() > 3


@pytest.mark.parametrize("clipboard", [True, False], ids=["clipboard", "by hand"])
def test_the_curl_line_is_copied(browser: Browser, report: Report, ran: Runs, clipboard: bool) -> None:
    failure = ran("failing").one("failed")
    grants = ["clipboard-read", "clipboard-write"]
    with opened(browser, report("failing"), permissions=grants) as seen:
        if not clipboard:
            seen.page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no')); 0")
        seen.page.evaluate(OPEN_ALL.format(f"#{failure['criterion']}"))
        scenario = seen.page.locator(f"#{failure['criterion']} .sc.bad").first
        scenario.locator("summary").first.click()
        for button in (scenario.locator(".curl .copy").last, scenario.locator(".ex[open] .copy").last):
            seen.page.evaluate("navigator.clipboard.readText().then(() => 0)")
            button.click()
            seen.until("document.activeElement.textContent === 'Copied'")
            assert seen.page.evaluate("navigator.clipboard.readText()") == failure["exchanges"][-1]["curl"]


def test_printed_it_shows_what_did_not_pass(browser: Browser, report: Report, ran: Runs) -> None:
    with opened(browser, report("failing")) as seen:
        seen.page.emulate_media(media="print")
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert seen.visible(".sc.bad .steps") == len([r for r in ran("failing").results if r["status"] == "failed"])
        assert seen.visible(".sc:not(.bad) .steps") == 0
        assert seen.visible(".filters, .copy") == 0
        assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
