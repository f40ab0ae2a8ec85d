"""Conditions and tags: what a dialect says in its own way, and what is sent and read as the contract has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dialects.shape_kit import ADA, BY_EMAIL, shape
from upsertspec.dialects.base import Response
from upsertspec.dialects.operations import UNSET, Change, Find, Read, with_headers
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import NotApplicable
from upsertspec.target.target import Target

CHANGE = Change("contacts", 7, ADA, headers={"If-Match": '"3"'})
PLAIN = {"path": "/{table}/{id}", "method": "PUT"}


@pytest.mark.parametrize(
    ("part", "headers", "wanted"),
    [
        ({}, {"If-Match": '"a", W/"b"'}, ([], {"If-Match": '"a", W/"b"'}, UNSET)),
        ({"headers": {"if-match": "*", "X-A": "b"}}, {"If-Match": '"a"'}, ([], {"X-A": "b", "If-Match": '"a"'}, UNSET)),
        ({"headers": {"If-Match": "*"}}, {}, ([], {"If-Match": "*"}, UNSET)),
        ({"query": {"if": "{ifMatch}"}}, {"If-Match": '"a", "b"'}, ([("if", '"a", "b"')], {}, UNSET)),
        ({"query": {"if": "{ifMatch}"}}, {"If-None-Match": "*"}, ([], {"If-None-Match": "*"}, UNSET)),
        ({"query": {"not": "{ifNoneMatch}"}}, {"If-None-Match": "*"}, ([("not", "*")], {}, UNSET)),
        ({"query": {"if": "{tag}"}}, {"If-Match": '"a"'}, ([("if", "a")], {}, UNSET)),
        ({"body": {"version": "{version}"}}, {"If-Match": '"3"'}, ([], {}, {"version": 3})),
        ({"body": {"version": "{version}"}}, {}, ([], {}, {})),
    ],
)
def test_how_a_condition_is_sent(part: dict[str, Any], headers: dict[str, str], wanted: tuple[Any, ...]) -> None:
    request = shape(change={**PLAIN, **part}).request(with_headers(CHANGE, headers))
    assert (list(request.query), dict(request.headers), request.json) == wanted


@pytest.mark.parametrize(
    ("placeholder", "tags"), [("tag", "*"), ("tag", 'W/"3"'), ("tag", '"a", "b"'), ("version", '"a"'), ("version", "*")]
)
def test_what_a_shape_has_no_room_for_does_not_apply(placeholder: str, tags: str) -> None:
    dialect = shape(change={**PLAIN, "query": {"if": f"{{{placeholder}}}"}})
    with pytest.raises(NotApplicable, match="the shape has room for one"):
        dialect.request(with_headers(CHANGE, {"If-Match": tags}))


def test_a_list_has_no_headers() -> None:
    with pytest.raises(ValueError, match="no headers for Find"):
        with_headers(Find("contacts", {}), {"If-Match": "*"})


@pytest.mark.parametrize(
    ("answer", "headers", "wanted"),
    [
        ({}, {"etag": '"a"'}, '"a"'),
        ({}, {}, ""),
        ({"tag": "version"}, {"ETag": '"a"'}, '"3"'),
        ({"tag": "meta.tag"}, {}, '"x"'),
        ({"tag": {"header": "X-Version", "pattern": "v(.*)"}}, {"X-Version": "v4"}, '"4"'),
        ({"tag": "nowhere"}, {"ETag": 'W/"a"'}, 'W/"a"'),
    ],
)
def test_where_a_tag_is_found(answer: dict[str, Any], headers: dict[str, str], wanted: str) -> None:
    body = json.dumps({"id": 7, "version": 3, "meta": {"tag": "x"}}).encode()
    dialect = shape(
        read={"path": "/x", "answer": {"record": ".", **answer}},
        upsert={"path": "/x", "answer": {"record": ".", **answer}},
    )
    for operation in (Read("contacts", 7), BY_EMAIL):
        assert dialect.answer(operation, Response(200, headers, body)).tag == wanted


def test_the_contract_has_headers() -> None:
    dialect = dialect_for(Target("http://h"))
    assert dialect.request(CHANGE).headers == {"If-Match": '"3"'}
    assert dialect.answer(CHANGE, Response(200, {"ETag": '"a"'}, b'{"id": 7}')).tag == '"a"'
