"""Evidence: no secret and no control character is shown, and a curl line sends the very request again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest

from tests.http.wire import Wire, always, headers_of, reply
from tests.kit import TOKEN_VARIABLES
from upsertspec.dialects.operations import Find, Upsert
from upsertspec.http.client import Client
from upsertspec.http.curl import curl_line
from upsertspec.http.masking import BODY_CAP, MASK, Masker
from upsertspec.http.text import printable
from upsertspec.target.target import Secret, basic

Serve = Callable[..., Wire]
Connect = Callable[..., Client]

EDITOR = TOKEN_VARIABLES["UPSERTSPEC_TOKEN_EDITOR"]
FIND = Find("contacts", {"email": "a@x.io"})
NASTY = 'it\'s "quoted" $HOME `id` $(id) !! \\ \n\r\t \x1b[31m \u202e \u200b {a,b}[1-2] @file Þóra 李 🚀 \x7f\x85'

FORMS = {
    "plain": EDITOR,
    "URL-encoded": quote(EDITOR, safe=""),
    "URL-encoded in lower case": quote(EDITOR, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "in a query": urlencode({"t": EDITOR}),
    "JSON with escaped slashes": EDITOR.replace("/", "\\/"),
    "JSON with code points": EDITOR.replace("+", "\\u002B").replace("=", "\\u003d"),
    "HTML": EDITOR.replace("+", "&#43;").replace("=", "&#x3D;"),
    "without its last letter": EDITOR[:-1],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(form: str) -> None:
    assert Masker([EDITOR]).text(f"<{FORMS[form].removeprefix('t=')}>") == f"<{MASK}>"


def test_the_longest_secret_is_masked_first() -> None:
    assert Masker(["abcd", "abcdefgh"]).text("abcdefgh abcd") == f"{MASK} {MASK}"


def test_the_beginning_of_a_secret_is_masked_where_a_value_was_cut_short() -> None:
    masker = Masker([EDITOR])
    for kept in range(4, len(EDITOR)):
        assert masker.text(f"name is {EDITOR[:kept]}… instead") == f"name is {MASK}… instead"
    assert masker.text("s3c… s3cr") == "s3c… s3cr"


def test_short_and_empty_secrets_mask_nothing() -> None:
    assert Masker(["", "a", "abc"]).text("abc") == "abc"


def test_a_masked_body_has_no_half_of_a_secret_at_its_edge() -> None:
    masker = Masker([EDITOR])
    for before in range(BODY_CAP * 2 - 60, BODY_CAP * 2 + 400):
        shown = masker.body(b"." * before + EDITOR.encode() * 50)
        assert EDITOR[:4] not in shown
    for cap in range(10, 80):
        assert EDITOR[:4] not in masker.body(EDITOR.encode() * 40, cap)


def test_a_body_is_capped_and_says_so() -> None:
    shown = Masker([]).body(b"x" * 1_000_000)
    assert shown == "x" * BODY_CAP + "… (1000000 bytes in all)"
    assert Masker([]).body(b"\xff") == "\\xff"


def test_headers_are_few_short_and_without_cookies() -> None:
    many = {f"X-{number}": "y" * 5000 for number in range(1000)} | {}
    kept = Masker([EDITOR]).headers({"Set-Cookie": "a=b", "X-Echo": f"{EDITOR}\x1b", **many})
    assert kept["Set-Cookie"] == MASK
    assert kept["X-Echo"] == f"{MASK}\\x1b"
    assert len(kept) == 40
    assert len(kept["X-0"]) == 1024


def test_control_characters_are_written_out() -> None:
    assert printable("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\\n"


def test_nothing_that_an_exchange_shows_holds_a_token(serve: Serve, client: Connect) -> None:
    wire = serve(always(reply({"echo": EDITOR, "path": quote(EDITOR, safe="")}, 400, X_Echo=EDITOR)))
    talker = client(wire.url, headers={"X-Key": Secret("extra-secret", "EXTRA")})
    for who in ("editor", "the editor's token cut short", "the editor's token with a letter more", "another scheme"):
        answer = talker.call(who, Upsert("contacts", {"notes": EDITOR, "url": f"?t={quote(EDITOR)}"}, ["email"]))
        assert EDITOR[:-1] not in answer.text
    talker.call("editor", Find("contacts", {"email": EDITOR}))
    shown = json.dumps([exchange.as_dict() for exchange in talker.log])
    for secret in (EDITOR[:-1], quote(EDITOR[:-1], safe=""), "extra-secret"):
        assert secret not in shown
    assert "${UPSERTSPEC_TOKEN_EDITOR%?}" in talker.log[1].curl
    assert "${EXTRA}" in talker.log[0].curl


def test_the_raw_password_of_basic_is_masked_too(serve: Serve, client: Connect) -> None:
    wire = serve(always(reply({"echo": "hunter2hunter2"}, 401)))
    talker = client(wire.url, roles={"editor": basic("ed", Secret("hunter2hunter2", "PASS"))})
    assert "hunter2" not in talker.call("editor", FIND).text
    assert "hunter2" not in str(talker.log)


def test_an_error_at_the_transport_shows_no_token(serve: Serve, client: Connect) -> None:
    wire = serve(always(f"{EDITOR} {EDITOR}\r\n".encode() * 40, keep=False))
    talker = client(wire.url)
    with pytest.raises(Exception, match="connection broke") as told:
        talker.call("editor", FIND)
    assert EDITOR[:6] not in f"{told.value} {talker.log}"


curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")


def sent_by_curl(line: str, **env: str) -> None:
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, timeout=30, env={"PATH": os.environ["PATH"], "LC_ALL": "C", **env}
    )
    assert done.returncode == 0, done.stderr


def same_request(first: bytes, second: bytes) -> None:
    """The same but for what each client adds of its own."""
    own = {"user-agent", "accept", "accept-encoding", "host"}
    heads = [request.partition(b"\r\n\r\n")[0] for request in (first, second)]
    assert heads[0].split(b"\r\n")[0] == heads[1].split(b"\r\n")[0]
    kept = [sorted(h for h in headers_of(head) if h[0] not in own) for head in heads]
    assert kept[0] == kept[1]
    assert first.partition(b"\r\n\r\n")[2] == second.partition(b"\r\n\r\n")[2]


@curl
@pytest.mark.parametrize("who", ["editor", "anonymous", "an empty credential", "the editor's token cut short"])
def test_the_curl_line_sends_the_same_request(who: str, serve: Serve, client: Connect) -> None:
    wire = serve(always(reply({})))
    talker = client(
        wire.url, headers={"X-Odd": "a 'b' $c `d` \"e\" !f", "X-Empty": "", "If-Match": '"caf\xe9", "\xc3\xa9"'}
    )
    fields = {"email": "a@x.io", "notes": NASTY, "name": EDITOR}
    for operation in (Upsert("contacts", fields, ["email"]), Find("contacts", {"name": NASTY})):
        talker.call(who, operation)
        line = talker.log[-1].curl
        assert line.isprintable()
        assert EDITOR[:-1] not in line
        sent_by_curl(line, **TOKEN_VARIABLES)
        same_request(*wire.requests[-2:])


@curl
@pytest.mark.parametrize("pair", [("ed's", Secret("pass word$\"'", "PASS")), (Secret("pass word$\"'", "PASS"), "")])
def test_the_curl_line_of_basic_needs_the_secret_only(
    pair: tuple[str | Secret, str | Secret], serve: Serve, client: Connect
) -> None:
    wire = serve(always(reply({})))
    client_of = client(wire.url, roles={"editor": basic(*pair)})
    client_of.call("editor", FIND)
    sent_by_curl(client_of.log[0].curl, PASS="pass word$\"'")
    same_request(*wire.requests)


@curl
@pytest.mark.parametrize("body", [b"@/etc/hostname", b"", b"\xff\xfe'\\x41", b"\xed\xa0\x80!"])
def test_raw_bodies_are_sent_as_they_are(body: bytes, serve: Serve) -> None:
    wire = serve(always(reply({})))
    sent_by_curl(curl_line("POST", f"{wire.url}/[x]{{y}}", {"Content-Type": "text/plain"}, body, {}))
    assert wire.requests[0].partition(b"\r\n\r\n")[2] == body


def test_a_body_that_is_too_long_for_a_line_is_left_out_and_said_so() -> None:
    line = curl_line("POST", "http://h/", {}, b"x" * 200_000, {})
    assert line.endswith("--data-binary @body # the body of 200000 bytes is left out here")
