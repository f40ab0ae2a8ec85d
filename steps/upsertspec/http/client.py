"""The client: carries operations to the target in a role's name, and writes down every exchange."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlencode

from upsertspec.dialects.altered import UNDECLARED, Altered, altered, with_query
from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.guarded import Guarded
from upsertspec.dialects.operations import Find, Operation
from upsertspec.dialects.words import Words
from upsertspec.errors import ENDED, Blocked, DialectError, NotTestable, TargetSilent
from upsertspec.http.circuit_breaker import CircuitBreaker, is_refusal
from upsertspec.http.credentials import derived, headers_for, query_for
from upsertspec.http.evidence import Exchange, Masker, curl_flags, curl_line, printable, shown_body
from upsertspec.http.pacing import Pace
from upsertspec.http.session import DROPPED, Keeping, Limits, Session
from upsertspec.spec.schema import ROLES
from upsertspec.target.target import Login, Secret, Target

ATTEMPTS = 3
PATIENT_ATTEMPTS = 8
BACK_OFF = 0.05
SILENT_IN_A_ROW = 3
SILENT_TIMEOUTS = 6
TEXT_SHOWN = 400
JSON = "application/json"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SAID = 300


class Client:
    """One target, one worker.

    `log` takes the exchanges, `answered` is the one of the last operation, `known` what was found once for all;
    `stopped` says why no more are sent, once it is so; a patient client never stops because of what it is answered.
    `lacks` is what the dialect's answers never tell, `deviations` are the statuses that the target declares. `bindings`
    say which tables and fields the target has, `untrue` what of that its answers contradict.
    """

    def __init__(self, target: Target, dialect: Dialect, share: int = 1, patient: bool = False) -> None:
        self._target = target
        self._dialect = Guarded(dialect)
        self._limits = Limits(seconds=target.timeout)
        self._pace = Pace(target.rate_limit / share if target.rate_limit else None)
        self._sessions: dict[str, Session] = {}
        self._silent = 0
        self._waited = 0.0
        self._patient = patient
        self.breaker = CircuitBreaker()
        self._keeping = Keeping()
        self._first: Client | None = None
        self._attempts = ATTEMPTS
        self._shell = {value: text for secret in target.secrets() for value, text in secret.shell().items()}
        self.masker = Masker(secret.value for secret in target.secrets())
        self.log: list[Exchange] = []
        self.answered: Exchange | None = None
        self.step = ""
        self.known: dict[str, bool] = {}
        self.told: dict[str, Blocked | None] = {}
        self.stopped = ""
        self.bindings = target.bindings
        self._words: Callable[[str], Words] | None = getattr(dialect, "words", None)
        self.untrue: Mapping[tuple[str, str], str] = getattr(dialect, "untrue", {})
        self.lacks = dialect.lacks
        self.cannot = self._dialect.cannot
        self.deviations = target.deviations

    def words(self, table: str) -> Words:
        """The target's own names and values for a table."""
        return self._words(table) if self._words else Words(self.bindings.of(table), {})

    def call(self, who: str, operation: Operation, alteration: str = "") -> Answer:
        """Carry out one operation. `who` is a role, or a broken credential by its name (`transport.credentials`).

        `alteration` says how the request is broken on its way (`dialects.altered`).
        Raises TargetSilent where no usable answer comes, NotTestable where it can't be asked, or not any more.
        """
        request = with_query(self._dialect.request(operation), query_for(self._target, who))
        request = altered(request, alteration) if alteration else request
        headers = headers_for(self._target, who)
        self.masker.learn(derived(self._target, who))
        try:
            response = self._sent(who, request, headers, safe=not operation.changes)
        finally:
            self._spare_connections(who)
        self.answered = self.log[-1]
        if self.breaker.alarmed:
            self._look()
        answer = self._dialect.answer(operation, response)
        return replace(answer, text=shown_body(response.body, self.masker, TEXT_SHOWN))

    def stop(self, why: str) -> None:
        """Send no more: whatever is asked from now on is not testable, for this reason. A patient client goes on."""
        if not self._patient:
            self.stopped = self.stopped or printable(self.masker.text(why))

    def twin(self) -> Client:
        """Another client of the target for a thread of its own: with connections and a log of its own, and patience.

        It keeps to the same pace, hides the same secrets, and uses the logins of this one.
        """
        other = Client(self._target, self._dialect.inner, patient=True)
        other._pace, other._keeping, other.masker = self._pace.of_its_own(), self._keeping, self.masker
        other._first, other._attempts, other.step, other.stopped = self, PATIENT_ATTEMPTS, self.step, self.stopped
        return other

    @property
    def paced(self) -> bool:
        """Whether requests have to keep a distance."""
        return self._pace.is_limited

    @property
    def concurrent_clients(self) -> int:
        """How many clients are many."""
        return self._target.clients

    @property
    def kept(self) -> bool:
        """Whether connections are known to be kept, so that one can be opened ahead of the request."""
        return self._keeping.allows(False, 0.0)

    @property
    def seconds(self) -> float:
        """What one request may take."""
        return self._limits.seconds

    def close(self) -> None:
        """Close every session."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _spare_connections(self, who: str) -> None:
        """Keep none for a broken credential: there are many, and a target may have room for few connections."""
        if who not in ROLES and who in self._sessions:
            self._sessions[who].close()

    def _look(self) -> None:
        """After many refusals and errors in a row: where contacts can't be read any more either, the run ends."""
        words = self.breaker.words()
        try:
            request = self._dialect.request(Find("contacts", {}, limit=1))
            response = self._sent("editor", request, headers_for(self._target, "editor"), safe=True)
        except (NotTestable, TargetSilent, DialectError):
            return self.breaker.calm()
        if is_refusal(response.status):
            self.stop(f"{words}, and {response.status} to the editor who reads contacts; {self.breaker.before()}")
        return self.breaker.calm()

    def _sent(self, who: str, request: Request, credential: Mapping[str, str], safe: bool) -> Response:
        if self.stopped:
            raise NotTestable(f"{ENDED}{self.stopped}")
        session = self._session(who)
        headers = {**self._common_headers(), **request.headers, **credential}
        for attempt in range(1, self._attempts + 1):
            response = self._attempt(who, session, request, headers, attempt)
            if not self._again(response, safe, attempt):
                return response
        raise NotTestable(f"the target answered 429 to {self._attempts} attempts; set rate_limit in the target file")

    def _again(self, response: Response, safe: bool, attempt: int) -> bool:
        """Whether to send once more: a 429 was not carried out (RFC 6585); a 503 may have been, so only reads."""
        if response.status == 429:
            backing_off = BACK_OFF * 2**attempt if self._first else None
            if attempt < self._attempts and not self._pace.wait(response.headers, backing_off):
                raise NotTestable("the target answered 429 (too many requests); set rate_limit in the target file")
            return True
        return response.status == 503 and safe and attempt < ATTEMPTS and self._pace.wait(response.headers)

    def _attempt(self, who: str, session: Session, request: Request, headers: Mapping[str, str], n: int) -> Response:
        self._pace.step()
        body = request.body()
        sent = dict(headers) if body is None else {"Content-Type": JSON, **headers}
        if sent.get("Content-Type") == UNDECLARED:
            del sent["Content-Type"]
        exchange = self._exchange(who, request, sent, body, n)
        exchange.failure = "the harness was stopped"
        started = exchange.clock = time.perf_counter()
        try:
            response = _through(session, request, self._url(request), sent, body)
        except TargetSilent as silent:
            said = printable(self.masker.text(str(silent)))[:SAID]
            exchange.failure = f"{silent.kind}: {said}"
            self._count_silence(exchange, time.perf_counter() - started)
            if silent.kind == DROPPED:
                raise NotTestable(f"{said}, so that nobody knows whether it was carried out; run it again") from silent
            raise TargetSilent(silent.kind, said) from silent
        finally:
            exchange.elapsed = time.perf_counter() - started
        self.masker.learn(session.cookies())
        self._silent = 0
        exchange.failure = ""
        exchange.status = response.status
        exchange.response_headers = self.masker.headers(response.headers)
        exchange.response_body = shown_body(response.body, self.masker)
        self.breaker.saw(exchange)
        return response

    def _count_silence(self, exchange: Exchange, seconds: float) -> None:
        """A run ends: after some silences in a row, or when too much time has gone by with silences here and there."""
        self._silent += 1
        self._waited += seconds
        last = f"the last {exchange.method} {exchange.url} ({exchange.failure}); {self.breaker.last_answered()}"
        if self._silent >= SILENT_IN_A_ROW:
            self.stopped = f"the target stopped answering: {SILENT_IN_A_ROW} requests in a row, {last}"
        elif self._waited > SILENT_TIMEOUTS * self._limits.seconds:
            self.stopped = (
                f"the target leaves too many requests without an answer: {self._waited:.0f} s of waiting, {last}"
            )

    def _exchange(self, who: str, request: Request, headers: Mapping[str, str], body: bytes | None, n: int) -> Exchange:
        url = self.masker.text(self._url(request))
        text = None if body is None else shown_body(body, self.masker)
        masked = self.masker.headers(headers)
        curl = curl_line(request.method, self._url(request), headers, body, self._shell, self._curl_flags(who))
        exchange = Exchange(who, request.method, url, masked, text, attempt=n, step=self.step, started=time.time())
        exchange.curl = self.masker.text(curl)
        self.log.append(exchange)
        return exchange

    def _url(self, request: Request) -> str:
        # A space as %20: some read a plus sign in a query as what it is (RFC 3986).
        query = urlencode(request.query, errors="surrogatepass", quote_via=quote)
        return f"{self._target.url}{request.path}{'?' if query else ''}{query}"

    def _curl_flags(self, who: str) -> list[str]:
        cookies = ["-b", "cookies.txt", "-c", "cookies.txt"] if self._login(who) else []
        return curl_flags(self._target.session) + cookies

    def _common_headers(self) -> dict[str, str]:
        return {k: v.value if isinstance(v, Secret) else v for k, v in self._target.headers.items()}

    def _session(self, who: str) -> Session:
        if who not in self._sessions:
            login = self._login(who)
            session = Session(self._limits, self._target.session, login is not None, self._keeping)
            if login and self._first:
                session.adopt_cookies(self._first._session(who))
            elif login:
                self._log_in(who, login, session)
            self._sessions[who] = session
        return self._sessions[who]

    def _login(self, who: str) -> Login | None:
        credential = self._target.roles.get(who) if who in ROLES else None
        return credential.login if credential else None

    def _log_in(self, who: str, login: Login, session: Session) -> None:
        content = {k: v.value if isinstance(v, Secret) else v for k, v in login.content.items()}
        kind, style = (FormRequest, FORM) if login.style == "form" else (Request, {})
        request = kind(login.method, login.path, json=content)
        response = self._attempt(who, session, request, {**self._common_headers(), **style}, 1)
        if response.status >= 400 or not session.cookies():
            session.close()
            why = "and set no cookie" if response.status < 400 else "; look at its path and content"
            raise NotTestable(f"the login of the {who} role was answered with {response.status} {why}")


def _through(session: Session, request: Request, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
    """The answer, over a kept connection, or over one of its own where the request is broken on purpose."""
    if not isinstance(request, Altered):
        return session.send(request.method, url, headers, body)
    return session.send_alone(request.method, url, headers, request.pieces())


class FormRequest(Request):
    """A request whose content goes as a form."""

    def body(self) -> bytes | None:
        """The content, URL-encoded."""
        return urlencode(self.json).encode("ascii")
