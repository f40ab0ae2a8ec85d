"""Several workers: copies of this process, made once the scenarios are collected, which take them from one queue.

A worker that begins anew imports and collects everything first: on a machine with few cores that takes many workers
longer than what they are there for, which is waiting for a slow target. A copy begins at once.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

import pytest

from upsertspec.http.watchdog import WATCHDOG
from upsertspec.run.plugin import RECORDER, RESULT
from upsertspec.run.recorder import Recorder

Take = Callable[[Mapping[str, Any]], None]

CAN_COPY = hasattr(os, "fork")
BYTES = 2


class Workers:
    """The plugin that shares the collected tests among workers; `take` gets each result as it comes.

    A worker that dies takes with it the scenario that it was at and the one that it was to take next, and no others.
    """

    def __init__(self, jobs: int, take: Take) -> None:
        self._jobs = jobs
        self._take = take

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test in some worker."""
        queue = _filled(len(session.items))
        running: dict[Connection[Any, Any], int] = {}
        try:
            for number in range(min(self._jobs, len(session.items))):
                ours, theirs = Pipe(duplex=False)
                child = _copied()
                if not child:
                    _live(session, number, self._jobs, queue, theirs)
                theirs.close()
                running[ours] = child
            self._listen(running)
        finally:
            os.close(queue)
            _end(running)
        return True

    def _listen(self, running: dict[Connection[Any, Any], int]) -> None:
        """Take what the workers send until none is left."""
        while running:
            for ours in wait(list(running)):
                assert isinstance(ours, Connection)
                try:
                    self._take(ours.recv())
                except EOFError:
                    ours.close()
                    os.waitpid(running.pop(ours), 0)


class _Sender:
    """The plugin in a worker that sends each result."""

    def __init__(self, theirs: Connection[Any, Any]) -> None:
        self._theirs = theirs

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        raw = getattr(report, RESULT, None)
        if raw is not None:
            self._theirs.send(raw)


def _copied() -> int:
    """0 in the copy of this process, its number in the original. The one other thread is begun anew in the copy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of threads that a copy does not have
        return os.fork()


def _filled(count: int) -> int:
    """A pipe with the number of each test, to read from: whoever reads a number does that test."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(BYTES) for number in range(count)))
    os.close(writing)
    return reading


def _live(session: pytest.Session, number: int, jobs: int, queue: int, theirs: Connection[Any, Any]) -> None:
    """The whole life of a worker. It never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who was asked to stop ends its workers
        WATCHDOG.begin_anew()
        config: Any = session.config
        config.workerinput = {"workerid": f"gw{number}"}
        config.stash[RECORDER] = Recorder(f"gw{number}")
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(jobs)
        for plugin in [each for each in config.pluginmanager.get_plugins() if hasattr(each, "takes_results")]:
            config.pluginmanager.unregister(plugin)
        config.pluginmanager.register(_Sender(theirs))
        _run_all(session, queue)
        theirs.close()
    finally:
        os._exit(0)


def _run_all(session: pytest.Session, queue: int) -> None:
    item = _next(session, queue)
    while item is not None:
        following = _next(session, queue)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        item = following


def _next(session: pytest.Session, queue: int) -> pytest.Item | None:
    number = os.read(queue, BYTES)
    return session.items[int.from_bytes(number)] if number else None


def _end(running: Mapping[Connection[Any, Any], int]) -> None:
    """End the workers that are left, where the run was stopped."""
    for child in running.values():
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
