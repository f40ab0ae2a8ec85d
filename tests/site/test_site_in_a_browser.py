"""The site and the reference server's page in a real browser: they fit any screen, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.report.page.browser import DESKTOP, PHONE, launched, opened
from tests.site.conftest import Site
from upsertspec_server import create_app

PAGES = ["index", "identity", "contract", "traceability", "pattern-update", "table-contacts", "vocabulary", "search"]
WAYS = pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["light", "dark, phone"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's browser."""
    with launched() as started:
        yield started


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the reference server, as a file."""
    app = create_app()
    file = tmp_path_factory.mktemp("home") / "home.html"
    file.write_bytes(app.test_client().get("/").data)
    app.close()
    return file


def looked_at(browser: Browser, file: Path, scheme: str, size: tuple[int, int]) -> list[str]:
    """What is wrong with a page: what it fetched or said, how much too wide it is, what axe finds."""
    with opened(browser, file, size=size, color_scheme=scheme) as seen:
        wrong = [] if seen.quiet else [*seen.requests, *seen.console, *seen.dialogs]
        wrong += [f"{seen.overflow} pixels too wide"] if seen.overflow > 0 else []
        found = Axe().run(seen.page).response["violations"]
        return wrong + [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@WAYS
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_site_holds(browser: Browser, site: Site, name: str, scheme: str, size: tuple[int, int]) -> None:
    assert looked_at(browser, site("judged") / f"{name}.html", scheme, size) == []


@WAYS
def test_the_page_of_the_server_holds(browser: Browser, home: Path, scheme: str, size: tuple[int, int]) -> None:
    assert looked_at(browser, home, scheme, size) == []


def test_the_check_can_fail(browser: Browser, home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    wide = '<img src="no.png"><p style="width: 3000px; color: #eee; background: #fff">pale</p></main>'
    broken.write_text(home.read_text("utf-8").replace("</main>", wide), "utf-8")
    wrong = " ".join(looked_at(browser, broken, "light", DESKTOP))
    for what in ("no.png", "pixels too wide", "image-alt", "color-contrast"):
        assert what in wrong


def test_the_colours_and_the_links_work(browser: Browser, site: Site) -> None:
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, site("judged") / "index.html", color_scheme=scheme) as seen:
            colours.append(seen.page.evaluate("getComputedStyle(document.body).backgroundColor"))
            seen.page.get_by_role("main").get_by_role("link", name="AC-012").click()
            assert seen.page.url.endswith("/core.html#AC-012")
            seen.page.locator('[aria-labelledby="AC-012"] .counts a').first.click()
            assert seen.page.url.endswith("/report.html#AC-012")
    assert colours[0] != colours[1]


def test_a_keyboard_reaches_the_content(browser: Browser, site: Site) -> None:
    with opened(browser, site("plain") / "core.html") as seen:
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the content"
        seen.page.keyboard.press("Enter")
        assert seen.page.url.endswith("#main")


def test_printed_nothing_is_missing(browser: Browser, site: Site) -> None:
    with opened(browser, site("plain") / "batch.html") as seen:
        seen.page.emulate_media(media="print")
        assert seen.visible("nav") == 0
        assert seen.visible("article") == seen.page.locator("article").count() > 10
        assert seen.visible(".recorded .http") == 2 * seen.page.locator(".recorded").count() > 0


def test_the_search_finds_what_is_on_any_page(browser: Browser, site: Site) -> None:
    with opened(browser, site("plain") / "index.html") as seen:
        seen.page.get_by_role("searchbox").fill("temporal decoy")
        seen.page.get_by_role("button", name="Search").click()
        seen.page.wait_for_url("**/search.html?q=temporal+decoy")
        assert seen.page.get_by_role("status").inner_text() == "0 found"
        for words, address in (
            ("AC-006", "core.html#AC-006"),
            ("S-st7v", "core.html#S-st7v"),
            ("insert or replace", "faults.html#"),
            ("storage_path", "table-asset_variants.html"),
            ("NULL matches nothing", "contract.html#C-"),
        ):
            seen.page.get_by_role("searchbox").fill(words)
            links = seen.page.locator("#found a").evaluate_all("all => all.map(e => e.getAttribute('href'))")
            assert any(link.startswith(address) for link in links[:10]), (words, links[:10])
        seen.page.get_by_role("searchbox").fill("AC-006")
        seen.page.locator("#found a").first.click()
        assert seen.page.url.endswith("/core.html#AC-006")


def test_the_pages_can_be_turned(browser: Browser, site: Site) -> None:
    with opened(browser, site("plain") / "index.html") as seen:
        turned = ["index.html"]
        while (after := seen.page.locator(".turn .after")).count():
            after.click()
            turned.append(seen.page.url.rpartition("/")[2])
        assert sorted(turned) == sorted(file.name for file in site("plain").iterdir())
