"""Evidence: nothing of a secret is shown, and what is shown is whole where it can be."""

from __future__ import annotations

import pytest

from upsertspec.http.curl import CURL_BODY_CAP, curl_flags, curl_line
from upsertspec.http.exchange import Exchange
from upsertspec.http.malformed import Lines
from upsertspec.http.masking import LONGEST_FORM, MASK, Masker
from upsertspec.http.text import printable, without_userinfo

SECRET = "s3cret-t0ken"


def test_an_exchange_is_plain_data() -> None:
    exchange = Exchange(
        "editor",
        "POST",
        "http://h/x",
        {"A": "1"},
        b"{}",
        200,
        {"B": "2"},
        b"[]",
        started=1.12345678,
        elapsed=2.12345678,
        attempt=2,
        step="When it is sent",
        command=lambda: "curl http://h/x",
    )
    told = {
        "step": "When it is sent",
        "role": "editor",
        "attempt": 2,
        "method": "POST",
        "url": "http://h/x",
        "request": {"headers": {"A": "1"}, "body": "{}"},
        "response": {"status": 200, "headers": {"B": "2"}, "body": "[]"},
        "started": 1.123457,
        "elapsed": 2.123457,
        "curl": "curl http://h/x",
    }
    assert exchange.as_dict() == told
    exchange.failure = "unreachable: refused"
    del told["response"]
    assert exchange.as_dict() == {**told, "failure": "unreachable: refused"}


def masked(text: str, *secrets: str) -> str:
    return Masker(secrets or [SECRET]).text(text)


@pytest.mark.parametrize(
    ("secret", "form"),
    [
        ("a b/c", "a+b%2fc"),
        ("a b/c", "a%20b%2Fc"),
        ("a b/c", "a b\\/c"),
        ("a b/c", "a\\u0020b\\u002Fc"),
        ("a b/c", "a&#32;b&#x2F;c"),
        ("a b/c", "a&#0032;b&#x02f;c"),
        ('a"b&c', "a&quot;b&amp;c"),
        ('a"b&c', 'a\\"b%26c'),
        ("a.b.c", "a.b.c"),
        ("größe", "größe"),
    ],
)
def test_a_secret_is_hidden_as_urls_json_and_html_write_it(secret: str, form: str) -> None:
    assert masked(f"<{form}>", secret) == f"<{MASK}>"


@pytest.mark.parametrize(
    ("secret", "other"),
    [("a.b.c", "axbxc"), ("abcd", "ABCD"), ("a b/c", "a_b/c"), ("a/b/c", "a+b/c"), ("a/b/c", "a%2Eb/c")],
)
def test_what_only_looks_like_a_secret_is_left(secret: str, other: str) -> None:
    assert masked(f"<{other}>", secret) == f"<{other}>"


def test_a_secret_without_its_last_letter_is_hidden_where_it_is_long_enough() -> None:
    assert masked("<abcd> <abcde>", "abcde") == f"<{MASK}> <{MASK}>"
    assert masked("<abc> <abcd>", "abcd") == f"<abc> <{MASK}>"


def test_a_secret_is_hidden_wherever_it_stands() -> None:
    assert masked(f"{SECRET},{SECRET}") == f"{MASK},{MASK}"
    assert masked(f"{SECRET}… {SECRET}… {SECRET}") == f"{MASK}… {MASK}… {MASK}"


