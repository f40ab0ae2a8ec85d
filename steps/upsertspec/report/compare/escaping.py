"""Text in Markdown: whatever it holds, it is read as text."""

from __future__ import annotations

import re

from upsertspec.http.evidence import printable

_MARKS = re.compile(r"[\\`*_{}\[\]<>|&~$]|:(?=//)|(?<=www)\.|[@#](?=\w)")


def markdown_text(text: str) -> str:
    """The text for a cell or a paragraph: no markup, no new cell, and no name in it that would notify anyone."""
    return _MARKS.sub(lambda found: _written_out(found[0]), printable(text))


def _written_out(letter: str) -> str:
    return f"{letter}&#8203;" if letter in "@#" else f"&#{ord(letter)};"


def markdown_code(text: str) -> str:
    """The text as a block of code; the fence is longer than any run of backticks in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{printable(text)}\n{fence}"
