"""Waits before a read until the last write shows in it, on a target that states how long that takes; and before a
write, where the time of the last one has to be another."""

from __future__ import annotations

import math
import time


class Settling:
    """`seconds` is the target's time to consistency, `apart` how many are to be between two writes; 0 for none.

    Several threads may share it.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds = seconds
        self.apart = 0.0
        self._written = -math.inf

    def written(self) -> None:
        """A write has ended, whatever its answer."""
        self._written = time.monotonic()

    def wait(self) -> None:
        """Wait until the last write has had its time."""
        self._wait(self._seconds)

    def wait_to_write(self) -> None:
        """Wait until the last write is long enough ago."""
        self._wait(self.apart)

    def _wait(self, seconds: float) -> None:
        if seconds:
            time.sleep(max(0.0, self._written + seconds - time.monotonic()))
