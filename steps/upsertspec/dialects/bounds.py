"""Limits on the JSON that is read from a target: the number of values, the levels of nesting, the digits of a number.

JSON of a few bytes can take a hundred times as much memory once it is read, and deep nesting needs a deep stack.
"""

from __future__ import annotations

import contextlib
import re
import sys
import threading
from itertools import accumulate

MOST_VALUES = 1_000_000
MOST_LEVELS = 1_200
MOST_DIGITS = 20_000
TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
RECURSION_LIMIT = 10 * MOST_LEVELS
"""Reading or comparing a nested value takes a few Python calls for each level."""


class _DeepJson(contextlib.ContextDecorator):
    """While any thread is inside, the recursion limit allows for the deepest JSON that is read.

    The limit belongs to the whole process: the first thread to enter raises it, and the last to leave restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._before, RECURSION_LIMIT))
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                sys.setrecursionlimit(self._before)


deep_json = _DeepJson()
"""Use it around code that reads, writes or compares JSON of a target: `with deep_json:`, or as a decorator."""


def require_readable(body: bytes) -> None:
    """Raises ValueError if the body, read as JSON, would hold too many values or nest too deeply.

    Brackets and commas are counted with `bytes.count` first; only a body with many is searched for texts, in which
    they do not count.
    """
    opened = body.count(b"[") + body.count(b"{")
    if opened + body.count(b",") > MOST_VALUES:
        bare = TEXTS.sub(b"", body)
        if bare.count(b"[") + bare.count(b"{") + bare.count(b",") > MOST_VALUES:
            raise ValueError(f"it has more than {MOST_VALUES} values")
    if opened > MOST_LEVELS and _levels(TEXTS.sub(b"", body)) > MOST_LEVELS:
        raise ValueError(f"it nests more than {MOST_LEVELS} levels deep")


def require_short(number: str) -> None:
    """Raises ValueError if the number has too many digits."""
    if len(number) > MOST_DIGITS:
        raise ValueError(f"it has a number of more than {MOST_DIGITS} digits")


def _levels(body: bytes) -> int:
    return max(accumulate(STEP[found.group()] for found in re.finditer(rb"[\[\]{}]", body)), default=0)
