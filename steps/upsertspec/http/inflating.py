"""Compressed bodies. Nobody asks for them, but some servers send them."""

from __future__ import annotations

import zlib

WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
MOST_LAYERS = 5


def inflaters(coded: str) -> list[Inflater]:
    """What takes off the compression that a `Content-Encoding` names; nothing where it names an unknown one.

    Raises ValueError for too many layers.
    """
    codings = [each.strip().lower() for each in coded.split(",") if each.strip()]
    if len(codings) > MOST_LAYERS:
        raise ValueError(f"the body is compressed {len(codings)} times")
    return [Inflater(WINDOWS[each]) for each in reversed(codings)] if set(codings) <= set(WINDOWS) else []


class Inflater:
    """Takes one compression off a body, piece by piece."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._inflating = zlib.decompressobj(window)
        self._parts = self._taken = 0

    def inflated(self, data: bytes, most: int) -> bytes:
        """What these bytes hold, but no more than `most`. Raises zlib.error where they are not compressed like this."""
        pieces: list[bytes] = []
        while data and most > 0:
            try:
                pieces.append(self._inflating.decompress(data, most))
            except zlib.error:
                if self._taken == 0 and self._parts:
                    break  # after a whole part, anything else is ignored
                if self._taken or self._window != zlib.MAX_WBITS:
                    raise
                self._begin(-zlib.MAX_WBITS)  # some servers leave out the header of deflate
                continue
            most -= len(pieces[-1])
            self._taken += len(data)
            data = self._inflating.unconsumed_tail
            if self._inflating.eof:  # a gzip file may have several parts
                data = self._inflating.unused_data
                self._parts += 1
                self._begin(self._window)
        return b"".join(pieces)

    def _begin(self, window: int) -> None:
        self._window, self._taken = window, 0
        self._inflating = zlib.decompressobj(window)
