"""Which values differ between what was expected and what was found."""

from __future__ import annotations

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\w.:+-]+|[^\w"]+')
_VALUE = re.compile(r'"|[-+]?\d|(?:true|false|null)\b')
_NESTED = re.compile(r"[{\[]")
Piece = tuple[str, bool]


def contrast(text: str, other: str) -> list[Piece]:
    """The text in pieces, each with whether it is a value that the other text does not have.

    Objects and lists are left whole, since nearly everything in them differs.
    """
    nested = _NESTED.search(text)
    head, rest = (text[: nested.start()], text[nested.start() :]) if nested else (text, "")
    known = set(_TOKEN.findall(other))
    pieces = [(token, bool(_VALUE.match(token)) and token not in known) for token in _TOKEN.findall(head)]
    return [*pieces, (rest, False)] if rest else pieces
