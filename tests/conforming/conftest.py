"""Conforming servers, served on loopback, and the suite run against them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.kit import CREDENTIALS, TOKEN_VARIABLES, TOKENS
from upsertspec.report.result import Result
from upsertspec.run.runner import run
from upsertspec.run.settings import Settings
from upsertspec.spec import criteria as spec
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Credential, Secret, Target
from upsertspec_catalogue import Entry
from upsertspec_server.config import expired_tokens

Judge = Callable[[Entry], list[Result]]
EXPIRED = Credential(secret=Secret(expired_tokens()["editor"]))


@contextmanager
def serve(entry: Entry) -> Iterator[str]:
    """Serve an entry of a catalogue in this process; gives the URL."""
    running = entry.listen(entry.create_app({"TOKENS": TOKENS}))
    try:
        yield running.url
    finally:
        running.stop()


@contextmanager
def served(module: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve an entry as a process, until its stdin closes; gives the URL, and the header of the editor."""
    command = [sys.executable, "-m", module, name, "--port", "0", "--announce", "json", "--until-stdin-closes"]
    environment = os.environ | TOKEN_VARIABLES
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stdin
        url = json.loads(process.stdout.readline())["url"]
        yield url, {"Authorization": f"Bearer {TOKENS['editor']}"}
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.fixture
def judge() -> Judge:
    """`judge(entry)`: the results of the whole suite, all profiles, against a conforming server."""

    def judged(entry: Entry) -> list[Result]:
        with serve(entry) as url:
            bindings = renamed(entry.tables, entry.fields)
            known = {"roles": CREDENTIALS, "expired": EXPIRED}
            target = Target(url=url, profiles=spec.PROFILES, bindings=bindings, **known)
            return run(Settings(target))

    return judged
