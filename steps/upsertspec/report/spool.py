"""The evidence of a run in a temporary file, so that the memory of a run does not grow with it."""

from __future__ import annotations

import errno
import os
import pickle
import tempfile
from dataclasses import dataclass, replace
from typing import IO
from weakref import finalize

from upsertspec.report.result import Evidence, Result


class Spool:
    """The file. Where the system allows it, it has no name: nothing is left behind, however the process ends."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._size = 0
        self._last: tuple[int, Evidence] = (-1, Evidence())

    def keep(self, result: Result) -> Result:
        """The result with its evidence in the file; as it is where the file can't be written."""
        content = pickle.dumps(result.evidence.read())
        try:
            self._append(content)
        except OSError:
            return result
        stored = Stored(self, self._size, len(content))
        self._size += len(content)
        return replace(result, evidence=stored)

    def _append(self, content: bytes) -> None:
        """Write it behind what is there. Raises OSError, also where only a part of it fits."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it is closed with the spool
            finalize(self, self._file.close)
        self._file.seek(self._size)
        if self._file.write(content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def read(self, place: int, size: int) -> Evidence:
        """The evidence at this place. The last one is kept, since what reads one part of it reads the others too."""
        if self._last[0] != place:
            assert self._file is not None
            self._file.seek(place)
            self._last = (place, pickle.loads(self._file.read(size)))  # noqa: S301 - this process has written it
        return self._last[1]


@dataclass(frozen=True, slots=True)
class Stored:
    """Evidence in the file."""

    spool: Spool
    place: int
    size: int

    def read(self) -> Evidence:
        """The evidence, read from the file."""
        return self.spool.read(self.place, self.size)
