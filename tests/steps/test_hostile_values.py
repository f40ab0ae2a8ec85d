"""How the profile hostile judges: exact values, what an error reveals, indistinguishable answers."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import pytest

from upsertspec.dialects.altered import UNDECLARED, altered
from upsertspec.dialects.base import Exact, Request, Response, written
from upsertspec.dialects.bounds import RECURSION_LIMIT, deep_json
from upsertspec.dialects.operations import Verbatim
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.http.exchange import Exchange
from upsertspec.spec.schema import tables
from upsertspec.steps.exact_values import kept
from upsertspec.steps.indistinguishable import differences, slower
from upsertspec.steps.leakage import leaks

NUMBERS = tables()["category_templates"]
PAYLOADS = tables()["raw_transactions"]
MONEY = tables()["transactions"]
BODY = {"fields": {"email": "ada@example.com", "notes": "Zoë"}, "matchFields": ["email"]}
REQUEST = Request("POST", "/x", json=BODY)
OF_A_KEY = Request("PUT", "/x/ada", json={"name": "Ada", "notes": "Zoë"})


def came(text: str) -> Any:
    """JSON as read from a response."""
    return Response(200, {}, text.encode()).parsed()


@pytest.mark.parametrize(
    ("sent", "back", "same"),
    [
        ("9007199254740993", "9007199254740993", True),
        ("9007199254740993", "9007199254740992", False),
        ("9007199254740993.0", "9007199254740992.0", False),
        ("9007199254740993.0", "9007199254740993", True),
        ("1e3", "1000", True),
        ("1e3", "1000.0", True),
        ("-0.0", "0", True),
        ("1e400", "1e400", True),
        ("1e400", "1.7976931348623157e308", False),
        ("1e400", "null", False),
        ("2e-324", "0", False),
        ("0.1000000000000000055511151231257827", "0.1", False),
        ("1", "true", False),
        ("0", "false", False),
        ("1", '"1"', False),
        ('"\\ud83d"', '"\\ud83d"', True),
        ('"\\ud83d"', '"?"', False),
        ('"e\\u0301"', '"\\u00e9"', False),
        ('"a\\u0000b"', '"a"', False),
        ('[1, {"a": 1.50}]', '[1.0, {"a": 1.5}]', True),
        ('{"a": 1}', '{"a": 1, "b": null}', False),
        ("[1]", "[1, 1]", False),
    ],
)
def test_a_value_is_kept_to_the_last_digit(sent: str, back: str, same: bool) -> None:
    assert kept(NUMBERS, "version", Verbatim(sent), came(back)) is same


@pytest.mark.parametrize(
    ("sent", "other"),
    [
        ("9" * 10_000, "9" * 9_999 + "8"),
        ("1." + "3" * 10_000, "1." + "3" * 9_999),
        ("[" * 1000 + "]" * 1000, "[" * 999 + "]" * 999),
        ('{"a":' * 1000 + "1" + "}" * 1000, '{"a":' * 1000 + "2" + "}" * 1000),
    ],
)
def test_extreme_but_legal_values_are_read(sent: str, other: str) -> None:
    before = sys.getrecursionlimit()
    back = came(f'{{"record": {{"payload": {sent}}}}}')["record"]["payload"]
    with deep_json:
        assert kept(PAYLOADS, "payload", Verbatim(sent), back)
        assert not kept(PAYLOADS, "payload", Verbatim(other), back)
    assert sys.getrecursionlimit() == before


def test_the_last_thread_to_leave_restores_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with deep_json:
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=stay)
    thread.start()
    assert inside.wait(10)
    with deep_json, deep_json:
        assert sys.getrecursionlimit() == RECURSION_LIMIT
    assert sys.getrecursionlimit() == RECURSION_LIMIT
    leave.set()
    thread.join()
    assert sys.getrecursionlimit() == before


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("[" * 1201 + "]" * 1201, "more than 1200 levels"),
        ("[" * 10_000_000, "more than"),
        ('{"a":' * 1_000_000, "more than"),
        ("[" + "{}," * 5_000_000 + "{}]", "more than 1000000 values"),
        ("[" + '"a",' * 1_000_001 + '"b"]', "more than 1000000 values"),
        ('{"n": ' + "9" * 20_001 + "}", "more than 20000 digits"),
        ('{"n": 0.' + "9" * 20_001 + "}", "more than 20000 digits"),
    ],
)
def test_absurdly_large_answers_are_not_read(body: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        came(body)


@pytest.mark.parametrize("text", ["[{,\\\\" * 200_000, '\\"[' * 400_000, "," * 8_000_000])
def test_marks_in_a_text_are_not_counted(text: str) -> None:
    assert came(f'{{"notes": "{text}"}}')["notes"] == json.loads(f'"{text}"')


def test_decimals_are_compared_as_numbers() -> None:
    assert kept(MONEY, "amount", "0.10", "0.1")
    assert not kept(MONEY, "amount", "0.10", "0.11")
    assert not kept(MONEY, "amount", Verbatim('"0.10"'), came("0.1"))


def test_verbatim_values_are_sent_unchanged() -> None:
    value = {"a": Verbatim("1e400"), "b": ["x", Verbatim('"\\ud800"')], "c": Verbatim("1e400")}
    assert written(value) == '{"a": 1e400, "b": ["x", "\\ud800"], "c": 1e400}'
    with pytest.raises(TypeError, match="object is no JSON"):
        written(object())


def test_a_number_remembers_how_it_was_written() -> None:
    number = came("1.50")
    assert isinstance(number, Exact)
    assert (number, number.text) == (1.5, "1.50")


@pytest.mark.parametrize("text", ["9007199254740993.0", "9007199254740993E+0", "9.007199254740993e15"])
def test_a_whole_number_that_a_float_would_round_is_an_integer(text: str) -> None:
    assert came(text) == 9007199254740993
    assert came("0.5") == 0.5


@pytest.mark.parametrize(
    ("how", "body"),
    [
        ("left out", b""),
        ("replaced by []", b"[]"),
        ("replaced by lists, 3 deep", b"[[[]]]"),
        ("replaced by objects, 2 deep", b'{"a":{"a":1}}'),
        ("filled up to 1,000 bytes", (b"\n" + (REQUEST.body() or b"")).ljust(1000)),
        ("declared as text/plain", REQUEST.body()),
    ],
)
def test_an_alteration_changes_the_body(how: str, body: bytes) -> None:
    assert altered(REQUEST, how).body() == body


BREAKING = (
    "cut off in the middle",
    "cut off before its last brace",
    "followed by a second one",
    "followed by a brace too many",
    "ended by a comma too many",
    "put in single quotes",
    "stripped of the quotes of a name",
    "begun by a comment",
    "broken by a line end in a text",
    "broken by a byte that is no UTF-8",
    "encoded as UTF-16",
    "encoded as Latin-1",
    "sent as a form",
    "sent as a form of parts",
)


@pytest.mark.parametrize("how", BREAKING)
@pytest.mark.parametrize("request_", [REQUEST, OF_A_KEY], ids=["upsert", "by a key in the path"])
def test_broken_bodies_are_not_valid_json(how: str, request_: Request) -> None:
    body = altered(request_, how).body() or b""
    with pytest.raises(ValueError):  # noqa: PT011 - of JSON or of UTF-8
        json.loads(body.decode("utf-8"))


@pytest.mark.parametrize(
    ("content", "how"),
    [
        ({"stock": 37}, "broken by a line end in a text"),
        ({"stock": 37}, "broken by a byte that is no UTF-8"),
        ({"name": "Ada"}, "encoded as Latin-1"),
        ([1], "stripped of the quotes of a name"),
    ],
)
def test_a_body_that_stays_the_same_is_not_sent_as_broken(content: object, how: str) -> None:
    with pytest.raises(NotApplicable, match=f"stays the same when it is {how}"):
        altered(Request("PUT", "/x", json=content), how)


def test_an_alteration_changes_the_type() -> None:
    assert altered(REQUEST, "declared as nothing").headers["Content-Type"] == UNDECLARED
    assert altered(REQUEST, "sent as a form").headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_json_is_not_declared_as_such_to_an_api_that_wants_another_type() -> None:
    own = Request("PUT", "/x", json={}, headers={"content-type": "application/vnd.api+json"})
    with pytest.raises(NotApplicable, match=r"declared as application/vnd\.api\+json"):
        altered(own, "declared as Application/JSON;charset=UTF-8")
    assert altered(own, "declared as text/plain").headers == {"Content-Type": "text/plain"}
    plain = Request("PUT", "/x", json={}, headers={"Content-Type": "application/json"})
    assert altered(plain, "declared as Application/JSON").headers["Content-Type"] == "Application/JSON"


def test_an_unknown_alteration_is_an_error() -> None:
    with pytest.raises(LookupError, match="there is no alteration 'painted red'"):
        altered(REQUEST, "painted red")
    with pytest.raises(CannotExpress):
        altered(Request("GET", "/x"), "left out")


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last):",
        'File "/srv/x.py", line 3, in f',
        "at com.example.Store.save(Store.java:42)",
        "at Object.<anonymous> (/app/server.js:10:5)",
        "UNIQUE constraint failed: contacts.phone",
        'duplicate key value violates unique constraint "contacts_email_key"',
        'near "x": syntax error',
        "SQLSTATE[23000]",
        "INSERT INTO contacts VALUES (1)",
        "SELECT id FROM contacts",
        "sqlite3.IntegrityError: x",
        "psycopg2.errors.UniqueViolation",
        "IntegrityError: x",
        "java.lang.NullPointerException",
        "<flask.Flask object at 0x7f2b>",
        "/var/lib/records/a.db",
        "C:\\Users\\x",
        "X-Backed-By: SQLite 3.45.1",
        "Server: PostgreSQL 16.2",
    ],
)
def test_internal_details_are_recognised(text: str) -> None:
    assert leaks(text, [])


@pytest.mark.parametrize(
    "text",
    [
        '{"title": "Bad Request", "detail": "There is no such table.", "status": 400}',
        '{"type": "https://errors.example.com/app/validation", "instance": "/api/tables/contacts/records/1"}',
        '{"code": "ValidationError", "errors": [{"field": "age", "message": "must be an integer"}]}',
        "Server: nginx/1.24.0\nDate: Sat, 21 Nov 2026 09:00:00 GMT",
        "Select a field from the list, or update it.",
        "The key is already taken. A reference would be broken.",
    ],
)
def test_harmless_errors_are_accepted(text: str) -> None:
    assert leaks(text, []) == []


def test_what_was_sent_may_be_repeated() -> None:
    assert leaks("notes: SELECT a FROM b is not allowed", ["SELECT a FROM b"]) == []


def answer(body: Any, status: int = 401, **headers: str) -> Exchange:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange("x", "GET", "/x", {}, None, status, sent, json.dumps(body).encode())


def test_answers_that_differ_are_distinguished() -> None:
    same = [answer({"title": "No"}, WWW_Authenticate="Bearer")] * 3
    for other in (
        answer({"title": "No"}, 404, WWW_Authenticate="Bearer"),
        answer({"title": "Never"}, WWW_Authenticate="Bearer"),
        answer({"title": "No", "table": 1}, WWW_Authenticate="Bearer"),
        answer({"title": "No"}, WWW_Authenticate="Basic"),
        answer({"title": "No"}, WWW_Authenticate="Bearer", X_Table="yes"),
    ):
        assert differences(same, [other] * 3, ["contacts"])


def test_varying_and_echoed_parts_are_ignored() -> None:
    first = [answer({"id": n, "path": "/tables/contacts"}, Date=f"{n}") for n in range(3)]
    second = [answer({"id": n, "path": "/tables/none"}, Date=f"{n}") for n in range(3, 6)]
    assert differences(first, second, ["contacts", "none"]) == []


def test_a_body_that_changes_still_shows_its_members() -> None:
    first = [answer({"id": n}) for n in range(3)]
    second = [answer({"id": n, "table": "x"}) for n in range(3)]
    assert differences(first, second, []) == ['the members of the body: ["id"] and ["id", "table"]']


def test_times_differ_only_if_chance_does_not_explain_it() -> None:
    noise = [0.010 + n % 5 / 1000 for n in range(24)]
    assert "in 24 of 24 pairs" in slower(noise, [t + 0.005 for t in noise])
    assert "in 24 of 24 pairs" in slower([t + 0.005 for t in noise], noise)
    assert slower(noise, [t + 0.001 for t in noise]) == ""
    assert slower(noise, noise[::-1]) == ""
    assert slower(noise, [t + (0.5 if n == 3 else 0) for n, t in enumerate(noise)]) == ""
    assert slower(noise[:8], [t + 0.005 for t in noise[:8]]) == ""
