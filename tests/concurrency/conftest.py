"""What the concurrency tests share: served applications, and runs of the suite against them in this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.http.wire import Answer, Wire
from tests.kit import CREDENTIALS, TOKENS
from upsertspec.report.result import Result
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Target
from upsertspec_broken import catalogue
from upsertspec_server import create_app
from upsertspec_server.serving import serve_in_thread

Judge = Callable[..., list[Result]]


@pytest.fixture
def server() -> Iterator[Callable[[str], str]]:
    """`server("")`: the URL of the reference server, or of the broken server of this name."""
    with ExitStack() as stack:

        def serve(name: str = "") -> str:
            app = (catalogue()[name].create_app if name else create_app)({"TOKENS": TOKENS})
            return stack.enter_context(serve_in_thread(app))

        yield serve


@pytest.fixture
def judge(server: Callable[[str], str]) -> Judge:
    """`judge("created-is-201", "AC-701", clients=4)`: the results of these criteria against a server."""

    def judged(name: str, *criteria: str, jobs: int = 1, keyword: str = "", **settings: Any) -> list[Result]:
        known = {"profiles": spec.PROFILES, "roles": CREDENTIALS, "clients": 6, "timeout": 5.0, **settings}
        target = Target(url=known.pop("url", "") or server(name), **known)
        selected = Settings(target, criteria, keyword)
        return [result for result in run(selected, jobs) if selected.selection.selected(result.case)]

    return judged


@pytest.fixture
def wire(serve: Callable[[Answer], Wire]) -> Callable[[Answer], Wire]:
    """`wire(answer)` starts a server that writes these bytes."""
    return serve


class Door:
    """Holds requests back until a given number has arrived, so that the test knows that they overlap."""

    def __init__(self, expected: int) -> None:
        self.gate = threading.Barrier(expected)
        self.met = threading.Event()

    def wait(self, connection: socket.socket) -> None:
        """Wait for the others, for a few seconds at most."""
        try:
            self.gate.wait(10)
            self.met.set()
        except threading.BrokenBarrierError:
            pass
