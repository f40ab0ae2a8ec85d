"""How fast requests may follow each other, and how long a target may make us wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 10.0
WAITING_BUDGET = 60.0
BUDGET_OF_A_CONCURRENT_CLIENT = 20.0


class Pace:
    """Keeps to a number of requests a second, and to a budget of seconds spent on waiting when a target asks for it.

    Threads may share the first; each has a budget `of_its_own`.
    """

    def __init__(self, per_second: float | None) -> None:
        self.is_limited = per_second is not None
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()
        self._leader = self
        self._budget = WAITING_BUDGET

    def of_its_own(self) -> Pace:
        """The same number of requests a second for both together, and a smaller budget."""
        other = Pace(None)
        other._leader, other.is_limited, other._budget = self._leader, self.is_limited, BUDGET_OF_A_CONCURRENT_CLIENT
        return other

    def step(self) -> None:
        """Wait until the next request may be sent."""
        self._leader._take_turn()

    def _take_turn(self) -> None:
        if self._gap:
            with self._lock:
                now = time.monotonic()
                turn = max(now, self._next)
                self._next = turn + self._gap
            time.sleep(turn - now)

    def wait(self, headers: Mapping[str, str], otherwise: float | None = None) -> bool:
        """Wait as long as Retry-After says, or else `otherwise`. False, at once, where that is none or too long."""
        told = retry_after(headers)
        seconds = otherwise if told is None else told
        if seconds is None or seconds > min(LONGEST_WAIT, self._budget):
            return False
        self._budget -= max(seconds, 0.1)
        time.sleep(seconds)
        return True


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or a date (RFC 9110, 10.2.3); None without one."""
    text = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError, TypeError):
        return None
