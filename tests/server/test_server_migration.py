"""A database that an older version wrote gets new fields and indexes; a SQLite that is too old is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tomllib import loads

import pytest

from tests.server.test_server_storage import HEADERS, made
from upsertspec_server import StartError
from upsertspec_server.schema import schema_path

OLDER = Path(__file__).with_name("older_database.sql")


@pytest.fixture
def older(tmp_path):
    """A database as a version wrote it that had neither idempotency keys nor indexes for lists."""
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.executescript("PRAGMA writable_schema = ON;" + OLDER.read_text("utf-8"))
    return tmp_path / "a.db"


def newer(**fields):
    """The tables of a later version: `contacts` has more fields."""
    source = loads(schema_path().read_text("utf-8"))
    contacts = source["tables"]["contacts"]["fields"]
    return {
        **source,
        "version": source["version"] + 1,
        "tables": {**source["tables"], "contacts": {"fields": {**contacts, **fields}}},
    }


def get(app, path):
    return app.test_client().get(f"/api/tables/{path}", headers=HEADERS).json


def test_an_older_database_is_used_as_it_is(older):
    app = made(older)
    [ada] = get(app, "contacts/records")["records"]
    assert (ada["id"], ada["name"], ada["status"], ada["age"]) == (1, "Ada", "active", 36)
    assert get(app, "import_batches/records")["total"] == 1
    body = {"fields": {"email": "new@example.com", "name": "New"}}
    keyed = {**HEADERS, "Idempotency-Key": "k"}
    ids = [app.test_client().post("/api/tables/contacts/records", json=body, headers=keyed).json["id"] for _ in "ab"]
    assert ids == [3, 3]
    app.close()


def test_new_fields_get_their_defaults(older):
    app = made(older, newer(
        score={"type": "integer", "default": 7}, kind={"type": "text", "required": True, "default": "person"},
        motto={"type": "text"},
    ))  # fmt: skip
    [ada] = get(app, "contacts/records")["records"]
    assert (ada["name"], ada["score"], ada["kind"], ada["motto"]) == ("Ada", 7, "person", None)
    null = {"fields": {"email": "b@example.com", "name": "B", "kind": None}}
    assert app.test_client().post("/api/tables/contacts/records", json=null, headers=HEADERS).status_code == 400
    app.close()


def test_a_field_that_becomes_required_gets_its_default(older):
    app = made(older, newer(notes={"type": "text", "required": True, "default": "none"}))
    assert get(app, "contacts/records")["records"][0]["notes"] == "none"
    app.close()


def test_a_required_field_without_a_default_is_refused_and_nothing_is_lost(older):
    with pytest.raises(StartError, match=r"contacts\.kind is required, and 1 stored records .* default"):
        made(older, newer(kind={"type": "text", "required": True}))
    app = made(older)
    assert get(app, "contacts/records")["total"] == 1
    app.close()


def test_an_old_sqlite_is_refused_in_plain_words(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.36.0")
    with pytest.raises(StartError, match=r"SQLite 3\.36\.0 is too old.*3\.37\.0"):
        made(tmp_path / "a.db")
    assert not (tmp_path / "a.db").exists()


USER = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "index"),
    [
        (f"projects/records?user_id={USER}&_sort=-updated_at&_limit=10", "projects_user_id_updated_at"),
        (f"projects/records?user_id={USER}&status=active", "projects_user_id_status"),
        ("projects/records?status=active", "projects_status"),
        (
            "projects/records?name__contains=lamp&validation_score__gte=50&_sort=-validation_score",
            "projects_validation_score",
        ),
        ("conversations/records?project_id=1&_sort=-created_at&_limit=1", "conversations_project_id_created_at"),
        ("messages/records?conversation_id=1&_sort=created_at", "messages_conversation_id_created_at"),
        ("contacts/records?email=ada@example.com", "contacts_email"),
        ("transactions/records?account_id=1", "transactions_account_id"),
    ],
)
def test_lists_use_an_index(app, call, path, index):
    statements = []
    app.store.db.conn.set_trace_callback(statements.append)
    assert call("GET", f"/api/tables/{path.replace('project_id=1', f'project_id={USER}')}").status_code == 200
    app.store.db.conn.set_trace_callback(None)
    [page] = [sql for sql in statements if sql.startswith("select *")]
    plan = " / ".join(row[3] for row in app.store.db.execute(f"EXPLAIN QUERY PLAN {page}"))
    assert f"USING INDEX {index} " in plan, plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan or "_sort" not in path, plan
