"""No token is in any file or on the terminal, and what a target sends is capped."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from urllib.parse import quote

from tests.kit import TOKEN_VARIABLES
from tests.report.kit import Done
from upsertspec.http.masking import BODY_CAP, HEADER_CAP, MASK

Runs = Callable[[str], Done]

SHORTEST_PIECE = 8


def pieces(secret: str) -> set[str]:
    """Every piece of a token that is long enough to be recognised."""
    secret = secret.removeprefix("t0ken-of-")
    return {secret[at : at + SHORTEST_PIECE] for at in range(len(secret) - SHORTEST_PIECE + 1)}


def forms(secret: str) -> set[str]:
    """A token as it is, and as it appears in URLs, JSON and base64."""
    return {
        secret,
        secret[:-1],
        quote(secret, safe=""),
        secret.replace("/", "\\/"),
        base64.b64encode(secret.encode()).decode(),
    }


def written(done: Done) -> dict[str, str]:
    """Everything that a run writes and prints."""
    files = {"report": done.text, "page": done.page, "junit": done.junit.read_text("utf-8")}
    return {**files, "out": done.out, "err": done.err}


def test_no_token_is_in_any_output(each: Done) -> None:
    for place, text in written(each).items():
        for name, token in TOKEN_VARIABLES.items():
            assert [form for form in forms(token) if form in text] == [], (place, name)


def test_no_piece_of_a_token_is_in_any_output(each: Done) -> None:
    for place, text in written(each).items():
        for token in TOKEN_VARIABLES.values():
            assert [piece for piece in pieces(token) if piece in text] == [], place


def test_tokens_that_the_target_sends_back_are_masked_wherever_they_are(done: Runs) -> None:
    for exchange in done("hostile").results[0]["exchanges"]:
        response = exchange["response"]
        if exchange["method"] == "POST":
            assert response["headers"]["X-Echo"] == f"Bearer {MASK}"
            assert response["headers"]["Set-Cookie"] == MASK
            assert f'"echo": "Bearer {MASK}"' in response["body"]
            assert exchange["request"]["headers"]["Authorization"] == f"Bearer {MASK}"
            assert "'Authorization: Bearer '\"${UPSERTSPEC_TOKEN_EDITOR}\"" in exchange["curl"]


def test_a_message_shows_no_token(done: Runs) -> None:
    result = done("telling").one("failed")
    assert MASK in result["actual"]
    assert MASK in result["reason"]


def test_bodies_and_headers_are_capped(done: Runs) -> None:
    bodies = [exchange["response"]["body"] for exchange in every_exchange(done("hostile"), "POST")]
    assert bodies
    for body in bodies:
        assert BODY_CAP <= len(body) < BODY_CAP + 100
        assert re.search(r"… \(\d{6,} bytes in all\)$", body)
    for exchange in every_exchange(done("hostile")):
        for headers in (exchange["request"]["headers"], exchange["response"]["headers"]):
            assert all(len(value) <= HEADER_CAP for value in headers.values())


def test_messages_are_short(each: Done) -> None:
    for result in each.results:
        for member in ("reason", "expected", "actual"):
            assert len(result[member]) < BODY_CAP


def every_exchange(done: Done, method: str = "") -> list[dict[str, dict[str, str]]]:
    """The exchanges of a run: those with this method, or all."""
    exchanges = [exchange for result in done.results for exchange in result["exchanges"]]
    return [exchange for exchange in exchanges if not method or exchange["method"] == method]
