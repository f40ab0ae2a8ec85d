"""Responses whose head must be complete.

`http.client` takes the end of the connection for the end of the head: a response that was cut off in its headers would
look complete, with an empty body. Of the informational responses that may come first (RFC 9110, 15.2) it knows only
100. And it parses headers as those of a mail, which takes as long as all else that it does in an exchange.
"""

from __future__ import annotations

import http.client
import io
import re
from http import HTTPStatus

END_OF_HEAD = (b"\r\n", b"\n")
SMALLEST_INFORMATION, SMALLEST_FINAL = 100, 200
LONGEST_LINE, MOST_HEADERS = 65536, 100
PLAIN_HEADERS = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n)*")
"""Each on one line, with a name of visible ASCII."""
VERSIONS = {"HTTP/0.9": 10, "HTTP/1.0": 10}
"""`http.client` writes version 1.0 as 10; every other 1.x is 11."""
WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class WholeHead(http.client.HTTPResponse):
    """A response whose head has to end in an empty line. Informational responses before it are skipped."""

    _trailer_ended = False

    @property
    def is_whole(self) -> bool:
        """Whether it is complete by its own framing; never if only the end of the connection marks its end."""
        return self.length == 0 or self._trailer_ended

    def begin(self) -> None:
        """Read the head. Raises IncompleteHead if the connection ends first."""
        while True:
            version, status, reason = self._read_status()  # type: ignore[attr-defined]  # not public
            lines = self._lines()
            if not SMALLEST_INFORMATION <= status < SMALLEST_FINAL or status == HTTPStatus.SWITCHING_PROTOCOLS:
                break
        if not version.startswith("HTTP/1.") and version not in VERSIONS:
            raise http.client.UnknownProtocol(version)
        self.version = VERSIONS.get(version, 11)
        self.code = self.status = status
        self.reason = reason.strip()
        self.headers = self.msg = _parsed(lines)
        self._frame()

    def _lines(self) -> bytes:
        """The lines up to the empty one that ends the head."""
        lines: list[bytes] = []
        while (line := self._line()) not in END_OF_HEAD:
            if not line:
                raise IncompleteHead("the connection ended in the headers")
            lines.append(line)
            if len(lines) > MOST_HEADERS:
                raise http.client.HTTPException(f"got more than {MOST_HEADERS} headers")
        return b"".join(lines)

    def _line(self) -> bytes:
        line = self.fp.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        return line

    def _frame(self) -> None:
        """Find out where the body ends, as `http.client` does."""
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = None if self.chunked else _length(self.headers.get("content-length", ""))
        if self.status in WITHOUT_BODY or self.status < SMALLEST_FINAL or self._method == "HEAD":  # type: ignore[attr-defined]  # not public
            self.length = 0
        self.will_close = self._check_close() or not (self.chunked or self.length is not None)  # type: ignore[attr-defined]  # not public

    def _read_and_discard_trailer(self) -> None:
        """Read what follows the last chunk; here too, `http.client` accepts the end of the connection as its end."""
        while line := self._line():
            if line in END_OF_HEAD:
                self._trailer_ended = True
                break


class IncompleteHead(http.client.HTTPException):
    """The connection ended before the head of the response did."""


def _parsed(lines: bytes) -> http.client.HTTPMessage:
    """The headers. What is not plain is left to `http.client`."""
    if not PLAIN_HEADERS.fullmatch(lines):
        return http.client.parse_headers(io.BytesIO(lines))
    headers = http.client.HTTPMessage()
    for line in lines.decode("latin-1").split("\n")[:-1]:
        name, _, value = line.partition(":")
        headers.set_raw(name, value.lstrip(" \t").rstrip("\r"))
    return headers


def _length(text: str) -> int | None:
    try:
        return length if (length := int(text)) >= 0 else None
    except ValueError:
        return None
