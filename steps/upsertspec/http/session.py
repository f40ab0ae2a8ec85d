"""One session with the target: sends a request and reads the whole response, within limits. It follows no redirect."""

from __future__ import annotations

import contextlib
import http.client
import re
import ssl
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import unquote

import requests
import urllib3

from upsertspec.dialects.base import Response
from upsertspec.errors import TargetSilent
from upsertspec.http.connections import CurrentWatch, WatchedAdapter
from upsertspec.http.heads import WholeHead
from upsertspec.http.watchdog import WATCHDOG, Watch

ANSWER_CAP = 16 * 1024 * 1024
CHUNK = 65536
AGENT = "upsertspec"
IDLE = 1.0
DROPPED = "kept connection closed"
BROKEN = "broken answer"
UNREACHABLE = "unreachable"

PLAIN_ADDRESS = re.compile(
    r"https?://[a-z0-9.-]+(?::[1-9]\d*)?(?:/[\w~-]+)+(?:\?(?:[\w.~&=-]|%[0-9A-F]{2})*)?", re.ASCII
)
"""An address that is the same whoever takes it apart and puts it together again."""

Body = bytes | Iterable[bytes] | None
"""Bytes are sent as they are, an iterable in chunks."""

_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
_LATE = {"ReadTimeout", "ReadTimeoutError", "ConnectTimeout", "ConnectTimeoutError", "TimeoutError"}
_DROPS = {"RemoteDisconnected", "ConnectionResetError", "ConnectionAbortedError", "BrokenPipeError"}


@dataclass(frozen=True)
class Limits:
    """The limits of an exchange: seconds for all of it, bytes for the body of the response."""

    seconds: float = 10.0
    answer_bytes: int = ANSWER_CAP


@dataclass
class Keeping:
    """What is known about how a target keeps connections open. All sessions of a worker share it.

    A server may close a kept connection at any time, even while a request is on its way. A read is then sent again.
    A write can't be, so it uses a kept connection only if the target has kept one before, and within the last second.
    Where `repeatable`, a write can be sent again, too: what is deleted twice is gone.
    """

    proven: bool = False
    broken: bool = False
    repeatable: bool = False

    def allows(self, safe: bool, idle: float) -> bool:
        """Whether a request may use a connection that has been idle for this many seconds."""
        return not self.broken and (safe or (self.proven and idle < IDLE))


