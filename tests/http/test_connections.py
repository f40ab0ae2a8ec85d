"""Persistent connections, retries, cookies and waiting: what is sent twice, and what never is."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from tests.http.wire import Answer, Wire, always, by_request, headers_of, reply, silence, then_reset
from tests.kit import TOKEN_VARIABLES
from upsertspec.dialects.operations import Find, Upsert
from upsertspec.errors import NotTestable, TargetSilent
from upsertspec.http import pacing as pace
from upsertspec.http.client import Client
from upsertspec.http.credentials import BROKEN
from upsertspec.http.session import Keeping, Limits, Session
from upsertspec.target.bindings import renamed
from upsertspec.target.target import Credential, Secret

Serve = Callable[..., Wire]
Connect = Callable[..., Client]

FIND = Find("contacts", {"email": "a@x.io"})
UPSERT = Upsert("contacts", {"email": "a@x.io"}, ["email"])
FOUND = reply({"records": [], "total": 0})


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited."""
    slept: list[float] = []
    monkeypatch.setattr(pace, "time", SimpleNamespace(sleep=slept.append, monotonic=lambda: 100.0, time=time.time))
    return slept


def closing(connection: socket.socket, request: bytes) -> bool:
    """An answer that promises to keep the connection, which is closed when the next request comes."""
    connection.sendall(FOUND)
    connection.recv(1)
    return False


