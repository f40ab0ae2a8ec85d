"""The circuit breaker: ends a run whose target has stopped working."""

from __future__ import annotations

from upsertspec.errors import ENDED, LAST_ANSWERED, NotTestable
from upsertspec.http.exchange import Exchange
from upsertspec.spec.outcomes import is_server_error
from upsertspec.target.target import DEFAULT_TIMEOUT

IN_A_ROW = 12
SETUPS_IN_A_ROW = 8
SILENT_IN_A_ROW = 3
SILENT_TIMEOUTS = 6
REFUSALS = (401, 403, 404, 405)
CURL_SHOWN = 600


class CircuitBreaker:
    """Watches for answers of 401, 403, 404, 405 or 5xx in a row, refused setups in a row, and missing answers.

    Refusals in a row prove nothing: some scenarios ask for exactly these. So the breaker only raises an alarm
    (`alarmed`, `setups_alarmed`). The caller then sends a request that must succeed, and calls `calm` or `setup_done`
    if it does, `stop` if it does not. Missing answers stop the run without such a check.

    `timeout` is the seconds that one request may take. `stopped` is the reason why no more requests are sent; it is
    empty while the run goes on.
    """

    def __init__(self, timeout: float = DEFAULT_TIMEOUT, stopped: str = "") -> None:
        self.stopped = stopped
        self._timeout = timeout
        self._refusals: list[int] = []
        self._setups: list[int] = []
        self._silent = 0
        self._waited = 0.0
        self._last_good: Exchange | None = None
        self._last: Exchange | None = None

    def stop(self, why: str) -> None:
        """Send no more requests, for this reason. The first reason is kept."""
        self.stopped = self.stopped or why

    def require_running(self) -> None:
        """Raises NotTestable once the run was stopped."""
        if self.stopped:
            raise NotTestable(f"{ENDED}{self.stopped}")

    def answered(self, exchange: Exchange) -> None:
        """Count a response."""
        self._silent = 0
        self._last = exchange
        status = exchange.status or 0
        if is_refusal(status):
            self._refusals.append(status)
        else:
            self._refusals.clear()
            self._last_good = exchange

    def silent(self, exchange: Exchange) -> None:
        """Count a request without a response; stop after three in a row, or when too much time was spent waiting."""
        self._silent += 1
        self._waited += exchange.elapsed
        last = f"the last {exchange.method} {exchange.url} ({exchange.failure}); {self.last_answered()}"
        if self._silent >= SILENT_IN_A_ROW:
            self.stop(f"the target stopped answering: {SILENT_IN_A_ROW} requests in a row, {last}")
        elif self._waited > SILENT_TIMEOUTS * self._timeout:
            self.stop(f"too many requests get no answer: {self._waited:.0f} s spent waiting, {last}")

    @property
    def alarmed(self) -> bool:
        """Whether enough answers in a row were refusals or errors for the caller to check the target."""
        return len(self._refusals) >= IN_A_ROW

    def calm(self) -> None:
        """The target still does what must succeed: start counting again."""
        self._refusals.clear()

    def setup_refused(self, status: int) -> None:
        """Count a setup that failed with this status."""
        if is_refusal(status):
            self._setups.append(status)

    def setup_done(self) -> None:
        """A setup succeeded: start counting again."""
        self._setups.clear()

    @property
    def setups_alarmed(self) -> bool:
        """Whether enough setups in a row were refused for the caller to check the target."""
        return len(self._setups) >= SETUPS_IN_A_ROW

    def words(self) -> str:
        """The refusals in a row, in words."""
        number = len(self._refusals)
        return f"the target answers {_listed(self._refusals)} to everything, {number} requests in a row"

    def words_of_setups(self) -> str:
        """The refused setups in a row, in words."""
        number = len(self._setups)
        return f"the target answers {_listed(self._setups)} to nearly everything: {number} setups in a row"

    def before(self) -> str:
        """The last request that was answered in another way, as a `curl` command."""
        if self._last_good is None:
            return "no request before that was answered in another way"
        return f"the last request that was answered in another way: {shortened(self._last_good.curl)}"

    def last_answered(self) -> str:
        """The last request that was answered at all, as a `curl` command."""
        return f"{LAST_ANSWERED}{shortened(self._last.curl)}" if self._last else "none was answered"


def is_refusal(status: int) -> bool:
    """Whether a response of this status may be a sign that the target has stopped working."""
    return status in REFUSALS or is_server_error(status)


def shortened(curl: str) -> str:
    """A `curl` command, cut to a length that fits into a message."""
    return curl if len(curl) <= CURL_SHOWN else f"{curl[:CURL_SHOWN]}…"


def _listed(statuses: list[int]) -> str:
    return " and ".join(str(status) for status in sorted(set(statuses)))
