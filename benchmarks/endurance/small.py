"""The reference server, recording every second what memory is in use inside it (Linux with glibc 2.33 or later).

Takes the options of `python -m upsertspec_server`. Its page caches are small, so that they are full at once.
UPSERTBENCH_USAGE names the file for the samples. UPSERTBENCH_LEAK is the number of bytes to leak at every write,
to check the measurement.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from upsertspec_server import Server, config, create_app
from upsertspec_server.__main__ import main
from upsertspec_server.store import Store

CACHE = 100  # KiB a connection; there is one connection for each thread
EVERY = 1.0
MALLINFO = (
    "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
)  # fmt: skip
LEAK = int(os.environ.get("UPSERTBENCH_LEAK", "0"))
kept: list[bytes] = []


class Usage(ctypes.Structure):
    """`struct mallinfo2`, as mallinfo(3) has it."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in MALLINFO)


class LeakingStore(Store):
    """A store that leaks a little memory at every write."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """The usual one."""
        kept.append(os.urandom(LEAK))
        with super().transaction():
            yield


class Leaking(Server):
    """A server with this store."""

    store_class = LeakingStore


def create(settings: Mapping[str, Any]) -> Server:
    """A server with small page caches, which leaks if asked to."""
    pragmas = (*config.PRAGMAS, f"cache_size = -{CACHE}")
    return create_app({"PRAGMAS": pragmas, **settings}, Leaking if LEAK else Server)


def sample(file: Path) -> None:
    """Write lines of: seconds, bytes in use from malloc (SQLite's included), blocks in use from Python's allocator."""
    libc = ctypes.CDLL(None)
    libc.mallinfo2.restype = Usage
    with file.open("w", buffering=1) as out:
        while True:
            gc.collect()
            used = libc.mallinfo2()
            out.write(f"{time.monotonic()} {used.uordblks + used.hblkhd} {sys.getallocatedblocks()}\n")
            time.sleep(EVERY)


threading.Thread(target=sample, args=(Path(os.environ["UPSERTBENCH_USAGE"]),), daemon=True).start()
sys.exit(main(create=create))
