"""Keeps what servers write to standard error, and shows it only if something went wrong."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator

TAIL = 4000


@contextlib.contextmanager
def quiet() -> Iterator[Callable[[], None]]:
    """Redirect standard error of this process and of the processes that it starts, until the end of the context.

    The function shows the end of what was written. It is also shown if the context ends with an error.
    """
    kept = os.dup(2)
    wanted = False

    def show() -> None:
        nonlocal wanted
        wanted = True

    with tempfile.TemporaryFile() as file:
        sys.stderr.flush()
        os.dup2(file.fileno(), 2)
        try:
            yield show
        except Exception:
            show()
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            if wanted and (size := file.seek(0, os.SEEK_END)):
                file.seek(max(0, size - TAIL))
                sys.stderr.write(file.read().decode("utf-8", "replace"))
