"""What of an answer is read as JSON: neither more values, nor more levels, nor longer numbers than a target needs.

A value of two bytes takes a hundred times as much memory once it is read; who walks through levels needs a stack.
"""

from __future__ import annotations

import re
import sys
from itertools import accumulate

MOST_VALUES = 1_000_000
MOST_LEVELS = 1_200
MOST_DIGITS = 20_000
TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
# Typed JSON may nest a thousand levels; Python lets nobody walk through that, a few calls a level, by default.
STACK = 10 * MOST_LEVELS
sys.setrecursionlimit(max(sys.getrecursionlimit(), STACK))


def require_readable(body: bytes) -> None:
    """Raises ValueError where the body, read as JSON, would hold too many values, or nest too deeply."""
    if _count(body, b",[{") > MOST_VALUES and _count(TEXTS.sub(b"", body), b",[{") > MOST_VALUES:
        raise ValueError(f"it has more than {MOST_VALUES} values")
    if _count(body, b"[{") > MOST_LEVELS and _levels(TEXTS.sub(b"", body)) > MOST_LEVELS:
        raise ValueError(f"it nests more than {MOST_LEVELS} levels deep")


def require_short(number: str) -> None:
    """Raises ValueError where the number has too many digits."""
    if len(number) > MOST_DIGITS:
        raise ValueError(f"it has a number of more than {MOST_DIGITS} digits")


def _count(body: bytes, marks: bytes) -> int:
    """Each value but the first of a list or an object stands behind a comma; commas and brackets in texts count too."""
    return sum(body.count(mark) for mark in marks)


def _levels(body: bytes) -> int:
    return max(accumulate(STEP[found.group()] for found in re.finditer(rb"[\[\]{}]", body)), default=0)
