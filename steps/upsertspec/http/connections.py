"""Connections that report their socket to the watchdog."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from upsertspec.http.heads import WholeHead
from upsertspec.http.malformed import Lines
from upsertspec.http.watchdog import WATCHDOG, Watch


def watched_adapter(current: CurrentWatch) -> HTTPAdapter:
    """A `requests` adapter with one pooled connection. It reports each use of the connection to `current`."""

    class Plain(HTTPConnection):
        response_class = WholeHead

        def connect(self) -> None:
            current.begin()
            super().connect()

        def request(self, *args: Any, **kwargs: Any) -> None:
            with current.noted(self):
                super().request(*args, **_in_lines(kwargs))

    class Secure(HTTPSConnection):
        response_class = WholeHead

        def connect(self) -> None:
            current.begin()
            super().connect()

        def request(self, *args: Any, **kwargs: Any) -> None:
            with current.noted(self):
                super().request(*args, **_in_lines(kwargs))

    pools = {
        "http": type("WatchedPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
        "https": type("WatchedSecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
    }
    return _WatchedAdapter(pools)


def _in_lines(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a request, with each header of several `Lines` split into headers of one line."""
    headers = kwargs.get("headers") or {}
    if Lines not in map(type, headers.values()):
        return kwargs
    pairs = [(k, line) for k, v in headers.items() for line in (v.lines if isinstance(v, Lines) else [v])]
    return {**kwargs, "headers": HTTPHeaderDict(pairs)}


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


class _WatchedAdapter(HTTPAdapter):
    def __init__(self, pools: dict[str, type]) -> None:
        self._pools = pools
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager
