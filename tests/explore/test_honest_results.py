"""What is not evidence does not count: no answers, a dead target, an expired token, one 502, ordinary validation."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.kit import serving
from upsertspec.explore.command import result_lines
from upsertspec.explore.search import Result, Search
from upsertspec.prove.servers import Serve
from upsertspec.run.settings import new_run_id

Reply = tuple[int, str]
Before = Callable[[int, bytes], "Reply | None"]
"""The answer to the request of this number and body. None lets the reference server answer, GONE hangs up."""
GONE: Reply = (0, "")

Searched = Callable[..., tuple[Result, list[float]]]


@pytest.fixture
def searched(serve: Serve) -> Iterator[Searched]:
    """`searched(before)`: the result of a search on a proxy of the reference server, and the pauses it asked for."""
    servers = ExitStack()

    def search(before: Before, examples: int = 30) -> tuple[Result, list[float]]:
        target = serve("")
        pauses: list[float] = []
        url = servers.enter_context(serving(proxy(target.url, before)))
        search = Search(replace(target, url=url, profiles=("core",)), new_run_id(), sleep=pauses.append)
        return search.run(1, examples), pauses

    with servers:
        yield search


def proxy(url: str, before: Before) -> ThreadingHTTPServer:
    numbers = iter(range(1, 10**9))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = before(next(numbers), body) or self.forwarded(body)
            content = answer.encode()
            if status == GONE[0]:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        def forwarded(self, body: bytes) -> Reply:
            connection = http.client.HTTPConnection(urlsplit(url).netloc)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read().decode()
            connection.close()
            return answer.status, content

        def log_message(self, *_: Any) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


def test_it_waits_for_a_rate_limiter(searched: Searched) -> None:
    result, pauses = searched(lambda n, _: None if n % 9 < 4 else (429, "slow down"))
    assert pauses
    assert result.finding is None
    assert result.judged == result.tried == 30
    assert result.is_enough


def test_sequences_without_answers_are_no_evidence(searched: Searched) -> None:
    result, _ = searched(lambda n, _: None if n <= 12 else (429, "no more"))
    assert result.finding is None
    assert not result.is_enough
    assert "429" in result.ended
    assert "the search ended early" in "\n".join(result_lines(result, 1))


def test_one_502_is_not_a_difference(searched: Searched) -> None:
    result, _ = searched(lambda n, _: (502, "bad gateway") if n == 20 else None)
    assert result.finding is None
    assert result.is_enough
    [passing] = result.passing
    assert "502" in passing
    assert "did not come again" in passing


def test_an_expired_token_is_not_a_difference(searched: Searched) -> None:
    result, _ = searched(lambda n, _: (401, "{}") if n > 40 else None)
    assert result.finding is None
    assert not result.is_enough
    assert "is the credential still valid?" in result.ended
    assert result.last is not None


def test_a_server_that_dies_is_reported_with_the_sequence_before(searched: Searched) -> None:
    result, _ = searched(lambda n, _: (502, "bad gateway") if n > 40 else None)
    assert result.finding is None
    assert not result.is_enough
    assert "502" in result.ended
    assert result.last is not None
    assert "Scenario: " in result.last.scenario
    assert result.last.exchanges


@pytest.mark.parametrize("last", [25, 26, 27, 28, 29])
def test_when_a_server_dies_its_answered_requests_are_shown(searched: Searched, last: int) -> None:
    result, _ = searched(lambda n, _: GONE if n > last else None)
    assert result.finding is None
    assert not result.is_enough
    assert "the target stopped answering" in result.ended
    assert result.last is not None
    assert any(exchange.status for exchange in result.last.exchanges)
    assert result.last.exchanges[-1].failure


def test_ordinary_validation_is_learnt_and_avoided(searched: Searched) -> None:
    def before(_: int, body: bytes) -> Reply | None:
        try:
            name = json.loads(body)["fields"]["name"]
        except (ValueError, KeyError, TypeError):
            return None
        return (422, '{"detail": "name: at least one character"}') if name == "" else None

    result, _ = searched(before, examples=80)
    assert result.finding is None
    assert result.judged == result.tried == 80
    assert result.restrictions == ['contacts.name: "" is refused with 422; the contract allows it']
