"""Servers to soak, conforming and broken, and the command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.kit import TOKEN_VARIABLES, TOKENS, Done
from upsertspec_broken import catalogue
from upsertspec_server import Server, create_app
from upsertspec_server.serving import serve_in_thread

COMMAND = [sys.executable, "-c", "from upsertspec.cli import main; main()", "soak"]

Start = Callable[[dict[str, Any], Callable[..., Any]], Any]
Wrapper = Callable[[Server, dict[str, Any], Start], Any]


class Wrapped:
    """An application with something in front of it."""

    def __init__(self, app: Server, wrapper: Wrapper) -> None:
        self._app, self._wrapper = app, wrapper

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self._wrapper(self._app, environ, start_response)

    def close(self) -> None:
        self._app.close()


@pytest.fixture
def served() -> Iterator[Callable[..., str]]:
    """`served(fault="", wrapper=None)`: the URL of the reference, of a broken server, or of what stands before it."""
    with ExitStack() as stack:

        def start(fault: str = "", wrapper: Wrapper | None = None) -> str:
            app = (catalogue()[fault].create_app if fault else create_app)({"TOKENS": TOKENS})
            whole: Any = Wrapped(app, wrapper) if wrapper else app
            return stack.enter_context(serve_in_thread(whole))

        yield start


@pytest.fixture
def environment() -> dict[str, str]:
    """The tokens of every role, and nothing else of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UPSERTSPEC_", "LOCUST_"))}
    return kept | TOKEN_VARIABLES


@pytest.fixture
def soak(environment: dict[str, str]) -> Callable[..., Done]:
    """The command as a process; fails if a token is printed."""

    def call(*arguments: str) -> Done:
        done = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=environment)
        assert [token for token in TOKEN_VARIABLES.values() if token in done.stdout + done.stderr] == []
        assert "Traceback" not in done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def start_soak(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """The command, still running; it is stopped when the test ends."""
    with ExitStack() as stack:

        def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=environment | more,
            )
            stack.callback(process.__exit__, None, None, None)
            stack.callback(process.kill)
            return process

        yield start
