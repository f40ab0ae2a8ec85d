"""Roles that log in: their cookies or tokens are sent, by role, and shown nowhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest

from tests.http.wire import Answer, Wire, by_request, headers_of, reply
from upsertspec.dialects.operations import Find
from upsertspec.errors import NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.target.target import Credential, Login, Secret

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


TOKEN = Login("/login", "POST", "json", {"password": PASSWORD}, "data.token", "X-Auth", "Token ")


def with_token(token: object) -> Answer:
    def handler(method: str, path: str, body: bytes) -> bytes:
        is_login = path.startswith("/login")
        return reply({"data": {"token": token}} if is_login else {"records": [], "echo": "token-value-1"})

    return by_request(handler)


def test_a_token_in_the_answer_is_sent_with_every_request_and_shown_nowhere(serve: Serve, client: Connect) -> None:
    wire = serve(with_token("token-value-1"))
    roles = {"editor": Credential(login=TOKEN, more={"X-Tenant": "acme"})}
    talker = client(wire.url, roles=roles, query={"api-version": "3", "code": Secret("c0de-value", "CODE")})
    answers = [talker.call("editor", FIND), talker.for_thread().call("editor", FIND)]
    sent = [dict(headers_of(request)) for request in wire.requests]
    assert [headers.get("x-auth") for headers in sent] == [None, *["Token token-value-1"] * 2]
    assert sent[-1]["x-tenant"] == "acme"
    assert all(line.endswith("?api-version=3&code=c0de-value") for line in wire.lines())
    shown = json.dumps([exchange.as_dict() for exchange in talker.log]) + "".join(answer.text for answer in answers)
    assert not any(secret in shown for secret in ("token-value-1", "pass/word", "c0de-value"))


@pytest.mark.parametrize("token", [None, 7, ""])
def test_a_login_without_the_token_is_no_login(token: object, serve: Serve, client: Connect) -> None:
    talker = client(serve(with_token(token)).url, roles={"editor": Credential(login=TOKEN)})
    with pytest.raises(NotTestable, match=r"answered with 200 and has no token at data\.token"):
        talker.call("editor", FIND)


def test_a_login_without_an_answer_is_never_left_out(serve: Serve, client: Connect) -> None:
    wire = serve(lambda connection, request: False)
    talker = client(wire.url, roles={"editor": login("json")})
    for _ in range(2):
        with pytest.raises(TargetSilent):
            talker.call("editor", FIND)
    assert wire.lines() == ["POST /login"] * 2


def test_a_login_has_no_broken_credentials(client: Connect) -> None:
    talker = client("http://127.0.0.1:1", roles={"editor": login("json")})
    with pytest.raises(NotApplicable, match="a login has no way to send a made-up token"):
        talker.call("a made-up token", FIND)


def test_a_role_without_credentials_is_not_testable(client: Connect) -> None:
    with pytest.raises(NotTestable, match="no credentials are configured for the viewer role"):
        client("http://127.0.0.1:1", roles={}).call("viewer", FIND)


def bound_to_its_agent() -> Answer:
    """A server whose session is good for the User-Agent that logged in, and which sends another cookie each time."""
    agents: dict[str, str] = {}

    def answer(connection: socket.socket, request: bytes) -> bool:
        headers = dict(headers_of(request))
        agent, cookie = headers.get("user-agent", ""), headers.get("cookie", "")
        if request.startswith(b"POST /login"):
            number = str(len(agents) + 1000)
            agents[number] = agent
            connection.sendall(reply({}, Set_Cookie=f"sid={number}; Path=/"))
        else:
            number = cookie.removeprefix("sid=")
            connection.sendall(reply({"records": []}, 200 if agent and agents.get(number) == agent else 401))
        return True

    return answer


@pytest.mark.parametrize("agent", [{}, {"User-Agent": "Mozilla/5.0 (tests)"}, {"user-agent": "curl/8"}])
def test_a_session_that_is_bound_to_the_user_agent(agent: dict[str, str], serve: Serve, client: Connect) -> None:
    wire = serve(bound_to_its_agent())
    roles = {"editor": login("json"), "viewer": login("form")}
    talker = client(wire.url, roles=roles, headers=agent)
    assert [talker.call(who, FIND).status for who in ("editor", "viewer", "editor", "anonymous")] == [
        200,
        200,
        200,
        401,
    ]
    sent = [[value for name, value in headers_of(request) if name == "user-agent"] for request in wire.requests]
    assert sent == [[next(iter(agent.values()), "upsertspec")]] * 6
    [first, *_] = talker.log
    assert not agent or f"{next(iter(agent))}: {next(iter(agent.values()))}" in first.curl


def test_the_workers_of_a_run_have_sessions_of_their_own(serve: Serve, client: Connect) -> None:
    wire = serve(bound_to_its_agent())
    one, other = (client(wire.url, roles={"editor": login("json")}) for _ in range(2))
    assert [talker.call("editor", FIND).status for talker in (one, other, one)] == [200, 200, 200]
    assert wire.lines().count("POST /login") == 2
