"""The PostgreSQL form, on a real server: each test tries to break a rule."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.provision.rules import REFUSED, STORED, TAKEN
from upsertspec.provision.postgres import can_check, postgres_text
from upsertspec.provision.selection import tables_for
from upsertspec.spec.criteria import PROFILES
from upsertspec.spec.schema import PROTECTED, tables

Connection = psycopg.Connection[Any]

DEEP = {
    "an actor without a type": '{"actors": [{"name": "Courier"}]}',
    "an actor that is text": '{"actors": ["Courier"]}',
    "use cases that are numbers": '{"useCases": [1]}',
    "boundaries that are null": '{"boundaries": null}',
    "attributes that are numbers": '{"entities": [{"name": "Parcel", "attributes": ["a", 1]}]}',
}


@pytest.fixture
def db(postgres: Connection) -> Connection:
    for statement in STORED:
        postgres.execute(statement.encode())
    return postgres


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused(db: Connection, statement: str) -> None:
    with pytest.raises((psycopg.IntegrityError, psycopg.DataError)):
        db.execute(statement.encode())


@pytest.mark.parametrize("statement", TAKEN.values(), ids=TAKEN)
def test_valid_values_are_accepted(db: Connection, statement: str) -> None:
    assert db.execute(statement.encode()).rowcount > 0


@pytest.mark.parametrize("value", DEEP.values(), ids=DEEP)
def test_json_is_checked_all_the_way_down(db: Connection, value: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("UPDATE projects SET collected_data = %s", [value])


def test_json_keeps_numbers_as_they_were_written(db: Connection) -> None:
    db.execute("""UPDATE raw_transactions SET payload = '[1e2, 0.10]'""")
    assert db.execute("SELECT payload::text FROM raw_transactions").fetchone() == ("[1e2, 0.10]",)


def test_every_table_has_its_fields_and_the_protected_ones(db: Connection) -> None:
    query = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    for table in tables().values():
        assert {row[0] for row in db.execute(query, [table.name])} == {*PROTECTED, *table.fields}


def test_an_update_keeps_id_and_created_at_and_moves_updated_at_forward(db: Connection) -> None:
    query = "SELECT id, created_at, updated_at FROM users"
    before = db.execute(query).fetchone()
    with db.transaction():  # now() stands still here
        db.execute("UPDATE users SET id = gen_random_uuid(), created_at = '2001-01-01', updated_at = '2001-01-01'")
        middle = db.execute(query).fetchone()
        db.execute("UPDATE users SET name = 'Mira'")
        after = db.execute(query).fetchone()
    assert before is not None
    assert middle is not None
    assert after is not None
    assert before[:2] == middle[:2] == after[:2]
    assert before[2] < middle[2] < after[2]


def test_the_server_alone_gives_integer_ids(db: Connection) -> None:
    with pytest.raises(psycopg.errors.GeneratedAlways):
        db.execute("INSERT INTO accounts (id, name, currency) VALUES (7, 'Savings', 'EUR')")


def test_deleting_a_parent_deletes_all_below_it(db: Connection) -> None:
    db.execute("DELETE FROM users")
    assert db.execute("SELECT count(*) FROM projects").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM messages").fetchone() == (0,)


def test_every_reference_has_an_index(db: Connection) -> None:
    query = """
    SELECT k.conrelid::regclass::text, k.conkey[1] FROM pg_constraint k
    WHERE k.contype = 'f' AND NOT EXISTS
      (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1])"""
    assert db.execute(query).fetchall() == []


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_alone_can_be_created(postgres: Connection, profile: str) -> None:
    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
    postgres.execute(postgres_text([profile]).encode())
    made = {row[0] for row in postgres.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert made == {table.name for table in tables_for(["core", profile])}


def test_only_supported_json_schemas_are_checked() -> None:
    assert can_check({"type": "array", "items": {"type": "string"}})
    assert not can_check({"type": "array", "items": {"type": "string", "maxLength": 3}})
    assert not can_check({"type": "integer"})
