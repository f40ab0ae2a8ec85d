"""What a command may do with its output: colour, a progress bar, the width, and signs that a terminal cannot show."""

from __future__ import annotations

import codecs
import io
import os
import shutil
from typing import TextIO

WIDTH = 100
"""Columns if the output is not a terminal and COLUMNS is not set."""
_ERRORS = "upsertspec"
_PLAIN = {"→": "->", "…": "...", "•": "*", "·": ".", "█": "#", "\N{EN DASH}": "-", "✗": "x", "✓": "v"}


class Console:
    """What an output stream can do; None stands for a file. It respects NO_COLOR, TERM=dumb and COLUMNS."""

    def __init__(self, out: TextIO | None) -> None:
        self.interactive = out is not None and out.isatty() and os.environ.get("TERM") != "dumb"
        """Whether a line can be drawn over."""
        self.colour = self.interactive and not os.environ.get("NO_COLOR")

    @property
    def width(self) -> int:
        """The number of columns."""
        return shutil.get_terminal_size((WIDTH, 24)).columns

    def paint(self, text: str, sgr: str) -> str:
        """The text in a colour, given as an SGR code like "1;31"; plain if there is no colour."""
        return f"\x1b[{sgr}m{text}\x1b[0m" if self.colour and sgr else text


def write_anything(stream: TextIO) -> None:
    """Let the stream take any text: a sign that its encoding does not have is replaced or written as an escape."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=_ERRORS)


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    plain = "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode("ascii") for sign in signs)
    return plain, error.end


codecs.register_error(_ERRORS, _replaced)
