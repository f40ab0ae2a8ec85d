"""Makes the README's pictures again: `python -m tests.report.page.screenshots`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.report.page.browser import launched, opened
from tests.report.page.kit import whole, written

IMAGES = Path(__file__).parents[3] / ".github" / "images"
LARGEST = 150_000
TITLE = "A numeric id stays the same too"


def main() -> None:
    """Judge a broken server, and take the pictures of its report."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        report = json.loads(whole(Path(folder)).text)
        report["target"]["name"] = "A server that does INSERT OR REPLACE"
        report["run"]["command"] = f"upsertspec run {report['target']['url']} --profile all --jobs 2 --report report"
        _take(browser, written(Path(folder), report))
    for image in IMAGES.glob("*.png"):
        assert image.stat().st_size < LARGEST, f"{image} is too large for a README"


def _take(browser: Browser, page: Path) -> None:
    with opened(browser, page, size=(900, 880)) as seen:
        seen.page.screenshot(path=IMAGES / "report.png")
    with opened(browser, page, size=(900, 720), color_scheme="dark") as seen:
        anchor = seen.page.locator(
            ".sc", has=seen.page.get_by_role("heading", name=TITLE, include_hidden=True)
        ).get_attribute("id")
        seen.page.evaluate(f"location.hash = '{anchor}'")
        seen.until("document.querySelector('.here .ex')")
        seen.page.evaluate("document.activeElement.blur()")
        seen.page.screenshot(path=IMAGES / "scenario.png")


if __name__ == "__main__":
    main()
