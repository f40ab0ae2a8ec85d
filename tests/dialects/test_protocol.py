"""What holds for every dialect: two pure functions. And the native one follows the contract exactly."""

from __future__ import annotations

import builtins
import copy
import json
import re
import socket
from typing import Any, NoReturn

import pytest

from tests.dialects.conftest import shape
from upsertspec.dialects.base import Answer, Dialect, Request, Response, Setup
from upsertspec.dialects.guarded import Guarded
from upsertspec.dialects.native import Native
from upsertspec.dialects.operations import (
    UNSET,
    Change,
    Create,
    Delete,
    Describe,
    Find,
    Groups,
    List,
    Operation,
    Read,
    Transaction,
    Upsert,
    UpsertBatch,
)
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import CannotExpress, DialectError, NotApplicable
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Target

ADA = {"email": "ada@example.com", "name": None, "tags": ["{x}"]}
BASE = "/api/tables/contacts"

NATIVE: list[tuple[Operation, tuple[str, str, dict[str, str], Any]]] = [
    (
        Upsert("contacts", ADA, ["email"], {"onConflict": "ignore"}),
        ("POST", f"{BASE}/records/upsert", {}, {"fields": ADA, "matchFields": ["email"], "onConflict": "ignore"}),
    ),
    (Upsert("contacts", ADA, UNSET), ("POST", f"{BASE}/records/upsert", {}, {"fields": ADA})),
    (Upsert("contacts", UNSET, None), ("POST", f"{BASE}/records/upsert", {}, {"matchFields": None})),
    (Upsert("a/b c", 7, "x"), ("POST", "/api/tables/a%2Fb%20c/records/upsert", {}, {"fields": 7, "matchFields": "x"})),
    (
        UpsertBatch("contacts", [ADA, {}], ["email"]),
        ("POST", f"{BASE}/records/upsert", {}, {"records": [ADA, {}], "matchFields": ["email"]}),
    ),
    (Create("contacts", ADA), ("POST", f"{BASE}/records", {}, {"fields": ADA})),
    (Change("contacts", "a/b", ADA), ("PATCH", f"{BASE}/records/a%2Fb", {}, {"fields": ADA})),
    (Delete("contacts", 7), ("DELETE", f"{BASE}/records/7", {}, UNSET)),
    (Read("contacts", 7), ("GET", f"{BASE}/records/7", {}, UNSET)),
    (Describe("contacts"), ("GET", BASE, {}, UNSET)),
    (
        Find("contacts", {"email": "a", "vip": True, "age": None}, limit=2),
        ("GET", f"{BASE}/records", {"email": "a", "vip": "true", "age": "null", "_limit": "2"}, UNSET),
    ),
    (List("contacts", {"_sort": "-name"}), ("GET", f"{BASE}/records", {"_sort": "-name"}, UNSET)),
    (Groups("contacts", {"group_by": "status"}), ("GET", f"{BASE}/stats", {"group_by": "status"}, UNSET)),
    (Transaction([{"op": "delete"}]), ("POST", "/api/transactions", {}, {"operations": [{"op": "delete"}]})),
]
OPERATIONS = [operation for operation, _ in NATIVE]
BODIES = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b"null",
    b"7",
    b'{"id": 1, "record": {"id": 1}}',
    b'[{"id": 1}]',
    b"\xff",
    b'{"records": [1]}',
]


@pytest.mark.parametrize(("operation", "wanted"), NATIVE, ids=lambda value: type(value).__name__)
def test_the_native_requests_are_those_of_the_contract(operation: Operation, wanted: tuple[Any, ...]) -> None:
    request = Native(Setup()).request(operation)
    assert (request.method, request.path, dict(request.query), request.json) == wanted
    assert request.headers == {}


