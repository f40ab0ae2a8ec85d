"""The server as a process: how it starts, what it says, how it ends."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

ROLES = ("editor", "creator", "updater", "viewer", "north", "south")
COMMAND = [sys.executable, "-m", "upsertspec_server"]


def environment(**extra):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSERTSPEC_")}
    return {**kept, **extra}


@contextmanager
def running(*options, **extra):
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--announce", "json", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**extra),
    )
    try:
        line = process.stdout.readline()
        yield process, json.loads(line)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def fails(*options, **extra):
    done = subprocess.run([*COMMAND, "--port", "0", *options], capture_output=True, text=True, env=environment(**extra))
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def upsert(announced, body):
    headers = {"Authorization": f"Bearer {announced['tokens']['editor']}"}
    return requests.post(
        f"{announced['url']}/api/tables/contacts/records/upsert", json=body, headers=headers, timeout=60
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_temporary_database_is_removed_at_the_end(tmp_path, number):
    with running(TMPDIR=str(tmp_path)) as (process, announced):
        assert set(announced["tokens"]) == set(ROLES)
        body = {"fields": {"email": "e", "name": "N"}, "matchFields": ["email"]}
        assert upsert(announced, body).json()["operation"] == "created"
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
        assert list(tmp_path.iterdir()) == []


def test_ends_with_stdin():
    with running("--until-stdin-closes") as (process, _):
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_tokens_from_the_environment_are_not_shown():
    given = {f"UPSERTSPEC_TOKEN_{role.upper()}": f"secret-{role}" for role in ROLES[1:]}
    with running(**given) as (process, announced):
        assert set(announced["tokens"]) == {"editor"}
        headers = {"Authorization": "Bearer secret-viewer"}
        url = f"{announced['url']}/api/tables/contacts"
        assert requests.get(url, headers=headers, timeout=60).status_code == 200
        process.terminate()
        out, err = process.communicate(timeout=30)
        assert "secret" not in json.dumps(announced) + out + err


def test_text_announcement():
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--until-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(UPSERTSPEC_TOKEN_EDITOR="secret"),
    )  # fmt: skip
    out, _ = process.communicate("", timeout=30)
    assert "http://127.0.0.1:" in out
    assert "curl" in out
    assert "viewer" in out
    assert "secret" not in out


@pytest.mark.parametrize("token", ["", "a b", "é", "tab\t"])
def test_tokens_that_can_not_be_used(token):
    assert "UPSERTSPEC_TOKEN_EDITOR" in fails(UPSERTSPEC_TOKEN_EDITOR=token)


def test_two_equal_tokens():
    assert "same token" in fails(UPSERTSPEC_TOKEN_EDITOR="a", UPSERTSPEC_TOKEN_VIEWER="a")


def test_port_in_use():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in fails("--port", port)


def test_foreign_database(tmp_path):
    path = tmp_path / "a.db"
    path.write_text("mine")
    os.truncate(path, 2**40)  # only its first bytes are read
    assert "not a SQLite database" in fails("--database", str(path))
    assert path.stat().st_size == 2**40


def test_a_new_database_is_for_its_owner_only(tmp_path):
    with running("--database", str(tmp_path / "a.db")) as (_, announced):
        assert upsert(announced, {"fields": {"email": "e", "name": "N"}, "matchFields": ["email"]}).status_code == 200
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("raised", ["RuntimeError('no threads')", "MemoryError()"])
def test_too_little_memory(raised):
    start = f"""
