"""Whether a target has stopped being one: streaks of refusals and errors, and the request that came before."""

from __future__ import annotations

from upsertspec.http.evidence import Exchange
from upsertspec.spec.outcomes import is_server_error

IN_A_ROW = 12
SETUPS_IN_A_ROW = 8
REFUSALS = (401, 403, 404, 405)
CURL_SHOWN = 600


class CircuitBreaker:
    """Counts answers of 401, 403, 404, 405 or 5xx in a row, and setups that were refused in a row.

    A streak proves nothing: some scenarios ask for just these. The breaker then asks for something that
    has to succeed (`alarmed`, `setups_alarmed`), and goes on where it does (`calm`, `setup_done`).
    """

    def __init__(self) -> None:
        self._streak: list[int] = []
        self._setups: list[int] = []
        self._well: Exchange | None = None
        self._last: Exchange | None = None

    def saw(self, exchange: Exchange) -> None:
        """One more answer."""
        status = exchange.status or 0
        self._last = exchange
        if is_refusal(status):
            self._streak.append(status)
        else:
            self.calm()
            self._well = exchange

    def calm(self) -> None:
        """What has to succeed does."""
        self._streak.clear()

    @property
    def alarmed(self) -> bool:
        """Whether so many answers in a row were refusals or errors that one should look."""
        return len(self._streak) >= IN_A_ROW

    def setup_refused(self, status: int) -> None:
        """A setup did not come about, and was answered with this."""
        if is_refusal(status):
            self._setups.append(status)

    def setup_done(self) -> None:
        """A setup came about."""
        self._setups.clear()

    @property
    def setups_alarmed(self) -> bool:
        """Whether so many setups in a row were refused that one should look."""
        return len(self._setups) >= SETUPS_IN_A_ROW

    def words(self) -> str:
        """What happened, for the reason of all that is not asked any more."""
        return f"the target answers {_listed(self._streak)} to everything, {len(self._streak)} requests in a row"

    def words_of_setups(self) -> str:
        """The same of setups."""
        number = len(self._setups)
        return f"the target answers {_listed(self._setups)} to nearly everything: {number} setups in a row"

    def before(self) -> str:
        """The last request that was answered in another way, as a `curl` line."""
        if self._well is None:
            return "no request before that was answered in another way"
        return f"the last request that was answered in another way: {shortened(self._well.curl)}"

    def last_answered(self) -> str:
        """The last request that was answered at all."""
        return f"the last that was answered: {shortened(self._last.curl)}" if self._last else "none was answered"


def is_refusal(status: int) -> bool:
    """Whether an answer of this status can be a sign of a target that is none."""
    return status in REFUSALS or is_server_error(status)


def shortened(curl: str) -> str:
    """A `curl` line that a message can hold."""
    return curl if len(curl) <= CURL_SHOWN else f"{curl[:CURL_SHOWN]}…"


def _listed(statuses: list[int]) -> str:
    return " and ".join(str(status) for status in sorted(set(statuses)))
