"""The PostgreSQL example: the suite judges it, and a few things are tested more closely."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import requests
from openapi_spec_validator import validate

from upsertspec.provision.postgres import postgres_text

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.examples.conftest import Service, Start

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "postgres"
CLIENTS = 20


def name() -> str:
    return f"{uuid4().hex}@example.com"


def together(work: Callable[[int], Any], clients: int = CLIENTS) -> list[Any]:
    """Run the work of many clients, started at the same moment."""
    gate = threading.Barrier(clients)

    def one(number: int) -> Any:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, range(clients)))


def contact(email: str, value: str) -> dict[str, Any]:
    return {"fields": {"email": email, "name": value, "notes": value}, "matchFields": ["email"]}


def batch(emails: list[str], value: str) -> dict[str, Any]:
    rows = [{"email": email, "name": value, "notes": value} for email in emails]
    return {"records": rows, "matchFields": ["email"]}


def test_the_suite_finds_it_conformant(service: Service) -> None:
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in service.tokens.items()}
    command = [sys.executable, "-c", "from upsertspec.cli import main; main()"]
    done = subprocess.run(
        [*command, "run", service.url, "--profile", "all"],
        env={**os.environ, **tokens},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_init_writes_a_target_file_for_it(service: Service, tmp_path: Path) -> None:
    tokens = {f"UPSERTSPEC_TOKEN_{role.upper()}": token for role, token in service.tokens.items()}
    command = [sys.executable, "-c", "from upsertspec.cli import main; main()"]
    file = str(tmp_path / "target.toml")
    for arguments in (["init", service.url, "-o", file], ["check", "--target", file]):
        done = subprocess.run([*command, *arguments], env={**os.environ, **tokens}, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    assert 'dialect = "native"' in Path(file).read_text("utf-8")
    assert done.stdout.endswith("all can be judged\n")


def test_the_tables_are_those_of_the_specification() -> None:
    assert (EXAMPLE / "schema.sql").read_text("utf-8") == postgres_text([])


def test_it_imports_nothing_of_upsertspec() -> None:
    for file in EXAMPLE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.startswith("upsertspec")], file


def test_its_description_is_openapi(service: Service) -> None:
    validate(requests.get(f"{service.url}/openapi.json", timeout=60).json())


def test_one_of_many_clients_creates(service: Service) -> None:
    for _ in range(5):
        email = name()
        answers = together(lambda n, email=email: service.upsert("contacts", contact(email, f"writer {n}")))
        assert {answer.status_code for answer in answers} == {200}
        assert Counter(a.json()["operation"] for a in answers) == {"created": 1, "updated": CLIENTS - 1}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len({answer.json()["record"]["updated_at"] for answer in answers}) == CLIENTS
        (stored,) = service.records("contacts", email=email)
        assert stored["name"] == stored["notes"]


def test_one_image_of_many_is_new(service: Service) -> None:
    fields = {"organization_id": "org", "key": name(), "image_item_id": "i", "image_item_path": "/p"}
    body = {"fields": fields, "matchFields": ["key", "image_item_id", "organization_id"]}
    answers = together(lambda _: service.upsert("image_metadata", body))
    assert Counter(a.json()["operation"] for a in answers) == {"created": 1, "updated": CLIENTS - 1}


def test_an_image_keeps_what_is_not_mentioned(service: Service) -> None:
    key = {"organization_id": "org", "key": name(), "image_item_id": "i"}
    matching = {"matchFields": list(key)}
    first = {**key, "image_item_path": "/p", "alt_text": "Beach"}
    service.upsert("image_metadata", {"fields": first, **matching})
    answer = service.upsert("image_metadata", {"fields": {**key, "description": "Sand"}, **matching}).json()
    assert answer["operation"] == "updated"
    assert answer["record"].items() >= {**first, "description": "Sand"}.items()


def test_one_of_many_creates_where_matches_are_ignored(service: Service) -> None:
    email = name()
    body = contact(email, "first") | {"onConflict": "ignore"}
    answers = together(lambda _: service.upsert("contacts", body))
    assert Counter(a.json()["operation"] for a in answers) == {"created": 1, "ignored": CLIENTS - 1}


def test_creates_and_upserts_of_one_key_make_one_record(service: Service) -> None:
    """Half of the clients take no key lock: they create."""
    for _ in range(5):
        body = contact(name(), "x")

        def work(number: int, body: dict[str, Any] = body) -> requests.Response:
            if number % 2:
                return service.upsert("contacts", body)
            return service.call("POST", "/api/tables/contacts/records", {"fields": body["fields"]})

        answers = together(work)
        done = [(a.status_code, a.json().get("operation")) for a in answers]
        assert set(done) <= {(201, None), (409, None), (200, "created"), (200, "updated")}
        assert done.count((201, None)) + done.count((200, "created")) == 1


def test_permissions_hold_under_a_race(service: Service) -> None:
    """A creator among editors creates or is refused; it never updates."""
    for _ in range(5):
        email = name()

        def work(number: int, email: str = email) -> requests.Response:
            role = "creator" if number % 2 else "editor"
            return service.upsert("contacts", contact(email, f"{role} {number}"), role)

        answers = together(work)
        creators = {(a.status_code, a.json().get("operation")) for a in answers[1::2]}
        assert creators <= {(200, "created"), (403, None)}
        (stored,) = service.records("contacts", email=email)
        assert sum(a.json().get("operation") == "created" for a in answers) == 1
        assert not stored["name"].startswith("creator") or len(creators) == 2


def test_batches_that_overlap_in_any_order_are_all_done(service: Service) -> None:
    emails = [name() for _ in range(40)]

    def work(number: int) -> requests.Response:
        order = emails[number:] + emails[:number]
        return service.upsert("contacts", batch(order[::-1] if number % 2 else order, f"writer {number}"))

    answers = together(work)
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json()["created"] for answer in answers) == len(emails)
    stored = service.records("contacts", email__in=",".join(emails))
    assert len(stored) == len(emails)
    assert len({record["name"] for record in stored}) == 1


def test_transactions_that_cross_are_all_done(service: Service) -> None:
    emails = [name() for _ in range(6)]
    service.upsert("contacts", batch(emails, "before"))

    def work(number: int) -> requests.Response:
        order = emails if number % 2 else emails[::-1]
        steps = [{"op": "upsert", "table": "contacts", **contact(email, f"writer {number}")} for email in order]
        return service.call("POST", "/api/transactions", {"operations": steps})

    answers = together(work)
    assert {answer.status_code for answer in answers} == {200}
    assert len({record["name"] for record in service.records("contacts", email__in=",".join(emails))}) == 1


def test_readers_see_a_batch_whole_or_not_at_all(service: Service) -> None:
    emails = [name() for _ in range(100)]
    service.upsert("contacts", batch(emails, "0"))
    done = threading.Event()

    def write() -> None:
        for number in range(1, 15):
            assert service.upsert("contacts", batch(emails, str(number))).status_code == 200
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        while not done.is_set() and not writing.done():
            seen = service.records("contacts", email__in=",".join(emails))
            assert len({(record["name"], record["notes"]) for record in seen}) == 1
            assert len(seen) == len(emails)
        writing.result()


def sent_and_left(service: Service, path: str, body: dict[str, Any], share: float) -> None:
    """Send a part of a request (or all of it), and close the connection without waiting for an answer."""
    content = json.dumps(body).encode()
    host, port = service.url.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {service.tokens['editor']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), 10) as client:
        client.sendall(head.encode() + content[: int(len(content) * share)])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")  # close with a reset


@pytest.mark.parametrize("share", [0.5, 0.999, 1.0])
def test_a_client_that_hangs_up_leaves_nothing_half_done(service: Service, share: float) -> None:
    emails = [name() for _ in range(500)]
    sent_and_left(service, "/api/tables/contacts/records/upsert", batch(emails, "left"), share)
    counts = set()
    for _ in range(10):
        counts.add(len(service.records("contacts", email__in=",".join(emails[:300]))))
        time.sleep(0.1)
    assert counts <= ({0} if share < 1 else {0, 300})


def test_a_server_that_is_stopped_mid_batch_stops_all_of_it(start: Start) -> None:
    """SIGTERM while batches run: the process ends cleanly, and PostgreSQL and its folder with it."""
    service = start()
    pool = ThreadPoolExecutor(4)

    def work(_: int) -> None:
        with pytest.raises(requests.RequestException):  # noqa: PT012 - the error ends the loop
            while True:
                service.upsert("contacts", batch([name() for _ in range(300)], "x"))

    working = [pool.submit(work, n) for n in range(4)]
    time.sleep(0.5)
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait() == 0
    pool.shutdown()
    assert not [future.exception() for future in working if future.exception()]
    for pipe in (service.process.stdin, service.process.stdout):
        assert pipe is not None
        pipe.close()


def test_postgres_ends_when_the_service_is_killed(start: Start) -> None:
    service = start()
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    if not children.exists():
        pytest.skip("this system does not list a process's children")
    (keeper,) = children.read_text().split()
    folder = Path(f"/proc/{keeper}/cwd").resolve()
    service.process.kill()
    service.process.wait()
    for pipe in (service.process.stdin, service.process.stdout):
        assert pipe is not None
        pipe.close()
    while Path(f"/proc/{keeper}").exists():
        time.sleep(0.05)
    assert not folder.exists()


def test_errors_reveal_nothing_internal(service: Service) -> None:
    email = name()
    service.upsert("contacts", {"fields": {"email": email, "name": "x", "phone": email}, "matchFields": ["email"]})
    second = {"fields": {"email": name(), "name": "x", "phone": email}, "matchFields": ["email"]}
    for body in (second, contact("".join(name() for _ in range(9_000)), "x"), {"fields": {}}):
        answer = service.upsert("contacts", body)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert not re.search(r"psycopg|postgres|contacts_|Traceback|\.py|SELECT", answer.text, re.IGNORECASE)
    assert service.upsert("contacts", second).json()["errors"] == [{"field": "phone", "message": "is taken"}]


@pytest.mark.parametrize(
    "text",
    ["", " x ", "a\r\nb", "👩🏽‍🚀", "مرحبا\u200f", "e\u0301", "'\"\\`--;", "%s %(x)s {} $1", "x" * 1_000_000],
    ids=lambda text: repr(text[:12]),
)
def test_text_is_kept(service: Service, text: str) -> None:
    answer = service.upsert("contacts", contact(name(), text))
    assert answer.json()["record"]["notes"] == text


@pytest.mark.parametrize(
    "number", ["1e400", "12345678901234567890.123", "1e-400", "0.1", "1e300", "123456789012345678901234567890", "-0.0"]
)
def test_numbers_in_json_are_kept_or_refused(service: Service, number: str) -> None:
    fields = {"name": name(), "currency": "EUR"}
    account = service.upsert("accounts", {"fields": fields, "matchFields": ["name"]}).json()
    body = f'{{"fields": {{"reference": "{name()}", "account_id": {account["id"]}, "payload": [{number}]}}}}'
    headers = {"Authorization": f"Bearer {service.tokens['editor']}", "Content-Type": "application/json"}
    answer = requests.post(f"{service.url}/api/tables/raw_transactions/records", body, headers=headers, timeout=60)
    assert answer.status_code in (201, 400)
    if answer.status_code == 201:
        assert answer.json()["payload"] == [json.loads(number)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b"\xff",
        b'{"fields": {"email": "a", "name": "\\ud800"}, "matchFields": ["email"]}',
        b'{"fields": {"email": "a", "name": "\\u0000"}, "matchFields": ["email"]}',
        b'{"fields": {"email": "a", "name": NaN}, "matchFields": ["email"]}',
        b"[" * 100_000,
        b'{"fields":' * 50_000,
        b'{"fields": {"email": "a", "name": ' + b"9" * 10_000 + b'}, "matchFields": ["email"]}',
    ],
    ids=lambda body: str(body[:20]),
)
def test_invalid_json_is_refused(service: Service, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {service.tokens['editor']}", "Content-Type": "application/json"}
    answer = requests.post(f"{service.url}/api/tables/contacts/records/upsert", body, headers=headers, timeout=60)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_body_over_the_limit_is_refused(service: Service) -> None:
    answer = service.upsert("contacts", contact(name(), "x" * (9 * 1024 * 1024)))
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")


def test_a_batch_can_move_a_unique_value_in_its_order(service: Service) -> None:
    one, other = sorted([name(), name()])
    phone = name()
    service.upsert("contacts", {"fields": {"email": other, "name": "x", "phone": phone}, "matchFields": ["email"]})
    rows = [{"email": other, "phone": None}, {"email": one, "name": "x", "phone": phone}]
    assert service.upsert("contacts", {"records": rows[::-1], "matchFields": ["email"]}).status_code == 409
    answer = service.upsert("contacts", {"records": rows, "matchFields": ["email"]})
    assert [record["operation"] for record in answer.json()["records"]] == ["updated", "created"]


def test_an_anonymous_caller_cannot_see_which_tables_exist(service: Service) -> None:
    tables = ["/api/tables/contacts", "/api/tables/none", "/api/tables/contacts/records/1"]
    paths = [*tables, "/api/transactions", "/api/x"]
    answers = [requests.request(m, service.url + p, timeout=60) for p in paths for m in ("GET", "POST", "PUT")]
    assert {(a.status_code, a.text) for a in answers} == {(401, answers[0].text)}
