"""Connections that report their socket to the watchdog."""

from __future__ import annotations

import contextlib
import http.client
import weakref
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from upsertspec.http.heads import WholeHead
from upsertspec.http.malformed import Lines
from upsertspec.http.watchdog import WATCHDOG, Watch


class CurrentWatch:
    """The exchange in progress on a session, if any."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self._last: Any = None

    def begin(self) -> None:
        """Start the time limit of the exchange: now, and not while the request was being prepared."""
        if self.watch is not None and not self.watch.begun:
            self.watch.begun = True
            WATCHDOG.add(self.watch)

    @contextlib.contextmanager
    def noted(self, connection: HTTPConnection) -> Iterator[None]:
        """Note that the exchange uses this connection; it is reused if the last exchange used the same socket."""
        if self.watch is not None:
            self.watch.connection = connection
            self.watch.reused = connection.sock is not None and connection.sock is self._last
        self.begin()
        yield
        self._last = connection.sock
        if self.watch is not None:
            self.watch.sock = connection.sock


class WatchedAdapter(HTTPAdapter):
    """A `requests` adapter with one connection, which reports each of its uses to `current`.

    The pools of urllib3 take longer than the rest of an exchange, and a session needs one connection only. Where there
    is a proxy, they are used all the same. The `raw` of a response is a `WholeHead`, or one of urllib3 around it where
    the body is encoded or there are cookies.
    """

    def __init__(self, current: CurrentWatch) -> None:
        self._plain, self._secure = _watched(HTTPConnection, current), _watched(HTTPSConnection, current)
        self._pools = {
            "http": type("WatchedPool", (HTTPConnectionPool,), {"ConnectionCls": self._plain}),
            "https": type("WatchedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": self._secure}),
        }
        self._connection: HTTPConnection | None = None
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """The pools of a proxy, with watched connections."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request, and read the head of the response."""
        url, headers, body = str(request.url), request.headers, request.body
        if proxies and select_proxy(url, proxies):
            return super().send(request, stream, timeout, verify, cert, proxies)
        connection = self._connection or self._connection_to(url, verify, cert)
        connection.timeout = timeout
        try:
            if connection.sock is not None and not connection.is_connected:
                connection.close()
            if connection.sock is None:
                connection.connect()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # there may be an answer all the same
                chunked = body is not None and "Content-Length" not in headers
                connection.request(
                    str(request.method),
                    request.path_url,
                    body=body,
                    headers=headers,
                    chunked=chunked,
                )
            connection.sock.settimeout(timeout)
            return self._built(request, http.client.HTTPConnection.getresponse(connection))
        except BaseException:
            connection.close()
            raise

    def _built(self, request: requests.PreparedRequest, head: http.client.HTTPResponse) -> requests.Response:
        """The response, with its body still to be read."""
        headers = HTTPHeaderDict(head.headers.items())
        if "Set-Cookie" in headers or "Content-Encoding" in headers:
            raw = urllib3.HTTPResponse(
                head,
                headers,
                head.status,
                reason=head.reason,
                preload_content=False,
                original_response=head,
                request_method=request.method,
            )
            return self.build_response(request, raw)
        response = requests.Response()
        response.status_code, response.headers, response.raw = head.status, headers, head  # type: ignore[assignment]  # they serve as well
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
        super().close()

    def _connection_to(self, url: str, verify: bool | str, cert: Any) -> HTTPConnection:
        """The connection of a session, which has one target. It is closed when nobody uses the session any more."""
        parts = urlsplit(url)
        settings = SimpleNamespace()
        if parts.scheme == "https":
            self.cert_verify(settings, url, verify, cert)  # type: ignore[no-untyped-call]  # of requests
        kind = self._secure if parts.scheme == "https" else self._plain
        self._connection = kind(str(parts.hostname), parts.port, **vars(settings))
        weakref.finalize(self, self._connection.close)
        return self._connection


def _watched(kind: type[HTTPConnection], current: CurrentWatch) -> type[HTTPConnection]:
    """The kind of connection that reports each of its uses to `current`."""

    class Watched(kind):  # type: ignore[misc, valid-type]  # a base that is given
        response_class = WholeHead
        _parts: list[bytes] | None = None

        def connect(self) -> None:
            current.begin()
            super().connect()

        def request(self, *args: Any, **kwargs: Any) -> None:
            """Send a request; its head and its body together, if the body is not sent in pieces."""
            with current.noted(self):
                self._parts = None if kwargs.get("chunked") else []
                try:
                    super().request(*args, **_in_lines(kwargs))
                finally:
                    parts, self._parts = self._parts, None
                if parts:
                    super().send(b"".join(parts))

        def send(self, data: Any) -> None:
            if self._parts is None:
                super().send(data)
            else:
                self._parts.append(data)

    return Watched


def _in_lines(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a request, with each header of several `Lines` split into headers of one line."""
    headers = kwargs.get("headers") or {}
    if Lines not in map(type, headers.values()):
        return kwargs
    pairs = [(k, line) for k, v in headers.items() for line in (v.lines if isinstance(v, Lines) else [v])]
    return {**kwargs, "headers": HTTPHeaderDict(pairs)}
