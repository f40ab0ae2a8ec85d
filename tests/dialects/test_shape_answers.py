"""A shape in a target file: what is found in its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dialects.shape_kit import ADA, BY_EMAIL, shape
from upsertspec.dialects.base import Answer, Response
from upsertspec.dialects.operations import Describe, Find, Operation, Read, UpsertBatch


def said(
    stated: dict[str, Any], body: Any, status: int = 200, operation: Operation = BY_EMAIL, name: str = "upsert"
) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    dialect = shape(**{name: {"path": "/x", "answer": stated}})
    return dialect.answer(operation, Response(status, {"LOCATION": "/x/7"}, content))


def test_where_a_record_is_found() -> None:
    answer = said({"record": "0.row", "id": "0.key", "beside": {"id": "0.key"}}, [{"key": 7, "row": {"mail": "a"}}])
    assert (answer.id, answer.record, answer.location, answer.fault) == (7, {"email": "a", "id": 7}, "/x/7", "")
    assert set(answer.lacks) == {"operation"}
    assert said({"record": "."}, {"id": 7, "mail": "a"}).id == 7


def test_a_read_holds_nothing_but_the_record_if_not_stated() -> None:
    assert said({}, {"id": 7, "mail": "a"}, operation=Read("contacts", 7), name="read").record == {
        "id": 7,
        "email": "a",
    }


def test_the_first_path_that_exists_counts() -> None:
    stated = {"id": ["new", "0.id"]}
    assert said(stated, {"new": 7}).id == 7
    assert said(stated, [{"id": 8}]).id == 8
    assert said(stated, {}).id is None


@pytest.mark.parametrize(
    ("stated", "body", "status", "wanted"),
    [
        ({"status": {"201": "created", "204": "updated"}}, b"", 201, "created"),
        ({"status": {"201": "created", "204": "updated"}}, b"", 204, "updated"),
        ({"status": {"201": "created"}}, b"", 200, None),
        ({"at": "did", "values": {"INSERT": "created"}}, {"did": "INSERT"}, 200, "created"),
        ({"at": "did", "values": {"INSERT": "created"}}, {"did": "MERGE"}, 200, "MERGE"),
        ({"at": "new", "values": {"true": "created", "false": "updated"}}, {"new": False}, 200, "updated"),
        ({"at": "did"}, {"did": "ignored"}, 200, "ignored"),
        ({"at": "did"}, {}, 200, None),
        ({"at": "version", "values": {"1": "created"}, "otherwise": "updated"}, {"version": 1}, 200, "created"),
        ({"at": "version", "values": {"1": "created"}, "otherwise": "updated"}, {"version": 2}, 200, "updated"),
        ({"at": "version", "values": {"1": "created"}, "otherwise": "updated"}, {}, 200, None),
        ({"header": "Location", "values": {"/x/7": "created"}}, {}, 200, "created"),
        ({"header": "Location", "pattern": "^/x", "values": {"/x": "updated"}}, {}, 200, "updated"),
        ({"header": "X-Else", "values": {"/x/7": "created"}, "otherwise": "ignored"}, {}, 200, None),
        ({"has": {"new": "created", "0.id": "updated"}}, {"new": 7}, 200, "created"),
        ({"has": {"new": "created", "0.id": "updated"}}, [{"id": 7}], 200, "updated"),
        ({"has": {"new": "created"}, "otherwise": "ignored"}, [], 200, "ignored"),
        ({"has": {"new": "created"}}, {}, 200, None),
        ({"equal": ["made", "meta.changed"]}, {"made": 1, "meta": {"changed": 1}}, 200, "created"),
        ({"equal": ["made", "changed"]}, {"made": 1, "changed": 2}, 200, "updated"),
        ({"equal": ["made", "changed"]}, {"made": 1}, 200, None),
        ({"created": "c", "updated": "u"}, {"id": 7, "c": [7], "u": []}, 200, "created"),
        ({"created": "c", "updated": "u"}, {"id": 7, "c": [], "u": [7]}, 200, "updated"),
        ({"created": "c", "updated": "u"}, {"id": 7, "c": [], "u": []}, 200, None),
        ({"created": "c", "updated": "u"}, {"id": 7, "c": 7}, 200, None),
    ],
)
def test_how_it_says_what_was_done(stated: dict[str, Any], body: Any, status: int, wanted: Any) -> None:
    answer = said({"operation": stated, "id": "id"}, body, status)
    assert (answer.operation, "operation" in answer.lacks) == (wanted, False)


@pytest.mark.parametrize(
    ("stated", "wanted"),
    [
        ({"header": "location", "pattern": "/([^/]+)$"}, 7),
        ({"header": "location", "pattern": "[^/]+$", "text": True}, "7"),
        ({"header": "location"}, "/x/7"),
        ({"header": "location", "pattern": "([a-z]{9})"}, None),
        ({"at": "ref", "pattern": "#(.*)"}, "8"),
        ("ref", "a#8"),
    ],
)
def test_where_an_id_is_found(stated: Any, wanted: Any) -> None:
    assert said({"id": stated}, {"ref": "a#8"}).id == wanted


ERRORS = {"at": ["errors.0.code", "errors.0"], "values": {"NOT_UNIQUE": 409}, "otherwise": 400}


@pytest.mark.parametrize(
    ("stated", "body", "status", "wanted"),
    [
        (ERRORS, {"errors": [{"code": "NOT_UNIQUE"}]}, 200, 409),
        (ERRORS, {"errors": [{"code": "OTHER"}]}, 200, 400),
        (ERRORS, {"errors": [{}]}, 200, 400),
        (ERRORS, {"data": {}}, 201, 201),
        (ERRORS, {"errors": [{"code": "NOT_UNIQUE"}]}, 500, 500),
        ("code", {"code": "404"}, 200, 404),
        ("code", {"code": "OK"}, 200, 200),
        ({"at": "ok", "values": {"false": 422}}, {"ok": False}, 200, 422),
        ({"at": "ok", "values": {"false": 422}}, {"ok": True}, 201, 201),
    ],
)
def test_a_status_in_the_body(stated: Any, body: Any, status: int, wanted: int) -> None:
    assert said({"status": stated}, body, status).status == wanted
    assert shape(status=stated).answer(BY_EMAIL, Response(status, {}, json.dumps(body).encode())).status == wanted


@pytest.mark.parametrize(
    ("part", "body", "status", "wanted"),
    [
        ({"path": "/{matchValue}"}, {"mail": "a"}, 200, [{"email": "a"}]),
        ({"path": "/{key.mail}"}, None, 200, []),
        ({"path": "/{key.mail}"}, [], 200, []),
        ({"path": "/{key.mail}"}, [{"mail": "a"}], 200, [{"email": "a"}]),
        ({"path": "/{key.mail}"}, {}, 404, []),
        ({"path": "/{key.mail}"}, {}, 410, []),
        ({"path": "/{key.mail}", "answer": {"record": "data.0"}}, {"data": []}, 200, []),
        ({"path": "/{key.mail}", "answer": {"record": "data"}}, {"data": {"mail": "a"}}, 200, [{"email": "a"}]),
        ({"path": "/({conditions})", "condition": "{value}"}, {"mail": "a"}, 200, [{"email": "a"}]),
        ({"path": "/x", "body": "{match}", "answer": {"record": "doc"}}, {"doc": {"mail": "a"}}, 200, [{"email": "a"}]),
        ({"path": "/x", "body": "{match}", "answer": {"record": "doc"}}, {"doc": None}, 200, []),
        (
            {"path": "/x", "body": "{match}", "answer": {"record": "doc"}},
            [{"doc": {"mail": "a"}}],
            200,
            [{"email": "a"}],
        ),
        ({"path": "/x", "answer": {"missing": [400]}}, {}, 400, []),
    ],
)
def test_one_record_that_is_found_or_none(part: dict[str, Any], body: Any, status: int, wanted: Any) -> None:
    answer = shape(find=part).answer(Find("contacts", {"email": "a"}), Response(status, {}, json.dumps(body).encode()))
    assert (answer.status, answer.fault, answer.records) == (200, "", wanted)


@pytest.mark.parametrize(
    ("status", "headers", "body", "path"),
    [
        (201, {"Location": "/x/7"}, b"", "/x/7"),
        (201, {}, b"", None),
        (200, {"Location": "/x/7"}, b'{"mail": "a"}', None),
        (400, {"Location": "/x/7"}, b"", None),
    ],
)
def test_a_second_request_where_an_answer_holds_no_record(
    status: int, headers: dict[str, str], body: bytes, path: str | None
) -> None:
    stated = {"record": ".", "id": {"header": "Location", "pattern": "[^/]+$"}, "empty": [201], "then": "read"}
    dialect = shape(upsert={"path": "/x", "answer": stated}, read={"path": "/x/{id}", "answer": {"record": "."}})
    second = dialect.then(BY_EMAIL, Response(status, headers, body))
    assert (second and second.path) == path


def test_a_read_that_finds_nothing_says_that_nothing_is_there() -> None:
    for body in ({"row": None}, {"row": []}, None, []):
        answer = said({"record": "row"}, body, operation=Read("contacts", 7), name="read")
        assert (answer.status, answer.record, answer.fault) == (404, None, "")
    answer = said({"record": "."}, b"", operation=Read("contacts", 7), name="read")
    assert (answer.status, answer.fault) == (200, 'there is no object at "."')


def test_the_parts_of_a_batch_have_statuses_of_their_own() -> None:
    batch = UpsertBatch("contacts", [ADA, ADA], ["email"])
    stated = {"parts": "items", "part_status": "update.status", "record": "doc"}
    body = {"items": [{"update": {"status": 201}, "doc": {}}, {"update": {"status": 409, "error": "taken"}}]}
    answer = said(stated, body, operation=batch, name="batch")
    assert (answer.status, answer.parts, answer.body) == (409, (), [None, body["items"][1]])
    assert said(stated, {"items": body["items"][:1]}, operation=batch, name="batch").parts[0].status == 201


def test_an_empty_answer_lacks_what_the_others_have() -> None:
    assert said({}, b"done").fault == ""
    assert said({"operation": {"status": {"201": "created"}}}, b"done", 201).operation == "created"
    stated = {"record": ".", "operation": {"status": {"201": "created", "204": "updated"}}, "empty": [204]}
    empty = said(stated, b"", 204)
    assert (empty.operation, set(empty.lacks), empty.fault) == ("updated", {"record", "id"}, "")
    assert set(said({"operation": {"at": "did"}, "empty": [204]}, b"", 204).lacks) == {"record", "id", "operation"}
    assert said(stated, b"", 201).fault == 'there is no object at "."'
    assert set(said({}, b"done", 200).lacks) == {"operation", "record", "id"}
    has = {"record": "0", "operation": {"has": {"0": "created"}, "otherwise": "ignored"}, "empty": ["ignored"]}
    ignored = said(has, [])
    assert (ignored.operation, set(ignored.lacks), ignored.fault) == ("ignored", {"record", "id"}, "")
    assert said(has, [{"mail": "a"}]).lacks == {}


def test_a_body_of_another_form_is_a_fault() -> None:
    assert "no JSON" in said({"record": "."}, b"{").fault
    assert said({"record": "a.b"}, {"a": []}).fault == 'there is no object at "a.b"'
    assert said({"record": ["a", "b"]}, {}).fault == 'there is no object at "a" or "b"'
    assert said({"record": "."}, {"error": "x"}, 400).fault == ""


def test_the_parts_of_a_batch() -> None:
    batch = UpsertBatch("contacts", [ADA, ADA], ["email"])
    stated = {
        "parts": "rows", "id": "key", "record": "row", "beside": {"id": "key"},
        "operation": {"created": "new", "updated": "old"}, "counts": {"created": "new", "updated": "n"},
    }  # fmt: skip
    body = {"rows": [{"key": 1, "row": {"mail": "a"}}, {"key": 2, "row": {}}], "new": [2], "old": [1], "n": 1}
    answer = said(stated, body, operation=batch, name="batch")
    assert [(part.id, part.operation) for part in answer.parts] == [(1, "updated"), (2, "created")]
    assert answer.parts[0].record == {"email": "a", "id": 1}
    assert (answer.counts, answer.lacks) == ({"created": 1, "updated": 1, "ignored": 0}, {})
    twice = {"rows": [{"key": 1, "row": {}}, {"key": 1, "row": {}}], "new": [1], "old": [1], "n": 1}
    again = said(stated, twice, operation=batch, name="batch")
    assert [part.operation for part in again.parts] == ["created", "updated"]
    assert said(stated, {}, operation=batch, name="batch").fault == 'there is no list at "rows"'
    nothing = said({}, b"", 204, batch, "batch")
    assert (nothing.parts, set(nothing.lacks)) == ((), {"operation", "record", "id", "counts"})


def test_what_is_found() -> None:
    find = Find("contacts", {})
    stated = {"records": "rows", "record": "f", "beside": {"id": "k", "created_at": "t"}, "total": "n"}
    body = {"rows": [{"k": 7, "f": {"mail": "a"}, "t": "now"}], "n": 9}
    answer = said(stated, body, operation=find, name="find")
    assert (answer.records, answer.total) == ([{"email": "a", "id": 7, "created_at": "now"}], 9)
    assert said({}, [{"id": 1}], operation=find, name="find").records == [{"id": 1}]
    assert said({}, {}, operation=find, name="find").fault == 'there is no list at "."'
    assert said({"record": "f"}, [1], operation=find, name="find").fault == 'there is no object at "f" of each record'


def test_a_description_is_translated() -> None:
    stated = {"fields": "schema.fields", "unique_keys": "keys"}
    body = {"schema": {"fields": {"mail": {"type": "text"}}}, "keys": [["mail"]]}
    answer = said(stated, body, operation=Describe("contacts"), name="describe")
    assert answer.body == {"fields": {"email": {"type": "text"}}, "unique_keys": [["email"]]}
