"""Servers that are broken at the transport level: each run ends in bounded time with a message that says why."""

from __future__ import annotations

import gzip
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.http.wire import Answer, Wire, always, by_request, endlessly, reply, silence, slowly, then_reset
from tests.kit import TOKEN_VARIABLES, Done
from tests.report.kit import VALIDATOR

Serve = Callable[..., Wire]
Cli = Callable[..., Done]

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNK = b"10000\r\n" + b" " * 65536 + b"\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LIST = b'{"records": [], "total": 0}'
BOMB = gzip.compress(b"\0" * 40_000_000)
MANY_HEADERS = b"".join(b"X-%d: y\r\n" % number for number in range(1000))

WRONG: dict[str, tuple[Answer, str]] = {
    "never answers": (silence, "no whole answer within 0.5 s"),
    "headers a byte at a time": (slowly(reply({"records": []})), "no whole answer within 0.5 s"),
    "half a head, then nothing": (slowly(OK[20:], at_once=OK[:20]), "no whole answer within 0.5 s"),
    "body a byte at a time": (
        slowly(b" " * 9999, at_once=OK + b"Content-Length: 9999\r\n\r\n"),
        "no whole answer within",
    ),
    "endless body": (endlessly(OK + b"\r\n", b" " * 65536), "bytes long"),
    "endless chunks": (endlessly(CHUNKED, CHUNK), "bytes long"),
    "endless 100-continue": (endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "no whole answer within 0.5 s"),
    "endless header": (endlessly(OK + b"X-Long: ", b"a" * 65536), "LineTooLong"),
    "a thousand headers": (always(OK + MANY_HEADERS + b"\r\n", keep=False), "more than 100 headers"),
    "reset before the answer": (then_reset(b""), "connection broke"),
    "closed before the answer": (always(b"", keep=False), "connection broke"),
    "reset in the headers": (then_reset(OK[:-10]), "connection broke"),
    "reset in the body": (then_reset(OK + b"Content-Length: 99\r\n\r\n{"), "connection broke"),
    "closed in the body": (always(OK + b"Content-Length: 99\r\n\r\n{", keep=False), "connection broke"),
    "announces too much": (always(reply(raw=LIST, Content_Length="9999")), "no whole answer within"),
    "announces too little": (always(reply(raw=LIST, Content_Length="5")), "no JSON"),
    "a gzip bomb": (always(reply(raw=BOMB, Content_Encoding="gzip")), "bytes long"),
    "broken gzip": (always(reply(raw=b"no gzip", Content_Encoding="gzip")), "connection broke"),
    "a broken chunk": (always(CHUNKED + b"zz\r\nabc\r\n", keep=False), "connection broke"),
    "no HTTP": (always(b"SSH-2.0-OpenSSH_9.2\r\n", keep=False), "BadStatusLine"),
    "a bare body": (always(LIST, keep=False), "BadStatusLine"),
    "HTML with 200": (always(reply(raw=b"<!doctype html><title>Welcome</title>")), "no JSON.*URL of the API"),
    "HTML with 404": (always(reply(status=404, raw=b"<h1>Not here</h1>")), "no JSON.*URL of the API"),
    "no UTF-8": (always(reply(raw=b'{"records": [], "x": "\xff"}')), "no JSON"),
    "NaN": (always(reply(raw=b'{"records": [], "total": NaN}')), "NaN is not JSON"),
    "very deep": (always(reply(raw=b"[" * 100_000 + b"]" * 100_000)), "no JSON"),
    "a number without end": (always(reply(raw=b'{"total": ' + b"9" * 100_000 + b"}")), "no JSON"),
    "an empty body": (always(reply(raw=b"")), "no JSON"),
    "401": (always(reply({}, 401)), "credential is not accepted"),
    "500": (always(reply({}, 500)), "answers with 500"),
    "a redirect to itself": (always(reply({}, 302, Location="/api/tables/contacts")), "redirects to /api/tables"),
    "429": (always(reply({}, 429)), "429.*rate_limit"),
    "429 forever": (always(reply({}, 429, Retry_After="0")), "429 to 3 attempts.*rate_limit"),
    "429 for long": (always(reply({}, 429, Retry_After="86400")), "429.*rate_limit"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_server_is_reported_and_not_judged(name: str, serve: Serve, cli: Cli, tmp_path: Path) -> None:
    answer, words = WRONG[name]
    seconds = "0.5" if "no whole answer" in words else "10"
    done = cli("run", serve(answer).url, "--timeout", seconds, "--report", str(tmp_path))
    assert done.code == 3, done.text
    assert_reported(done, words)
    VALIDATOR.validate(json.loads((tmp_path / "report.json").read_text("utf-8")))


def assert_reported(done: Done, words: str) -> None:
    assert re.search(words, done.out, re.DOTALL), done.text
    assert "Traceback" not in done.text
    assert not any(token in done.text for token in TOKEN_VARIABLES.values())


def test_nothing_listens(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = cli("run", f"http://127.0.0.1:{port}", "--timeout", "0.5")
    assert done.code == 3
    assert_reported(done, r"can't connect: .*Connection refused.*start the target, or fix the host and port")
    assert "object at 0x" not in done.text


def test_a_host_without_an_address(cli: Cli) -> None:
    done = cli("run", "http://no-such-host.invalid", "--timeout", "2")
    assert done.code == 3
    assert_reported(done, "can't connect|no whole answer")


def test_a_redirect_is_not_followed_and_no_credential_leaves_the_host(serve: Serve, cli: Cli) -> None:
    other = serve(always(reply({"records": []})))
    target = serve(always(reply({}, 307, Location=f"{other.url}/elsewhere")))
    done = cli("run", target.url, "--timeout", "0.5")
    assert done.code == 3
    assert_reported(done, f"redirects to {other.url}/elsewhere.*use that address as the URL")
    assert other.connections == 0


def test_the_endless_body_of_a_redirect_is_not_read(serve: Serve, cli: Cli) -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"
    done = cli("run", serve(endlessly(head, b" " * 65536)).url, "--timeout", "5")
    assert done.code == 3
    assert_reported(done, "the answer is over 16777216 bytes long")


def plain(connection: socket.socket, request: bytes) -> bool:
    connection.sendall(reply({}))
    return False


def test_a_secure_address_of_a_plain_server(serve: Serve, cli: Cli) -> None:
    done = cli("run", serve(plain, asked=False).url.replace("http:", "https:"), "--timeout", "0.5")
    assert done.code == 3
    assert_reported(done, "no secure connection.*fix the certificate")


def test_a_proxy_that_is_not_there_is_named(serve: Serve, cli: Cli, tmp_path: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    file = f"{tmp_path}/target.toml"
    with open(file, "w") as new:
        new.write(f'url = "http://example.invalid"\nproxy = "http://127.0.0.1:{port}"\ntimeout = 0.5\n')
    done = cli("run", "--target", file)
    assert done.code == 3
    assert_reported(done, "the proxy can't be used")


def test_an_answer_that_echoes_escapes_and_tokens_is_shown_as_text(serve: Serve, cli: Cli) -> None:
    token = TOKEN_VARIABLES["UPSERTSPEC_TOKEN_EDITOR"]
    where = f"/\x1b[31m\u202e{token}".encode().decode("latin-1")
    target = serve(by_request(lambda *_: reply({}, 302, Location=where)))
    done = cli("run", target.url, "--timeout", "0.5")
    assert done.code == 3
    assert not {"\x1b", "\u202e"} & set(done.text)
    assert_reported(done, "redirects to /.*•••")
