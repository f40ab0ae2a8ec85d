"""Connections to the target, directly or through an HTTP proxy."""

from __future__ import annotations

import base64
import functools
import http.client
import os
import selectors
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from upsertspec.http.heads import WholeHead

URL_MARKS = "!#$%&'()*+,/:;=?@[]~"
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class Plain(http.client.HTTPConnection):
    """A connection over TCP. It sends the head and the body of a request in one piece, unless the body is in chunks."""

    response_class = WholeHead
    _pieces: list[bytes] | None = None

    def endheaders(self, message_body: Any = None, *, encode_chunked: bool = False) -> None:
        """Send the request."""
        self._pieces = None if encode_chunked else []
        try:
            super().endheaders(message_body, encode_chunked=encode_chunked)
            whole = b"".join(self._pieces or ())
        finally:
            self._pieces = None
        if not encode_chunked:
            super().send(whole)

    def send(self, data: Any) -> None:
        """Send bytes, or keep them until the request is complete."""
        if self._pieces is None:
            super().send(data)
        else:
            self._pieces.append(data)


class Secure(Plain, http.client.HTTPSConnection):
    """A connection over TLS."""


class Route:
    """The way to a target. `settings` are those of a session: `verify`, `cert` and `proxies`."""

    def __init__(self, settings: Mapping[str, Any], seconds: float) -> None:
        self._proxy = urlsplit(next(iter(settings.get("proxies", {}).values()), ""))
        self._trust = settings.get("verify", True), settings.get("cert")
        self._seconds = seconds
        self.is_proxied = bool(self._proxy.hostname)

    def connection(self, url: SplitResult) -> Plain:
        """A connection for this URL, not open yet. Raises OSError where the proxy has no way to it."""
        hop = self._proxy if self.is_proxied else url
        tunnels = self.is_proxied and url.scheme == "https"
        if tunnels and hop.scheme == "https":
            raise OSError("there is no tunnel through a proxy of https:// to a target of https://")
        host, port = hop.hostname or "", hop.port
        if "https" in (url.scheme, hop.scheme):
            port = port or (443 if hop.scheme == "https" else 80)
            made: Plain = Secure(host, port, timeout=self._seconds, context=_trusted(*self._trust))
        else:
            made = Plain(host, port, timeout=self._seconds)
        if tunnels:
            made.set_tunnel(url.hostname or "", url.port, self._login())
        return made

    def request(self, url: SplitResult) -> tuple[str, dict[str, str]]:
        """What a request for this URL names as its target, and the headers that are for the proxy."""
        path = quote(f"{url.path or '/'}{'?' if url.query else ''}{url.query}", safe=URL_MARKS)
        if self.is_proxied and url.scheme == "http":
            return f"http://{url.netloc.encode('idna').decode('ascii')}{path}", self._login()
        return path, {}

    def _login(self) -> dict[str, str]:
        if self._proxy.username is None:
            return {}
        pair = f"{unquote(self._proxy.username)}:{unquote(self._proxy.password or '')}"
        return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}


def is_dropped(connection: Plain) -> bool:
    """Whether the other side has closed an idle connection, or sent what nobody asked for."""
    with _Selector() as selector:
        selector.register(connection.sock, selectors.EVENT_READ)
        return bool(selector.select(0))


@functools.cache
def _trusted(verify: bool | str, cert: str | tuple[str, str] | None) -> ssl.SSLContext:
    """Whom a secure connection trusts: the usual authorities, those of a file or folder, or anybody."""
    if isinstance(verify, str):
        place = {"capath" if os.path.isdir(verify) else "cafile": verify}
    else:
        import certifi  # not needed over HTTP

        place = {"cafile": certifi.where()}
    context = ssl.create_default_context(**place)  # type: ignore[arg-type]
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert:
        context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
    return context