def test_secrets_are_learnt_as_they_come_the_longest_first() -> None:
    masker = Masker([])
    assert masker.text("abcd abcdefgh") == "abcd abcdefgh"
    masker.learn(["abcd"])
    masker.learn(["abcd"])
    assert masker.text("abcd") == MASK
    masker.learn(["abcdefgh", "xyz"])
    assert masker.text("abcd abcdefgh xyz") == f"{MASK} {MASK} xyz"
    masker.learn(iter(["0123"]))
    assert masker.text("abcd 0123") == f"{MASK} {MASK}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("is s3cr…", f"is {MASK}…"),
        ("is s3cret-t0… and s3cret…", f"is {MASK}… and {MASK}…"),
        ("is s3c…", "is s3c…"),
        ("is s3crex…", "is s3crex…"),
        ("is s3cre", "is s3cre"),
        ("…", "…"),
        ("s3cre s3cr…", f"s3cre {MASK}…"),
        ("s3cret-…s3cre-", f"{MASK}…s3cre-"),
    ],
)
def test_the_beginning_of_a_secret_is_hidden_where_a_value_was_cut_short(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_the_beginning_of_any_of_the_secrets_is_hidden() -> None:
    assert masked("is 01234…", SECRET, "0123456789") == f"is {MASK}…"
    assert masked("is zzzzabcd…", "abcdefgh", "zzzzabcdefgh") == f"is {MASK}…"


def test_a_body_is_shown_whole_where_it_is_short() -> None:
    assert Masker([]).body(b"") == ""
    assert Masker([]).body("Zoë".encode()) == "Zoë"
    assert Masker([]).body(b"12345678", 8) == "12345678"
    assert Masker([SECRET]).body(SECRET.encode(), 6) == MASK


def test_a_body_is_cut_where_it_is_long() -> None:
    assert Masker([]).body(b"123456789", 8) == "12345678… (9 bytes in all)"
    assert Masker([SECRET]).body(SECRET.encode(), 5) == f"{MASK}… (12 bytes in all)"
    assert Masker([]).body(b"x" * 17, 8) == "xxxxxxxx… (17 bytes in all)"
    assert Masker([SECRET]).body(SECRET.encode() * 9, 8) == f"{MASK}… (108 bytes in all)"


@pytest.mark.parametrize("spaces", range(len(SECRET)))
def test_the_start_of_a_body_shows_the_same_and_no_half_of_a_secret_at_its_end(spaces: int) -> None:
    masker = Masker(["abcd", SECRET])
    body = SECRET.encode() * 9 + b" " * spaces + SECRET.encode() * 9
    start = masker.start(body, 10)
    assert len(start) == 2 * 10 + LONGEST_FORM * len(SECRET)
    for shown in (masker.body(body, 10), masker.body(start, 10, len(body))):
        assert shown == f"… ({len(body)} bytes in all)"


def test_a_secret_that_is_learned_later_is_masked_in_what_was_kept_before() -> None:
    masker = Masker(["abcd"])
    exchange = Exchange("editor", "GET", f"/{SECRET}", {"A": SECRET}, SECRET.encode(), masker=masker)
    exchange.raw_response_body = masker.start(f"token {SECRET}".encode())
    masker.learn([SECRET])
    assert exchange.response_body == f"token {MASK}"
    assert (exchange.url, exchange.request_headers, exchange.request_body) == (f"/{MASK}", {"A": MASK}, MASK)


def test_bytes_that_are_no_text_are_shown() -> None:
    assert Masker([]).body(b"\xff\xc3") == "\\xff\\xc3"


def test_headers_are_masked_in_name_and_value_before_they_are_cut() -> None:
    masker = Masker([SECRET])
    given = {SECRET: "1", "\x1b": SECRET, "COOKIE": "a", "set-cookie": "b", "X": "y" * 1020 + SECRET, "n" * 2000: "z"}
    assert masker.headers(given) == {
        MASK: "1",
        "\\x1b": MASK,
        "COOKIE": MASK,
        "set-cookie": MASK,
        "X": "y" * 1020 + MASK,
        "n" * 1024: "z",
    }
    assert len(masker.headers({"X": "y" * 1025})["X"]) == 1024


def test_forty_headers_are_kept() -> None:
    kept = Masker([]).headers({f"X-{number}": "y" for number in range(41)})
    assert list(kept) == [f"X-{number}" for number in range(40)]


def test_printable_text_is_left_and_the_rest_written_out() -> None:
    assert printable("Zoë 🚀") == "Zoë 🚀"
    assert printable("a\x00\u202e\nZ\U000e0001") == "a\\x00\\u202e\\nZ\\U000e0001"


@pytest.mark.parametrize(
    ("url", "shown"),
    [("http://a:b@host:1/x", "http://host:1/x"), ("http://host", "http://host"), ("http://a@b@h", "http://h")],
)
def test_a_url_is_shown_without_its_user(url: str, shown: str) -> None:
    assert without_userinfo(url) == shown


def line(method: str = "GET", url: str = "http://h/x", body: bytes | None = None, **headers: str) -> str:
    return curl_line(method, url, headers, body, {SECRET: "${T}", SECRET[:-1]: "${T%?}"})


def test_a_line_for_the_shell() -> None:
    assert line() == "curl -sS -i http://h/x"
    assert line("PATCH", body=b"{}") == "curl -sS -i -X PATCH http://h/x --data-raw '{}'"
    assert line("POST", body=b"") == "curl -sS -i -X POST http://h/x --data-raw ''"
    assert curl_line("GET", "http://h", {}, None, {}, ["-k"]) == "curl -sS -i -k http://h"
    assert line(A="b c", E="") == "curl -sS -i http://h/x -H 'A: b c' -H 'E;'"


@pytest.mark.parametrize("letter", "[]{}")
def test_curl_is_told_to_leave_brackets_alone(letter: str) -> None:
    assert line(url="http://h/X") == "curl -sS -i http://h/X"
    assert line(url=f"http://h/{letter}") == f"curl -sS -i -g 'http://h/{letter}'"


def test_a_secret_stands_as_its_variable() -> None:
    assert line(url=f"http://h/{SECRET}/x") == 'curl -sS -i http://h/"${T}"/x'
    assert line(A=f"Bearer {SECRET}") == "curl -sS -i http://h/x -H 'A: Bearer '\"${T}\""
    assert line("PUT", body=f"<{SECRET}".encode()) == "curl -sS -i -X PUT http://h/x --data-raw '<'\"${T}\""
    assert line(A=f"Bearer {SECRET[:-1]}") == "curl -sS -i http://h/x -H 'A: Bearer '\"${T%?}\""


def test_a_body_too_long_for_a_line_is_left_out() -> None:
    long = b"x" * CURL_BODY_CAP
    assert line("PUT", body=long).endswith(f"--data-raw {'x' * CURL_BODY_CAP}")
    said = f"--data-binary @body # the body of {CURL_BODY_CAP + 1} bytes is left out here"
    assert line("PUT", body=long + b"x") == f"curl -sS -i -X PUT http://h/x {said}"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"a\nb", "$'a\\x0ab'"),
        (b"'\\!\n", "$'\\x27\\x5c\\x21\\x0a'"),
        (b"\xff", "$'\\xff'"),
        (b"X\n", "$'X\\x0a'"),
        ("é\n".encode(), "$'é\\x0a'"),
        ("\u202e".encode(), "$'\\xe2\\x80\\xae'"),
    ],
)
def test_what_cannot_be_printed_is_written_out_for_bash(body: bytes, text: str) -> None:
    assert curl_line("GET", "http://h", {}, body, {}) == f"curl -sS -i http://h --data-raw {text}"


@pytest.mark.parametrize(
    ("settings", "flags"),
    [
        ({}, []),
        ({"verify": True}, []),
        ({"verify": False}, ["-k"]),
        ({"verify": "ca file.pem"}, ["--cacert", "'ca file.pem'"]),
        ({"cert": "client.pem"}, ["--cert", "client.pem"]),
        ({"cert": ("client.pem", "key.pem")}, ["--cert", "client.pem", "--key", "key.pem"]),
        ({"proxies": {"http": "http://p:1"}}, ["--proxy", "http://p:1"]),
        (
            {"verify": False, "cert": "c", "proxies": {"http": "p"}},
            ["-k", "--cert", "c", "--proxy", "p"],
        ),
    ],
)
def test_the_settings_of_a_session_as_curl_has_them(settings: dict[str, object], flags: list[str]) -> None:
    assert curl_flags(settings) == flags


def test_a_header_of_several_lines_is_sent_in_several() -> None:
    line = curl_line("GET", "http://h", {"A": Lines("one", "s3cret"), "B": "b"}, None, {"s3cret": "$T"})
    assert line == "curl -sS -i http://h -H 'A: one' -H 'A: '\"$T\" -H 'B: b'"
