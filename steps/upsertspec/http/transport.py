"""Sends requests: paced, with retries, recorded, and watched by the circuit breaker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote, urlencode

from upsertspec.dialects.altered import UNDECLARED, Altered
from upsertspec.dialects.base import Request, Response
from upsertspec.errors import TargetSilent
from upsertspec.http.circuit_breaker import CircuitBreaker
from upsertspec.http.csrf import VARIABLE as CSRF
from upsertspec.http.pacing import Pace, Retries
from upsertspec.http.recorder import Recorder
from upsertspec.http.session import Session
from upsertspec.http.sessions import Sessions, token_in
from upsertspec.process import require_running
from upsertspec.spec.outcomes import is_server_error
from upsertspec.target.target import Login, Secret, Target, plain

JSON = "application/json"


class Transport:
    """The way from one client to the target and back."""

    def __init__(
        self,
        target: Target,
        sessions: Sessions,
        pace: Pace,
        retries: Retries,
        recorder: Recorder,
        breaker: CircuitBreaker,
    ) -> None:
        self._url = target.url
        self._headers, self._query = plain(target.headers), plain(target.query)
        self._target = target
        self._sessions = sessions
        self._pace = pace
        self._retries = retries
        self._recorder = recorder
        self._breaker = breaker

    def send(
        self, role: str, request: Request, credential: Mapping[str, str], safe: bool, connection: str = ""
    ) -> Response:
        """The response to a request. `credential` are the headers that show who sends it; `safe` says it only reads.

        `connection` is the role whose connection is used, if it is not one of its own. Raises TargetSilent where no
        usable response comes, NotTestable where no request is sent any more.
        """
        require_running()
        self._breaker.require_running()
        session = self._sessions.session(connection or role, partial(self._login, connection or role))
        shown = {**session.token, **self._sessions.csrf(connection or role), **credential}
        headers = {**self._headers, **request.headers, **shown}
        attempt = 1
        while self._retries.again(response := self._exchange(role, session, request, headers, attempt), safe, attempt):
            attempt += 1
        return response

    def log_in_again(self, role: str) -> None:
        """Log in the role once more. Raises NotTestable where the target refuses it, TargetSilent without an answer."""
        self._sessions.log_in_again(role, partial(self._login, role))

    def _login(self, role: str, session: Session, request: Request) -> Response:
        held = self._target.roles[role]
        headers = {**self._headers, **request.headers, **held.beside()}
        return self._exchange(role, session, request, headers, 1, held.login)

    def _exchange(
        self,
        role: str,
        session: Session,
        request: Request,
        headers: Mapping[str, str],
        attempt: int,
        login: Login | None = None,
    ) -> Response:
        """One attempt."""
        self._pace.step()
        url, body = self._address(request), request.body()
        sent = _with_content_type(headers, body)
        self._recorder.know([Secret(session.csrf, CSRF)] if session.csrf else [])
        exchange = self._recorder.begin(role, request.method, url, sent, body, attempt)
        try:
            if isinstance(request, Altered):
                response = session.send_alone(request.method, url, sent, request.pieces())
            else:
                response = session.send(request.method, url, sent, body)
        except TargetSilent as silent:
            why = self._recorder.fail(exchange, silent)
            self._breaker.silent(exchange)
            raise TargetSilent(silent.kind, why) from silent
        token = token_in(login, response) if login else ""
        self._recorder.end(exchange, response, [*session.cookies(), *([token] if token else [])])
        self._breaker.answered(exchange)
        if is_server_error(response.status):  # the server may close the connection behind it
            session.close()
        return response

    def _address(self, request: Request) -> str:
        """The URL, with a space as %20: in a query, some servers read a plus sign literally (RFC 3986)."""
        own = {name for name, _ in request.query}
        always = [(name, value) for name, value in self._query.items() if name not in own]
        query = urlencode([*always, *request.query], errors="surrogatepass", quote_via=quote)
        return f"{self._url}{request.path}{'?' if query else ''}{query}"


def _with_content_type(headers: Mapping[str, str], body: bytes | None) -> dict[str, str]:
    """The headers, with the type of JSON where there is a body and no other type."""
    sent = dict(headers) if body is None else {"Content-Type": JSON, **headers}
    if sent.get("Content-Type") == UNDECLARED:
        del sent["Content-Type"]
    return sent