class Session:
    """A session for one role. It ignores the environment (proxies, .netrc), and keeps cookies only if asked to.

    `token` is the header with the token that a login gave, if one did.
    """

    def __init__(
        self,
        limits: Limits,
        settings: Mapping[str, Any],
        keep_cookies: bool = False,
        keeping: Keeping | None = None,
    ) -> None:
        self._limits = limits
        self._keeping = keeping or Keeping()
        self._used = 0.0
        self._current = CurrentWatch()
        self.csrf = ""
        self.token: dict[str, str] = {}
        self._session = _NoRedirects()
        self._session.trust_env = False
        self._session.headers.clear()
        adapter = WatchedAdapter(self._current)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)
        for name, value in settings.items():
            setattr(self._session, name, value)
        if not keep_cookies:
            self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send_alone(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        """Send one request over a connection of its own, because it may break the connection."""
        self.close()
        try:
            return self._timed(method, url, headers, body)
        finally:
            self.close()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        """Send one request and read the whole response. Raises TargetSilent where no usable response comes."""
        safe = self._keeping.repeatable or method in ("GET", "HEAD")
        if not self._keeping.allows(safe, time.monotonic() - self._used):
            self.close()
        try:
            return self._timed(method, url, headers, body)
        except TargetSilent as silent:
            if silent.kind != DROPPED:
                raise
            self._keeping.broken = True
            if not safe:
                raise
            dropped = silent
        try:
            return self._timed(method, url, headers, body)
        except TargetSilent as silent:
            raise (dropped if silent.kind == UNREACHABLE else silent) from silent  # the first one was sent

    def cookies(self) -> list[str]:
        """The values of its cookies."""
        return [cookie.value for cookie in self._session.cookies if cookie.value]

    def cookie(self, name: str) -> str:
        """The value of a cookie, without percent escapes; empty if there is none."""
        return next((unquote(cookie.value or "") for cookie in self._session.cookies if cookie.name == name), "")

    def adopt(self, other: Session) -> None:
        """Copy the cookies and the tokens of another session."""
        self.forget()
        self._session.cookies.update(other._session.cookies)
        self.token, self.csrf = other.token, other.csrf

    def forget(self) -> None:
        """Drop all cookies and tokens."""
        self._session.cookies.clear()
        self.token, self.csrf = {}, ""

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        self._session.close()

    def _timed(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        watch = self._current.watch = Watch(self._limits.seconds)
        try:
            with _unwarned() if self._session.verify is False else contextlib.nullcontext():
                response = self._exchange(watch, method, url, headers, body)
            if watch.is_late:  # a response that was cut off can look whole
                raise TimeoutError
        except _FAULTS as fault:
            raise _silent(fault, watch, self._limits.seconds) from fault
        finally:
            WATCHDOG.remove(watch)
            self._current.watch = None
        if watch.fired:
            self.close()
        self._used = time.monotonic()
        self._keeping.proven = self._keeping.proven or watch.reused
        return response

    def _exchange(self, watch: Watch, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        own = {"User-Agent": AGENT, "Accept-Encoding": "identity", **headers}
        request = _prepared(method, url, own, body)
        if self._session.cookies:
            request.prepare_cookies(self._session.cookies)
        proxies, seconds = self._session.proxies, self._limits.seconds
        with self._session.send(
            request, timeout=seconds, allow_redirects=False, stream=True, proxies=proxies
        ) as answer:
            watch.answered = True
            raw = answer.raw
            head = raw if isinstance(raw, WholeHead) else raw._original_response
            content = self._read(raw)
            watch.whole = isinstance(head, WholeHead) and head.is_whole
            return Response(answer.status_code, dict(answer.headers), content)

    def _read(self, raw: urllib3.HTTPResponse | WholeHead) -> bytes:
        """The body, without its encoding. Raises TargetSilent where it is too long."""
        parts: list[bytes] = []
        size = 0
        while chunk := raw.read(CHUNK) if isinstance(raw, WholeHead) else raw.read(CHUNK, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > self._limits.answer_bytes:
                self.close()
                raise TargetSilent("too large", f"the answer is over {self._limits.answer_bytes} bytes long")
        if isinstance(raw, WholeHead) and raw.length:
            raise http.client.IncompleteRead(b"".join(parts), raw.length)
        return b"".join(parts)


def _prepared(method: str, url: str, headers: Mapping[str, str], body: Body) -> requests.PreparedRequest:
    """The request. An address in plain characters needs no quotes, and bytes no guess about their type."""
    request = requests.PreparedRequest()
    request.prepare_method(method)
    if PLAIN_ADDRESS.fullmatch(url):
        request.url = url
    else:
        request.prepare_url(url, None)
    request.prepare_headers(headers)
    if body is None or isinstance(body, bytes):
        request.body = body or None
        request.prepare_content_length(request.body)
    else:
        request.prepare_body(body, None)
    return request


@contextlib.contextmanager
def _unwarned() -> Iterator[None]:
    """Without the warning that certificates are not checked, where the user turned the check off."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
        yield


class _NoRedirects(requests.Session):
    """A session that treats a redirect like any response: `requests` would read its body without a limit."""

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[Any]:
        """None."""
        return iter(())


def _silent(fault: BaseException, watch: Watch, seconds: float) -> TargetSilent:
    chain = _chain(fault)
    names = {type(link).__name__ for link in chain}
    if watch.fired or names & _LATE:
        return TargetSilent("no answer in time", f"no whole answer within {seconds:g} s")
    if names & {"ProxyError"}:
        return TargetSilent(UNREACHABLE, f"the proxy can't be used: {_root(chain)}")
    if names & {"NewConnectionError", "ConnectionRefusedError", "NameResolutionError", "gaierror"}:
        return TargetSilent(UNREACHABLE, f"can't connect: {_root(chain)}")
    if any(isinstance(link, (ssl.SSLError, urllib3.exceptions.SSLError)) for link in chain):
        return TargetSilent("TLS", f"no secure connection: {_root(chain)}")
    if watch.reused and not watch.answered and names & _DROPS:
        return TargetSilent(DROPPED, "the target closed a kept connection as a request was on its way")
    return TargetSilent(BROKEN, f"the connection broke before a whole answer came: {_root(chain)}")


def _chain(fault: BaseException) -> list[BaseException]:
    links: list[BaseException] = []
    todo: list[Any] = [fault]
    while todo and len(links) < 20:
        link = todo.pop(0)
        if isinstance(link, BaseException) and link not in links:
            links.append(link)
            todo += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
    return links


def _root(chain: list[BaseException]) -> str:
    last = next((link for link in reversed(chain) if str(link)), chain[0])
    return f"{type(last).__name__}: {last!s}"
