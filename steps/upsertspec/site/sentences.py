"""The sentences of a Markdown document: what the contract says, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`*{\"\d])")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a row of a table, as it is written.

    `section` is the heading above it, `place` the number of its token, or of the first and the last one of a row. An
    `example` introduces a block of code.
    """

    section: str
    text: str
    place: tuple[int, int]
    example: bool = False


def sentences(tokens: Sequence[Token]) -> Iterator[Sentence]:
    """Every sentence, in order. Headings, heads of tables and blocks of code are none."""
    section, row, in_head = "", None, False
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            section = tokens[at + 1].content
        elif token.type in ("thead_open", "thead_close"):
            in_head = token.type == "thead_open"
        elif token.type == "tr_open":
            row = at
        elif token.type == "tr_close" and row is not None:
            cells = [number for number in range(row, at) if tokens[number].type == "inline"]
            if not in_head:
                text = " | ".join(tokens[number].content for number in cells)
                yield Sentence(section, text, (cells[0], cells[-1]))
            row = None
        elif token.type == "inline" and row is None and tokens[at - 1].type != "heading_open":
            before_code = len(tokens) > at + 2 and tokens[at + 2].type == "fence"
            for piece in split(token.content):
                yield Sentence(section, " ".join(piece.split()), (at, at), before_code and piece.endswith(":"))


def split(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return _END.split(text)