def test_the_native_answers_are_those_of_the_contract() -> None:
    def said(operation: Operation, body: Any, status: int = 200) -> Answer:
        return Native(Setup()).answer(operation, Response(status, {"Location": "/x"}, json.dumps(body).encode()))

    one = {"id": 7, "operation": "created", "record": {"id": 7, "email": "a"}}
    answer = said(Upsert("contacts", ADA, ["email"]), one)
    assert (answer.id, answer.operation, answer.record, answer.fault) == (7, "created", one["record"], "")
    assert (answer.counts, answer.lacks, answer.location) == (None, {}, "/x")
    batch = said(UpsertBatch("contacts", [ADA], ["email"]), {"created": 1, "records": [one]})
    assert [(part.id, part.operation) for part in batch.parts] == [(7, "created")]
    assert batch.counts == {"created": 1, "updated": 0, "ignored": 0}
    assert said(Find("contacts", {}), {"records": [{"id": 7}], "total": 1}).records == [{"id": 7}]
    totals = [
        said(Find("contacts", {}), {"records": [], "total": total}).total for total in (1, 1.0, 1.5, True, "1", None)
    ]
    assert totals == [1, 1, None, None, None, None]
    assert Native(Setup()).request(Find("contacts", {"age": 41.0, "vip": True})).query == [
        ("age", "41"),
        ("vip", "true"),
    ]
    assert said(Read("contacts", 7), {"id": 7}).record == {"id": 7}
    assert said(Upsert("contacts", ADA, []), {"title": "no"}, 400).body == {"title": "no"}


def dialects() -> list[Dialect]:
    names = ("records_envelope", "key_in_url", "on_conflict", "merge_api")
    return [Native(Setup()), *(dialect_for(shape(name)) for name in names)]


@pytest.mark.parametrize("dialect", dialects(), ids=lambda dialect: dialect.name)
def test_a_dialect_does_nothing_but_translate(dialect: Dialect, monkeypatch: pytest.MonkeyPatch) -> None:
    """No files, no sockets, no side effects; the same input gives the same output; only one kind of exception."""

    def touched(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a dialect does no I/O")

    monkeypatch.setattr(socket, "socket", touched)
    monkeypatch.setattr(builtins, "open", touched)
    for operation in OPERATIONS:
        kept = copy.deepcopy(operation)
        asked = [_request(dialect, operation) for _ in range(2)]
        assert asked[0] == asked[1]
        for status in (200, 201, 204, 400, 404, 500) if asked[0] else ():
            for body in BODIES:
                response = Response(status, {}, body)
                said = [Guarded(dialect).answer(operation, response) for _ in range(2)]
                assert said[0] == said[1]
                is_nothing = isinstance(operation, Read) and status < 300 and body in (b"null", b"[]")
                assert said[0].status == (404 if is_nothing and dialect.name == "shape" else status)
        assert operation == kept


def _request(dialect: Dialect, operation: Operation) -> Request | None:
    try:
        return Guarded(dialect).request(operation)
    except (CannotExpress, NotApplicable):
        return None


class Odd(Native):
    """Returns this request for every operation."""

    def __init__(self, request: Request) -> None:
        self.given = request

    def request(self, operation: Operation) -> Request:
        return self.given


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            Request("GET", "@elsewhere.example/"),
            "its path is '@elsewhere.example/'; start it with a slash, and use printable characters only",
        ),
        (Request("GET", ".elsewhere.example/"), "start it with a slash"),
        (Request("GET", "/a\r\nHost: x"), "start it with a slash"),
        (Request("get", "/"), "its method is 'get'"),
        (Request("GET", "/", headers={"X": "a\r\nY: b"}), "its headers are not all printable text in Latin-1"),
        (Request("GET", "/", headers={"X": "\u20ac"}), "its headers are not all printable text in Latin-1"),
        (Request("GET", "/", headers={"X\xe9": "a"}), "its headers are not all printable text in Latin-1"),
        (Request("GET", "/", headers={"X": 3}), "its headers are not all printable text in Latin-1"),
        (Request("GET", "/", query=[("a", 3)]), "its query is not all text"),
        (Request("POST", "/", json=object()), "its content is not JSON"),
    ],
)
def test_a_request_that_can_not_be_sent_is_the_dialects_mistake(request_: Request, words: str) -> None:
    with pytest.raises(DialectError, match=re.escape(words)):
        Guarded(Odd(request_)).request(Read("contacts", 1))


def test_a_dialect_of_another_target_has_its_own_names() -> None:
    target = Target(url="http://h", bindings=renamed({"contacts": "9"}, {"contacts": {"email": "mail"}}))
    request = dialect_for(target).request(Upsert("contacts", {"email": "a"}, ["email"]))
    assert (request.path, request.json) == (
        "/api/tables/9/records/upsert",
        {"fields": {"mail": "a"}, "matchFields": ["mail"]},
    )
