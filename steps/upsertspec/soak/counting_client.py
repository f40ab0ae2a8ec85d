"""A user's client: it counts every request, waits longer after each failure, and reconnects when needed."""

from __future__ import annotations

import time
from collections.abc import Callable

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation
from upsertspec.dialects.words import Words
from upsertspec.errors import CannotExpress, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.masking import Masker
from upsertspec.http.text import printable
from upsertspec.soak.ledger import Ledger
from upsertspec.soak.outcome import REFUSED, Failed, failure, failure_of, outcome, outcome_without_answer
from upsertspec.soak.plan import TABLE

WHO = "editor"
PAUSE, LONGEST_PAUSE = 0.05, 1.0
REASON = 200

OnRequest = Callable[[str, float, Failed | None], None]
"""Called after each request with its operation, its duration in seconds, and what went wrong."""


class CountingClient:
    """`connect` makes a client; `on_request` is called after each request."""

    def __init__(self, connect: Callable[[], Client], on_request: OnRequest, ledger: Ledger) -> None:
        self._connect = connect
        self._client = connect()
        self._on_request = on_request
        self._ledger = ledger
        self._pause = PAUSE

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def masker(self) -> Masker:
        """Hides credentials in texts."""
        return self._client.masker

    @property
    def words(self) -> Words:
        """The target's names and values of the table that is written."""
        return self._client.words(TABLE)

    def curl(self) -> str:
        """The line that repeats the last answered request."""
        return self._client.answered.curl if self._client.answered else ""

    def send(self, name: str, operation: Operation) -> tuple[str, Answer | None]:
        """Send one operation. Gives its outcome, and the answer if there is one."""
        if name in self._ledger.not_sent:
            return REFUSED, None
        self._reconnect()
        self._client.log.clear()
        started = time.perf_counter()
        try:
            answer = self._client.call(WHO, operation)
        except (CannotExpress, NotApplicable) as wrong:
            self._ledger.not_sent[name] = printable(str(wrong))[:REASON]
            return REFUSED, None
        except (NotTestable, TargetSilent) as wrong:
            result = outcome_without_answer(self._client.log)
            self._count(name, started, failure_of(wrong, self._client.log))
            return result, None
        self._count(name, started, failure(answer))
        return outcome(answer), answer

    def _count(self, name: str, started: float, wrong: str) -> None:
        self._on_request(name, time.perf_counter() - started, Failed(wrong) if wrong else None)
        if not wrong:
            self._pause = PAUSE
            return
        time.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _reconnect(self) -> None:
        """A client that has given up sends nothing more; a soak goes on, since the target may come back."""
        if self._client.stopped:
            self._client.close()
            self._client = self._connect()
