"""One session with the target: sends a request and reads the whole response, within limits. It follows no redirect."""

from __future__ import annotations

import errno
import http.client
import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import Request

from upsertspec.dialects.base import Response
from upsertspec.errors import TargetSilent
from upsertspec.http.connections import Plain, Route, is_dropped
from upsertspec.http.heads import WholeHead
from upsertspec.http.inflating import inflaters
from upsertspec.http.watchdog import WATCHDOG, Watch

ANSWER_CAP = 16 * 1024 * 1024
CHUNK = 65536
AGENT = "upsertspec"
IDLE = 1.0
DROPPED = "kept connection closed"
BROKEN = "broken answer"
UNREACHABLE = "unreachable"

Body = bytes | Iterable[bytes] | None
"""Bytes are sent as they are, an iterable in chunks."""

_FAULTS = (http.client.HTTPException, OSError, ValueError, zlib.error)
_DROPS = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)  # RemoteDisconnected is the first of them


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
    """

    proven: bool = False
    broken: bool = False

    def allows(self, safe: bool, idle: float) -> bool:
        """Whether a request may use a connection that has been idle for this many seconds."""
        return not self.broken and (safe or (self.proven and idle < IDLE))


class Session:
    """A session for one role. It ignores the environment (proxies, .netrc), and keeps cookies only if asked to.

    `token` is the header with the token that a login gave, if one did.
    """

    _open: tuple[tuple[str, str], Plain] | None = None

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
        self._route = Route(settings, limits.seconds)
        self.csrf = ""
        self.token: dict[str, str] = {}
        self._keeps_cookies = keep_cookies
        self._cookies = CookieJar()

    def send_alone(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        """Send one request over a connection of its own, because it may break the connection."""
        self.close()
        try:
            return self._timed(method, url, headers, body)
        finally:
            self.close()

    def send(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        """Send one request and read the whole response. Raises TargetSilent where no usable response comes."""
        safe = method in ("GET", "HEAD")
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
        return [cookie.value for cookie in self._cookies if cookie.value]

    def cookie(self, name: str) -> str:
        """The value of a cookie, without percent escapes; empty if there is none."""
        return next((unquote(cookie.value or "") for cookie in self._cookies if cookie.name == name), "")

    def adopt(self, other: Session) -> None:
        """Copy the cookies and the tokens of another session."""
        self.forget()
        for cookie in other._cookies:
            self._cookies.set_cookie(cookie)
        self.token, self.csrf = other.token, other.csrf

    def forget(self) -> None:
        """Drop all cookies and tokens."""
        self._cookies.clear()
        self.token, self.csrf = {}, ""

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self._open:
            self._open[1].close()

    def __del__(self) -> None:
        """Leave no connection open."""
        self.close()

    def _timed(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        watch = Watch(self._limits.seconds)
        try:
            response = self._exchange(watch, method, url, headers, body)
            if watch.is_late:  # a response that was cut off can look whole
                raise TimeoutError
        except _FAULTS as fault:
            raise self._silent(fault, watch) from fault
        finally:
            WATCHDOG.remove(watch)
            if watch.fired or not watch.whole:
                self.close()
        self._used = time.monotonic()
        self._keeping.proven = self._keeping.proven or watch.reused
        return response

    def _exchange(self, watch: Watch, method: str, url: str, headers: Mapping[str, str], body: Body) -> Response:
        parts = urlsplit(url)
        connection = self._connection(parts)
        target, more = self._route.request(parts)
        headers = _merged({"User-Agent": AGENT, "Accept-Encoding": "identity"}, headers, more)
        if self._keeps_cookies:
            asked = Request(url, headers=dict(headers))  # noqa: S310 - of a target: HTTP or HTTPS
            self._cookies.add_cookie_header(asked)
            headers = _merged(asked.unredirected_hdrs, headers)
        watch.connection, watch.reused = connection, connection.sock is not None
        WATCHDOG.add(watch)
        if not watch.reused:
            connection.connect()
        watch.sock = connection.sock
        _send(connection, method, target, headers, body)
        answer = connection.getresponse()
        watch.answered = True
        with answer:
            if self._keeps_cookies:
                self._cookies.extract_cookies(answer, asked)
            said = _joined(answer.getheaders())
            content = self._read(answer, said)
            watch.whole = isinstance(answer, WholeHead) and answer.is_whole
            return Response(answer.status, said, content)

    def _connection(self, parts: SplitResult) -> Plain:
        """The connection that is kept, unless it was dropped or is for another place; else a new one."""
        place = (parts.scheme, parts.netloc)
        if self._open and self._open[0] == place:
            if self._open[1].sock is not None and is_dropped(self._open[1]):
                self.close()
            return self._open[1]
        self.close()
        self._open = place, self._route.connection(parts)
        return self._open[1]

    def _read(self, answer: http.client.HTTPResponse, headers: Mapping[str, str]) -> bytes:
        cap = self._limits.answer_bytes
        coded = next((value for name, value in headers.items() if name.lower() == "content-encoding"), "")
        layers, parts, size = inflaters(coded), list[bytes](), 0
        while chunk := answer.read(CHUNK):
            for layer in layers:
                chunk = layer.inflated(chunk, cap + 1)
            parts.append(chunk)
            size += len(chunk)
            if size > cap:
                raise TargetSilent("too large", f"the answer is over {cap} bytes long")
        if answer.length:
            raise http.client.IncompleteRead(b"".join(parts), answer.length)
        return b"".join(parts)

    def _silent(self, fault: Exception, watch: Watch) -> TargetSilent:
        why = f"{type(fault).__name__}: {fault}"
        if watch.fired or isinstance(fault, TimeoutError):
            return TargetSilent("no answer in time", f"no whole answer within {self._limits.seconds:g} s")
        if isinstance(fault, ssl.SSLError):
            return TargetSilent("TLS", f"no secure connection: {why}")
        if watch.sock is None and getattr(watch.connection, "sock", None) is None and isinstance(fault, OSError):
            used = "the proxy can't be used" if self._route.is_proxied else "can't connect"
            return TargetSilent(UNREACHABLE, f"{used}: {why}")
        if watch.reused and not watch.answered and isinstance(fault, _DROPS):
            return TargetSilent(DROPPED, "the target closed a kept connection as a request was on its way")
        return TargetSilent(BROKEN, f"the connection broke before a whole answer came: {why}")


def _send(connection: Plain, method: str, target: str, headers: Mapping[str, str], body: Body) -> None:
    """Send a request. A target that refuses a body may stop reading it: its answer is what counts."""
    named = {name.lower() for name in headers}
    connection.putrequest(method, target, skip_host="host" in named, skip_accept_encoding=True)
    for name, value in headers.items():
        for line in getattr(value, "lines", [value]):  # see `malformed.Lines`
            connection.putheader(name, line)
    whole = body if isinstance(body, bytes) else b""
    in_chunks = body is not None and body is not whole
    name, value = ("Transfer-Encoding", "chunked") if in_chunks else ("Content-Length", str(len(whole)))
    if name.lower() not in named and (body is not None or method not in ("GET", "HEAD")):
        connection.putheader(name, value)
    try:
        connection.endheaders(body, encode_chunked=in_chunks)
    except OSError as fault:
        if fault.errno not in (errno.EPIPE, errno.ECONNRESET, errno.EPROTOTYPE):
            raise


def _merged(*several: Mapping[str, str]) -> dict[str, str]:
    """The headers of all. Of those with one name, in any case, the last is sent."""
    return dict({name.lower(): (name, value) for headers in several for name, value in headers.items()}.values())


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers by name; the values of one that comes several times are joined by commas (RFC 9110, 5.3)."""
    names: dict[str, str] = {}
    joined: dict[str, str] = {}
    for name, value in headers:
        first = names.setdefault(name.lower(), name)
        joined[first] = f"{joined[first]}, {value}" if first in joined else value
    return joined
