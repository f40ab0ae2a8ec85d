"""Responses whose head must be complete.

`http.client` takes the end of the connection for the end of the head: a response that was cut off in its headers would
look complete, with an empty body. Of the informational responses that may come first (RFC 9110, 15.2) it knows only
100.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

END_OF_HEAD = (b"\r\n", b"\n")
SMALLEST_INFORMATION, SMALLEST_FINAL = 100, 200


class WholeHead(http.client.HTTPResponse):
    """A response whose head has to end in an empty line. Informational responses before it are skipped."""

    _trailer_ended = False

    @property
    def is_whole(self) -> bool:
        """Whether it is complete by its own framing; never if only the end of the connection marks its end."""
        return self.length == 0 or self._trailer_ended

    def begin(self) -> None:
        """Read the head. Raises IncompleteHead if the connection ends first."""
        self._read_head()
        while SMALLEST_INFORMATION <= self.status < SMALLEST_FINAL and self.status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]
            self._read_head()

    def _read_head(self) -> None:
        if self._last_line(super().begin) not in END_OF_HEAD:
            raise IncompleteHead("the connection ended in the headers")

    def _read_and_discard_trailer(self) -> None:
        """Read what follows the last chunk; here too, `http.client` accepts the end of the connection as its end."""
        self._trailer_ended = self._last_line(super()._read_and_discard_trailer) in END_OF_HEAD  # type: ignore[misc]

    def _last_line(self, read: Callable[[], None]) -> bytes:
        """The last line that `read` reads."""
        file: Any = self.fp
        lines: Any = _Lines(file)
        self.fp = lines
        try:
            read()
        finally:
            self.fp = file if self.fp is lines else self.fp
        return bytes(lines.last)


class IncompleteHead(http.client.HTTPException):
    """The connection ended before the head of the response did."""


class _Lines:
    """A file that keeps the last line read from it."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        """The next line."""
        self.last = self.file.readline(limit)
        return self.last

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
