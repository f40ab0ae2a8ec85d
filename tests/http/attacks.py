"""A table of attacks on the harness: what a hostile target sends, and what the run reports.

`PREFLIGHT` attacks from the first answer on; `ANSWERS` lets a run begin, and attacks in what upserts and lists answer.
"""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.http.wire import Answer, always, by_request, endlessly, reply, then_reset, wait_for_end

ESCAPE = "\x1b[31m\x1b]0;owned\x07\u202e"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LIST = b'{"records": [], "total": 0}'
BOMB = b"\0" * 40_000_000


@dataclass(frozen=True)
class Attack:
    """What is sent, what the run says (a pattern), with which exit code, and how long an answer may take."""

    answer: Answer
    says: str
    code: int = 3
    timeout: float = 5.0


def raw(head: str, body: bytes = LIST, keep: bool = False) -> Answer:
    """These lines as the head, then this body."""
    return always("\r\n".join([*head.split("|"), "", ""]).encode("latin-1", "surrogateescape") + body, keep)


def ok(*headers: str, body: bytes = LIST) -> Answer:
    """200 with these headers, and the end of the connection."""
    return raw("|".join(["HTTP/1.1 200 OK", *headers]), body)


def times(data: bytes, count: int, end: bytes) -> Answer:
    """The same bytes this many times, then others."""
    return always(data * count + end, keep=False)


def drip(connection: socket.socket, request: bytes) -> bool:
    """An endless header, a few bytes at a time."""
    connection.sendall(OK)
    while not wait_for_end(connection, 0.05):
        connection.sendall(b"X-More: y\r\n")
    return False


def layers(body: bytes, count: int) -> bytes:
    """The body, compressed again and again."""
    for _ in range(count):
        body = gzip.compress(body)
    return body


def nothing_compressed(connection: socket.socket, request: bytes) -> bool:
    """An endless compressed body that decompresses to nothing."""
    connection.sendall(OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10])
    while True:
        connection.sendall(b"\0\0\0\xff\xff" * 10_000)


COMPRESSED = layers(BOMB, 2)
BROKE = "the connection broke before a whole answer came"
LATE = "no whole answer within"

