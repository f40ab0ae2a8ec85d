"""Several workers: forks of this process, made after the scenarios are collected. They take tests from one queue.

What may harm other scenarios is run after them, and what is run alone by a single worker (`spec.criteria.turn`). Those
with many clients are run by a few workers, whose many clients take turns: only their setups and reads overlap.

A worker that starts as a new process has to import and collect everything first. On a machine with few cores that takes
longer than the waiting for a slow target that workers are there to save. A fork starts at once.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any

import pytest

from upsertspec import process
from upsertspec.errors import GONE
from upsertspec.http.watchdog import WATCHDOG
from upsertspec.run.collection import turn_of
from upsertspec.run.recorder import RECORDER, Recorder
from upsertspec.run.restart import REVIVE, Revive

RESULT = "upsertspec"
"""The attribute of a pytest report that holds the result of a case, as a dictionary. Who reads it takes it off, since
pytest keeps every report to the end."""
CAN_FORK = hasattr(os, "fork")
BYTES = 2
FEW = 4
"""How many workers run the scenarios with many clients."""

Take = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Worker:
    """Which worker this process is, and how many there are. Without workers it is the only one."""

    name: str = "main"
    count: int = 1


WORKER = pytest.StashKey[Worker]()


class Workers:
    """The plugin that runs the collected tests in several workers; `take` gets each result as it comes.

    As soon as `ended` gives a reason, the workers are stopped.

    If a worker dies, the test that it was running has no result.
    """

    def __init__(self, count: int, take: Take, revive: Revive, ended: Callable[[], str] = str) -> None:
        self._count = count
        self._ended = ended
        self._take = take
        self._revive = revive
        self._started = 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test in one of the workers."""
        for (may_kill, alone), numbers in groupby(range(len(session.items)), lambda n: turn_of(session.items[n])):
            few = FEW if not may_kill and process.TURNS.share() else 1
            if not self._ended():
                self._share(session, list(numbers), min(few, self._count) if alone else self._count)
        return True

    def _share(self, session: pytest.Session, numbers: Sequence[int], count: int) -> None:
        """Run the tests of these numbers in so many new workers."""
        queue, lifeline = _queue_of(numbers), process.Lifeline()
        running: dict[Connection[Any, Any], int] = {}
        try:
            for _ in range(min(count, len(numbers))):
                worker = Worker(f"gw{self._started}", count)
                self._started += 1
                ours, theirs = Pipe()
                child = _fork()
                if not child:
                    lifeline.watch()
                    _work(session, worker, queue, theirs)
                theirs.close()
                running[ours] = child
            self._listen(running)
        finally:
            os.close(queue)
            lifeline.close()
            _kill(running)

    def _listen(self, running: dict[Connection[Any, Any], int]) -> None:
        """Take the results of the workers until all have ended."""
        while running and not self._ended():
            process.require_running()
            for ours in wait(list(running)):
                assert isinstance(ours, Connection)
                try:
                    message = ours.recv()
                    if message == GONE:
                        ours.send(self._revive())
                    else:
                        self._take(message)
                except (EOFError, ConnectionError):
                    ours.close()
                    os.waitpid(running.pop(ours), 0)


class _Sender:
    """The plugin in a worker that sends each result."""

    def __init__(self, theirs: Connection[Any, Any]) -> None:
        self._theirs = theirs

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        raw = vars(report).pop(RESULT, None)
        if raw is not None:
            self._theirs.send(raw)


def _fork() -> int:
    """0 in the worker, the worker's process id in this process. The only other thread, the watchdog, is reset later."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python warns of threads that a fork does not have
        return os.fork()


def _queue_of(numbers: Sequence[int]) -> int:
    """The reading end of a pipe that holds these numbers of tests. The worker that reads a number runs that test."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(BYTES) for number in numbers))
    os.close(writing)
    return reading


def _work(session: pytest.Session, worker: Worker, queue: int, theirs: Connection[Any, Any]) -> None:
    """The whole life of a worker. It never returns."""
    try:
        WATCHDOG.reset()
        config = session.config
        config.stash[WORKER] = worker
        config.stash[RECORDER] = Recorder(worker.name)
        config.stash[REVIVE] = lambda: _ask(theirs)
        for plugin in [each for each in config.pluginmanager.get_plugins() if hasattr(each, "takes_results")]:
            config.pluginmanager.unregister(plugin)
        config.pluginmanager.register(_Sender(theirs))
        _run_all(session, queue)
        theirs.close()
    finally:
        process.exit_now(0)


def _ask(theirs: Connection[Any, Any]) -> bool:
    """Ask the main process for a target that answers: it starts it again once for all workers."""
    theirs.send(GONE)
    return bool(theirs.recv())


def _run_all(session: pytest.Session, queue: int) -> None:
    while number := os.read(queue, BYTES):
        item = session.items[int.from_bytes(number)]
        # the next one is taken when this one is done, so that none waits for a long one; its module stays set up
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=item.parent)
    session._setupstate.teardown_exact(None)


def _kill(running: Mapping[Connection[Any, Any], int]) -> None:
    """Kill the workers that still run, when the run was interrupted."""
    for child in running.values():
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
