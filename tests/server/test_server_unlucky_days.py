"""Storage that fails while the server runs: the server says so, writes nothing by halves, and recovers when it can."""

import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from upsertspec_server import config, create_app, group_commit

HEADERS = {"Authorization": "Bearer t"}
UPSERT = "/api/tables/contacts/records/upsert"
LIST = "/api/tables/contacts/records"
PAGE = 4096


def app(path, **settings):
    return create_app({"TOKENS": {"editor": "t"}, "DATABASE": path, **settings})


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.db"


@pytest.fixture
def serve(path):
    """`serve(pragma)`: a client of a server on the file, whose connections have this setting too."""
    made = []

    def start(*pragmas):
        made.append(app(path, PRAGMAS=(*config.PRAGMAS, "busy_timeout = 50", *pragmas)))
        return made[-1].test_client()

    yield start
    for each in made:
        each.close()


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


def test_a_database_that_disappears_while_the_server_runs(serve, path):
    client = serve()
    upsert(client, "a")
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE contacts")
    require_problem(upsert(client, "b"), 500, "The storage failed")
    assert client.get("/api/health").status_code == 200


@pytest.mark.parametrize("replace", [False, True], ids=["deleted", "replaced"])
def test_a_file_that_is_deleted_or_replaced(serve, path, caplog, replace):
    """An open connection would go on writing to the old file, and acknowledged writes would be lost."""
    client = serve()
    upsert(client, "a")
    kept = path.with_name("kept.db")
    path.rename(kept)
    if replace:
        app(path).close()
    for answer in (upsert(client, "b"), batch(client, 3, 1), client.get(LIST, headers=HEADERS)):
        require_problem(answer, 503, "The storage is gone")
    require_problem(client.get(f"{LIST}/1", headers=HEADERS), 503, "The storage is gone")
    assert path.exists() == replace
    assert f"{path} was deleted or replaced" in caplog.text
    kept.rename(path)
    assert upsert(client, "b").status_code == 200
    assert emails(client) == ["a", "b"]


def test_writes_share_the_wait_for_the_disk_and_none_is_answered_before(serve, path, monkeypatch):
    client, synced, disk = serve(), [], threading.Event()

    def sync(file):
        disk.wait()
        os.fsync(file)
        synced.append(file)

    commits = client.application.store.commits
    monkeypatch.setattr(group_commit, "sync_file", sync)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(upsert, client.application.test_client(), f"{number}") for number in range(8)]
        while commits.committed < len(answers):
            time.sleep(0.01)
        assert not any(answer.done() for answer in answers)
        assert len(emails(client)) == len(answers)
        disk.set()
    assert [answer.result().status_code for answer in answers] == [200] * len(answers)
    assert len(synced) <= 2  # the first may have started when only its own commit was there
    assert commits.synced == len(answers)


def test_a_disk_that_fails_after_a_commit(serve, path, monkeypatch):
    client = serve()

    def fail(file):
        raise OSError("no such disk")

    monkeypatch.setattr(group_commit, "sync_file", fail)
    require_problem(upsert(client, "a"), 500, "The storage failed. Read what is stored")
    monkeypatch.undo()
    assert upsert(client, "b").status_code == 200
    assert emails(client) == ["a", "b"]


def test_a_write_ahead_log_that_is_cut(serve, path):
    """Its content is lost; the rest is unchanged and can be written to."""
    client = serve()
    for number in range(20):
        upsert(client, f"{number}")
    log = path.with_name(f"{path.name}-wal").read_bytes()
    cut = path.with_name("cut.db")
    cut.write_bytes(path.read_bytes())
    cut.with_name("cut.db-wal").write_bytes(log[: len(log) // 2 + 100])
    with closing(app(cut)) as opened:
        found = emails(opened.test_client())
        assert found == [f"{number}" for number in range(len(found))]
        assert 0 < len(found) < 20
        assert upsert(opened.test_client(), "b").status_code == 200


def test_a_write_ahead_log_that_is_cut_while_the_server_runs(serve, path):
    client = serve("cache_size = 0", "mmap_size = 0")
    for number in range(20):
        upsert(client, f"{number}")
    os.truncate(path.with_name(f"{path.name}-wal"), 100)
    for answer in (client.get(LIST, headers=HEADERS), upsert(client, "b")):
        require_problem(answer, 500, "The storage failed")


def test_a_page_that_is_damaged_in_the_middle(serve, path):
    """A request for what is on it gets an error; everything else can be read and written."""
    client = serve("cache_size = 0", "mmap_size = 0")
    batch(client, 200, 500)
    upsert(client, "marked", "MARK")
    batch(client, 400, 500)
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = path.read_bytes().index(b"MARK") // PAGE
    with path.open("r+b") as file:
        file.seek(page * PAGE)
        file.write(b"\xff" * PAGE)
    for answer in (client.get(f"{LIST}?_limit=1000", headers=HEADERS), upsert(client, "marked"), batch(client, 400, 1)):
        require_problem(answer, 500, "The storage is damaged")
    assert client.get(f"{LIST}/1", headers=HEADERS).get_json()["notes"] == "x" * 500
    assert upsert(client, "b1").status_code == 200


def test_a_lock_that_is_never_released(serve, monkeypatch):
    """While a thread waits for a lock that another program holds, the others do not queue up behind it."""
    monkeypatch.setenv("UPSERTSPEC_SERVER_BUSY_SECONDS", "0.05")
    client = serve()
    with client.application.store.writing:
        answer = upsert(client, "a")
        require_problem(answer, 503, "The database is busy")
        assert answer.headers["Retry-After"] == "1"
        assert emails(client) == []
    assert upsert(client, "a").status_code == 200
