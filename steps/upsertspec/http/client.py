"""The client: sends operations to a target in the name of a role, and returns the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from upsertspec.dialects.altered import altered, with_query
from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.bounds import deep_json
from upsertspec.dialects.guarded import Guarded
from upsertspec.dialects.operations import Find, Operation
from upsertspec.dialects.words import Words
from upsertspec.errors import DialectError, NotApplicable, NotTestable, TargetSilent
from upsertspec.http.circuit_breaker import CircuitBreaker, is_refusal
from upsertspec.http.credentials import Presented, presented
from upsertspec.http.exchange import Exchange
from upsertspec.http.masking import Masker
from upsertspec.http.pacing import Pace, Retries
from upsertspec.http.recorder import Recorder
from upsertspec.http.session import Keeping
from upsertspec.http.sessions import Logins, Sessions
from upsertspec.http.text import printable
from upsertspec.http.transport import Transport
from upsertspec.target.target import Target

TEXT_SHOWN = 400
"""The characters of a response that an answer shows."""


@dataclass(frozen=True)
class Shared:
    """What the clients of several threads share: the same pace, masked secrets, logins, and knowledge of connections.

    All of it is safe to use from several threads.
    """

    masker: Masker
    pace: Pace
    logins: Logins
    keeping: Keeping


class Client:
    """A client of one target, for one thread.

    `log` holds the exchanges, `answered` is the one of the last operation. `breaker` ends the run when the target has
    stopped working. `lacks` and `cannot` are the dialect's, `deviations` the target's too. `bindings` say which tables
    and fields the target has, `untrue` what of that its answers contradict. A patient client goes on whatever the
    answers are. `share` is the number of worker processes that share the target's rate limit.
    """

    def __init__(
        self, target: Target, dialect: Dialect, share: int = 1, patient: bool = False, shared: Shared | None = None
    ) -> None:
        self._target = target
        self._dialect = Guarded(dialect)
        self._patient = patient
        self._is_concurrent = shared is not None
        per_second = target.rate_limit / share if target.rate_limit else None
        self._shared = shared or Shared(
            Masker(secret.value for secret in target.secrets()), Pace(per_second), Logins(), Keeping()
        )
        self._presented: dict[str, Presented] = {}
        self._recorder = Recorder(target, self._shared.masker)
        self._sessions = Sessions(target, self._shared.keeping, self._shared.logins)
        self.breaker = CircuitBreaker(target.timeout)
        retries = Retries.of_a_concurrent_client() if shared else Retries()
        self._transport = Transport(target, self._sessions, self._shared.pace, retries, self._recorder, self.breaker)
        self.masker = self._shared.masker
        self.log = self._recorder.log
        self.answered: Exchange | None = None
        self.bindings = target.bindings
        self._words: Callable[[str], Words] | None = getattr(dialect, "words", None)
        self.untrue: dict[tuple[str, str], str] = getattr(dialect, "untrue", {})
        self.lacks = dialect.lacks
        self.cannot = self._dialect.cannot
        self.deviations = {**getattr(dialect, "deviations", {}), **target.deviations}

    def words(self, table: str) -> Words:
        """The target's own names and values for a table."""
        return self._words(table) if self._words else Words(self.bindings.of(table), {})

    @deep_json
    def call(self, who: str, operation: Operation, alteration: str = "") -> Answer:
        """Carry out one operation. `who` is a role, or the name of a broken credential (`http.credentials`).

        `alteration` names a way to break the request's body (`dialects.altered`).
        Raises TargetSilent where no usable response comes, NotTestable where the operation can't be sent, or not any
        more because the run was stopped.
        """
        request = self._dialect.request(operation)
        shown = self._credential(who)
        request = with_query(request, shown.query)
        request = altered(request, alteration) if alteration else request
        try:
            response = self._transport.send(who, request, shown.headers, safe=not operation.changes)
            self.answered = self.log[-1]
            if second := self._second(operation, response):
                second = with_query(second, shown.query)
                response = replace(response, then=self._transport.send(who, second, shown.headers, safe=True))
        finally:
            self._sessions.release(who)
        if self.breaker.alarmed:
            self._check_target()
        answer = self._dialect.answer(operation, response)
        return replace(answer, text=self.masker.body(response.body, TEXT_SHOWN))

    def for_thread(self) -> Client:
        """A client for another thread, with connections and a log of its own, that shares what can be shared."""
        other = Client(self._target, self._dialect.inner, patient=True, shared=self._shared)
        other.step = self.step
        other.breaker.stop(self.stopped)
        return other

    def stop(self, why: str) -> None:
        """Send no more: every further operation is not testable, for this reason. A patient client goes on."""
        if not self._patient:
            self.breaker.stop(printable(self.masker.text(why)))

    @property
    def stopped(self) -> str:
        """Why no more requests are sent; empty while they are."""
        return self.breaker.stopped

    @property
    def step(self) -> str:
        """The scenario's step that the next exchanges belong to."""
        return self._recorder.step

    @step.setter
    def step(self, text: str) -> None:
        self._recorder.step = text

    @property
    def paced(self) -> bool:
        """Whether the target has a rate limit."""
        return self._shared.pace.is_limited

    @property
    def concurrent_clients(self) -> int:
        """The number of concurrent clients."""
        return self._target.clients

    @property
    def kept(self) -> bool:
        """Whether the target is known to keep connections open, so that one can be opened ahead of a request."""
        return self._shared.keeping.allows(False, 0.0)

    @property
    def seconds(self) -> float:
        """The time limit for one request."""
        return self._target.timeout

    def close(self) -> None:
        """Close every session."""
        self._sessions.close()

    def _second(self, operation: Operation, response: Response) -> Request | None:
        """The dialect's second request. A concurrent client has none: by then another may have written."""
        return None if self._is_concurrent else self._dialect.then(operation, response)

    def _credential(self, who: str) -> Presented:
        if who not in self._presented:
            self._presented[who] = presented(self._target, who)
        return self._presented[who]

    def _check_target(self) -> None:
        """After many refusals in a row: stop the run if the editor can't read contacts either."""
        words = self.breaker.words()
        try:
            request = self._dialect.request(Find("contacts", {}, limit=1))
            response = self._transport.send("editor", request, self._credential("editor").headers, safe=True)
        except (NotTestable, NotApplicable, TargetSilent, DialectError):
            return self.breaker.calm()
        if is_refusal(response.status):
            self.stop(f"{words}, and {response.status} to the editor who reads contacts; {self.breaker.before()}")
        return self.breaker.calm()
