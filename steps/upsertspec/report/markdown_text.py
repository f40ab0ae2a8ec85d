"""Escaping for Markdown: any text is shown as it is; no markup, no link, no mention, no image comes of it."""

from __future__ import annotations

import re

from upsertspec.http.masking import CUT
from upsertspec.http.text import printable

_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_TALKS = re.compile(r"(?:@|#|://|www\.|GH-)", re.IGNORECASE)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JOINER = "\u2060"


def prose(text: str, longest: int = 300) -> str:
    """The text in a line of running text or in the cell of a table. Do not put it first on a line."""
    text = _TALKS.sub(_apart, cut(text, longest))
    return _SPECIAL.sub(r"\\\g<0>", "".join(_ENTITIES.get(letter, letter) for letter in text))


def code(text: str, longest: int = 1000) -> str:
    """The text as a code span: its fence is longer than any run of backticks in it."""
    text = cut(text, longest)
    if not text.strip():
        return "(nothing)"
    fence = "`" * (_longest_run(text) + 1)
    edge = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{edge}{text}{edge}{fence}"


def block(lines: list[str], language: str) -> str:
    """The lines as a fenced block that no line in it can end."""
    shown = [printable(line) for line in lines]
    fence = "`" * max(3, *(_longest_run(line) + 1 for line in shown)) if shown else "```"
    return "\n".join([f"{fence}{language}", *shown, fence])


def cut(text: str, longest: int) -> str:
    """The text as printable letters on one line, its end left out if it is long."""
    shown = printable(text[: longest + 1])
    return shown if len(shown) <= longest and len(text) <= longest else shown[:longest] + CUT


def _apart(found: re.Match[str]) -> str:
    """Break what would notify somebody or become a link, with a joiner that is not visible."""
    return found[0][:1] + _JOINER + found[0][1:]


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
