"""Values and comments of a TOML file, from text that anybody may have written."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from upsertspec.http.text import printable

WIDTH = 110
SAID = 90


def toml_text(value: str) -> str:
    """The text as a basic string of TOML; a lone surrogate, which TOML has no way to say, is replaced."""
    return '"' + "".join(map(_letter, value)) + '"'


def comment(words: str) -> Iterator[str]:
    """Words of ours as a comment, folded."""
    return (f"# {line}" for line in textwrap.wrap(words, WIDTH, break_on_hyphens=False))


def said(words: str, most: int = SAID) -> str:
    """Words of the target, for a comment: one line, with nothing in it that can't be seen, its end left out."""
    safe = printable(words[:most])
    return safe if len(words) <= most else f"{safe}…"


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if "\ud800" <= letter <= "\udfff":
        return "\\uFFFD"
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
