"""Commits reach the disk before they are answered. Those that wait at the same time share one sync (group commit).

SQLite itself would wait for the disk within each commit (`synchronous = FULL`), while all other writers wait for the
lock. Here a commit goes into the write-ahead log only, and its thread waits after it has let go of the lock.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from http import HTTPStatus

from upsertspec_server.errors import LOG, Problem

sync_file = getattr(os, "fdatasync", os.fsync)


class GroupCommit:
    """Counts the commits to a database, and knows how many of them are on the disk."""

    def __init__(self) -> None:
        self.syncing = threading.Lock()
        self.committed = 0
        """How many commits there were. Only the thread whose turn it is to write changes it."""
        self.synced = 0

    def wait(self, number: int, log: Callable[[], int]) -> None:
        """Return when so many commits are on the disk. Raises 500 where the disk fails.

        `log` gives the file descriptor of the write-ahead log.
        """
        with self.syncing:
            if self.synced >= number:  # by another thread, while this one waited for it
                return
            newest = self.committed
            try:
                sync_file(log())
            except OSError as error:
                LOG.error("The write-ahead log can't be written to the disk: %s", error)
                detail = "The storage failed. Read what is stored before you try again."
                raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail) from None
            self.synced = newest
