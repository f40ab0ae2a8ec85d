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

    def open(self) -> Database:
        """A new connection, which `close` closes too."""
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
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


def compare_decimals(one: str, other: str) -> int:
    """The order of two decimal numbers that are written as text."""
    left, right = Decimal(one), Decimal(other)
    return (left > right) - (left < right)
