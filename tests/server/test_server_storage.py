"""The database file: migrated, refused, or left alone."""

import sqlite3
from contextlib import closing
from copy import deepcopy
from threading import Thread
from tomllib import loads

import pytest

from upsertspec_server import Server, StartError, create_app, load_schema
from upsertspec_server.schema import build_schema, schema_path

HEADERS = {"Authorization": "Bearer t"}
RECORDS = "/api/tables/contacts/records"


def made(path=None, source=None):
    """An application on this file, with the tables of this schema."""

    class OtherTables(Server):
        def load_schema(self):
            return build_schema(source) if source else super().load_schema()

    return create_app({"TOKENS": {"editor": "t"}, "DATABASE": path}, OtherTables)


def listing(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_kept_and_opened_again(tmp_path):
    for number in range(2):
        app = made(tmp_path / "a.db")
        body = {"fields": {"email": f"{number}", "name": "N"}}
        assert app.test_client().post(RECORDS, json=body, headers=HEADERS).json["id"] == number + 1
        app.close()
    assert list(listing(tmp_path)) == ["a.db"]


def test_a_thread_that_ends_closes_its_connection(tmp_path):
    app = made(tmp_path / "a.db")
    used = []
    thread = Thread(target=lambda: used.append(app.store.db.conn))
    thread.start()
    thread.join()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        used[0].execute("SELECT 1")
    app.close()


def test_migrates_an_older_version(tmp_path):
    source = loads(schema_path().read_text())
    older = deepcopy(source)
    del older["tables"]["contacts"]["fields"]["notes"]
    older["tables"]["contacts"]["fields"]["retired"] = {"type": "text"}
    older["tables"]["accounts"]["fields"]["currency"]["options"] = ["EUR"]
    del older["tables"]["rules"]
    app = made(tmp_path / "a.db", older)
    client = app.test_client()
    for email in ("a", "b"):
        client.post(RECORDS, json={"fields": {"email": email, "name": "N", "phone": email}}, headers=HEADERS)
    client.delete(f"{RECORDS}/2", headers=HEADERS)
    client.post("/api/tables/accounts/records", json={"fields": {"name": "a", "currency": "EUR"}}, headers=HEADERS)
    batch = {"fields": {"reference": "r", "account_id": 1}}
    client.post("/api/tables/import_batches/records", json=batch, headers=HEADERS)
    before = client.get(f"{RECORDS}/1", headers=HEADERS).json
    app.close()

    app = made(tmp_path / "a.db", {**source, "version": 2})
    client = app.test_client()
    after = client.get(f"{RECORDS}/1", headers=HEADERS).json
    del before["retired"]
    assert after == {**before, "notes": None}
    found = {"fields": {"email": "a", "notes": "new"}, "matchFields": ["email"]}
    assert client.post(f"{RECORDS}/upsert", json=found, headers=HEADERS).json["record"]["notes"] == "new"
    assert client.get(f"{RECORDS}/1", headers=HEADERS).json["created_at"] == before["created_at"]
    created = client.post(RECORDS, json={"fields": {"email": "c", "name": "N"}}, headers=HEADERS).json
    assert created["id"] == 3
    again = client.post(RECORDS, json={"fields": {"email": "d", "name": "N", "phone": "a"}}, headers=HEADERS)
    assert again.status_code == 409
    assert client.get("/api/tables/import_batches/records", headers=HEADERS).json["total"] == 1
    assert client.get("/api/tables/rules/records", headers=HEADERS).json["total"] == 0
    assert client.delete("/api/tables/accounts/records/1", headers=HEADERS).status_code == 204
    assert client.get("/api/tables/import_batches/records", headers=HEADERS).json["total"] == 0
    app.close()

    with pytest.raises(StartError, match="later version"):
        made(tmp_path / "a.db")


def test_tables_are_strict_and_indexed(app):
    connection = app.store.db
    tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    ours = {name: sql for name, sql in tables if name in load_schema().tables}
    assert len(ours) == len(load_schema().tables)
    assert all(sql.endswith("STRICT") for sql in ours.values())
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def other_database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contacts (id INTEGER PRIMARY KEY)")


def other_wal_database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text("not a database"),
        lambda path: path.write_bytes(b"SQLite format 3\0"),
        lambda path: path.write_bytes(bytes(5000)),
        other_database,
        other_wal_database,
    ],
)
def test_a_foreign_file_is_left_alone(tmp_path, make):
    path = tmp_path / "a.db"
    make(path)
    before = listing(tmp_path)
    with pytest.raises(StartError, match=r"a\.db.*Name another file\."):
        made(path)
    assert listing(tmp_path) == before


def test_folder_missing_and_no_file(tmp_path):
    with pytest.raises(StartError, match="folder does not exist"):
        made(tmp_path / "no" / "a.db")
    with pytest.raises(StartError, match="is not a file"):
        made(tmp_path)


def test_locked(tmp_path, monkeypatch):
    monkeypatch.setenv("UPSERTSPEC_SERVER_BUSY_SECONDS", "0")
    path = tmp_path / "a.db"
    made(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StartError, match="locked"):
            made(path)


def test_damaged(tmp_path):
    path = tmp_path / "a.db"
    made(path).close()
    path.write_bytes(path.read_bytes()[:100] + bytes(8000))
    with pytest.raises(StartError, match="damaged"):
        made(path)


def test_no_place_for_a_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no"))
    with pytest.raises(StartError, match=r"temporary folder.*TMPDIR"):
        made()
