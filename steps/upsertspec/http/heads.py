"""The head of an answer, whole or not at all.

`http.client` takes the end of the connection for the end of the head: an answer that was cut off in its headers would
look whole, and its body empty. Of the informational answers that may come first (RFC 9110, 15.2) it knows 100 only.
"""

from __future__ import annotations

import http.client
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

END_OF_HEAD = (b"\r\n", b"\n")
SMALLEST_INFORMATION, SMALLEST_FINAL = 100, 200


class WholeHead(http.client.HTTPResponse):
    """A response whose head has to end in an empty line. Informational answers before it are passed over."""

    _trailer_ended = False

    @property
    def is_whole(self) -> bool:
        """Whether all of it was read, by its own framing; never where only the end of the connection tells its end."""
        return self.length == 0 or self._trailer_ended

    def begin(self) -> None:
        """Read the head. Raises IncompleteHead where the connection ends before it does."""
        self._read_head()
        while SMALLEST_INFORMATION <= self.status < SMALLEST_FINAL and self.status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]
            self._read_head()

    def _read_head(self) -> None:
        if self._last_line(super().begin) not in END_OF_HEAD:
            raise IncompleteHead("the connection ended in the headers")

    def _read_and_discard_trailer(self) -> None:
        """After the last chunk; `http.client` takes the end of the connection for its end too."""
        self._trailer_ended = self._last_line(super()._read_and_discard_trailer) in END_OF_HEAD  # type: ignore[misc]

    def _last_line(self, read: Callable[[], None]) -> bytes:
        """The last line that was read by this."""
        file: Any = self.fp
        lines: Any = _Lines(file)
        self.fp = lines
        try:
            read()
        finally:
            self.fp = file if self.fp is lines else self.fp
        return bytes(lines.last)


class IncompleteHead(http.client.HTTPException):
    """The connection ended before the head of the answer did."""


class _Lines:
    """A file that remembers the last line that was read from it."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.last = b""

    def readline(self, limit: int = -1) -> bytes:
        """The next line."""
        self.last = self.file.readline(limit)
        return self.last

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
