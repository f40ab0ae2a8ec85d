"""The client: carries operations to the target in a role's name, and writes down every exchange."""

from __future__ import annotations

import time
from collections.abc import Mapping
from urllib.parse import urlencode

from upsertspec.dialects.base import Answer, Dialect, Operation, Request, Response
from upsertspec.errors import NotTestable, TargetSilent
from upsertspec.evidence import Exchange, Masker, curl_line, printable, shown_body
from upsertspec.schema import ROLES
from upsertspec.target.model import Login, Secret, Target
from upsertspec.transport.credentials import headers_for
from upsertspec.transport.pace import Pace
from upsertspec.transport.session import Limits, Session

ATTEMPTS = 3
SILENT_IN_A_ROW = 3


class Client:
    """One target, one worker. `log` takes the exchanges; `stopped` says why no more are sent, once that is so."""

    def __init__(self, target: Target, dialect: Dialect, share: int = 1) -> None:
        self._target = target
        self._dialect = dialect
        self._limits = Limits(seconds=target.timeout)
        self._pace = Pace(target.rate_limit / share if target.rate_limit else None)
        self._sessions: dict[str, Session] = {}
        self._silent = 0
        self._secrets = {secret.value: secret.variable for secret in target.secrets() if secret.value}
        self.masker = Masker(self._secrets)
        self.log: list[Exchange] = []
        self.step = ""
        self.stopped = ""

    def call(self, who: str, operation: Operation) -> Answer:
        """Carry out one operation. `who` is a role, or a broken credential by its name (`transport.credentials`).

        Raises TargetSilent where no usable answer comes, NotTestable where it can't be asked, or not any more.
        """
        request = self._dialect.request(operation)
        headers = headers_for(self._target, who)
        return self._dialect.answer(operation, self._sent(who, request, headers, safe=not operation.changes))

    def close(self) -> None:
        """Close every session."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()

    def _sent(self, who: str, request: Request, credential: Mapping[str, str], safe: bool) -> Response:
        if self.stopped:
            raise NotTestable(self.stopped)
        session = self._session(who)
        headers = {**self._common_headers(), **request.headers, **credential}
        for attempt in range(1, ATTEMPTS + 1):
            response = self._attempt(who, session, request, headers, attempt)
            if not self._again(response, safe, attempt):
                return response
        raise NotTestable(f"the target answered 429 to {ATTEMPTS} attempts; set rate_limit in the target file")

    def _again(self, response: Response, safe: bool, attempt: int) -> bool:
        """Whether to send once more: a 429 was not carried out (RFC 6585); a 503 may have been, so only reads."""
        if response.status == 429:
            if attempt < ATTEMPTS and not self._pace.wait(response.headers):
                raise NotTestable("the target answered 429 (too many requests); set rate_limit in the target file")
            return True
        return response.status == 503 and safe and attempt < ATTEMPTS and self._pace.wait(response.headers)

    def _attempt(self, who: str, session: Session, request: Request, headers: Mapping[str, str], n: int) -> Response:
        self._pace.step()
        body = request.body()
        sent = headers if body is None else {"Content-Type": "application/json", **headers}
        exchange = self._exchange(who, request, sent, body, n)
        started = time.perf_counter()
        try:
            response = session.send(request.method, self._url(request), sent, body)
        except TargetSilent as silent:
            exchange.failure = printable(self.masker.text(f"{silent.kind}: {silent}"))
            self._count_silence(exchange)
            raise TargetSilent(silent.kind, self.masker.text(str(silent))) from silent
        finally:
            exchange.elapsed = time.perf_counter() - started
        self._silent = 0
        exchange.status = response.status
        exchange.response_headers = self.masker.headers(response.headers)
        exchange.response_body = shown_body(response.body, self.masker)
        return response

    def _count_silence(self, exchange: Exchange) -> None:
        self._silent += 1
        if self._silent >= SILENT_IN_A_ROW:
            last = f"{exchange.method} {exchange.url} ({exchange.failure})"
            self.stopped = f"the target stopped answering: {SILENT_IN_A_ROW} requests in a row, the last {last}"

    def _exchange(self, who: str, request: Request, headers: Mapping[str, str], body: bytes | None, n: int) -> Exchange:
        url = self.masker.text(self._url(request))
        text = None if body is None else shown_body(body, self.masker)
        masked = self.masker.headers(headers)
        curl = curl_line(
            request.method, self._url(request), headers, _curl_body(body), self._secrets, self._curl_flags()
        )
        exchange = Exchange(who, request.method, url, masked, text, attempt=n, step=self.step, started=time.time())
        exchange.curl = self.masker.text(curl)
        self.log.append(exchange)
        return exchange

    def _url(self, request: Request) -> str:
        query = f"?{urlencode(request.query)}" if request.query else ""
        return f"{self._target.url}{request.path}{query}"

    def _curl_flags(self) -> list[str]:
        settings = self._target.session
        flags = ["-k"] if settings.get("verify") is False else []
        return flags + (["-b", "cookies.txt"] if any(c.login for c in self._target.roles.values()) else [])

    def _common_headers(self) -> dict[str, str]:
        return {k: v.value if isinstance(v, Secret) else v for k, v in self._target.headers.items()}

    def _session(self, who: str) -> Session:
        if who not in self._sessions:
            credential = self._target.roles.get(who) if who in ROLES else None
            login = credential.login if credential else None
            self._sessions[who] = Session(self._limits, self._target.session, keep_cookies=login is not None)
            if login:
                self._log_in(who, login)
        return self._sessions[who]

    def _log_in(self, who: str, login: Login) -> None:
        content = {k: v.value if isinstance(v, Secret) else v for k, v in login.content.items()}
        form = login.style == "form"
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        request = (
            FormRequest(login.method, login.path, json=content)
            if form
            else Request(login.method, login.path, json=content)
        )
        response = self._attempt(who, self._sessions[who], request, {**self._common_headers(), **headers}, 1)
        if response.status >= 400:
            del self._sessions[who]
            raise NotTestable(f"the login of the {who} role was answered with {response.status}")


class FormRequest(Request):
    """A request whose content goes as a form."""

    def body(self) -> bytes | None:
        """The content, URL-encoded."""
        return urlencode(self.json).encode("ascii")


def _curl_body(body: bytes | None) -> str | None:
    return None if body is None else body[:100_000].decode("utf-8", "replace")
