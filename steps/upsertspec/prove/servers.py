"""The broken servers: their catalogue, and a process that serves one after the other over HTTP."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from upsertspec.run.embedded import BROKEN, announced, command, process_of
from upsertspec.target.target import Target

Serve = Callable[[str], Target]


@dataclass(frozen=True)
class BrokenServer:
    """A broken server: its name, the mistake in one line, and the criteria that it violates.

    `report` is the address of the public report that the mistake comes from, if it comes from one.
    """

    name: str
    says: str
    violates: tuple[str, ...]
    report: str = ""


def broken_servers() -> list[BrokenServer]:
    """The catalogue of broken servers."""
    done = subprocess.run(command(BROKEN, "--list", "--json"), capture_output=True, text=True, check=True)
    return [BrokenServer(**{**raw, "violates": tuple(raw["violates"])}) for raw in json.loads(done.stdout)]


@contextlib.contextmanager
def fleet(*options: str, module: str = BROKEN) -> Iterator[Serve]:
    """A process that serves the broken servers by name, one at a time; an empty name is the reference server.

    With the option `--products` it serves them behind a products API.
    """
    with process_of(module, "--fleet", *options) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        names, announcements = process.stdin, process.stdout

        def serve(name: str) -> Target:
            with contextlib.suppress(BrokenPipeError):  # the process has ended, so that it announces nothing either
                names.write(f"{name}\n")
                names.flush()
            return announced(announcements.readline(), name or "the reference server")

        yield serve
