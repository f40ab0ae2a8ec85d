"""Write a file: a reader never sees half of it, and what was there stays until the new content is complete."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, content: bytes | Iterable[bytes], replace: bool = True) -> None:
    """Replace the file with this content, whole or in pieces. Raises OSError, and then leaves the old file as it was.

    Anything but a plain file (a pipe, /dev/stdout) is written into. So is a file in a folder that accepts no new files:
    if that fails, it is left empty. Without `replace`, raises FileExistsError for a file that is there.
    """
    pieces = [content] if isinstance(content, bytes) else content
    if not is_plain(path):
        _write(path, pieces, "ab")
        return
    place = path.resolve()
    if not replace:
        place.open("xb").close()
    if not os.access(place.parent, os.W_OK):
        _write_in_place(path, pieces)
        return
    part = place.with_name(f"{place.name}.part")
    try:
        _write(part, pieces)
        os.replace(part, place)
    except BaseException:
        part.unlink(missing_ok=True)
        if not replace:
            place.unlink(missing_ok=True)
        raise


def _write(path: Path, pieces: Iterable[bytes], mode: str = "wb") -> None:
    with path.open(mode) as opened:
        opened.writelines(pieces)


def _write_in_place(path: Path, pieces: Iterable[bytes]) -> None:
    try:
        _write(path, pieces)
    except OSError:
        os.truncate(path, 0)
        raise


def is_plain(path: Path) -> bool:
    """Whether the path names a plain file, or nothing yet. /dev/stdout never does, even if it is sent to a file."""
    if path.absolute().as_posix().startswith(("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/")):
        return False
    return path.is_file() or not path.exists()