PREFLIGHT: Mapping[str, Attack] = {
    "two lengths that differ": Attack(ok("Content-Length: 5", "Content-Length: 27"), BROKE + "|no JSON"),
    "a negative length": Attack(ok("Content-Length: -1", body=b"{"), BROKE + "|no JSON"),
    "a length that is no number": Attack(ok("Content-Length: many", body=b"{"), BROKE + "|no JSON"),
    "a length of a thousand digits": Attack(ok("Content-Length: " + "9" * 1000, body=b"{"), BROKE),
    "a length of ten thousand digits": Attack(ok("Content-Length: " + "9" * 10_000, body=b"{"), BROKE + "|no JSON"),
    "a chunk that is shorter than it says": Attack(always(CHUNKED + b"ff\r\n{}\r\n0\r\n\r\n", keep=False), BROKE),
    "a chunk of negative length": Attack(always(CHUNKED + b"-5\r\n{}\r\n0\r\n\r\n", keep=False), BROKE + "|no JSON"),
    "a chunk beyond all numbers": Attack(always(CHUNKED + b"f" * 40 + b"\r\n{}\r\n", keep=False), BROKE),
    "a chunk length without end": Attack(endlessly(CHUNKED, b"0" * 65536), "LineTooLong|InvalidChunk|" + BROKE),
    "no last chunk": Attack(always(CHUNKED + b"2\r\n{}\r\n", keep=False), BROKE),
    "chunks that are none": Attack(raw("HTTP/1.1 200 OK|Transfer-Encoding: chunked"), BROKE),
    "trailers without end": Attack(endlessly(CHUNKED + b"0\r\n", b"X-T: y\r\n"), LATE, timeout=0.4),
    "headers now and then, without end": Attack(drip, LATE, timeout=0.4),
    "headers without end": Attack(endlessly(OK, b"X-More: y\r\n"), "more than 100 headers"),
    "a hundred giant headers": Attack(times(OK, 1, (b"X-Big: " + b"a" * 60_000 + b"\r\n") * 90 + b"\r\n["), "no JSON"),
    "the end of the connection in the head": Attack(always(OK, keep=False), BROKE),
    "the end of the connection in a header": Attack(always(OK + b"Content-Le", keep=False), BROKE),
    "a head and nothing else": Attack(always(b"HTTP/1.1 200 OK\r\n", keep=False), BROKE),
    "a status of two digits": Attack(raw("HTTP/1.1 20 OK"), "BadStatusLine"),
    "a status of ten digits": Attack(raw("HTTP/1.1 2000000000 OK"), "BadStatusLine"),
    "a status that is no number": Attack(raw("HTTP/1.1 2OO OK"), "2OO"),
    "a status of 999": Attack(raw("HTTP/1.1 999 Odd|Content-Length: 27"), "answers with 999"),
    "another version of HTTP": Attack(raw("HTTP/9.9 200 OK"), "UnknownProtocol|BadStatusLine|no usable answer"),
    "the bytes of HTTP/2": Attack(always(b"\0\0\x12\x04\0\0\0\0\0\0\x03", keep=False), "BadStatusLine"),
    "an answer of HTTP/0.9 without end": Attack(endlessly(b"<html>", b"a" * 65536), "LineTooLong|BadStatusLine"),
    "escapes in the reason": Attack(raw(f"HTTP/1.1 500 {ESCAPE[:9]}|Content-Length: 27"), "answers with 500"),
    "escapes in a status line that is none": Attack(raw("\x1b[31mHTTP/1.1 200 OK\x07"), "BadStatusLine"),
    "escapes in headers": Attack(
        raw("HTTP/1.1 302 Found|Location: /\x1b[2J\x07\x9b31m|Content-Length: 27"), "redirects to /"
    ),
    "escapes in the body": Attack(always(reply(raw=ESCAPE.encode()), keep=False), "no JSON"),
    "a header without a name": Attack(ok(": x", "Content-Length: 1", body=b"{"), BROKE + "|no JSON"),
    "a header without a colon": Attack(ok("nothing", "Content-Length: 1", body=b"{"), BROKE + "|no JSON"),
    "a header that goes on in the next line": Attack(
        ok("Location: a\r\n\t b", "Content-Length: 1", body=b"{"), "no JSON"
    ),
    "bytes that are no text in headers": Attack(ok("X-Odd: \xff\x00\x01", "Content-Length: 1", body=b"{"), "no JSON"),
    "early hints without end": Attack(
        endlessly(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), LATE + "|" + BROKE, timeout=0.4
    ),
    "a switch of protocols": Attack(
        raw("HTTP/1.1 101 Switching Protocols|Upgrade: h2c", b""), "answers with 101|no JSON|no usable"
    ),
    "a bomb in two layers": Attack(always(reply(raw=COMPRESSED, Content_Encoding="gzip, gzip")), "bytes long|" + BROKE),
    "a bomb of deflate": Attack(always(reply(raw=zlib.compress(BOMB), Content_Encoding="deflate")), "bytes long"),
    "a bomb in chunks": Attack(
        always(
            CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
            + b"%x\r\n%b\r\n0\r\n\r\n" % (len(gzip.compress(BOMB)), gzip.compress(BOMB)),
            keep=False,
        ),
        "bytes long",
    ),
    "a hundred layers": Attack(always(reply(raw=LIST, Content_Encoding=", ".join(["gzip"] * 100))), BROKE),
    "an encoding that nobody knows": Attack(always(reply(raw=b"\x01\x02", Content_Encoding="zz")), "no JSON"),
    "a redirect to a file": Attack(always(reply({}, 302, Location="file:///etc/passwd")), "redirects to file:"),
    "a redirect without an end": Attack(always(reply({}, 301, Location="/a" * 20_000)), "redirects to /a"),
    "a refresh": Attack(always(reply({}, 503, Refresh="0; url=ELSEWHERE", Retry_After="-1")), "answers with 503"),
    "a demand for a proxy's password": Attack(always(reply({}, 407, Proxy_Authenticate="Basic")), "answers with 407"),
    "a demand for digests": Attack(
        always(reply({}, 401, WWW_Authenticate='Digest nonce="x"')), "credential is not accepted"
    ),
    "cookies for other domains": Attack(
        always(reply({}, 500, Set_Cookie="a=b; Domain=example.com; Path=/")), "answers with 500"
    ),
    "a wait of a year": Attack(always(reply({}, 429, Retry_After="31536000")), "429.*rate_limit"),
    "a negative wait": Attack(always(reply({}, 429, Retry_After="-5")), "429.*rate_limit"),
    "a wait until the year 9999": Attack(
        always(reply({}, 429, Retry_After="Fri, 31 Dec 9999 23:59:59 GMT")), "429.*rate_limit"
    ),
    "a wait until no day": Attack(
        always(reply({}, 429, Retry_After="Fri, 99 Foo 99999 99:99:99 GMT")), "429.*rate_limit"
    ),
    "a wait of ten thousand digits": Attack(always(reply({}, 429, Retry_After="9" * 10_000)), "429.*rate_limit"),
    "a wait of infinity": Attack(always(reply({}, 429, Retry_After="inf")), "429.*rate_limit"),
    "a number of a million digits": Attack(always(reply(raw=b'{"total": ' + b"9" * 1_000_000 + b"}")), "no JSON"),
    "objects in objects": Attack(always(reply(raw=b'{"records":' * 200_000)), "no JSON"),
    "UTF-16": Attack(always(reply(raw=LIST.decode().encode("utf-16"))), "no JSON"),
    "a byte order mark": Attack(always(reply(raw=b"\xef\xbb\xbf" + LIST)), "no JSON"),
    "a list in place of an object": Attack(always(reply([])), "no JSON object"),
    "a chunk with a megabyte said of it": Attack(
        always(CHUNKED + b"2;" + b"x" * 1_000_000 + b"\r\n{}\r\n0\r\n\r\n", keep=False), "LineTooLong"
    ),
    "chunks of a byte without end": Attack(endlessly(CHUNKED, b"1;a=b\r\n \r\n" * 5000), LATE, timeout=0.4),
    "parts that are compressed to nothing, without end": Attack(
        endlessly(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 3000), LATE, timeout=0.4
    ),
    "nothing, compressed without end": Attack(nothing_compressed, LATE, timeout=0.4),
    "a checksum that is wrong": Attack(
        always(reply(raw=gzip.compress(LIST)[:-8] + b"\0" * 8, Content_Encoding="gzip")), BROKE
    ),
    "a status with a fraction": Attack(raw("HTTP/1.1 200.5 OK"), "200.5"),
    "a status of zeros": Attack(raw("HTTP/1.1 000 Zero"), "BadStatusLine"),
    "a redirect that leads nowhere": Attack(always(reply({}, 302)), "answers with 302 and 302"),
    "an answer for caches": Attack(always(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "answers with 304 and 304"),
    "a redirect to a script": Attack(
        always(reply({}, 302, Location="javascript:alert(1)")), "redirects to javascript:"
    ),
    "a redirect to no host": Attack(always(reply({}, 307, Location="http://[::1")), "redirects to http://"),
    "a demand for a domain's password": Attack(always(reply({}, 401, WWW_Authenticate="NTLM")), "not accepted"),
    "a million lists that nest": Attack(always(reply(raw=b"[" * 1_000_000)), "no JSON"),
    "five million objects": Attack(
        always(reply(raw=b'{"records": [' + b"{}," * 5_000_000 + b"{}]}")), "no JSON.*more than 1000000 values"
    ),
    "a million members": Attack(
        always(reply(raw=b'{"fields": {' + b",".join(b'"%d":1' % n for n in range(1_200_000)) + b"}}")), "no JSON"
    ),
    "a member that comes a million times": Attack(
        always(reply(raw=b"{" + b'"a":0,' * 1_200_000 + b'"a":0}')), "no JSON"
    ),
    "a body that says it is UTF-7": Attack(
        always(reply(raw=b"+AHsAIg-records+ACI-:[]}", Content_Type="application/json; charset=utf-7")), "no JSON"
    ),
    "a reset after half an answer": Attack(then_reset(reply({"records": []})[:-8]), BROKE),
}


Say = Callable[[dict[str, Any]], Any]


def upserts(say: Say, listed: Say | None = None) -> Answer:
    """Upserts answer what `say` makes of their fields; lists are empty, or what `listed` makes of the last of these."""
    last: dict[str, Any] = {}

    def handle(method: str, path: str, body: bytes) -> bytes:
        if method == "GET":
            return whole(listed(last) if listed and last else {"records": [], "total": 0, "fields": {}})
        last.update(json.loads(body).get("fields") or {} if body else {})
        return whole(say(last))

    return by_request(handle)


def whole(said: Any) -> bytes:
    """An answer of what was made: bytes as they are."""
    return said if isinstance(said, bytes) else reply(said)


def made(ident: Any = 1, operation: Any = "created", **more: Any) -> Say:
    """The answer to an upsert, with this id and operation."""
    return lambda fields: {"id": ident, "operation": operation, "record": {**fields, "id": ident}, **more}


def listing(**more: Any) -> Say:
    """A list of the one record, with more."""
    return lambda fields: {"records": [{**fields, "id": 1}], "total": 1, **more}


def answered(*lines: bytes) -> Say:
    """The right answer in JSON, with these bytes in the place of MARK."""
    return lambda fields: lines[0].replace(b"FIELDS", json.dumps(fields).encode())


def bytes_of(text: str) -> Say:
    """An answer of this JSON text, letter by letter."""
    return lambda fields: reply(raw=text.replace("FIELDS", json.dumps(fields)[1:-1]).encode("utf-8", "surrogatepass"))


DEEP = "[" * 5000 + "]" * 5000

ANSWERS: Mapping[str, Attack] = {
    "an id that is an object": Attack(upserts(made({"$oid": 1}), listing()), 'one "id"', 1),
    "an id that is a list": Attack(upserts(made([[1]]), listing()), 'one "id"', 1),
    "an id that is null": Attack(upserts(made(None), listing()), 'one "id"', 1),
    "an id that is true": Attack(upserts(made(True), listing()), 'one "id"', 1),
    "an id with slashes and dots": Attack(upserts(made("../../../etc/passwd?x#y"), listing()), "expected", 1),
    "an id that is a URL": Attack(upserts(made("ELSEWHERE/x"), listing()), "expected", 1),
    "an id with line ends": Attack(upserts(made("x\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1"), listing()), "expected", 1),
    "an id of a megabyte": Attack(upserts(made("x" * 1_000_000), listing()), "expected", 1),
    "an id that is empty": Attack(upserts(made(""), listing()), "expected", 1),
    "an id of four thousand digits": Attack(upserts(made(10**4000), listing()), "expected", 1),
    "an id that is half a character": Attack(
        upserts(bytes_of('{"id": "\\ud800", "operation": "created", "record": {"id": "\\ud800", FIELDS}}'), listing()),
        "expected",
        1,
    ),
    "an id of escapes": Attack(upserts(made(ESCAPE), listing()), "expected", 1),
    "a record that is a list": Attack(
        upserts(lambda f: {"id": 1, "operation": "created", "record": [f]}), 'no "record" object', 1
    ),
    "a record of a hundred thousand members": Attack(
        upserts(lambda f: {"id": 1, "operation": "created", "record": {**f, **{str(n): n for n in range(100_000)}}}),
        "expected",
        1,
    ),
    "an operation that is an object": Attack(upserts(made(1, {"x": ESCAPE}), listing()), "expected", 1),
    "an operation of escapes": Attack(upserts(made(1, ESCAPE), listing()), "expected", 1),
    "values of escapes": Attack(
        upserts(made(), lambda f: {"records": [{**f, "id": 1, "name": ESCAPE}], "total": 1}), "expected", 1
    ),
    "values that nest": Attack(
        upserts(bytes_of('{"id": 1, "operation": "created", "record": {"id": 1, "name": ' + DEEP + "}}")), "expected", 1
    ),
    "a number of 1e999999": Attack(
        upserts(bytes_of('{"id": 1e999999, "operation": "created", "record": {"id": 1e999999, FIELDS}}'), listing()),
        "expected",
        1,
    ),
    "a member that comes twice": Attack(
        upserts(bytes_of('{"id": 1, "id": 2, "operation": "created", "record": {"id": 1, FIELDS}}'), listing()),
        "expected",
        1,
    ),
    "records that are lists": Attack(
        upserts(made(), lambda f: {"records": [[f]], "total": 1}), 'no "records" list|no way to read back', 3
    ),
    "records that are no list": Attack(
        upserts(made(), lambda f: {"records": {"0": f}, "total": 1}), 'no "records" list|no way to read back', 3
    ),
    "a total below zero": Attack(upserts(made(), lambda f: {"records": [], "total": -1}), "one record in contacts", 1),
    "a total that is text": Attack(
        upserts(made(), lambda f: {"records": [], "total": "many"}), "one record in contacts", 1
    ),
    "a total beyond all numbers": Attack(
        upserts(made(), lambda f: {"records": [], "total": 10**4000}), "one record in contacts", 1
    ),
    "a total of infinity": Attack(
        upserts(made(), bytes_of('{"records": [], "total": 1e999}')), "one record in contacts", 1
    ),
    "pages without end": Attack(
        upserts(made(), lambda f: {"records": [{"id": 1}] * 3, "total": 10**9}), "one record in contacts", 1
    ),
    "a page of a million numbers": Attack(
        upserts(made(), lambda f: {"records": [{}] * 300_000, "total": 1}), "one record in contacts", 1
    ),
    "a Location elsewhere": Attack(
        upserts(lambda f: reply(made()(f), Location="ELSEWHERE/1"), listing()), "passed|expected", 1
    ),
    "links elsewhere": Attack(
        upserts(
            lambda f: reply(made(url="ELSEWHERE/2")(f), Link="<ELSEWHERE/3>; rel=next", Refresh="0; url=ELSEWHERE"),
            listing(next="ELSEWHERE/4"),
        ),
        "passed|expected",
        1,
    ),
    "another place to ask": Attack(
        upserts(lambda f: reply(made()(f), Alt_Svc='h2="ELSEWHERE"', Content_Location="ELSEWHERE"), listing()),
        "passed|expected",
        1,
    ),
    "a redirect of a write": Attack(upserts(lambda f: reply({}, 307, Location="ELSEWHERE/5")), "307", 1),
    "a redirect of a read": Attack(
        upserts(made(), lambda f: reply({}, 301, Location="ELSEWHERE/6")), "no way to read back", 3
    ),
    "hints before every answer": Attack(
        upserts(
            lambda f: b"HTTP/1.1 103 Early Hints\r\nLink: <ELSEWHERE/7>; rel=preload\r\n\r\n" * 50 + reply(made()(f)),
            listing(),
        ),
        "passed|expected",
        1,
    ),
    "names of members of escapes": Attack(
        upserts(made(**{ESCAPE: 1, "__proto__": {}}), listing(**{ESCAPE: 1})), "expected", 1
    ),
    "an answer twice": Attack(upserts(lambda f: reply(made()(f)) * 2, listing()), "passed|expected", 1),
    "an answer and garbage behind it": Attack(
        upserts(lambda f: reply(made()(f)) + b"\0garbage" * 1000, listing()), "passed|expected", 1
    ),
    "401 to every write": Attack(upserts(lambda f: reply({}, 401, WWW_Authenticate="Bearer")), "401", 1),
    "429 to every write": Attack(upserts(lambda f: reply({}, 429, Retry_After="-1")), "429.*rate_limit", 3),
    "the token sent back": Attack(upserts(lambda f: reply({"token": "TOKEN"}, 500)), "500", 1),
    "two lengths that agree": Attack(
        upserts(lambda f: reply(made()(f)).replace(b"Content-Type", b"Content-Length: 9999\r\nContent-Type")),
        "expected|broke|no whole answer",
        1,
        0.4,
    ),
    "a length and chunks": Attack(
        upserts(lambda f: CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 3\r\n\r\n") + b"2\r\n{}\r\n0\r\n\r\n"),
        "expected",
        1,
    ),
}
