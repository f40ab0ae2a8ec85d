"""Waits before a read until the last write shows in it, on a target that states how long that takes."""

from __future__ import annotations

import time


class Settling:
    """`seconds` is the target's time to consistency, 0 for none. Several threads may share it."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self._settled = 0.0

    def written(self) -> None:
        """A write has ended, whatever its answer."""
        self._settled = time.monotonic() + self._seconds

    def wait(self) -> None:
        """Wait until the last write has had its time."""
        if self._seconds:
            time.sleep(max(0.0, self._settled - time.monotonic()))
