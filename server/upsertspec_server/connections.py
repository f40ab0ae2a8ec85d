"""What waitress leaves open about connections: who may send a body, and who makes room when too many are open.

A body is read only where the application will look at it. A caller without credentials, or with a body over the limit,
is answered as soon as the head of the request is there.
"""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import WSGITask

SMALL = 64 * 1024  # a body of this size may come before the credentials are checked
LAST_BYTES = 32 * 1024 * 1024  # how much of a refused body is read and dropped, so that its sender reads the answer


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Reads one request. Refuses a head that proxies and servers may read differently (RFC 9112, 5.2 and 6.3)."""

    limit: int | None = None
    """How many bytes of the body are read, once the head is there."""
    refused = False
    """Whether the rest of the body is not read."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(channel.adj)
        self.channel = channel

    def parse_header(self, header_plus: bytes) -> None:
        """Raises ParsingError, which is answered with 400; then the connection is closed."""
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("A header line is folded")
        super().parse_header(header_plus)
        encoded = self.chunked or "TRANSFER_ENCODING" in self.headers
        if encoded and ("CONTENT_LENGTH" in self.headers or self.version != "1.1"):
            raise ParsingError("Transfer-Encoding comes with Content-Length, or in an old version of HTTP")

    def received(self, data: bytes) -> int:
        """The number of bytes that belong to this request. All of them, where the connection is closed after it."""
        taken: int = super().received(data)
        if self.headers_finished and not self.error:
            if self.limit is None and (self.chunked or self.content_length > SMALL):
                self.limit = self.channel.body_limit(self)
            over = self.limit is not None and max(self.content_length, self.body_bytes_received) > self.limit
            if over or self.limit == 0:
                self.refuse()
        if self.refused or self.error:
            self.channel.unread = True
            return len(data)
        return taken

    def refuse(self) -> None:
        """Hand the request to the application without its body: it answers with 401 or 413, as for any other."""
        self.close()
        self.body_rcv = None
        self.refused = self.completed = True
        self.expect_continue = False
        self.headers["CONNECTION"] = "close"
        if self.chunked:
            self.headers["CONTENT_LENGTH"] = str(self.body_bytes_received)


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """One connection."""

    unread = False
    """Whether the client may still be sending what will not be read."""
    dropped: int | None = None
    """How many bytes were dropped, once the answer is sent and only the end of the connection is awaited."""

    def __init__(self, server: Any, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(server, sock, *args, **options)
        self.waits_since = time.monotonic()
        self.parser_class = lambda _: Parser(self)
        self.make_room()

    def make_room(self) -> None:
        """Where too many connections are open, close the one that has waited longest for its client."""
        others = [other for other in self.server.active_channels.values() if not other.requests and other is not self]
        if len(self.server.active_channels) > self.server.most_channels and others:
            longest = min(others, key=lambda other: float(other.waits_since))
            longest.unread, longest.will_close = False, True

    def body_limit(self, request: Parser) -> int:
        """How many bytes the application will read of the body of this request."""
        limit: int = self.server.body_limit(WSGITask(self, request).get_environment())
        return limit

    def service(self) -> None:
        """Answer a request, in a thread."""
        super().service()
        self.waits_since = time.monotonic()

    def handle_close(self) -> None:
        """Close the connection; one whose client may still be sending only after that client has the answer.

        To close it with bytes that were not read would reset it, and the client would never see the answer.
        """
        if self.unread and self.connected and self.dropped is None:
            self.dropped = 0
            self.will_close = False
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
        else:
            super().handle_close()

    def readable(self) -> bool:
        return self.dropped is not None or bool(super().readable())

    def handle_read(self) -> None:
        if self.dropped is None:
            super().handle_read()
            return
        with suppress(OSError):
            data = self.recv(self.adj.recv_bytes)
            self.dropped += len(data)
            if data and self.dropped <= LAST_BYTES:
                return
        self.handle_close()
