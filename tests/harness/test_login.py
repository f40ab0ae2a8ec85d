"""Roles that log in: their cookies are sent, by role, and shown nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.harness.wire import Answer, Wire, by_request, headers_of, reply
from upsertspec.client import Client
from upsertspec.dialects.operations import Find
from upsertspec.errors import CannotExpress, NotTestable, TargetSilent
from upsertspec.target.model import Credential, Login, Secret

Serve = Callable[..., Wire]
Connect = Callable[..., Client]
FIND = Find("contacts", {})
PASSWORD = Secret("pass/word 1", "PASS")


def login(style: str, path: str = "/login") -> Credential:
    content: dict[str, str | Secret] = {"user": "ed", "password": PASSWORD}
    return Credential(login=Login(path, "POST", "form" if style == "form" else "json", content))


def answering(cookie: str = "sid=cookie-value-1; Path=/; HttpOnly", status: int = 200) -> Answer:
    def handler(method: str, path: str, body: bytes) -> bytes:
        if path.endswith("/login"):
            return reply({}, status, Set_Cookie=cookie or None)
        return reply({"records": [], "echo": "cookie-value-1"})

    return by_request(handler)


@pytest.mark.parametrize(
    ("style", "body"),
    [("json", b'{"user": "ed", "password": "pass/word 1"}'), ("form", b"user=ed&password=pass%2Fword+1")],
)
@pytest.mark.parametrize("status", [200, 302])
def test_a_login_is_sent_once_and_its_cookie_with_every_request(
    style: str, body: bytes, status: int, serve: Serve, client: Connect
) -> None:
    wire = serve(answering(status=status))
    talker = client(f"{wire.url}/base", roles={"editor": login(style)})
    talker.call("editor", FIND)
    talker.call("editor", FIND)
    assert [line.split("?")[0] for line in wire.lines()] == [
        "POST /base/login",
        "GET /base/api/tables/contacts/records",
        "GET /base/api/tables/contacts/records",
    ]
    assert wire.requests[0].endswith(b"\r\n\r\n" + body)
    assert [dict(headers_of(request)).get("cookie") for request in wire.requests] == [None] + ["sid=cookie-value-1"] * 2


def test_no_password_and_no_cookie_is_shown(serve: Serve, client: Connect) -> None:
    talker = client(serve(answering()).url, roles={"editor": login("form")})
    answer = talker.call("editor", FIND)
    shown = json.dumps([exchange.as_dict() for exchange in talker.log]) + answer.text
    assert not any(secret in shown for secret in ("cookie-value-1", "pass/word", "pass%2Fword"))


def test_nobody_has_the_cookies_of_a_role(serve: Serve, client: Connect) -> None:
    wire = serve(answering())
    talker = client(wire.url, roles={"editor": login("json")})
    talker.call("editor", FIND)
    talker.call("anonymous", FIND)
    assert "cookie" not in dict(headers_of(wire.requests[-1]))


@pytest.mark.parametrize(("cookie", "status", "why"), [("a=b", 401, "answered with 401"), ("", 200, "set no cookie")])
def test_a_login_that_fails_is_tried_again_and_never_left_out(
    cookie: str, status: int, why: str, serve: Serve, client: Connect
) -> None:
    wire = serve(answering(cookie, status))
    talker = client(wire.url, roles={"editor": login("json")})
    for _ in range(2):
        with pytest.raises(NotTestable, match=f"the login of the editor role.*{why}"):
            talker.call("editor", FIND)
    assert wire.lines() == ["POST /login"] * 2


def test_a_login_without_an_answer_is_never_left_out(serve: Serve, client: Connect) -> None:
    wire = serve(lambda connection, request: False)
    talker = client(wire.url, roles={"editor": login("json")})
    for _ in range(2):
        with pytest.raises(TargetSilent):
            talker.call("editor", FIND)
    assert wire.lines() == ["POST /login"] * 2


def test_a_login_has_no_broken_credentials(client: Connect) -> None:
    talker = client("http://127.0.0.1:1", roles={"editor": login("json")})
    with pytest.raises(CannotExpress, match="a login by cookie has no way to send a made-up token"):
        talker.call("a made-up token", FIND)


def test_a_role_without_credentials_is_not_testable(client: Connect) -> None:
    with pytest.raises(NotTestable, match="no credentials are configured for the viewer role"):
        client("http://127.0.0.1:1", roles={}).call("viewer", FIND)
