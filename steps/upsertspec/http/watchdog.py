"""A time limit for a whole exchange.

A socket's own time limit starts again with each byte, so a target that sends one byte a second never exceeds it.
One thread watches all exchanges in progress and shuts down the socket of each that is over time.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

TICK = 0.1


class Watchdog:
    """Shuts down the sockets of exchanges that take too long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched: dict[Watch, float] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def reset(self) -> None:
        """Start empty, in a forked process: it has no watchdog thread."""
        self.__init__()  # type: ignore[misc]  # this class has no subclass

    def add(self, watch: Watch) -> None:
        """Start to watch an exchange."""
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
        """Called with the lock held, since the next exchange may use the same connection at any moment."""
        now = time.monotonic()
        for watch, until in self._watched.items():
            if now > until:
                watch.shut()


class Watch:
    """One exchange in progress, with its connection, once it has one, and the socket that it was sent over.

    `sock` is kept because a connection drops its socket at the head of a response that closes the connection.
    `reused` says whether another exchange has used the connection before, `answered` whether the head of a response
    has come, and `whole` whether the response is complete by its own framing. Data that came before the socket was
    shut down can still be read, so a complete response was in time, however late a busy machine looked at it.
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
        """Whether time ran out before the response was complete."""
        return self.fired and not self.whole

    def shut(self) -> None:
        """End the exchange: a read from the socket then ends at once."""
        self.fired = True
        sock = getattr(self.connection, "sock", None) or self.sock
        if sock is not None:
            with contextlib.suppress(OSError, AttributeError):
                socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)


WATCHDOG = Watchdog()
