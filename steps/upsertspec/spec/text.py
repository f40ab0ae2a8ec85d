"""Text from outside, made safe to print."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with control characters (terminal escapes, bidi overrides, line breaks) written as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
