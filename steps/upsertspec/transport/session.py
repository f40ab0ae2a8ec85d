"""One pooled session to the target: sends a request, reads the answer within its limits, follows no redirect."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3

from upsertspec.dialects.base import Response
from upsertspec.errors import TargetSilent
from upsertspec.transport.connections import CurrentWatch, watched_adapter
from upsertspec.transport.watchdog import WATCHDOG, Watch

ANSWER_CAP = 16 * 1024 * 1024
CHUNK = 65536
AGENT = "upsertspec"

_FAULTS = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


@dataclass(frozen=True)
class Limits:
    """What an exchange may take: seconds for the whole of it, bytes for the body of the answer."""

    seconds: float = 10.0
    answer_bytes: int = ANSWER_CAP


class Session:
    """A session for one role. The environment (proxies, .netrc) is not consulted; cookies are kept only if asked for."""

    def __init__(self, limits: Limits, settings: Mapping[str, Any], keep_cookies: bool = False) -> None:
        self._limits = limits
        self._current = CurrentWatch()
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.clear()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, watched_adapter(self._current))
        for name, value in settings.items():
            setattr(self._session, name, value)
        if not keep_cookies:
            self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        """Send one request and read its whole answer. Raises `TargetSilent` where no usable answer comes."""
        watch = self._current.watch = Watch()
        WATCHDOG.add(watch, self._limits.seconds)
        try:
            return self._exchange(method, url, headers, body)
        except _FAULTS as fault:
            raise _silent(fault, watch.fired, self._limits.seconds) from fault
        finally:
            WATCHDOG.remove(watch)
            self._current.watch = None

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        with self._session.request(
            method,
            url,
            headers={"User-Agent": AGENT, "Accept-Encoding": "identity", **headers},
            data=body,
            timeout=self._limits.seconds,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return Response(answer.status_code, dict(answer.headers), self._read(answer))

    def _read(self, answer: requests.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        while chunk := answer.raw.read(CHUNK, decode_content=True):
            parts.append(chunk)
            size += len(chunk)
            if size > self._limits.answer_bytes:
                answer.close()
                raise TargetSilent("too large", f"the answer is over {self._limits.answer_bytes} bytes long")
        return b"".join(parts)


def _silent(fault: BaseException, late: bool, seconds: float) -> TargetSilent:
    chain = _chain(fault)
    names = {type(link).__name__ for link in chain}
    if late or names & {"ReadTimeout", "ReadTimeoutError", "ConnectTimeout", "ConnectTimeoutError", "TimeoutError"}:
        return TargetSilent("no answer in time", f"no whole answer within {seconds:g} s")
    if names & {"NewConnectionError", "ConnectionRefusedError", "NameResolutionError", "gaierror"}:
        return TargetSilent("unreachable", f"can't connect: {_root(chain)}")
    if names & {"SSLError", "SSLCertVerificationError"}:
        return TargetSilent("TLS", f"no secure connection: {_root(chain)}")
    if names & {"ProxyError"}:
        return TargetSilent("unreachable", f"the proxy can't be used: {_root(chain)}")
    return TargetSilent("broken answer", f"the connection broke before a whole answer came: {_root(chain)}")


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
    return f"{type(last).__name__}: {str(last)[:200]}"
