"""A shape in a target file: how each operation is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dialects.shape_kit import ADA, BY_EMAIL, shape
from upsertspec.dialects.base import Response
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
from upsertspec.errors import CannotExpress, NotApplicable


def asked(part: dict[str, Any], operation: Operation, name: str = "upsert") -> tuple[Any, ...]:
    request = shape(**{name: part}).request(operation)
    return request.method, request.path, dict(request.query), request.json


REQUESTS: list[tuple[str, dict[str, Any], Operation, tuple[Any, ...]]] = [
    ("upsert", {"path": "/{table}"}, BY_EMAIL, ("POST", "/people%2F1", {}, UNSET)),
    (
        "upsert",
        {"path": "/x", "method": "PUT", "body": {"on": "{matchFields}", "rows": [{"f": "{fields}"}], "n": 1}},
        BY_EMAIL,
        ("PUT", "/x", {}, {"on": ["mail"], "rows": [{"f": {"mail": "a{b}@x.io", "name": "Ada"}}], "n": 1}),
    ),
    (
        "upsert",
        {"path": "/{table}/{matchField}/{matchValue}", "body": "{otherFields}"},
        BY_EMAIL,
        ("POST", "/people%2F1/mail/a%7Bb%7D%40x.io", {}, {"name": "Ada"}),
    ),
    (
        "upsert",
        {"path": "/x", "query": {"on": "{matchFields}", "t": "{{{table}}}"}},
        Upsert("contacts", ADA, ["email", "name"]),
        ("POST", "/x", {"on": "mail,name", "t": "{people/1}"}, UNSET),
    ),
    (
        "upsert",
        {"path": "/x", "query": {"on": "{matchFields}"}, "body": {"on": "{matchFields}", "f": "{fields}"}},
        Upsert("contacts", {"name": "A"}, UNSET),
        ("POST", "/x", {}, {"f": {"name": "A"}}),
    ),
    (
        "upsert",
        {"path": "/x", "body": {"on": "{matchFields}"}},
        Upsert("contacts", ADA, None),
        ("POST", "/x", {}, {"on": None}),
    ),
    (
        "upsert",
        {"path": "/x", "body": ["{fields}"], "keys": {"contacts": ["email"]}},
        BY_EMAIL,
        ("POST", "/x", {}, [{"mail": "a{b}@x.io", "name": "Ada"}]),
    ),
    (
        "ignore",
        {"path": "/x", "body": {"f": "{fields}"}},
        Upsert("contacts", {"name": "A"}, ["name"], {"onConflict": "ignore"}),
        ("POST", "/x", {}, {"f": {"name": "A"}}),
    ),
    (
        "only_create",
        {"path": "/x", "body": "{fields}"},
        Upsert("contacts", {"name": "A"}, ["name"], {"onConflict": "error"}),
        ("POST", "/x", {}, {"name": "A"}),
    ),
    (
        "only_update",
        {"method": "PATCH", "path": "/x/{matchValue}", "body": "{otherFields}"},
        Upsert("contacts", ADA, ["email"], {"onMissing": "error"}),
        ("PATCH", "/x/a%7Bb%7D%40x.io", {}, {"name": "Ada"}),
    ),
    (
        "batch",
        {"path": "/x", "body": {"rows": [{"f": "{fields}", "k": "{matchFields}"}], "other": ["x"]}},
        UpsertBatch("contacts", [{"email": "a"}, {"name": "{fields}"}], ["email"]),
        (
            "POST", "/x", {},
            {"rows": [{"f": {"mail": "a"}, "k": ["mail"]}, {"f": {"name": "{fields}"}, "k": ["mail"]}], "other": ["x"]},
        ),
    ),
    ("batch", {"path": "/x", "body": ["{fields}"]}, UpsertBatch("contacts", [], ["email"]), ("POST", "/x", {}, [])),
    (
        "batch",
        {"path": "/x", "body": "{records}"},
        UpsertBatch("contacts", [{"email": "a"}], ["email"]),
        ("POST", "/x", {}, [{"mail": "a"}]),
    ),
    ("create", {"path": "/c", "body": "{fields}"}, Create("contacts", {"email": "a"}),
     ("POST", "/c", {}, {"mail": "a"})),
    (
        "change",
        {"path": "/c/{id}", "body": {"set": "{fields}"}},
        Change("contacts", "a/b", {"email": "a"}),
        ("PATCH", "/c/a%2Fb", {}, {"set": {"mail": "a"}}),
    ),
    ("read", {"path": "/c", "query": {"id": "{id}"}}, Read("contacts", 7), ("GET", "/c", {"id": "7"}, UNSET)),
    ("delete", {"path": "/c/{id}"}, Delete("contacts", 7), ("DELETE", "/c/7", {}, UNSET)),
    ("delete", {"path": "/c/{key.mail}"}, Delete("contacts", 7, {"email": "a"}), ("DELETE", "/c/a", {}, UNSET)),
    ("describe", {"path": "/{table}/meta"}, Describe("contacts"), ("GET", "/people%2F1/meta", {}, UNSET)),
    (
        "find",
        {"path": "/f", "query": {"{field}": "eq.{value}", "n": "{limit}", "from": "{offset}"}},
        Find("contacts", {"email": "a", "age": 3, "vip": True, "notes": None}, limit=2, offset=4),
        ("GET", "/f", {"mail": "eq.a", "age": "eq.3", "vip": "eq.true", "n": "2", "from": "4"}, UNSET),
    ),
    (
        "find",
        {"path": "/f", "query": {"q": "all({conditions})"}, "condition": "{field}='{value}'"},
        Find("contacts", {"email": "O'B", "name": "x"}),
        ("GET", "/f", {"q": "all(mail='O''B',name='x')"}, UNSET),
    ),
    (
        "find",
        {"path": "/f", "query": {"q": "{conditions}"}, "condition": "{field}={value}", "join": " and "},
        Find("contacts", {}, limit=1),
        ("GET", "/f", {}, UNSET),
    ),
    (
        "find",
        {"path": "/f", "method": "POST", "body": {"where": "{match}"}},
        Find("contacts", {"email": None}),
        ("POST", "/f", {}, {"where": {"mail": None}}),
    ),
    (
        "find",
        {
            "path": "/f",
            "method": "POST",
            "body": {
                "all": [{"name": "{field}", "value": "{value}"}],
                "where": {"{field}": {"eq": "{value}"}},
                "page": {"size": "{limit}", "from": "{offset}"},
            },
        },
        Find("contacts", {"email": "a", "age": None}, limit=2),
        (
            "POST", "/f", {},
            {
                "all": [{"name": "mail", "value": "a"}, {"name": "age", "value": None}],
                "where": {"mail": {"eq": "a"}, "age": {"eq": None}},
                "page": {"size": 2},
            },
        ),
    ),
    (
        "find",
        {"path": "/f", "query": {"where": {"{field}": {"eq": "{value}"}}, "all": ["{field}={value}"]}},
        Find("contacts", {"email": 'a"b'}),
        ("GET", "/f", {"where": '{"mail": {"eq": "a\\"b"}}', "all": 'mail=a"b'}, UNSET),
    ),
    (
        "find",
        {"path": "/f", "query": {"q": "{conditions}"}, "condition": "{field} eq {value:odata}", "join": " and "},
        Find("contacts", {"email": "O'B", "age": 3, "vip": True, "notes": None}),
        ("GET", "/f", {"q": "mail eq 'O''B' and age eq 3 and vip eq true and notes eq null"}, UNSET),
    ),
    (
        "upsert",
        {"path": "/{table}({conditions})", "condition": "{field}={value:odata}", "body": "{otherFields}"},
        Upsert("contacts", {"email": "O'B/x", "name": "A", "age": 3}, ["email", "name"]),
        ("POST", "/people%2F1(mail='O''B%2Fx',name='A')", {}, {"age": 3}),
    ),
    (
        "upsert",
        {
            "path": "/x",
            "query": {"select": ["{names}"], "q": "it is 'x-{matchValue}-y', \"{matchValue}\", isn't {matchField}"},
            "body": {"match": "{match}", "set": "{otherNames}", "gql": 'f(id: "{matchValue}", {fields:json})'},
        },
        Upsert("contacts", {"email": "a'\"b", "name": "A"}, ["email"]),
        (
            "POST", "/x", {"select": "name", "q": "it is 'x-a''\"b-y', \"a'\\\"b\", isn't mail"},
            {
                "match": {"mail": "a'\"b"}, "set": ["name"],
                "gql": 'f(id: "a\'\\"b", {"mail": "a\'\\"b", "name": "A"})',
            },
        ),
    ),
    (
        "upsert",
        {"path": "/{matchValue:hex}", "query": {"constraint": "{table}_{matchFields:snake}"}, "body": ["{value}"]},
        Upsert("contacts", {"email": "a"}, ["email"]),
        ("POST", "/61", {"constraint": "people/1_mail"}, ["a"]),
    ),
    (
        "batch",
        {"path": "/x", "body": {"by": "{matchField}", "rows": [{"id": "{matchValue}", "set": "{otherFields}"}, 7]}},
        UpsertBatch("contacts", [{"email": "a", "name": "A"}, {"email": 3}], ["email"]),
        (
            "POST", "/x", {},
            {"by": "mail", "rows": [{"id": "a", "set": {"name": "A"}}, 7, {"id": 3, "set": {}}, 7]},
        ),
    ),
    (
        "batch",
        {"path": "/x", "body": [{"rows": [{"where": [{"f": "{field}", "is": "{value}"}]}]}]},
        UpsertBatch("contacts", [{"email": "a"}, {"email": "b"}], ["email"]),
        (
            "POST", "/x", {},
            [{"rows": [{"where": [{"f": "mail", "is": "a"}]}, {"where": [{"f": "mail", "is": "b"}]}]}],
        ),
    ),
    (
        "change",
        {"path": "/{id}", "method": "MERGE", "body": "{fields}", "values_at": "value"},
        Change("contacts", 7, {"name": "B"}),
        ("MERGE", "/7", {}, {"name": {"value": "B"}}),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "part", "operation", "wanted"), REQUESTS)
def test_a_template_is_filled_in(
    name: str, part: dict[str, Any], operation: Operation, wanted: tuple[Any, ...]
) -> None:
    assert asked(part, operation, name) == wanted


def test_headers_and_queries_of_every_request() -> None:
    part = {"path": "/x", "headers": {"X-Key": "{matchValue}", "X-Url": "{matchValue:url}", "X-B": "own"}}
    always = {"headers": {"X-A": "{table}", "X-B": "all"}, "query": {"v": "3"}}
    request = shape(upsert=part, **always).request(BY_EMAIL)
    assert request.headers == {"X-A": "people/1", "X-B": "own", "X-Key": "a{b}@x.io", "X-Url": "a%7Bb%7D%40x.io"}
    assert (request.query, shape(**always).request(Find("contacts", {})).query) == ([("v", "3")], [("v", "3")])
    with pytest.raises(CannotExpress, match=r"the header X-Key can't carry this value; \{…:url\} or \{…:hex\} can"):
        shape(upsert=part).request(Upsert("contacts", {"email": "ü"}, ["email"]))


ADDRESS = {"path": "/{table}/{matchField}/{matchValue}", "body": "{otherFields}"}
QUERY = {"path": "/x", "query": {"on": "{matchFields}"}}


@pytest.mark.parametrize(
    ("part", "operation", "why"),
    [
        (ADDRESS, Upsert("contacts", ADA, ["email", "name"]), "room for one match field"),
        (ADDRESS, Upsert("contacts", ADA, []), "room for one match field"),
        (ADDRESS, Upsert("contacts", ADA, "email"), "room for one match field"),
        (ADDRESS, Upsert("contacts", ADA, [""]), "room for one match field"),
        (ADDRESS, Upsert("contacts", ADA, UNSET), "room for one match field"),
        (ADDRESS, Upsert("contacts", ADA, ["phone"]), "phone in the address, and it has no value here"),
        (ADDRESS, Upsert("contacts", {"email": 42}, ["email"]), "it can only be text"),
        (ADDRESS, Upsert("contacts", {"email": None}, ["email"]), "it can only be text"),
        (ADDRESS, Upsert("contacts", {"email": ""}, ["email"]), "it can only be text"),
        (QUERY, Upsert("contacts", ADA, "email"), "has no place in a text"),
        (QUERY, Upsert("contacts", ADA, [["email"]]), "has no place in a text"),
        (QUERY, Upsert("contacts", ADA, 1), "has no place in a text"),
        (QUERY, Upsert("contacts", ADA, ["email"], {"onConflict": "ignore"}), r"has no \[shape.ignore\]"),
        (QUERY, Upsert("contacts", ADA, ["email"], {"onConflict": "error"}), r"has no \[shape.only_create\]; add"),
        (
            QUERY,
            Upsert("contacts", ADA, ["email"], {"onConflict": "update"}),
            r"no \[shape.conflict\]; state",
        ),
        (QUERY, Upsert("contacts", ADA, ["email"], {"updateFields": ["name"]}), r"no \[shape.conflict\]; state"),
        (
            {"path": "/x", "keys": {"contacts": ["email"]}},
            Upsert("contacts", ADA, ["name"]),
            "matches people/1 by mail",
        ),
        ({"path": "/x", "keys": {"contacts": ["email"]}}, Upsert("contacts", ADA, []), "matches people/1 by mail"),
        ({"path": "/x", "keys": {"contacts": ["email"]}}, Upsert("users", ADA, ["email"]), "no keys for users"),
        (QUERY, UpsertBatch("contacts", [ADA], ["email"]), r"has no \[shape.batch\]"),
        (QUERY, Create("contacts", ADA), r"has no \[shape.create\]"),
        (QUERY, Read("contacts", 1), r"has no \[shape.read\]"),
        (QUERY, List("contacts", {}), r"no \[shape.list\]; state list = false"),
        (QUERY, Groups("contacts", {}), r"no \[shape.groups\]; state"),
        (QUERY, Transaction([]), r"no \[shape.transaction\]; state"),
    ],
)
def test_what_has_no_place_in_the_shape_cannot_be_expressed(
    part: dict[str, Any], operation: Operation, why: str
) -> None:
    with pytest.raises((CannotExpress, NotApplicable), match=why):
        shape(upsert=part).request(operation)


IN_BODY = {"path": "/{table}", "body": "{fields}", "keys": {"contacts": ["email"]}}


@pytest.mark.parametrize("key", ["a/b", "a\\b", "a;b", "50%"])
@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_key_that_is_refused_as_a_path_does_not_apply(key: str, status: int) -> None:
    upsert = Upsert("contacts", {"email": key, "name": "Ada"}, ["email"])
    with pytest.raises(NotApplicable, match="says mail in the path, where the target takes no "):
        shape(upsert=ADDRESS).answer(upsert, Response(status, {}, b""))


@pytest.mark.parametrize(
    ("part", "operation", "status"),
    [
        (ADDRESS, BY_EMAIL, 404),
        (ADDRESS, Upsert("contacts", {**ADA, "email": "a/b"}, ["email"]), 409),
        (ADDRESS, Upsert("contacts", {**ADA, "email": "a/b"}, ["email"]), 500),
        (ADDRESS, Upsert("contacts", {**ADA, "name": "a/b"}, ["email"]), 404),
        (ADDRESS, Upsert("a/b", ADA, ["email"]), 404),
        (IN_BODY, Upsert("contacts", {**ADA, "email": "a/b"}, ["email"]), 404),
    ],
)
def test_any_other_refusal_is_an_answer(part: dict[str, Any], operation: Operation, status: int) -> None:
    assert shape(upsert=part).answer(operation, Response(status, {}, b"")).status == status
