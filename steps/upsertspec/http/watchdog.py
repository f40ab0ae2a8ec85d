"""A time limit for a whole exchange.

A socket's own time limit starts anew with each byte, so a target that sends a byte a second is never too late for it.
One thread looks at all exchanges under way and shuts the socket of each that is over its time.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

TICK = 0.1


class Watchdog:
    """Shuts sockets whose exchange takes longer than it may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[Watch, float] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def begin_anew(self) -> None:
        """In the copy of a process: nothing is watched, and no thread looks."""
        self.__init__()  # type: ignore[misc]

    def add(self, watch: Watch) -> None:
        """Watch this exchange from now on."""
        with self._lock:
            self._watched[watch] = time.monotonic() + watch.seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="upsertspec-watchdog", daemon=True)
                self._thread.start()
        self._wake.set()

    def remove(self, watch: Watch) -> None:
        """The exchange is over."""
        with self._lock:
            self._watched.pop(watch, None)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            time.sleep(TICK)
            with self._lock:
                self._shut_late()
                if not self._watched:
                    self._wake.clear()

    def _shut_late(self) -> None:
        """With the lock held: when an exchange is over, its connection may be that of the next one at once."""
        now = time.monotonic()
        for watch, until in self._watched.items():
            if now > until:
                watch.shut()


class Watch:
    """One exchange under way: knows the connection that it uses, once there is one, and the socket it was sent over.

    Where the answer ends the connection, the connection lets go of its socket once the head has come.
    `reused` says whether another exchange has used it before, `answered` whether the head of an answer has come, and
    `whole` whether all of it has, by its own framing. What had arrived before the socket was shut can still be read:
    so an answer that is whole came in time, however late a busy machine let the harness look at it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.connection: Any = None
        self.sock: Any = None
        self.begun = False
        self.fired = False
        self.reused = False
        self.answered = False
        self.whole = False

    @property
    def is_late(self) -> bool:
        """Whether its time was over before all of the answer was there."""
        return self.fired and not self.whole

    def shut(self) -> None:
        """End the exchange: whoever reads from the socket sees its end at once."""
        self.fired = True
        sock = getattr(self.connection, "sock", None) or self.sock
        if sock is not None:
            with contextlib.suppress(OSError, AttributeError):
                socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)


WATCHDOG = Watchdog()
