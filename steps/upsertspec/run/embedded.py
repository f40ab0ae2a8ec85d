"""A server of ours as a process of its own, on a free loopback port, for as long as it is needed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

from upsertspec.errors import TargetUnusable
from upsertspec.spec.schema import ROLES
from upsertspec.target.target import Credential, Secret, Target

SERVER = "upsertspec_server"
FAULTS = "upsertspec_broken"
STOP_SECONDS = 10


def command(module: str = SERVER, *options: str) -> list[str]:
    """The command line that starts a server module of ours; `-P`: nothing in the user's own folder hides a module."""
    return [sys.executable, "-P", "-m", module, *options]


class Embedded:
    """A server process that was started; `target` waits until it listens."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def target(self) -> Target:
        """The server as a target. Raises TargetUnusable where it did not start."""
        return announced(self._process.stdout.readline() if self._process.stdout else "")


def announced(line: str, name: str = "the reference server") -> Target:
    """The server that announces itself with this line of JSON, as a target."""
    try:
        told: Mapping[str, Mapping[str, str]] = json.loads(line)
        tokens = told["tokens"]
        url = str(told["url"])
    except (ValueError, KeyError) as wrong:
        raise TargetUnusable(f"{name} did not start; `upsertspec serve` tells why") from wrong
    variables = {role: f"UPSERTSPEC_TOKEN_{role.upper()}" for role in ROLES}
    roles = {role: Credential(secret=Secret(tokens[role], variables[role])) for role in ROLES}
    return Target(url=url, roles=roles, name=name)


@contextlib.contextmanager
def started() -> Iterator[Embedded]:
    """Start the reference server; stop it, and only it, in the end. It also ends by itself when this process does."""
    with process_of(SERVER, "--port", "0", "--announce", "json", "--until-stdin-closes") as process:
        yield Embedded(process)


@contextlib.contextmanager
def process_of(module: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A server module of ours, run with these options; its stdin and stdout are pipes."""
    process = subprocess.Popen(
        command(module, *options), env=_without_tokens(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _without_tokens() -> dict[str, str]:
    """The environment without the tokens of another target: the embedded server makes its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_TOKEN_")}
