"""What a body may hold (CONTRACT 4, hostile)."""

import pytest

UPSERT = "/api/tables/contacts/records/upsert"
JSON = "application/json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'\xef\xbb\xbf{"fields": {}, "matchFields": ["email"]}',
        b'{"fields": {"email": "a", "email": "b", "name": "N"}, "matchFields": ["email"]}',
        b'{"fields": {"email": "\\ud800", "name": "N"}, "matchFields": ["email"]}',
        b'{"fields": {"email": "a", "name": "N", "age": NaN}, "matchFields": ["email"]}',
        b'{"fields": {"email": "a", "name": "N", "age": 1e999}, "matchFields": ["email"]}',
        b'{"fields": {"email": "a", "name": "N", "age": ' + b"9" * 5000 + b'}, "matchFields": ["email"]}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    ],
)
def test_400(call, contacts, body):
    answer = call("POST", UPSERT, data=body, content_type=JSON)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert contacts() == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_415(call, kind):
    assert call("POST", UPSERT, data=b"{}", content_type=kind).status_code == 415


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"])
def test_declared_as_json(call, kind):
    body = b'{"fields": {"email": "a", "name": "N"}, "matchFields": ["email"]}'
    assert call("POST", UPSERT, data=body, content_type=kind).status_code == 200


def test_413(call, contacts):
    body = b'{"fields": {"email": "a", "name": "' + b"x" * 8 * 1024 * 1024 + b'"}, "matchFields": ["email"]}'
    answer = call("POST", UPSERT, data=body, content_type=JSON)
    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
    assert call("POST", UPSERT, data=body, content_type=JSON, role="viewer").status_code == 403
    assert contacts() == []


@pytest.mark.parametrize(
    "text",
    [
        "😀👩‍👩‍👧",
        "שלום",
        "e\u0301",
        "a\0b",
        "'; DROP TABLE contacts; --",
        '"\\/\b\f\n\r\t',
        "x" * 1_000_000,
        "\u2028",
        "",
    ],
)
def test_text_is_kept(upsert, call, text):
    upsert("contacts", {"email": "a" + text, "name": text}, ["email"])
    record = upsert("contacts", {"email": "a" + text, "name": text}, ["email"]).json
    assert record["operation"] == "updated"
    assert call("GET", "/api/tables/contacts/records/1").json["name"] == text


def test_sql_in_names(upsert, contacts):
    name = 'email" = email; DROP TABLE contacts; --'
    assert upsert("contacts", {"email": "a", "name": "N", name: 1}, ["email"]).status_code == 400
    assert upsert("contacts", {"email": "a", "name": "N"}, [name]).status_code == 400
    assert upsert('contacts"', {"email": "a", "name": "N"}, ["email"]).status_code == 404
    assert contacts() == []
