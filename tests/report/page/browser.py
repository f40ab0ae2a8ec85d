"""A real browser for the tests of the pages: the system's chromium, driven without a screen."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP, PHONE = (1280, 900), (360, 740)
PATIENCE = 60  # seconds: never reached but where something hangs
MISSING = "needs Chromium or Chrome on the PATH (Debian: apt-get install chromium)"


def executable() -> str | None:
    """The system's browser, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """The browser. Skips the test if there is none."""
    found = executable()
    if found is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Opened:
    """An open page, and everything that it did besides being shown."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    refused: dict[str, str | None] = field(default_factory=dict)

    @property
    def quiet(self) -> bool:
        """Whether it fetched, logged, asked and ran nothing."""
        owned = self.page.evaluate("window.owned ?? null")
        return (self.requests, self.console, self.dialogs, owned) == ([], [], [], None)

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return wide

    @property
    def fragment(self) -> str:
        """What the address has after its hash."""
        found: str = self.page.evaluate("location.hash.slice(1)")
        return found

    def until(self, expression: str) -> None:
        """Wait until it is true. The page's policy lets no expression wait within the page."""
        deadline = time.monotonic() + PATIENCE
        while not self.page.evaluate(expression):
            assert time.monotonic() < deadline, f"it never came true: {expression}"
            self.page.wait_for_timeout(20)

    def visible(self, selector: str) -> int:
        """How many elements are visible."""
        return self.page.locator(selector).filter(visible=True).count()


@contextlib.contextmanager
def opened(
    browser: Browser, file: Path, fragment: str = "", size: tuple[int, int] = DESKTOP, **options: Any
) -> Iterator[Opened]:
    """A file in its own window. The request for the file itself does not count."""
    address = file.as_uri()
    viewport: Mapping[str, int] = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, **options)
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    seen = Opened(page)
    page.on("request", lambda request: request.url.split("#")[0] == address or seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.refused.update({request.url: request.failure}))
    page.on("console", lambda message: seen.console.append(message.text))
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
    try:
        page.goto(address + fragment)
        yield seen
    finally:
        context.close()
