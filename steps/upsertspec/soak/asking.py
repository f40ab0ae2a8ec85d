"""A user's own client: sends, counts what went wrong, waits longer after each failure, and begins anew when needed."""

from __future__ import annotations

import time
from collections.abc import Callable

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation
from upsertspec.errors import CannotExpress, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.masking import Masker
from upsertspec.http.text import printable
from upsertspec.soak.ledger import Ledger
from upsertspec.soak.outcome import REFUSED, Failed, kind, kind_of, outcome, outcome_of_silence

WHO = "editor"
PAUSE, LONGEST_PAUSE = 0.05, 1.0
REASON = 200

Heard = Callable[[str, float, Failed | None], None]
"""Is told of each request: its operation, the seconds that it took, and what was wrong with it."""


class Asking:
    """`connect` makes a client; `heard` is told of each request."""

    def __init__(self, connect: Callable[[], Client], heard: Heard, ledger: Ledger) -> None:
        self._connect = connect
        self._client = connect()
        self._heard = heard
        self._ledger = ledger
        self._pause = PAUSE

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def masker(self) -> Masker:
        """Hides the credentials."""
        return self._client.masker

    def curl(self) -> str:
        """The line that sends again what was answered last."""
        return self._client.answered.curl if self._client.answered else ""

    def ask(self, name: str, operation: Operation) -> tuple[str, Answer | None]:
        """Send one operation: what became of it (`outcome`), and the answer if one came."""
        if name in self._ledger.unasked:
            return REFUSED, None
        self._begin_anew()
        self._client.log.clear()
        started = time.perf_counter()
        try:
            answer = self._client.call(WHO, operation)
        except CannotExpress as wrong:
            self._ledger.unasked[name] = printable(str(wrong))[:REASON]
            return REFUSED, None
        except (NotTestable, TargetSilent) as wrong:
            became = outcome_of_silence(self._client.log)
            self._tell(name, started, kind_of(wrong, self._client.log))
            return became, None
        self._tell(name, started, kind(answer))
        return outcome(answer), answer

    def _tell(self, name: str, started: float, wrong: str) -> None:
        self._heard(name, time.perf_counter() - started, Failed(wrong) if wrong else None)
        if not wrong:
            self._pause = PAUSE
            return
        time.sleep(self._pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _begin_anew(self) -> None:
        """A client that has given the target up sends no more; a soak goes on, as the target may come back."""
        if self._client.stopped:
            self._client.close()
            self._client = self._connect()
