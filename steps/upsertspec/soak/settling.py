"""Reading again until a write has appeared: a target may answer reads from a copy that lags behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 2.0
"""How many seconds a write may take to appear, if the target states no time to consistency (`settle`)."""
PAUSE = 0.05

T = TypeVar("T")


def read_until(read: Callable[[], T], is_there: Callable[[T], bool], settle: float | None) -> tuple[T, float]:
    """Read until `is_there` holds, for `settle` seconds or PATIENCE. Gives what was read last, and the seconds waited.

    Raises what `read` raises.
    """
    started, pause = time.monotonic(), PAUSE
    until = started + (PATIENCE if settle is None else settle)
    found, waited = read(), 0.0
    while not is_there(found) and time.monotonic() < until:
        time.sleep(min(pause, max(0.0, until - time.monotonic())))
        pause *= 2
        found, waited = read(), time.monotonic() - started
    return found, waited
