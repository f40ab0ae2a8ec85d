"""A storage that fails while the server runs: it says so, writes no half of anything, and goes on when it can."""

import sqlite3
from contextlib import closing

import pytest

from upsertspec_server import Parts, create_app, load_schema
from upsertspec_server.connections import Connections

HEADERS = {"Authorization": "Bearer t"}
UPSERT = "/api/tables/contacts/records/upsert"
LIST = "/api/tables/contacts/records"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.db"


@pytest.fixture
def serve(path):
    """`serve(pragma)`: a client of a server on the file, whose connections have this setting too."""
    made = []

    def start(*pragmas):
        class Set(Connections):
            def pragmas(self):
                return [*super().pragmas(), "busy_timeout = 50", *pragmas]

        made.append(create_app(load_schema(), {"editor": "t"}, path, Parts(connections=Set)))
        return made[-1].test_client()

    yield start
    for app in made:
        app.close()


def upsert(client, email, notes="x"):
    body = {"fields": {"email": email, "name": "N", "notes": notes}, "matchFields": ["email"]}
    return client.post(UPSERT, json=body, headers=HEADERS)


def batch(client, count, size):
    rows = [{"email": f"b{n}", "name": "N", "notes": "x" * size} for n in range(count)]
    return client.post(UPSERT, json={"records": rows, "matchFields": ["email"]}, headers=HEADERS)


def emails(client):
    return [record["email"] for record in client.get(LIST, headers=HEADERS).get_json()["records"]]


def require_problem(answer, status, detail):
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.get_json()["detail"].startswith(detail)
    assert not {"Traceback", "sqlite", "SQLITE", ".db", ".py"} & set(answer.text.split())
    assert "records.db" not in answer.text


def test_a_full_disk(serve, path):
    client = serve("max_page_count = 150")
    assert upsert(client, "a").status_code == 200
    require_problem(batch(client, 500, 5000), 507, "The storage is full")
    assert emails(client) == ["a"]
    assert upsert(client, "c").status_code == 200
    assert emails(client) == ["a", "c"]


def test_a_file_that_can_only_be_read(serve, path):
    upsert(serve(), "a")
    client = serve("query_only = ON")
    require_problem(upsert(client, "b"), 503, "The storage can't be written")
    require_problem(batch(client, 3, 1), 503, "The storage can't be written")
    assert emails(client) == ["a"]


def test_a_database_that_is_locked(serve, path):
    client = serve()
    upsert(client, "a")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = upsert(client, "b")
        require_problem(answer, 503, "The database is busy")
        assert answer.headers["Retry-After"] == "1"
        assert emails(client) == ["a"]
        other.execute("ROLLBACK")
    assert upsert(client, "b").status_code == 200
    assert emails(client) == ["a", "b"]


def test_a_database_that_is_damaged(serve, path):
    client = serve("cache_size = 0", "mmap_size = 0")
    batch(client, 200, 500)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    for answer in (upsert(client, "new"), client.get(LIST, headers=HEADERS), batch(client, 3, 1)):
        require_problem(answer, 500, "The storage is damaged")


def test_a_database_that_is_gone_from_under_the_server(serve, path):
    client = serve()
    upsert(client, "a")
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE contacts")
    require_problem(upsert(client, "b"), 500, "The storage failed")
    assert client.get("/api/health").status_code == 200
