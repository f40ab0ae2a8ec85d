"""What a command may do with its output: colour, a progress bar, the width, and signs that a terminal cannot show."""

from __future__ import annotations

import codecs
import errno
import io
import os
import shutil
import sys
from typing import Any, TextIO

from upsertspec.process import INCOMPLETE, held

WIDTH = 100
"""Columns if the output is not a terminal and COLUMNS is not set."""
LOST, LAST_LINES = 4096, 10
"""Bytes and lines that are kept of what can't be written."""
READER_GONE = 141
"""The exit code that a shell reports for a process that SIGPIPE ended: `upsertspec run | head` is not a verdict."""
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


class Output(io.FileIO):
    """The file under a stream of the process. A write that fails raises nothing, so that no work is lost: the command
    goes on, and its end says what happened. `failed` is the first failure, `lost` what could not be written."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.failed: OSError | None = None
        self.lost = b""

    def write(self, data: Any) -> int:
        """Write, or keep the end of what can't be written."""
        if self.failed is None:
            try:
                with held():  # a signal between the writing and the return would make the caller write it again
                    return super().write(data) or 0
            except OSError as wrong:
                self.failed = wrong
        self.lost = (self.lost + bytes(data))[-LOST:]
        return len(data)

    def last_lines(self) -> list[str]:
        """The end of what could not be written."""
        return [line for line in self.lost.decode("utf-8", "replace").splitlines() if line.strip()][-LAST_LINES:]


def ended_with(code: int) -> int:
    """The exit code of a command that ended with this one. If standard output can't be written, 0 becomes 3, and its
    end goes to standard error: the verdict stands there."""
    sys.stdout.flush()
    output = _raw(sys.stdout)
    if not isinstance(output, Output) or output.failed is None:
        return code
    if isinstance(output.failed, BrokenPipeError):
        return READER_GONE
    sys.stderr.write(f"upsertspec: standard output can't be written ({output.failed.strerror}); its end was:\n")
    sys.stderr.writelines(f"  {line}\n" for line in output.last_lines())
    sys.stderr.flush()
    return code or INCOMPLETE


def open_standard_streams() -> None:
    """Make stdout and stderr streams that take any text and never fail; open those that the caller closed."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:  # else the next file that is opened gets the number
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = steady(sys.stdout, 1), steady(sys.stderr, 2)


def steady(stream: TextIO | None, descriptor: int) -> TextIO:
    """The stream, writing through an `Output`. One that is no file of the process takes any text, and stays."""
    if stream is not None and type(_raw(stream)) is not io.FileIO:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)
        return stream
    output = Output(descriptor)
    if not isinstance(stream, io.TextIOWrapper):
        output.failed = OSError(errno.EBADF, os.strerror(errno.EBADF))
        return io.TextIOWrapper(io.BufferedWriter(output), "utf-8", _ERRORS)
    stream.flush()
    lines = stream.line_buffering or stream.write_through
    return io.TextIOWrapper(io.BufferedWriter(output), stream.encoding, _ERRORS, line_buffering=lines)


def _raw(stream: TextIO | None) -> Any:
    """What is below a stream; Python run with `-u` has no buffer between."""
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    plain = "".join(_PLAIN.get(sign) or sign.encode("ascii", "backslashreplace").decode("ascii") for sign in signs)
    return plain, error.end


codecs.register_error(_ERRORS, _replaced)
