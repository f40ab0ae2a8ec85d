"""A client with as little overhead as possible: the request is built ahead, the answer is read and not parsed."""

from __future__ import annotations

import json
import socket
from urllib.parse import urlsplit

from kit import TOKENS, UPSERT


def request(body: dict[str, object], path: str = UPSERT, token: str = TOKENS["editor"]) -> bytes:
    """A POST as it goes over the wire."""
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class Client:
    """One connection that is kept."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, sent: bytes) -> bytes:
        """The body of the answer, with chunk sizes if there are any. Raises RuntimeError if it is not 200."""
        self.socket.sendall(sent)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.some()
        head, _, rest = data.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head.decode())
        lines = head.lower().split(b"\r\n")
        if b"transfer-encoding: chunked" in lines:
            while not rest.endswith(b"0\r\n\r\n"):
                rest += self.some()
            return rest
        length = int(next(line for line in lines if line.startswith(b"content-length:"))[15:])
        parts, missing = [rest], length - len(rest)
        while missing > 0:
            parts.append(self.some())
            missing -= len(parts[-1])
        return b"".join(parts)

    def some(self) -> bytes:
        """The bytes received. Raises RuntimeError at the end of the connection."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise RuntimeError("the server closed the connection")
        return data

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()
