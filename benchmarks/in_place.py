"""Upsert in place (ON CONFLICT DO UPDATE) against INSERT OR REPLACE, on a table with references to it."""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import kit

from upsertspec_server import database, load_schema

IN_PLACE = """INSERT INTO accounts (name, currency, created_at, updated_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET currency = excluded.currency, updated_at = excluded.updated_at"""
REPLACE = "INSERT OR REPLACE INTO accounts (name, currency, created_at, updated_at) VALUES (?, ?, ?, ?)"
CHILD = """INSERT INTO transactions (reference, account_id, date, amount, created_at, updated_at)
    VALUES (?, ?, '2026-01-01', '12.50', ?, ?)"""
ROWS = "SELECT count(*) FROM transactions"

DEFAULTS = {"rounds": 40, "size": 1000, "children": 10}


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """Print a finding without children and one with children."""
    return [measured(0, options), measured(options.children, options)]


def measured(children: int, options: argparse.Namespace) -> kit.Finding:
    """Both ways in turns, each on a fresh copy of a database in which every account exists."""
    with (
        tempfile.TemporaryDirectory(prefix="upsertspec-") as folder,
        closing(filled(Path(folder) / "filled.db", options.size, children)) as source,
    ):
        before = source.execute(ROWS).fetchone()[0]
        lost: dict[str, int] = {}

        def way(statement: str, name: str) -> kit.Contestant:
            def run(number: int) -> float:
                with closing(copied(source, Path(folder) / f"{name}{number}.db")) as connection:
                    taken = kit.seconds(lambda: upsert_all(connection, statement, options.size))
                    lost[name] = before - connection.execute(ROWS).fetchone()[0]
                return taken

            return run

        times = kit.in_turns(options.rounds, way(REPLACE, "replace"), way(IN_PLACE, "in_place"))
    kept = f"of {before} children, REPLACE lost {lost['replace']}, in place lost {lost['in_place']}"
    name = f"INSERT OR REPLACE of {options.size} records, {children} children each"
    return kit.compared((name, "the same in place"), times, note=kept if children else "")


def filled(path: Path, accounts: int, children: int) -> sqlite3.Connection:
    """A database with accounts, and transactions that refer to them."""
    database.prepare(path, load_schema())
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    connection.executemany(IN_PLACE, rows(accounts, "EUR"))
    for (ident,) in connection.execute("SELECT id FROM accounts").fetchall():
        connection.executemany(CHILD, [(f"{ident}-{n}", ident, kit.NOW, kit.NOW) for n in range(children)])
    connection.execute("COMMIT")
    return connection


def copied(source: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A copy of the database, with foreign keys on."""
    connection = sqlite3.connect(path, isolation_level=None)
    source.backup(connection)
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def upsert_all(connection: sqlite3.Connection, statement: str, accounts: int) -> None:
    """Every account once more, with another currency, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(statement, rows(accounts, "USD"))
    connection.execute("COMMIT")


def rows(accounts: int, currency: str) -> list[tuple[str, ...]]:
    """The values of every account."""
    return [(f"Account {n}", currency, kit.NOW, kit.NOW) for n in range(accounts)]


if __name__ == "__main__":
    kit.command(main, DEFAULTS)
