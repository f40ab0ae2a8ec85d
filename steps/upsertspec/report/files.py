"""Writes a file in one piece: a reader never sees half of it, and what was there stays until all of the new is."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put the content in the file's place. Raises OSError, and leaves what was there as it was.

    A pipe or device, and a file in a folder that takes no new ones, are written straight.
    """
    place = path.resolve()
    if (path.exists() and not path.is_file()) or not os.access(place.parent, os.W_OK):
        path.write_bytes(content)
        return
    part = place.with_name(f"{place.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, place)
    except OSError:
        part.unlink(missing_ok=True)
        raise
