"""The same answers, sent in another way."""

from __future__ import annotations

import time
from collections.abc import Iterator

from upsertspec_conforming import conforming
from upsertspec_conforming.wire import PAUSE, Reply, Wire

SOONEST_END = 7


@conforming("JSON over HTTP/1.1 (3): RFC 9112 lets a server answer in HTTP/1.0, and close after each answer.")
class ClosesEachConnection(Wire):
    """Answers in HTTP/1.0, and closes the connection after each answer."""

    version = "HTTP/1.0"
    keeps = False


@conforming("JSON over HTTP/1.1 (3): RFC 9112, 9.6, lets a server close after any answer that says so.")
class ClosesNowAndThen(Wire):
    """Closes a connection after seven answers, and says so with the last."""

    def ends(self) -> bool:
        return self.count >= SOONEST_END


@conforming("JSON over HTTP/1.1 (3): RFC 9112, 7.1, chunks.")
class AnswersInChunks(Wire):
    """Sends the body in chunks of 1,000 bytes, each with an extension, and a trailer after the last."""

    def packets(self, reply: Reply) -> Iterator[bytes]:
        if not reply.body:
            yield self.head(reply)
            return
        reply.headers = [pair for pair in reply.headers if pair[0].lower() != "content-length"]
        reply.headers += [("Transfer-Encoding", "chunked"), ("Trailer", "X-Checksum")]
        yield self.head(reply)
        for start in range(0, len(reply.body), 1000):
            part = reply.body[start : start + 1000]
            yield f"{len(part):X};part={start}\r\n".encode() + part + b"\r\n"
        yield b"0\r\nX-Checksum: none\r\n\r\n"


@conforming("JSON over HTTP/1.1 (3): TCP keeps no packets.")
class AnswersInTwoPackets(Wire):
    """Sends an answer in two packets, cut in the middle of a line or of a character."""

    def packets(self, reply: Reply) -> Iterator[bytes]:
        whole = self.head(reply) + reply.body
        cut = len(whole) - len(reply.body) // 2 - 1
        yield whole[:cut]
        time.sleep(PAUSE)
        yield whole[cut:]


@conforming("JSON over HTTP/1.1 (3): RFC 9110, 5.1, names of headers are case-insensitive.")
class HeadersInLowerCase(Wire):
    """Writes the names of headers in lower case, without a Date and without a reason phrase, as many gateways do."""

    def head(self, reply: Reply) -> bytes:
        reply.headers = [(name.lower(), value) for name, value in reply.headers]
        return super().head(reply)

    def status(self, reply: Reply) -> str:
        return f"{reply.status[:3]} "

    def own_headers(self, reply: Reply) -> list[tuple[str, str]]:
        return [("connection", "close")] if reply.closes else []


@conforming("JSON over HTTP/1.1 (3): RFC 9110 lets an origin and its proxies add headers.")
class BehindAProxy(Wire):
    """Adds what a reverse proxy adds: Via, Server, Keep-Alive, cookies, and an ETag where there is none."""

    def own_headers(self, reply: Reply) -> list[tuple[str, str]]:
        kept = [("Connection", "keep-alive"), ("Keep-Alive", "timeout=5, max=100")]
        is_tagged = any(name.lower() == "etag" for name, _ in reply.headers)
        return [
            *super().own_headers(reply),
            ("Server", "edge"),
            *([] if reply.closes else kept),
            ("Via", "1.1 edge"),
            *([] if is_tagged else [("ETag", f'W/"{self.count}"')]),
            ("Set-Cookie", f"session={self.count}; Path=/; HttpOnly"),
            ("Set-Cookie", "seen=yes; Max-Age=60"),
            ("Vary", "Accept, Authorization"),
            ("Cache-Control", "no-store"),
            ("Strict-Transport-Security", "max-age=31536000"),
            ("X-RateLimit-Remaining", "0"),
        ]


@conforming("JSON over HTTP/1.1 (3): RFC 9110, 15.2, lets informational answers come before the final one.")
class SendsEarlyHints(Wire):
    """Sends 103 Early Hints and 102 Processing before each answer."""

    def packets(self, reply: Reply) -> Iterator[bytes]:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </openapi.json>; rel=preload\r\n\r\n"
        yield b"HTTP/1.1 102 Processing\r\n\r\n"
        yield from super().packets(reply)


@conforming("413 for a body over 8 MiB (3.1): RFC 9110, 15.5.14, lets a server close the connection on it.")
class HangsUpOnLargeBodies(Wire):
    """Answers 413 to a body over 8 MiB before it has read it, and closes the connection while it is on its way."""

    most = 8 * 1024 * 1024
