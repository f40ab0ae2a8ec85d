"""Who sends a request, and how a credential is broken."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.http.wire import Wire, always, reply
from upsertspec.dialects.operations import Find
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import NotApplicable, NotTestable
from upsertspec.http.client import Client
from upsertspec.http.credentials import BROKEN, NOBODY, presented, role
from upsertspec.http.malformed import LONG, MADE_UP, PLACES
from upsertspec.target.target import Credential, Login, Secret, Target

EDITOR = Credential(secret=Secret("t0ken"))
TARGET = Target("http://h", roles={"editor": EDITOR, "viewer": Credential(secret=Secret("other"))})


def headers_for(target: Target, who: str) -> dict[str, str]:
    return presented(target, who).headers


@pytest.mark.parametrize(
    ("who", "sent"),
    [
        ("editor", "Bearer t0ken"),
        ("viewer", "Bearer other"),
        ("an empty credential", ""),
        ("a scheme without a token", "Bearer"),
        ("another scheme", "Basic t0ken"),
        ("a made-up token", f"Bearer {MADE_UP}"),
        ("the editor's token cut short", "Bearer t0ke"),
        ("the editor's token with a letter more", "Bearer t0kenx"),
        ("the name of a role as token", "Bearer editor"),
        ("a scheme and spaces", "Bearer    "),
        ("a scheme that is none", "Bearer-ish t0ken"),
        ("the editor's token without a scheme", "t0ken"),
        ("the scheme joined to the editor's token", "Bearert0ken"),
        ("the editor's token without its first letter", "Bearer 0ken"),
        ("the editor's token in the other case", "Bearer T0KEN"),
        ("the editor's token backwards", "Bearer nek0t"),
        ("the editor's token twice", "Bearer t0kent0ken"),
        ("the editor's token broken by a space", "Bearer t0 ken"),
        ("a token of 4,000 letters", f"Bearer {'x' * LONG}"),
        ("the editor's token in the second of two headers", f"Bearer {MADE_UP}, Bearer t0ken"),
    ],
)
def test_who_it_is_shows_in_one_header(who: str, sent: str) -> None:
    assert headers_for(TARGET, who) == {"Authorization": sent}


@pytest.mark.parametrize("who", [NOBODY, "no credentials"])
def test_nobody_shows_nothing(who: str) -> None:
    assert headers_for(TARGET, who) == {}
    assert headers_for(Target("http://h"), who) == {}


@pytest.mark.parametrize(("who", "needed"), [("creator", "creator"), ("a made-up token", "editor")])
def test_a_role_that_is_not_configured_is_not_testable(who: str, needed: str) -> None:
    with pytest.raises(NotTestable, match=f"^no credentials are configured for the {needed} role$"):
        headers_for(Target("http://h"), who)
    with pytest.raises(NotTestable, match=r"^no credentials are configured for the updater role$"):
        role(TARGET, "updater")


def keyed(who: str) -> dict[str, str]:
    """What a target gets that wants a key in a header of its own."""
    return headers_for(Target("http://h", roles={"editor": Credential("X-Key", "", Secret("t0ken"))}), who)


def test_a_key_is_broken_in_its_own_header() -> None:
    assert keyed("the editor's token cut short") == {"X-Key": "t0ke"}
    assert keyed("an empty credential") == {"X-Key": ""}


@pytest.mark.parametrize("who", ["a scheme without a token", "another scheme"])
def test_a_key_has_no_scheme_to_break(who: str) -> None:
    said = f"only a bearer token has a scheme; the target can't be sent {who}"
    with pytest.raises(NotApplicable, match=f"^{re.escape(said)}$"):
        keyed(who)


def test_a_login_has_no_credential_to_break() -> None:
    roles = {"editor": Credential(login=Login("/login", "POST", "json", {}))}
    with pytest.raises(NotApplicable, match=r"^a login by cookie has no way to send a made-up token$"):
        headers_for(Target("http://h", roles=roles), "a made-up token")
    assert headers_for(Target("http://h", roles=roles), "editor") == {}


def test_a_broken_credential_that_is_the_editors_own_is_not_testable() -> None:
    roles = {"editor": Credential(secret=Secret("editor"))}
    said = "the editor's own token is the same as the name of a role as token; give the editor another one"
    with pytest.raises(NotTestable, match=f"^{re.escape(said)}$"):
        headers_for(Target("http://h", roles=roles), "the name of a role as token")


def test_every_broken_credential_can_be_sent() -> None:
    assert all(headers_for(TARGET, who) != headers_for(TARGET, "editor") for who in BROKEN)
    assert len(BROKEN) == len(set(BROKEN)) > len(PLACES)


@pytest.mark.parametrize("who", PLACES)
def test_a_token_in_another_place_is_in_no_authorization(who: str) -> None:
    headers, query = presented(TARGET, who).headers, presented(TARGET, who).query
    assert "Authorization" not in headers
    carried = [*headers.values(), *(value for _, value in query)]
    assert carried
    assert all("t0ken" in value for value in carried)


def test_only_one_place_is_the_query() -> None:
    assert [who for who in (*BROKEN, NOBODY, "editor") if presented(TARGET, who).query] == [
        "the editor's token in the query"
    ]


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("editor", []),
        (NOBODY, []),
        ("no credentials", []),
        ("a made-up token", []),
        ("the editor's token cut short", ["t0ke"]),
        ("the editor's token backwards", ["nek0t"]),
        ("the editor's token in another header", ["t0ken", "t0ken", "t0ken"]),
    ],
)
def test_what_a_broken_credential_tells_of_the_editors_is_to_be_hidden(who: str, told: list[str]) -> None:
    assert presented(TARGET, who).secrets == told


@pytest.mark.parametrize("who", [*PLACES, "a scheme that is none", "the editor's token as a password"])
def test_a_key_is_in_no_place_of_a_bearer_token(who: str) -> None:
    said = f"only a bearer token has a scheme; the target can't be sent {who}"
    with pytest.raises(NotApplicable, match=f"^{re.escape(said)}$"):
        keyed(who)


BY_QUERY = Target("http://h", roles={"editor": Credential(prefix="", secret=Secret("t0ken"), query="api_key")})


@pytest.mark.parametrize(
    ("who", "sent"), [("editor", "t0ken"), ("a made-up token", MADE_UP), ("the editor's token cut short", "t0ke")]
)
def test_a_key_in_the_query(who: str, sent: str) -> None:
    found = presented(BY_QUERY, who)
    assert (found.headers, found.query) == ({}, [("api_key", sent)])


def test_a_key_in_the_query_has_no_scheme() -> None:
    with pytest.raises(NotApplicable, match="only a bearer token has a scheme"):
        presented(BY_QUERY, "another scheme")


@pytest.mark.parametrize(
    ("secret", "sent", "shown"),
    [("t0ken-9", "t0ken-9", '"${MY_KEY}"'), ("t0ken/9=", "t0ken%2F9%3D", "api_key=•••")],
)
def test_a_key_in_the_query_is_masked(secret: str, sent: str, shown: str, serve: Callable[..., Wire]) -> None:
    wire = serve(always(reply({"records": []})))
    target = Target(wire.url, roles={"editor": Credential(prefix="", secret=Secret(secret, "MY_KEY"), query="api_key")})
    client = Client(target, dialect_for(target))
    client.call("editor", Find("contacts", {"email": "a@b.c"}))
    client.close()
    assert f"api_key={sent}" in wire.lines()[0]
    [exchange] = client.log
    assert "t0ken" not in f"{exchange.url} {exchange.curl}"
    assert shown in exchange.curl
