"""Starts a target again that has died, by the command in its target file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from upsertspec.dialects.registry import dialect_for
from upsertspec.http.client import Client
from upsertspec.process import die_with_parent, require_running
from upsertspec.target.target import Target

MOST_RESTARTS = 20
WAIT, TICK = 60.0, 0.2
"""Seconds that a target has to answer after its start."""
STOP_SECONDS = 5.0

Revive = Callable[[], bool]
REVIVE = pytest.StashKey[Revive]()
"""In the process that runs a scenario: how a target that is gone is started again; whether it answers."""


class Restarts:
    """The restarts of one target. What the command starts is a process group of its own; `end` ends it."""

    def __init__(self, target: Target, most: int = MOST_RESTARTS) -> None:
        self._target = target
        self._most = most
        self._process: subprocess.Popen[bytes] | None = None
        self.count = 0

    def revive(self) -> bool:
        """Whether the target answers, also if it has to be started again for that: at most `most` times."""
        client = Client(self._target, dialect_for(self._target))
        try:
            if client.answers():
                return True
            if not self._target.restart or self.count >= self._most:
                return False
            self.count += 1
            self.end()
            self._start()
            until = time.monotonic() + WAIT
            while time.monotonic() < until:
                require_running()
                if client.answers():
                    return True
                time.sleep(TICK)
            return False
        finally:
            client.close()

    def _start(self) -> None:
        """Start it with its own standard streams and in the folder of the target file."""
        self._process = subprocess.Popen(  # noqa: S602 - the own command of the target file
            self._target.restart,
            shell=True,
            cwd=Path(self._target.source).resolve().parent if self._target.source else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent if os.name == "posix" else None,
        )

    def end(self) -> None:
        """End what the command started, if it still runs."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            self._signal(signal.SIGTERM)
            until = time.monotonic() + STOP_SECONDS
            while time.monotonic() < until:
                self._process.poll()
                self._signal(0)
                time.sleep(TICK / 4)
            self._signal(signal.SIGKILL)
        self._process.kill()
        self._process = None

    def _signal(self, number: int) -> None:
        """Send it to every process of the group. Raises ProcessLookupError where there is none any more."""
        assert self._process is not None
        if os.name != "posix":
            raise ProcessLookupError
        os.killpg(self._process.pid, number)


@contextlib.contextmanager
def restarts(target: Target) -> Iterator[Revive]:
    """How the target of a run is started again. What was started ends with the run."""
    made = Restarts(target)
    try:
        yield made.revive
    finally:
        made.end()
