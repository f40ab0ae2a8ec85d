"""One SQLite connection a thread, opened through sqlite-utils and all closed at the end."""

from __future__ import annotations

import sqlite3
import threading
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlite_utils import Database

if TYPE_CHECKING:
    from pathlib import Path

BUSY_SECONDS = 10


class Connections:
    """The connections to one database file."""

    def __init__(self, path: Path, synchronous: str) -> None:
        """`synchronous` is FULL for a file that is kept, NORMAL for a temporary one."""
        self.path = path
        self.file = identity(path)
        self.synchronous = synchronous
        self.local = threading.local()
        self.opened: list[Database] = []
        self.lock = threading.Lock()
        self.writing = threading.Lock()

    def get(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use."""
        try:
            found: sqlite3.Connection = self.local.connection
        except AttributeError:
            found = self.local.connection = self.open().conn
        return found

    def is_in_place(self) -> bool:
        """Whether the file is still the one that was opened: what is written to one that is gone is lost."""
        return identity(self.path) == self.file

    def open(self) -> Database:
        """A new connection, which `close` closes too."""
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw",  # a file that is gone is not made anew
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        database = Database(connection, execute_plugins=False)
        with self.lock:
            self.opened.append(database)
        connection.create_collation("decimal", compare_decimals)
        for pragma in self.pragmas():
            connection.execute(f"PRAGMA {pragma}")
        return database

    def pragmas(self) -> list[str]:
        """The settings of every connection."""
        return ["foreign_keys = ON", f"synchronous = {self.synchronous}"]

    def close(self) -> None:
        """Close every connection. Threads that still want one open it anew."""
        with self.lock:
            for database in self.opened:
                database.close()
            self.opened.clear()
        self.local = threading.local()


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from every other, whatever its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def compare_decimals(one: str, other: str) -> int:
    """The order of two decimal numbers that are written as text."""
    left, right = Decimal(one), Decimal(other)
    return (left > right) - (left < right)
