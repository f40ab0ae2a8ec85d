"""What the benchmarks share: measuring in turns, the reference server as a process, rows of a usual width."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from upsertspec_server import create_app

ROLES = ("editor", "creator", "updater", "viewer", "north", "south")
TOKENS = {role: f"{role}-token" for role in ROLES}
UPSERT = "/api/tables/contacts/records/upsert"
NOW = "2026-01-01T00:00:00.000000Z"
REFERENCE = ("-m", "upsertspec_server", "--port", "0", "--announce", "json", "--until-stdin-closes")
Contestant = Callable[[int], float]
"""Does its work once, in the round of this number, and returns the seconds it took."""


@dataclass(frozen=True)
class Finding:
    """How many times as long one thing takes as another. `fastest` compares the fastest rounds."""

    one: str
    other: str
    median: float
    fastest: float
    aim: str = ""
    note: str = ""

    def line(self) -> str:
        """The finding for people."""
        ratio = f"{self.one} / {self.other}: {self.median:.2f}x (fastest rounds: {self.fastest:.2f}x)"
        return "; ".join([ratio, *([f"aim: {self.aim}"] if self.aim else []), *([self.note] if self.note else [])])

    def row(self) -> str:
        """The finding as a row of a Markdown table."""
        cells = (self.one, self.other, f"{self.median:.2f}x", f"{self.fastest:.2f}x", self.aim, self.note)
        return f"| {' | '.join(cells)} |"


HEAD = "| measured | against | median | fastest | aim | |\n| --- | --- | --- | --- | --- | --- |"


def in_turns(rounds: int, *contestants: Contestant) -> list[list[float]]:
    """The seconds of each contestant; they take turns: A B C, A B C, …"""
    times: list[list[float]] = [[] for _ in contestants]
    for number in range(rounds):
        for place, contestant in enumerate(contestants):
            times[place].append(contestant(number))
    return times


def compared(names: tuple[str, str], times: Sequence[Sequence[float]], aim: str = "", note: str = "") -> Finding:
    """The finding from the seconds of two contestants."""
    one, other = times
    ratio = statistics.median(one) / statistics.median(other)
    return Finding(*names, ratio, min(one) / min(other), aim, note)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def command(main: Callable[[argparse.Namespace], list[Finding]], defaults: dict[str, int]) -> None:
    """Run a benchmark as a command, with an option for each number that it takes."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value, help="(default: %(default)s)")
    for finding in main(parser.parse_args()):
        print(finding.line(), flush=True)


def own_environment(**more: str) -> dict[str, str]:
    """The environment without settings of the suite, and with the bytecode cache on, as users have it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, **more}


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    """A server as a process; yields its URL and stops it at the end. It uses the tokens of `TOKENS`."""
    with announced(*arguments) as server:
        yield server["url"]


@contextlib.contextmanager
def announced(*arguments: str) -> Iterator[dict[str, Any]]:
    """The same; yields everything that it announces: its URL and its tokens, if it makes them."""
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in TOKENS.items()}
    process = subprocess.Popen(
        [sys.executable, *(arguments or REFERENCE)],
        env=own_environment(**tokens),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait()


class Bare:
    """A bare connection to a new database, with the tables and settings of the reference server."""

    def __init__(self, path: Path) -> None:
        with closing(create_app({"DATABASE": path})) as app:
            contacts = app.schema.tables["contacts"]
            self.find = f"SELECT * FROM contacts WHERE {app.store.equals(('email',))}"
            self.upsert = app.store.upsert_sql(contacts, ("email",), tuple(contacts.fields))
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.execute("PRAGMA synchronous = NORMAL")

    def many(self, rows: list[tuple[object, ...]]) -> None:
        """All rows by one `executemany`, in one transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(self.upsert, rows)
        self.connection.execute("COMMIT")

    def single(self, row: tuple[object, ...]) -> None:
        """One row the way the server does it: find the match, then write, in one transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(self.find, row[1:2]).fetchone()
        self.connection.execute(self.upsert, row)
        self.connection.execute("COMMIT")


@contextlib.contextmanager
def bare() -> Iterator[Bare]:
    """A bare connection to a temporary file."""
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder:
        found = Bare(Path(folder) / "records.db")
        with closing(found.connection):
            yield found


def person(mark: str, number: int) -> dict[str, object]:
    """A contact with a value for every field, about 260 bytes as JSON."""
    return {
        "email": f"person.{mark}.{number}@example.com",
        "name": f"Person Number {number}",
        "status": ("active", "inactive", "pending")[number % 3],
        "age": 20 + number % 60,
        "phone": f"+1-555-{mark}-{number:04d}",
        "vip": number % 2 == 0,
        "birthday": f"19{50 + number % 50}-0{1 + number % 9}-1{number % 10}",
        "notes": f"Met at the fair in Lyon; asked for the autumn price list and a call back on Monday. No. {number}",
    }


def row_of(fields: dict[str, object]) -> tuple[object, ...]:
    """A contact as the columns of a row; SQLite assigns the id."""
    return (None, *fields.values(), NOW, NOW)
