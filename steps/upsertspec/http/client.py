"""The client: sends operations to a target in the name of a role, and returns the answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus

from upsertspec.dialects.altered import altered, with_key, with_query
from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.bounds import deep_json
from upsertspec.dialects.guarded import Guarded
from upsertspec.dialects.operations import Find, Operation
from upsertspec.dialects.words import Words
from upsertspec.errors import AFTER, ENDED, GONE, DialectError, NotApplicable, NotTestable, TargetGone, TargetSilent
from upsertspec.http.circuit_breaker import CircuitBreaker, is_refusal, shortened
from upsertspec.http.credentials import Presented, presented, role
from upsertspec.http.exchange import Exchange
from upsertspec.http.made import Made, look, made_by
from upsertspec.http.masking import Masker
from upsertspec.http.pacing import Pace, Retries
from upsertspec.http.probe import readable, search
from upsertspec.http.recorder import Recorder
from upsertspec.http.session import DROPPED, UNREACHABLE, Keeping
from upsertspec.http.sessions import Logins, Sessions
from upsertspec.http.settling import Settling
from upsertspec.http.text import printable
from upsertspec.http.tokens import with_token
from upsertspec.http.transport import Transport
from upsertspec.spec.outcomes import is_success
from upsertspec.spec.schema import CALLERS
from upsertspec.target.target import Target

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 1.0
"""The seconds between two requests that ask whether a write is done."""
PAUSES = (0.0, 0.3, 0.7)
"""Seconds before each look whether a target is still there."""
STILL_THERE = ("too large", "TLS")
REFUSED = (401, 403)
TEXT_SHOWN = 400
"""The characters of a response that an answer shows."""


@dataclass(frozen=True)
class Shared:
    """What the clients of several threads share: the same pace, masked secrets, logins, knowledge of connections, and
    when the target was last written to.

    All of it is safe to use from several threads.
    """

    masker: Masker
    pace: Pace
    logins: Logins
    keeping: Keeping
    settling: Settling


class Client:
    """A client of one target, for one thread.

    `log` holds the exchanges, `answered` is the one of the last operation, and `made` are the records that were made.
    `breaker` ends the run when the target has stopped working. `lacks` and `cannot` are the dialect's, `deviations` the
    target's too. `bindings` say which tables and fields the target has, `untrue` what of that its answers contradict. A
    patient client goes on whatever the answers are. `share` is the number of worker processes that share the target's
    rate limit. `accepted` are the roles whose credential was accepted before. Where `repeatable`, a request that met a
    closed connection is sent again, whatever it asks for.

    Where there is a `revive`, a missing answer makes the client look whether the target is still there. If it is gone,
    `revive` is called, and says whether it answers again.
    """

    def __init__(
        self,
        target: Target,
        dialect: Dialect,
        share: int = 1,
        patient: bool = False,
        shared: Shared | None = None,
        accepted: frozenset[str] = frozenset(),
        revive: Callable[[], bool] | None = None,
        repeatable: bool = False,
    ) -> None:
        self._target = target
        self._dialect = Guarded(dialect)
        self._patient = patient
        self._accepted = accepted
        self._expired: dict[str, str] = {}
        self._renews = True
        self._revive = revive
        self._is_concurrent = shared is not None
        per_second = target.rate_limit / share if target.rate_limit else None
        self._shared = shared or Shared(
            Masker(secret.value for secret in target.secrets()),
            Pace(per_second),
            Logins(),
            Keeping(repeatable=repeatable),
            Settling(target.settle),
        )
        self._presented: dict[str, Presented] = {}
        self._recorder = Recorder(target, self._shared.masker)
        self._sessions = Sessions(target, self._shared.keeping, self._shared.logins)
        self.breaker = CircuitBreaker(target.timeout)
        retries = Retries.of_a_concurrent_client() if shared else Retries()
        self._transport = Transport(target, self._sessions, self._shared.pace, retries, self._recorder, self.breaker)
        self.masker = self._shared.masker
        self.log = self._recorder.log
        self.made: list[Made] = []
        self.answered: Exchange | None = None
        self.bindings = target.bindings
        self._words: Callable[[str], Words] | None = getattr(dialect, "words", None)
        self._beside: Callable[[Operation], frozenset[str]] | None = getattr(dialect, "beside", None)
        self.untrue: dict[tuple[str, str], str] = getattr(dialect, "untrue", {})
        self.lacks = dialect.lacks
        self.cannot = self._dialect.cannot
        self.deviations = {**getattr(dialect, "deviations", {}), **target.deviations}
        self.replaces: bool = getattr(dialect, "replaces", False)
        self.is_contract: bool = getattr(dialect, "is_contract", False)

    def words(self, table: str) -> Words:
        """The target's own names and values for a table."""
        return self._words(table) if self._words else Words(self.bindings.of(table), {})

    @deep_json
    def call(self, who: str, operation: Operation, alteration: str = "", connection: str = "") -> Answer:
        """Carry out one operation. `who` is a role, or the name of a broken credential (`http.credentials`).

        `alteration` names a way to break the request's body (`dialects.altered`), `connection` the role over whose
        connection the request goes, if not over one of its own.
        Raises TargetSilent where no usable response comes, TargetGone where the target answers nothing afterwards,
        NotTestable where the operation can't be sent, or not any more.
        """
        response = self._response(who, operation, alteration, connection)
        if response.status == HTTPStatus.UNAUTHORIZED and self._renewed(who):
            response = self._response(who, operation, alteration, connection)
        if response.status in REFUSED and who in self._accepted:
            self._require_accepted(who)
        if self.breaker.alarmed:
            self._check_target()
        answer = self._dialect.answer(operation, response)
        if is_success(answer.status):
            look(self.made, operation, answer)
            self.made += made_by(operation, answer, self.bindings) if operation.changes else ()
        start, size = self.masker.start(response.body, TEXT_SHOWN), len(response.body)
        return replace(answer, text=partial(self.masker.body, start, TEXT_SHOWN, size))

    def beside(self, operation: Operation) -> frozenset[str]:
        """The fields that the answer to this operation holds beside the record."""
        found: frozenset[str] = self._beside(operation) if self._beside else frozenset()
        return found

    def method(self, operation: Operation) -> str:
        """The method of the request that asks for an operation."""
        return self._dialect.request(operation).method

    def _done(self, who: str, operation: Operation, response: Response, shown: Presented) -> Response:
        """The response, once the task that it names is done. Raises TargetSilent after the time limit of a request."""
        until, pause = time.monotonic() + self._target.timeout, FIRST_PAUSE
        last: Request | None = None
        while (last := self._dialect.follow_up(operation, response, last)) is not None:
            if time.monotonic() > until:
                raise TargetSilent("no answer in time", f"the task of a write is not done after {self.seconds:g} s")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            response = self._transport.send(who, with_query(last, shown.query), shown.headers, safe=True)
        return response

    def keep_writes_apart(self, seconds: float) -> None:
        """Wait so long between two writes, from now on."""
        self._shared.settling.apart = seconds

    def organization(self, member: str) -> str:
        """The organization of a member. Raises NotTestable or NotApplicable where the target has no such role."""
        return role(self._target, member).organization

    def for_thread(self) -> Client:
        """A client for another thread, with connections and a log of its own, that shares what can be shared."""
        other = Client(self._target, self._dialect.inner, patient=True, shared=self._shared)
        other.step = self.step
        other.made = self.made
        other.breaker.stop(self.stopped)
        return other

    def answers(self) -> bool:
        """Whether the target answers a plain read on a new connection. It is asked up to three times."""
        started = time.monotonic()
        for pause in PAUSES:
            time.sleep(pause)
            if self._status_of_a_read("editor") is not None:
                return True
            if time.monotonic() - started > self._target.timeout:
                break
        return False

    def lost(self, why: str) -> None:
        """The target is gone. Go on if it can be started again; send no more if it can't."""
        if self._revive is not None and self._revive():
            self._sessions.close()
            self._shared.logins.forget()
        else:
            self.stop(f"{GONE}{why}")

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
    def settles(self) -> bool:
        """Whether a write takes time to show in every read."""
        return self._target.settle > 0

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

    def _response(self, who: str, operation: Operation, alteration: str, connection: str) -> Response:
        request = self._dialect.request(operation)
        if who in self._expired:
            raise NotTestable(self._expired[who])
        shown = self._credential(who)
        if connection and (held := self._target.roles.get(connection)) and held.login:
            raise NotApplicable("a login by cookie belongs to its connection")
        request = with_key(with_query(request, shown.query), self._target.idempotency_key, operation)
        request = altered(request, alteration) if alteration else request
        if operation.changes:
            self._shared.settling.wait_to_write()
        else:
            self._shared.settling.wait()
        try:
            response = self._transport.send(who, request, shown.headers, not operation.changes, connection)
            response = self._done(who, operation, response, shown)
            self.answered = self.log[-1]
            if second := self._second(operation, response):
                self._shared.settling.written()
                self._shared.settling.wait()
                second = with_query(second, shown.query)
                response = replace(response, then=self._transport.send(who, second, shown.headers, safe=True))
        except TargetSilent as silent:
            raise self._meaning_of(silent) from silent
        finally:
            self._sessions.release(who)
            if operation.changes:
                self._shared.settling.written()
        return response

    def _second(self, operation: Operation, response: Response) -> Request | None:
        """The dialect's second request. A concurrent client has none: by then another may have written."""
        return None if self._is_concurrent else self._dialect.then(operation, response)

    def _credential(self, who: str) -> Presented:
        if who not in self._presented:
            self._issue(who if who in CALLERS else "editor")
            self._presented[who] = presented(self._target, who)
        return self._presented[who]

    def _issue(self, role: str, refused: str = "") -> None:
        """Get the token of a role, if it is issued when needed; a new one in place of the refused one."""
        held = self._target.roles.get(role)
        if held is None or held.source is None:
            return
        issued = with_token(held, self._target.session, refused)
        self._target = replace(self._target, roles={**self._target.roles, role: issued})
        self._recorder.know(issued.secrets())

    def _renewed(self, who: str) -> bool:
        """Whether the credential that was refused has expired, and there is another now.

        It has if a plain read is refused too. If that is answered, the refusal is about the request.
        """
        held = self._target.roles.get(who)
        if not self._renews or held is None or not (held.source or held.login):
            return False
        self._issue(who)
        if self._target.roles[who].secret != held.secret or self._sessions.adopt_newer(who):
            self._presented.clear()
            return True  # another client has renewed it
        if self._status_of_a_read(who) != HTTPStatus.UNAUTHORIZED:
            return False
        if held.login:
            self._transport.log_in_again(who)
            return True
        self._issue(who, held.secret.value if held.secret else "")
        self._presented.clear()
        return self._target.roles[who].secret != held.secret

    def _meaning_of(self, silent: TargetSilent) -> Exception:
        """What a missing answer means: the target is gone, after this request or before it, or still there."""
        if self._revive is None or silent.kind in STILL_THERE or self.answers():
            lost = f"{silent}, so that nobody knows whether it was carried out; run it again"
            return NotTestable(lost) if silent.kind == DROPPED else silent
        if silent.kind != UNREACHABLE:
            self.lost(f"; {AFTER}: {shortened(self.log[-1].curl)}")
            return TargetGone(str(silent))
        self.lost(f": {silent}; {self.breaker.last_answered()}")
        return NotTestable(f"{ENDED}{self.stopped}" if self.stopped else f"{GONE}, and was started again")

    def _require_accepted(self, who: str) -> None:
        """Raise NotTestable if the credential of a role was accepted before, and is not any more, not even to read."""
        status = self._status_of_a_read(who)
        if status not in REFUSED:
            return
        why = f"the {who}'s credential expired: it was accepted before the run, and now a plain read gets {status}"
        self._expired[who] = why
        if who == "editor":
            self.stop(why)
        raise NotTestable(f"{ENDED}{why}" if who == "editor" else why)

    def _status_of_a_read(self, who: str) -> int | None:
        """The status that a plain read gets on a new connection; it is no part of the scenario. None without an answer,
        0 where it can't be asked."""
        probe = Client(self._target, self._dialect.inner, patient=True, shared=self._shared)
        probe._renews = False
        try:
            return probe.call(who, search(self._target, readable(who))).status
        except TargetSilent:
            return None
        except (NotTestable, NotApplicable, DialectError):
            return 0
        finally:
            probe.close()

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
