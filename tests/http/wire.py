"""A server on a loopback port that writes given bytes, right or wrong; and functions that make them."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

Answer = Callable[[socket.socket, bytes], bool]

Handler = Callable[[str, str, bytes], bytes]


class Wire:
    """Hands each request to `answer`, which writes to the socket and says whether the connection is kept.

    Where it is not `asked`, it answers as soon as it is called.
    """

    def __init__(self, answer: Answer, asked: bool = True) -> None:
        self._answer = answer
        self._asked = asked
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads[0].start()

    def stop(self) -> None:
        """End the server and every connection of it."""
        self._stop.set()
        self._threads[0].join(5)
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def lines(self) -> list[str]:
        """The request lines that came, without their version."""
        return [request.split(b" HTTP/", 1)[0].decode("latin-1") for request in self.requests]

    def die(self) -> None:
        """Stop listening; finish open requests."""
        self._stop.set()

    def _accept(self) -> None:
        with self._listener:
            self._accept_all()

    def _accept_all(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                with self._lock:
                    self._open.add(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(30)
        with connection, contextlib.suppress(OSError):
            kept = True
            while kept and (request := read_request(connection) if self._asked else b"unasked"):
                self.requests.append(request)
                kept = self._answer(connection, request)
        with self._lock:
            self._open.discard(connection)


def read_request(connection: socket.socket) -> bytes:
    """One request, head and body; empty where the connection ends."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(v) for k, v in headers_of(head) if k == "content-length"), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def headers_of(head: bytes) -> list[tuple[str, str]]:
    """The headers of a request, their names in lower case."""
    lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def reply(body: Any = None, status: int = 200, raw: bytes | None = None, **headers: str | None) -> bytes:
    """A whole response; `body` goes as JSON, `raw` as it is; underscores in header names are hyphens."""
    content = json.dumps(body).encode() if raw is None else raw
    given = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    named = {"Content-Type": "application/json", "Content-Length": str(len(content)), **given}
    lines = [f"{name}: {value}" for name, value in named.items()]
    return f"HTTP/1.1 {status} Said\r\n".encode() + "\r\n".join([*lines, "", ""]).encode() + content


def by_request(handler: Handler, keep: bool = True) -> Answer:
    """An answer from `handler(method, path, body)`, which gives the response's bytes."""

    def answer(connection: socket.socket, request: bytes) -> bool:
        head, _, body = request.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode("latin-1").split(" ", 2)
        connection.sendall(handler(method, path, body))
        return keep

    return answer


def always(response: bytes, keep: bool = True) -> Answer:
    """The same bytes to every request."""
    return by_request(lambda method, path, body: response, keep)


def slowly(data: bytes, at_once: bytes = b"") -> Answer:
    """The bytes one at a time, with pauses, and the last of them never."""

    def answer(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(at_once)
        for byte in data[:-1]:
            connection.sendall(bytes([byte]))
            if wait_for_end(connection, 0.05):
                return False
        wait_for_end(connection, 30)
        return False

    return answer


def endlessly(head: bytes, more: bytes) -> Answer:
    """A beginning, and then the same bytes repeatedly."""

    def answer(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(head)
        while True:
            connection.sendall(more)

    return answer


def then_reset(data: bytes) -> Answer:
    """Some bytes, then a reset of the connection."""

    def answer(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(data)
        wait_for_end(connection, 0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return answer


def silence(connection: socket.socket, request: bytes) -> bool:
    """No answer while the other side waits."""
    wait_for_end(connection, 30)
    return False


def wait_for_end(connection: socket.socket, seconds: float) -> bool:
    """Whether the other side ends the connection within this time."""
    connection.settimeout(seconds)
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    finally:
        connection.settimeout(30)
