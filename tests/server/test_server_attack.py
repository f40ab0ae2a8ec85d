"""What costs the server much and the caller little."""

import json
import socket
from contextlib import ExitStack, contextmanager

import pytest

from tests.server.conftest import TOKENS
from upsertspec_server import create_app, serving
from upsertspec_server.serving import serve_in_thread

UPSERT = b"POST /api/tables/contacts/records/upsert HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HEALTH = b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
EDITOR = f"Authorization: Bearer {TOKENS['editor']}\r\n".encode()
LENGTH = b"Content-Length: 9000000\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"


@contextmanager
def connected(url):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as client:
        yield client


def read_all(client):
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        (UPSERT + LENGTH, b"", 401),
        (UPSERT + b"Expect: 100-continue\r\n" + LENGTH, b"", 401),
        (UPSERT + CHUNKED, b"", 401),
        (UPSERT + EDITOR + LENGTH, b"", 413),
        (UPSERT + EDITOR + CHUNKED, CHUNK * 129, 413),
        (UPSERT.replace(b"contacts", b"nowhere") + EDITOR + LENGTH, b"", 404),
    ],
)
def test_a_body_that_will_be_refused_is_not_waited_for(app, head, body, status):
    """The answer comes first; who sends the body all the same can still read it, and nothing in it is a request."""
    with serve_in_thread(app) as url, connected(url) as client:
        client.sendall(head + body)
        first = client.recv(65536)
        assert first.startswith(b"HTTP/1.1 %d " % status)
        client.sendall(HEALTH * 1000)
        client.shutdown(socket.SHUT_WR)
        assert b"Connection: close" in first
        assert (first + read_all(client)).count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
        b"X-Folded: one\r\n two\r\n\r\n",
        b"X-Folded: one\r\n\ttwo\r\n\r\n",
    ],
)
def test_a_head_that_can_be_read_in_two_ways_is_refused(app, lines):
    with serve_in_thread(app) as url, connected(url) as client:
        client.sendall(UPSERT + lines + HEALTH)
        answer = read_all(client)
        assert answer.split()[1] == b"400"
        assert answer.count(b"HTTP/1.") == 1


def test_a_newcomer_takes_the_place_of_the_slowest(app, monkeypatch):
    monkeypatch.setattr(serving, "CONNECTIONS", 20)
    with serve_in_thread(app) as url, ExitStack() as stack:
        slow = [stack.enter_context(connected(url)) for _ in range(30)]
        for client in slow:
            client.sendall(UPSERT)
        newcomer = stack.enter_context(connected(url))
        newcomer.sendall(HEALTH)
        assert b"200 OK" in read_all(newcomer)
        assert read_all(slow[0]) == b""
        slow[-1].sendall(b"\r\n")
        assert b"401" in slow[-1].recv(65536)


def test_an_answer_is_bounded():
    app = create_app({"TOKENS": TOKENS, "MAX_ANSWER": 5000})
    headers = {"Authorization": f"Bearer {TOKENS['editor']}"}
    path = "/api/tables/contacts/records"
    keys = [{"email": f"{number}"} for number in range(6)]
    client = app.test_client()
    for key in keys:
        body = {"fields": {**key, "name": "x" * 900}, "matchFields": ["email"]}
        assert client.post(f"{path}/upsert", json=body, headers=headers).status_code == 200
    assert client.get(f"{path}?_limit=5", headers=headers).status_code == 200
    ignoring = {"records": keys, "matchFields": ["email"], "onConflict": "ignore"}
    changing = {"operations": [{"op": "update", "table": "contacts", "id": 1, "fields": {"phone": "1"}}] * 6}
    for answer in (
        client.get(path, headers=headers),
        client.post(f"{path}/upsert", json=ignoring, headers=headers),
        client.post("/api/transactions", json=changing, headers=headers),
    ):
        assert answer.status_code == 400
        assert "over 5000 characters" in answer.get_json()["detail"]
    assert client.get(f"{path}/1", headers=headers).get_json()["phone"] is None
    app.close()


def test_typed_json_of_megabytes_is_checked_whole(call):
    user = call("POST", "/api/tables/users/records", {"fields": {"email": "e"}}).get_json()["id"]
    cases = ["x"] * 1_000_000
    fields = {"name": "P", "user_id": user, "collected_data": {"useCases": cases}}
    assert call("POST", "/api/tables/projects/records", {"fields": fields}).status_code == 201
    cases.append(1)
    answer = call("POST", "/api/tables/projects/records", {"fields": fields})
    assert answer.status_code == 400
    assert json.loads(answer.data)["errors"][0]["message"].endswith("at $.useCases[1000000]")


@pytest.mark.parametrize(
    ("path", "role", "caching"),
    [
        ("/api/tables/contacts/records", "editor", "no-store"),
        ("/api/tables/contacts/records", None, "no-store"),
        ("/api/health", None, None),
        ("/", None, None),
    ],
)
def test_headers_of_every_answer(call, path, role, caching):
    answer = call("GET", path, role=role)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers.get("Cache-Control") == caching
