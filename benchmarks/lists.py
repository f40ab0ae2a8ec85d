"""Lists: with their indexes against without, and with a few fields against whole records."""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import uuid
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import kit

from upsertspec_server import Server, create_app, database

HEADERS = {"Authorization": f"Bearer {kit.TOKENS['editor']}"}
USERS = 100
TIMES = 20
OF_ONE_USER = "/api/tables/projects/records?user_id={user}&_sort=-updated_at&_limit=10"
ALL_FIELDS = "/api/tables/contacts/records?_limit=1000"

DEFAULTS = {"rounds": 20, "size": 20000}


def main(options: argparse.Namespace) -> list[kit.Finding]:
    """Print a finding about indexes and one about fields."""
    with tempfile.TemporaryDirectory(prefix="upsertspec-") as folder, ExitStack() as stack:
        indexed, plain = (
            stack.enter_context(closing(filled(Path(folder) / f"{name}.db", options.size))) for name in ("one", "other")
        )
        for name, *columns in database.INDEXES:
            plain.store.db.execute(f"DROP INDEX {'_'.join((name, *columns))}")
        return [by_index(indexed, plain, options), by_fields(indexed, options)]


def by_index(indexed: Server, plain: Server, options: argparse.Namespace) -> kit.Finding:
    """The newest projects of a user, on a database without indexes for lists and on one with them."""
    times = kit.in_turns(options.rounds, listing(plain, OF_ONE_USER), listing(indexed, OF_ONE_USER))
    name = f"the 10 newest of a user's {options.size // USERS} projects, without an index"
    return kit.compared((name, "the same with it"), times, note=f"{options.size} projects in all")


def by_fields(app: Server, options: argparse.Namespace) -> kit.Finding:
    """A page of contacts, one field of each, against all of them."""
    times = kit.in_turns(options.rounds, listing(app, f"{ALL_FIELDS}&_fields=email"), listing(app, ALL_FIELDS))
    return kit.compared((f"a page of {min(options.size, 1000)} contacts, one field", "all fields"), times)


def listing(app: Server, path: str) -> kit.Contestant:
    """Asks for the list a few times, each time of another user."""
    client = app.test_client()
    users = [row[0] for row in app.store.db.execute("SELECT id FROM users ORDER BY id LIMIT ?", [TIMES])]

    def run(_: int) -> float:
        return kit.seconds(lambda: [read(user) for user in users])

    def read(user: str) -> None:
        assert client.get(path.format(user=user), headers=HEADERS).status_code == 200

    return run


def filled(path: Path, size: int) -> Server:
    """A server with this many contacts, and this many projects of a hundred users."""
    app = create_app({"DATABASE": path, "TOKENS": kit.TOKENS})
    users = [str(uuid.UUID(int=number)) for number in range(USERS)]
    with closing(sqlite3.connect(path)) as connection:
        insert(connection, "users", size=USERS, row=lambda n: (users[n], f"{n}@example.com", None, kit.NOW, kit.NOW))
        insert(connection, "projects", size=size, row=lambda n: project(n, users[n % USERS]))
        insert(connection, "contacts", size=min(size, 1000), row=lambda n: kit.row_of(kit.person("l", n)))
        connection.commit()
    return app


def project(number: int, user: str) -> tuple[object, ...]:
    """A project as the columns of a row."""
    changed = f"2026-01-{1 + number % 28:02d}T00:00:00.000000Z"
    return (str(uuid.uuid4()), f"Project {number}", None, "draft", number % 100, user, None, kit.NOW, changed)


def insert(connection: sqlite3.Connection, table: str, *, size: int, row: Callable[[int], tuple[object, ...]]) -> None:
    """Insert rows."""
    marks = ", ".join("?" * len(row(0)))
    connection.executemany(f"INSERT INTO {table} VALUES ({marks})", map(row, range(size)))


if __name__ == "__main__":
    kit.command(main, DEFAULTS)
