"""Starts one of the servers that come with the suite, as a process on a free loopback port."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from upsertspec.errors import TargetUnusable
from upsertspec.spec.schema import CALLERS, organizations
from upsertspec.target.target import Credential, Secret, Target
from upsertspec.target.target_file import EXPIRED, from_file

SERVER = "upsertspec_server"
BROKEN = "upsertspec_broken"
STOP_SECONDS = 10


def command(module: str = SERVER, *options: str) -> list[str]:
    """The command line that starts a server module; with `-P`, no file in the working directory can hide a module."""
    return [sys.executable, "-P", "-m", module, *options]


class Embedded:
    """A server process that was started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def target(self) -> Target:
        """The server as a target, once it listens. Raises TargetUnusable if it did not start."""
        return announced(self._process.stdout.readline() if self._process.stdout else "")


def announced(line: str, name: str = "the reference server") -> Target:
    """The server that printed this line of JSON, as a target. Raises TargetUnusable for another line.

    The line has its URL and tokens, and may have the path of its target file.
    """
    try:
        announcement: Mapping[str, Mapping[str, str]] = json.loads(line)
        tokens = announcement["tokens"]
        url = str(announcement["url"])
    except (ValueError, KeyError) as wrong:
        raise TargetUnusable(f"{name} did not start; run `upsertspec serve` to see why") from wrong
    variables = {role: f"UPSERTSPEC_TOKEN_{role.upper()}" for role in CALLERS}
    if "target_file" in announcement:
        env = {variables[role]: token for role, token in tokens.items()}
        return replace(from_file(Path(str(announcement["target_file"])), env), url=url)
    roles = {
        role: Credential(secret=Secret(token, variables[role]), organization=organizations().get(role, ""))
        for role, token in tokens.items()
    }
    expired = announcement.get("expired", {}).get("editor")
    credential = Credential(secret=Secret(expired, EXPIRED)) if expired else None
    return Target(url=url, roles=roles, expired=credential, name=name)


@contextlib.contextmanager
def started() -> Iterator[Embedded]:
    """Start the reference server, and stop it at the end. It also ends by itself when this process does."""
    with process_of(SERVER, "--port", "0", "--announce", "json", "--until-stdin-closes") as process:
        yield Embedded(process)


@contextlib.contextmanager
def process_of(module: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Start a server module with these options, and stop it at the end. Its stdin and stdout are pipes."""
    process = subprocess.Popen(
        command(module, *options),
        env=_without_tokens(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C in the terminal does not end it before the run
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
    """The environment without the tokens of another target: the server makes its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_TOKEN_")}
