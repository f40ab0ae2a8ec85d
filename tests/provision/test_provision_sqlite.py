"""The SQLite form, on a real database: each test tries to break a rule."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from tests.provision.rules import REFUSED, STORED, TAKEN
from upsertspec.provision.selection import tables_for
from upsertspec.provision.sqlite import sqlite_text
from upsertspec.spec.criteria import PROFILES
from upsertspec.spec.schema import PROTECTED, tables


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.executescript(sqlite_text([]))
    for statement in STORED:
        conn.execute(statement)
    yield conn
    conn.close()


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused(db: sqlite3.Connection, statement: str) -> None:
    with pytest.raises((sqlite3.IntegrityError, sqlite3.OperationalError), match=r"constraint|cannot store|malformed"):
        db.execute(statement)


@pytest.mark.parametrize("statement", TAKEN.values(), ids=TAKEN)
def test_valid_values_are_accepted(db: sqlite3.Connection, statement: str) -> None:
    assert db.execute(statement).rowcount > 0


def test_every_table_has_its_fields_and_the_protected_ones(db: sqlite3.Connection) -> None:
    for table in tables().values():
        columns = {row[1] for row in db.execute(f'PRAGMA table_info("{table.name}")')}
        assert columns == {*PROTECTED, *table.fields}


def test_defaults_and_timestamps_are_filled_in(db: sqlite3.Connection) -> None:
    status, created, updated = db.execute("SELECT status, created_at, updated_at FROM contacts").fetchone()
    assert status == "active"
    assert created == updated
    assert len(created) == len("2024-01-31T12:00:00.000Z")
    assert db.execute("SELECT status, validation_score FROM projects").fetchone() == ("draft", 0)


def test_uuids_are_made(db: sqlite3.Connection) -> None:
    db.executemany("INSERT INTO users (email) VALUES (?)", [(f"u{n}@example.com",) for n in range(50)])
    ids = [row[0] for row in db.execute("SELECT id FROM users")]
    assert len(set(ids)) == 51
    assert all(len(i) == 36 and i[14] == "4" and i[19] in "89ab" and i == i.lower() for i in ids)


def test_deleting_a_parent_deletes_all_below_it(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM users")
    assert [db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("projects", "messages")] == [0, 0]


def test_an_id_is_never_given_again(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM contacts")
    db.execute("INSERT INTO contacts (email, name) VALUES ('eve@example.com', 'Eve')")
    assert db.execute("SELECT id FROM contacts").fetchone() == (2,)


def test_every_reference_has_an_index(db: sqlite3.Connection) -> None:
    for table in tables().values():
        led = set()
        for index in db.execute(f'PRAGMA index_list("{table.name}")').fetchall():
            led.add(db.execute(f'PRAGMA index_info("{index[1]}")').fetchone()[2])
        assert {field.name for field in table.fields.values() if field.references} <= led


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_alone_can_be_created(profile: str) -> None:
    conn = sqlite3.connect(":memory:")
    conn.executescript(sqlite_text([profile]))
    made = {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    conn.close()
    assert made - {"sqlite_sequence"} == {table.name for table in tables_for(["core", profile])}


def test_what_sqlite_cannot_check_is_a_comment() -> None:
    assert "-- projects.collected_data keeps to this JSON Schema:" in sqlite_text([])