def sequence(*responses: bytes) -> Answer:
    """One response after the other, the last again and again."""
    left = list(responses)
    return by_request(lambda *_: left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.parametrize(("status", "connections"), [(400, 1), (404, 1), (500, 2), (503, 2)])
def test_after_a_server_error_a_new_connection_is_used(
    status: int, connections: int, serve: Serve, client: Connect, waits: list[float]
) -> None:
    """The server may close the old one at any moment."""
    wire = serve(sequence(reply({}, status, Retry_After="0"), FOUND))
    talker = client(wire.url)
    for _ in range(2):
        talker.call("editor", FIND)
    assert wire.connections == connections


def test_requests_of_a_role_share_a_connection(serve: Serve, client: Connect) -> None:
    wire = serve(always(FOUND))
    talker = client(wire.url)
    for operation in (FIND, FIND, UPSERT, FIND):
        talker.call("editor", operation)
    assert wire.connections == 1


def test_a_read_is_sent_again_where_a_kept_connection_was_closed(serve: Serve, client: Connect) -> None:
    talker = client(serve(closing).url)
    assert [talker.call("editor", FIND).status for _ in range(4)] == [200] * 4
    assert talker.stopped == ""


def test_after_one_such_close_no_connection_is_kept(serve: Serve, client: Connect) -> None:
    wire = serve(closing)
    talker = client(wire.url)
    talker.call("editor", FIND)
    talker.call("editor", FIND)
    seen = wire.connections
    assert [talker.call("editor", UPSERT).status for _ in range(3)] == [200] * 3
    assert wire.connections == seen + 3


def test_a_write_goes_over_a_new_connection_until_keeping_is_seen_to_work(serve: Serve, client: Connect) -> None:
    wire = serve(closing)
    talker = client(wire.url)
    talker.call("editor", UPSERT)
    talker.call("editor", UPSERT)
    assert wire.connections == 2
    assert len(wire.requests) == 2


def test_a_write_on_a_kept_connection_that_closes_is_not_sent_again(serve: Serve, client: Connect) -> None:
    def answer(connection: socket.socket, request: bytes) -> bool:
        if request.startswith(b"POST"):
            return False
        connection.sendall(FOUND)
        return True

    wire = serve(answer)
    talker = client(wire.url)
    talker.call("editor", FIND)
    talker.call("editor", FIND)
    with pytest.raises(NotTestable, match="nobody knows whether it was carried out"):
        talker.call("editor", UPSERT)
    assert [line.split()[0] for line in wire.lines()] == ["GET", "GET", "POST"]


def test_a_write_that_may_be_repeated_uses_a_kept_connection_and_is_sent_again_where_that_closes(serve: Serve) -> None:
    kept, closed = serve(always(FOUND)), serve(closing)
    for wire, connections in ((kept, 1), (closed, 3)):
        session = Session(Limits(), {}, keeping=Keeping(repeatable=True))
        assert [session.send("DELETE", wire.url, {}, None).status for _ in range(3)] == [200] * 3
        session.close()
        assert wire.connections == connections


def test_a_write_that_gets_no_answer_on_a_new_connection_is_the_targets_fault(serve: Serve, client: Connect) -> None:
    wire = serve(then_reset(b""))
    with pytest.raises(TargetSilent, match="connection broke"):
        client(wire.url).call("editor", UPSERT)
    assert len(wire.requests) == 1


def test_http_1_0_is_understood(serve: Serve, client: Connect) -> None:
    wire = serve(always(b'HTTP/1.0 200 OK\r\n\r\n{"records": []}', keep=False))
    talker = client(wire.url)
    assert [talker.call("editor", FIND).status for _ in range(2)] == [200, 200]
    assert wire.connections == 2


def test_cookies_are_not_sent_back_with_a_token(serve: Serve, client: Connect) -> None:
    wire = serve(always(reply({"records": []}, Set_Cookie="session=abcdefgh; Path=/")))
    talker = client(wire.url)
    talker.call("editor", FIND)
    talker.call("editor", FIND)
    assert not any("cookie" in dict(headers_of(request)) for request in wire.requests)
    assert "abcdefgh" not in str([exchange.as_dict() for exchange in talker.log])


@pytest.mark.parametrize("said", ["3", "0"])
def test_429_is_waited_for_and_sent_again(said: str, serve: Serve, client: Connect, waits: list[float]) -> None:
    wire = serve(sequence(reply({}, 429, Retry_After=said), FOUND))
    assert client(wire.url).call("editor", UPSERT).status == 200
    assert waits == [float(said)]
    assert len(wire.requests) == 2


@pytest.mark.parametrize("said", [None, "86400", "soon", "-1"])
def test_429_without_a_short_wait_is_not_testable(
    said: str | None, serve: Serve, client: Connect, waits: list[float]
) -> None:
    wire = serve(always(reply({}, 429, Retry_After=said)))
    with pytest.raises(NotTestable, match=r"429.*rate_limit"):
        client(wire.url).call("editor", UPSERT)
    assert waits == []
    assert len(wire.requests) == 1


def test_429_without_end_is_given_up(serve: Serve, client: Connect, waits: list[float]) -> None:
    wire = serve(always(reply({}, 429, Retry_After="1")))
    with pytest.raises(NotTestable, match="429 to 3 attempts"):
        client(wire.url).call("editor", FIND)
    assert waits == [1.0, 1.0]
    assert len(wire.requests) == 3


def test_503_with_retry_after_is_read_again(serve: Serve, client: Connect, waits: list[float]) -> None:
    wire = serve(sequence(reply({}, 503, Retry_After="2"), FOUND))
    assert client(wire.url).call("editor", FIND).status == 200
    assert waits == [2.0]


def test_503_to_a_write_is_an_answer_and_not_sent_again(serve: Serve, client: Connect, waits: list[float]) -> None:
    wire = serve(sequence(reply({}, 503, Retry_After="2"), FOUND))
    assert client(wire.url).call("editor", UPSERT).status == 503
    assert waits == []
    assert len(wire.requests) == 1


def test_the_environment_is_ignored(serve: Serve, client: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "NETRC", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/junk")
    wire = serve(always(FOUND))
    assert client(wire.url).call("anonymous", FIND).status == 200
    assert "authorization" not in dict(headers_of(wire.requests[0]))


def test_three_silences_in_a_row_end_the_asking(serve: Serve, client: Connect) -> None:
    wire = serve(silence)
    talker = client(wire.url, timeout=0.2)
    for _ in range(3):
        with pytest.raises(TargetSilent, match=r"no whole answer within 0\.2 s"):
            talker.call("editor", FIND)
    with pytest.raises(NotTestable, match="the target stopped answering: 3 requests in a row, the last GET http"):
        talker.call("editor", FIND)
    assert len(wire.requests) <= 3


def test_an_answer_in_between_resets_the_count(serve: Serve, client: Connect) -> None:
    served: list[int] = []

    def answer(connection: socket.socket, request: bytes) -> bool:
        served.append(1)
        if len(served) == 3:
            connection.sendall(FOUND)
        return False

    talker = client(serve(answer).url)
    for number in range(1, 6):
        if number == 3:
            assert talker.call("editor", FIND).status == 200
        else:
            with pytest.raises(TargetSilent):
                talker.call("editor", FIND)
    assert talker.stopped == ""


def test_an_answer_over_the_cap_is_reported(serve: Serve) -> None:
    wire = serve(always(reply(raw=b" " * 2001)))
    session = Session(Limits(5, 2000), {})
    with pytest.raises(TargetSilent, match="over 2000 bytes long"):
        session.send("GET", wire.url, {}, None)
    session.close()


def test_extra_headers_and_own_names_are_sent_and_names_come_back(serve: Serve, client: Connect) -> None:
    record = {"id": 7, "e_mail": "a@x.io"}
    wire = serve(always(reply({"id": 7, "operation": "created", "record": record})))
    talker = client(
        wire.url,
        headers={"X-Tenant": "acme"},
        bindings=renamed({"contacts": "tbl 1"}, {"contacts": {"email": "e_mail"}}),
    )
    answer = talker.call("editor", UPSERT)
    assert answer.record == {"id": 7, "email": "a@x.io"}
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/tables/tbl%201/records/upsert HTTP/1.1")
    assert dict(headers_of(head))["x-tenant"] == "acme"
    assert dict(headers_of(head))["authorization"] == f"Bearer {TOKEN_VARIABLES['UPSERTSPEC_TOKEN_EDITOR']}"
    assert body == b'{"fields": {"e_mail": "a@x.io"}, "matchFields": ["e_mail"]}'
    talker.call("editor", FIND)
    assert wire.lines()[1].startswith("GET /api/tables/tbl%201/records?e_mail=a%40x.io")


def test_the_rate_is_kept(waits: list[float]) -> None:
    steady = pace.Pace(4.0)
    for _ in range(4):
        steady.step()
    assert waits == [0.0, 0.25, 0.5, 0.75]


def test_without_a_rate_nothing_is_waited_for(waits: list[float]) -> None:
    pace.Pace(None).step()
    assert waits == []


def test_waiting_has_a_budget(waits: list[float]) -> None:
    patient = pace.Retries()
    waited = [patient.wait({"retry-after": "10"}) for _ in range(8)]
    assert waited == [True] * 6 + [False] * 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0.0), ("12", 12.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("", None), ("1.5", None), ("²", None)],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert pace.retry_after({"Retry-After": text}) == seconds


def test_a_head_that_is_cut_off_is_no_answer(serve: Serve, client: Connect) -> None:
    for head in (b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 204 No Content\r\nX: y\r\n"):
        with pytest.raises(TargetSilent, match="IncompleteHead: the connection ended in the headers"):
            client(serve(always(head, keep=False)).url).call("editor", FIND)


def test_informational_answers_are_passed_over(serve: Serve, client: Connect) -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
    talker = client(serve(always(hints + FOUND)).url)
    assert [talker.call("editor", FIND).status for _ in range(3)] == [200] * 3


def test_two_headers_go_out_as_two(serve: Serve, client: Connect) -> None:
    wire = serve(always(FOUND))
    talker = client(wire.url)
    talker.call("the editor's token in the second of two headers", FIND)
    sent = [value for name, value in headers_of(wire.requests[0]) if name == "authorization"]
    assert len(sent) == 2
    assert sent[1].endswith(TOKEN_VARIABLES["UPSERTSPEC_TOKEN_EDITOR"])
    assert talker.log[0].curl.count("Authorization: Bearer") == 2


@pytest.mark.parametrize("who", BROKEN)
def test_a_broken_credential_gives_nothing_away(who: str, serve: Serve, client: Connect) -> None:
    wire = serve(always(FOUND))
    talker = client(wire.url, expired=Credential(secret=Secret("t0ken-of-last-year")))
    talker.call(who, FIND)
    token = TOKEN_VARIABLES["UPSERTSPEC_TOKEN_EDITOR"]
    shown = json.dumps([exchange.as_dict() for exchange in talker.log], ensure_ascii=False)
    for secret in (token, token[1:], token.swapcase(), token[::-1], quote(token, safe="")):
        assert secret not in shown


def test_a_broken_request_has_a_connection_of_its_own(serve: Serve, client: Connect) -> None:
    wire = serve(always(FOUND))
    talker = client(wire.url)
    for alteration in ("", "", "cut off in the middle", "", ""):
        talker.call("editor", UPSERT if alteration else FIND, alteration)
    assert wire.connections == 3


def test_a_body_in_chunks_declares_no_length(serve: Serve, client: Connect) -> None:
    wire = serve(always(FOUND, keep=False))
    client(wire.url).call("editor", UPSERT, "filled up to 1,000 bytes and sent in chunks")
    names = [name for name, _ in headers_of(wire.requests[0])]
    assert names.count("transfer-encoding") == 1
    assert "content-length" not in names
