"""What all tests share: how their processes take Ctrl-C, and the note at the end about what was not run."""

from __future__ import annotations

import signal
from collections import Counter

import pytest

SLOW_LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """A shell starts background jobs with Ctrl-C ignored, and their children inherit that: here, they do not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[SLOW_LEFT_OUT] = 0


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser are slow."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the slow tests. What `-k` leaves out comes first, and is not counted."""
    if items:
        items[0].config.stash[SLOW_LEFT_OUT] = sum(item.get_closest_marker("slow") is not None for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells the main process how many slow tests it left out."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["slow"] = session.config.stash[SLOW_LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Each worker collects every test, so that one worker's count is the count."""
    node.config.stash[SLOW_LEFT_OUT] = getattr(node, "workeroutput", {}).get("slow", 0)  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was not run, and how to run it."""
    slow = config.stash[SLOW_LEFT_OUT]
    skipped = Counter(reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not slow and not skipped:
        return
    terminalreporter.section("not run")
    if slow:
        terminalreporter.line(f"{slow:>5} slow tests; to run them: python -m pytest -m slow")
    for why, number in skipped.most_common():
        terminalreporter.line(f"{number:>5} skipped: {why}")


def reason(report: pytest.TestReport) -> str:
    """Why a test was skipped."""
    _, _, words = report.longrepr  # type: ignore[misc]
    return str(words).removeprefix("Skipped: ")
