"""How fast requests are sent, and when a refused request is sent again."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from upsertspec.dialects.base import Response
from upsertspec.errors import NotTestable

LONGEST_WAIT = 10.0
WAITING_BUDGET = 60.0
BUDGET_OF_A_CONCURRENT_CLIENT = 20.0
ATTEMPTS = 3
CONCURRENT_ATTEMPTS = 8
BACK_OFF = 0.05
TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503


class Pace:
    """A limit on requests a second. Threads may share it."""

    def __init__(self, per_second: float | None) -> None:
        self.is_limited = per_second is not None
        self._gap = 1 / per_second if per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def step(self) -> None:
        """Wait until the next request may be sent."""
        if not self._gap:
            return
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        time.sleep(turn - now)


class Retries:
    """Decides whether to send a request again after 429 or 503, and waits before it.

    A 429 was not carried out (RFC 6585), so any request may be sent again; a 503 may have been, so only reads are.
    The time to wait comes from Retry-After. `budget` is the seconds that all waits may take together. `back_off` also
    waits, a little longer each time, where a 429 has no Retry-After.
    """

    def __init__(self, attempts: int = ATTEMPTS, budget: float = WAITING_BUDGET, back_off: bool = False) -> None:
        self._attempts = attempts
        self._budget = budget
        self._back_off = back_off

    @classmethod
    def of_a_concurrent_client(cls) -> Retries:
        """More attempts and less waiting: many clients at once are expected to meet a limit."""
        return cls(CONCURRENT_ATTEMPTS, BUDGET_OF_A_CONCURRENT_CLIENT, back_off=True)

    def again(self, response: Response, safe: bool, attempt: int) -> bool:
        """Whether to send the request again, after the wait. `safe` says that it only reads.

        Raises NotTestable where the target keeps answering 429, or asks for too long a wait.
        """
        if response.status == TOO_MANY_REQUESTS:
            self._wait_for_room(response, attempt)
            return True
        return response.status == UNAVAILABLE and safe and attempt < ATTEMPTS and self.wait(response.headers)

    def _wait_for_room(self, response: Response, attempt: int) -> None:
        if attempt >= self._attempts:
            raise NotTestable(f"the target answered 429 to {attempt} attempts; set rate_limit in the target file")
        if not self.wait(response.headers, BACK_OFF * 2**attempt if self._back_off else None):
            raise NotTestable("the target answered 429 (too many requests); set rate_limit in the target file")

    def wait(self, headers: Mapping[str, str], otherwise: float | None = None) -> bool:
        """Wait as long as Retry-After says, else `otherwise` seconds; False, without waiting, if neither is possible.

        A wait of more than 10 seconds, or of more than is left of the budget, is not possible.
        """
        asked = retry_after(headers)
        seconds = otherwise if asked is None else asked
        if seconds is None or seconds > min(LONGEST_WAIT, self._budget):
            return False
        self._budget -= max(seconds, 0.1)
        time.sleep(seconds)
        return True


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds in a Retry-After header, given as a number or a date (RFC 9110, 10.2.3); None without a valid one."""
    text = next((v for k, v in headers.items() if k.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError, TypeError):
        return None
