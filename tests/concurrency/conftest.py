"""What the tests of many clients share: served applications, and runs of the suite against them in this process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.harness.wire import Answer, Wire
from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.report.result import Result
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.target import Credential, Secret, Target
from upsertspec_broken import catalogue
from upsertspec_server import create_app, load_schema
from upsertspec_server.app import Parts
from upsertspec_server.serving import serve_in_thread

TOKENS = {role: f"{role}-token" for role in ("editor", "creator", "updater", "viewer")}
ROLES = {role: Credential(secret=Secret(token)) for role, token in TOKENS.items()}
Judge = Callable[..., list[Result]]


@pytest.fixture
def server() -> Iterator[Callable[[str], str]]:
    """`server("")`: the URL of the reference server, or of the broken server of this name."""
    with ExitStack() as stack:

        def serve(name: str = "") -> str:
            parts = catalogue()[name].parts if name else Parts()
            return stack.enter_context(serve_in_thread(create_app(load_schema(), TOKENS, parts=parts)))

        yield serve


@pytest.fixture
def judge(server: Callable[[str], str]) -> Judge:
    """`judge("created-is-201", "AC-701", clients=4)`: the results of these criteria against a server."""

    def judged(name: str, *criteria: str, jobs: int = 1, keyword: str = "", **settings: Any) -> list[Result]:
        known = {"profiles": spec.PROFILES, "roles": ROLES, "clients": 6, "timeout": 5.0, **settings}
        target = Target(url=known.pop("url", "") or server(name), **known)
        selected = Settings(target, criteria, keyword)
        return [result for result in run(selected, jobs) if selected.selection.selected(result.case)]

    return judged


@pytest.fixture
def wire() -> Iterator[Callable[[Answer], Wire]]:
    """`wire(answer)` starts a server that writes what it is told to; all are stopped in the end."""
    started: list[Wire] = []

    def start(answer: Answer) -> Wire:
        started.append(Wire(answer))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def client() -> Iterator[Callable[..., Client]]:
    """`client(url, timeout=0.5)`: a client of a target there."""
    made: list[Client] = []

    def make(url: str, **settings: Any) -> Client:
        target = Target(url=url, **{"timeout": 5.0, "roles": ROLES, **settings})
        made.append(Client(target, dialect_for(target)))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Door:
    """Lets requests wait until so many are there: whether they meet is seen, and not left to chance."""

    def __init__(self, expected: int) -> None:
        self.gate = threading.Barrier(expected)
        self.met = threading.Event()

    def wait(self, connection: socket.socket) -> None:
        """Wait for the others, for some seconds at the most."""
        try:
            self.gate.wait(10)
            self.met.set()
        except threading.BrokenBarrierError:
            pass
