"""How a process of the suite ends: on a signal, with its parent, and never by an exit that a dialect asks for."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any, NoReturn

INCOMPLETE = 3
GRACE = 10.0
"""Seconds that the work after a signal has before another signal ends the process at once."""
FILES = 1024
"""Open files that a command is given, where the system lets it."""
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)

exit_now = os._exit
"""Python's own `os._exit`, also while `guarded` replaces that one."""


class _State:
    """What has happened to this process: when the first signal came, and whether signals wait."""

    first: float | None = None
    held = False


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """For a whole command: `os._exit` raises SystemExit, and SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt, once.

    They wait until `held(False)`. Later signals do nothing, so that the report is written; after GRACE seconds they end
    the process. After the command all are ignored: its exit code is decided. A signal that is ignored before, as under
    nohup, stays ignored.
    """
    _State.first, _State.held = None, True
    caught: list[int] = []
    if threading.current_thread() is threading.main_thread():
        caught = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        for number in caught:
            signal.signal(number, _received)
    exits, unraisable = os._exit, sys.unraisablehook
    sys.unraisablehook = _quietly
    forbid_exit()
    can_open(FILES)  # also for the servers that are started
    try:
        yield
    finally:
        os._exit, sys.unraisablehook = exits, unraisable
        for number in caught:
            signal.signal(number, signal.SIG_IGN)


def _quietly(unraisable: Any) -> None:
    """Say nothing of a signal in a callback, where no exception can be raised: `require_running` raises it."""
    if not isinstance(unraisable.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def _received(_number: int, _frame: Any) -> None:
    now = time.monotonic()
    if _State.first is None:
        _State.first = now
        if not _State.held:
            raise KeyboardInterrupt
    elif now - _State.first > GRACE:
        os.write(2, b"upsertspec: stopped once more, and ended at once; nothing more is written\n")
        exit_now(INCOMPLETE)


@contextlib.contextmanager
def held(hold: bool = True) -> Iterator[None]:
    """Let no signal interrupt this, or with `hold=False` let one interrupt a part of it again, as if it came then."""
    before, _State.held = _State.held, hold
    try:
        require_running()
        yield
    finally:
        _State.held = before


def require_running() -> None:
    """Raise KeyboardInterrupt if a signal came, even if somebody caught the first one."""
    if _State.first is not None and not _State.held:
        raise KeyboardInterrupt


def forbid_exit() -> None:
    """Make `os._exit` raise SystemExit in this process: it would end without a verdict. Other forks may use it."""
    own = os.getpid()

    def refused(status: int) -> NoReturn:
        if os.getpid() != own:
            exit_now(status)
        raise SystemExit(f"os._exit({status})")

    os._exit = refused


def cores() -> int:
    """On how many processors this process may run."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usual_jobs() -> int:
    """How many processes judge a server of our own, if nobody says: one where none can be forked."""
    return cores() if hasattr(os, "fork") else 1


def can_open(files: int) -> bool:
    """Whether this process may have so many files and connections open; its limit is raised as far as it may be."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return True
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= files:
        return True
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most == files


@contextlib.contextmanager
def blocked() -> Iterator[None]:
    """Start a child in this context to let signals wait for it, until it calls `unblock`."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def unblock() -> None:
    """In such a child: its handlers are there."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


class Turns:
    """What the forks of this process do one at a time. A fork that dies loses its turn."""

    def __init__(self) -> None:
        self._shared: int | None = None

    def share(self) -> bool:
        """Take turns with the forks that are made from now on; whether this system can."""
        if self._shared is None and hasattr(os, "memfd_create"):
            self._shared = os.memfd_create("turns")
        return self._shared is not None

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait until no other fork does this."""
        if self._shared is None:
            yield
            return
        import fcntl

        fcntl.lockf(self._shared, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._shared, fcntl.LOCK_UN)


TURNS = Turns()
"""Those of many clients at once."""


class Lifeline:
    """A pipe that this process holds open. A child that watches it ends when this process does, however it does."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._reading, self._writing = os.pipe()

    def close(self) -> None:
        """Let go; children that still watch it end."""
        os.close(self._reading)
        os.close(self._writing)

    def watch(self) -> None:
        """In a forked child: end with the parent, and only when the parent says so."""
        os.close(self._writing)
        threading.Thread(target=self._watch, daemon=True).start()
        become_child(self._owner)

    def _watch(self) -> None:
        os.read(self._reading, 1)
        exit_now(INCOMPLETE)


def become_child(parent: int) -> None:
    """In a child of this process: leave signals to the parent, which ends its children. Do not end without it.

    On Linux, a child dies when its parent is killed.
    """
    forbid_exit()
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL)
    if os.getppid() != parent:
        exit_now(INCOMPLETE)


def die_with_parent(number: int = signal.SIGTERM) -> None:
    """On Linux, get this signal when the parent dies."""
    if prctl := _prctl():
        prctl(SET_PARENT_DEATH_SIGNAL, number, 0, 0, 0)


@cache
def _prctl() -> Any:
    return getattr(ctypes.CDLL(None), "prctl", None) if sys.platform == "linux" else None


def leave(code: int) -> NoReturn:
    """End the process with this exit code at once.

    Python would wait for a thread of a dialect that never ends, might end by a late signal instead, and would take
    apart all modules first, which takes 0.2 s after a run.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    exit_now(code)
