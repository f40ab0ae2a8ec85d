"""One browser, and one run of each kind, for all page tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.report.kit import Done
from tests.report.page import kit
from tests.report.page.browser import launched

KINDS: dict[str, Callable[[Path], Done]] = {
    each.__name__: each for each in (kit.passing, kit.failing, kit.whole, kit.hostile)
}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's browser."""
    with launched() as started:
        yield started


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Done]:
    """`ran("failing")`: a run of this kind."""
    return cache(lambda kind: KINDS[kind](tmp_path_factory.mktemp(kind)))


@pytest.fixture(scope="session")
def report(ran: Callable[[str], Done]) -> Callable[[str], Path]:
    """`report("failing")`: the page of a run of this kind."""
    return lambda kind: ran(kind).folder / "report.html"
