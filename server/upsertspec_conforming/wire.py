"""An HTTP server of the standard library in place of waitress, so that every byte of an answer can be chosen."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.handlers import format_date_time

from upsertspec_server import Server

PAUSE = 0.002
QUEUE = 128


@dataclass
class Reply:
    """What the application answers: the status line without the version, the headers, the whole body."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    closes: bool = False


class Wire:
    """How answers go over the wire. Each connection has a wire of its own."""

    version = "HTTP/1.1"
    keeps = True
    most: int | None = None
    """A larger body, in bytes, is not read: 413, and the connection ends."""

    def __init__(self) -> None:
        self.count = 0

    @classmethod
    def serve(cls, app: Server, host: str, port: int) -> Served:
        """Serve an application in this way."""
        return Served(app, cls, host, port)

    def packets(self, reply: Reply) -> Iterator[bytes]:
        """The bytes that are sent, packet by packet."""
        yield self.head(reply) + reply.body

    def head(self, reply: Reply) -> bytes:
        """The status line, the headers and the empty line."""
        headers = [*self.own_headers(reply), *reply.headers]
        lines = [f"{self.version} {self.status(reply)}", *(f"{name}: {value}" for name, value in headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def status(self, reply: Reply) -> str:
        """The status and its phrase."""
        return reply.status

    def own_headers(self, reply: Reply) -> list[tuple[str, str]]:
        """The headers that the server adds to those of the application."""
        return [("Date", format_date_time(time.time())), *([("Connection", "close")] if reply.closes else [])]

    def ends(self) -> bool:
        """Whether the connection ends with this answer."""
        return not self.keeps


class Served:
    """An application behind a wire; it answers at `url` as soon as it is made."""

    def __init__(self, app: Server, wire: type[Wire], host: str = "127.0.0.1", port: int = 0) -> None:
        self.app = app
        self.server = _Server((host, port), _handler(app, wire))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        self.url = f"http://{host}:{self.server.server_address[1]}"

    def stop(self) -> None:
        """Free the thread, the sockets and the database."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.app.close()


class _Server(ThreadingHTTPServer):
    request_queue_size = QUEUE
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is not an error."""


def _handler(app: Server, wire: type[Wire]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = wire.version
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            self.wire = wire()

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if "Transfer-Encoding" in self.headers:
                self.turn_away(HTTPStatus.LENGTH_REQUIRED)
                return
            if self.wire.most is not None and length > self.wire.most:
                self.turn_away(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            body = self.rfile.read(length)
            self.wire.count += 1
            reply = call(app, self.environ(body))
            reply.closes = self.close_connection = self.close_connection or self.wire.ends()
            for packet in self.wire.packets(reply):
                self.wfile.write(packet)
            if self.close_connection:
                self.connection.shutdown(socket.SHUT_WR)

        do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do_HEAD = do_OPTIONS = do_TRACE = answer  # noqa: N815 - the base calls them so

        def turn_away(self, status: HTTPStatus) -> None:
            """Answer without having read the body, and close the connection."""
            self.close_connection = True
            self.send_error(status)

        def environ(self, body: bytes) -> dict[str, Any]:
            path, _, query = self.path.partition("?")
            names = dict.fromkeys(name.lower() for name in self.headers)
            sent = {f"HTTP_{n.upper().replace('-', '_')}": ", ".join(self.headers.get_all(n, [])) for n in names}
            return {
                **sent,
                "REQUEST_METHOD": self.command,
                "SCRIPT_NAME": "",
                "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": self.request_version,
                "wsgi.version": (1, 0),
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(body),
                "wsgi.errors": io.StringIO(),
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
            }

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base names it so
            """Say nothing."""

    return Handler


def call(app: Callable[..., Any], environ: dict[str, Any]) -> Reply:
    """What a WSGI application answers, whole."""
    started: list[Any] = []
    parts = app(environ, lambda status, headers, _=None: started.extend((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return Reply(started[0], list(started[1]), body)
