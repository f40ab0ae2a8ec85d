"""How fast requests may follow each other, and how long a target may make us wait."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 10.0
WAITING_BUDGET = 60.0


class Pace:
    """Keeps to a number of requests a second, and to a budget of seconds spent on waiting when a target asks for it."""

    def __init__(self, per_second: float | None) -> None:
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._budget = WAITING_BUDGET

    def step(self) -> None:
        """Wait until the next request may be sent."""
        if self._gap:
            now = time.monotonic()
            time.sleep(max(0.0, self._next - now))
            self._next = max(now, self._next) + self._gap

    def wait(self, headers: Mapping[str, str]) -> bool:
        """Wait as long as the answer's Retry-After says. False, at once, where it says nothing or too much."""
        seconds = retry_after(headers)
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