from upsertspec_server.__main__ import main
def listen(*_): raise {raised}
raise SystemExit(main(["--port", "0"], listen=listen))"""
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, env=environment())
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "ulimit" in done.stderr


RECORDS = [{"email": f"{n}", "name": "x" * 2000} for n in range(1000)]
BATCH = {"records": RECORDS, "matchFields": ["email"]}
TRANSACTION = {
    "operations": [{"op": "upsert", "table": "contacts", "matchFields": ["email"], "fields": each} for each in RECORDS]
}


@pytest.mark.parametrize(
    ("call", "body"),
    [("tables/contacts/records/upsert", BATCH), ("transactions", TRANSACTION)],
    ids=["batch", "transaction"],
)
def test_killed_in_the_middle_leaves_all_or_nothing(tmp_path, call, body):
    """Kill the process while it works: the file opens again, and holds everything or nothing of it."""
    path = tmp_path / "a.db"
    with running("--database", str(path)) as (process, announced):

        def send():
            with suppress(requests.RequestException):
                post(announced, call, body)

        sender = threading.Thread(target=send)
        sender.start()
        while sender.is_alive() and not _has_grown(path):
            pass
        process.kill()
        sender.join()
    with running("--database", str(path)) as (_, announced):
        assert total(announced) in (0, 1000)
        assert post(announced, call, body).status_code == 200
        assert total(announced) == 1000


def test_what_was_acknowledged_outlives_a_kill(tmp_path):
    """Kill the process while clients write: whatever was answered with 200 is there afterwards."""
    path = tmp_path / "a.db"
    acknowledged: list[str] = []
    with running("--database", str(path)) as (process, announced):

        def send(client):
            with suppress(requests.RequestException):
                for number in range(1000):
                    fields = {"email": f"{client}-{number}@example.com", "name": "x"}
                    if upsert(announced, {"fields": fields, "matchFields": ["email"]}).status_code == 200:
                        acknowledged.append(fields["email"])

        senders = [threading.Thread(target=send, args=(client,)) for client in range(3)]
        for sender in senders:
            sender.start()
        while len(acknowledged) < 30 and any(sender.is_alive() for sender in senders):
            pass
        process.kill()
        for sender in senders:
            sender.join()
    assert len(acknowledged) >= 30
    with running("--database", str(path)) as (_, announced):
        assert total(announced) >= len(acknowledged)
        for email in acknowledged:
            listed = requests.get(
                f"{announced['url']}/api/tables/contacts/records?email={email}",
                headers={"Authorization": f"Bearer {announced['tokens']['editor']}"},
                timeout=60,
            )
            assert listed.json()["total"] == 1


def test_a_disk_that_fills_up_in_the_middle_of_a_batch(tmp_path):
    """The file cannot grow: the batch is refused, small writes go on, and no temporary file holds the body."""
    path = tmp_path / "a.db"
    with running("--database", str(path)) as (process, announced):
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (600_000, 600_000))
        for _ in range(2):
            answer = post(announced, "tables/contacts/records/upsert", BATCH)
            assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
            assert answer.json()["detail"] == "The storage failed. Nothing was written."
            assert total(announced) == 0
        assert upsert(announced, {"fields": RECORDS[0], "matchFields": ["email"]}).status_code == 200
        assert total(announced) == 1
    with running("--database", str(path)) as (_, announced):
        assert post(announced, "tables/contacts/records/upsert", BATCH).json()["created"] == 999


def test_a_client_that_goes_in_the_middle_of_its_request_leaves_nothing():
    with running() as (_, announced):
        host, port = announced["url"].removeprefix("http://").split(":")
        body = json.dumps(BATCH).encode()
        head = (
            "POST /api/tables/contacts/records/upsert HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {announced['tokens']['editor']}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port))) as client:
            client.sendall(head.encode() + body[: len(body) // 2])
        assert total(announced) == 0


def post(announced, call, body):
    headers = {"Authorization": f"Bearer {announced['tokens']['editor']}"}
    return requests.post(f"{announced['url']}/api/{call}", json=body, headers=headers, timeout=60)


def total(announced):
    headers = {"Authorization": f"Bearer {announced['tokens']['editor']}"}
    listed = requests.get(f"{announced['url']}/api/tables/contacts/records", headers=headers, timeout=60)
    return listed.json()["total"]


def _has_grown(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0
