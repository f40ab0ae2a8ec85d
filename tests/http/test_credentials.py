"""Who sends a request, and how a credential is broken."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest

from tests.http.wire import Wire, always, reply
from upsertspec.dialects.operations import Find
from upsertspec.dialects.registry import dialect_for
from upsertspec.errors import NotApplicable, NotTestable
from upsertspec.http.client import Client
from upsertspec.http.credentials import BROKEN, EXPIRED, NOBODY, presented, role
from upsertspec.http.malformed import BROKEN_SECRETS, LONG, MADE_UP, PLACES, RIGHT_FIRST
from upsertspec.target.target import Credential, Login, Secret, Target, basic

EDITOR = Credential(secret=Secret("t0ken"))
VIEWER, OLD = Credential(secret=Secret("other")), Credential(secret=Secret("0ld"))
TARGET = Target("http://h", roles={"editor": EDITOR, "viewer": VIEWER}, expired=OLD)


def headers_for(target: Target, who: str) -> dict[str, str]:
    return presented(target, who).headers


@pytest.mark.parametrize(
    ("who", "sent"),
    [
        ("editor", "Bearer t0ken"),
        ("viewer", "Bearer other"),
        (EXPIRED, "Bearer 0ld"),
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


def test_a_target_need_not_name_an_expired_credential() -> None:
    with pytest.raises(NotApplicable, match=r"UPSERTSPEC_TOKEN_EXPIRED or \[expired\] names one"):
        headers_for(Target("http://h", roles={"editor": EDITOR}), EXPIRED)


def test_a_login_has_no_credential_to_break() -> None:
    roles = {"editor": Credential(login=Login("/login", "POST", "json", {}))}
    with pytest.raises(NotApplicable, match=r"^a login has no way to send a made-up token$"):
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


BASIC = Target("http://h", roles={"editor": basic("ed", Secret("pass:W0rd/é"))})


def basic_sent(who: str) -> str:
    """The user and password that a target reads which wants Basic credentials, and is lenient about base64."""
    [sent] = headers_for(BASIC, who).values()
    return base64.b64decode(sent.removeprefix("Basic ")).decode()


@pytest.mark.parametrize(
    ("who", "password"),
    [
        ("the editor's token cut short", "pass:W0rd/"),
        ("the editor's token with a letter more", "pass:W0rd/éx"),
        ("the editor's token in the other case", "PASS:w0RD/É"),
        ("the editor's token backwards", "é/dr0W:ssap"),
        ("the editor's token broken by a space", "pass: W0rd/é"),
        ("the editor's token and another word", f"pass:W0rd/é {MADE_UP}"),
        ("the editor's token in percent escapes", "%70%61%73%73%3A%57%30%72%64%2F%C3%A9"),
        ("the editor's token in letters that look alike", "\uff50\uff41\uff53\uff53:\uff37\uff10\uff52\uff44/é"),
    ],
)
def test_of_a_basic_credential_the_password_is_broken(who: str, password: str) -> None:
    assert basic_sent(who) == f"ed:{password}"


def test_of_a_basic_credential_whose_user_name_is_a_key_the_key_is_broken() -> None:
    target = Target("http://h", roles={"editor": basic(Secret("k3y/aB"), "")})
    for who, key in (("the editor's token cut short", "k3y/a"), ("the editor's token backwards", "Ba/y3k")):
        [sent] = headers_for(target, who).values()
        assert base64.b64decode(sent.removeprefix("Basic ")).decode() == f"{key}:"


def test_no_broken_basic_credential_holds_the_right_password_for_a_lenient_server() -> None:
    for who in BROKEN_SECRETS:
        assert basic_sent(who) != "ed:pass:W0rd/é", who


@pytest.mark.parametrize("who", RIGHT_FIRST)
def test_what_lenient_servers_read_as_the_right_basic_credential_is_not_sent(who: str) -> None:
    with pytest.raises(NotApplicable, match="many servers ignore what comes after a Basic credential"):
        headers_for(BASIC, who)


@pytest.mark.parametrize(
    ("sent", "who", "broken"),
    [
        ('Token token="t0ken"', "the editor's token cut short", 'Token token="t0ke"'),
        ('Token token="t0ken"', "the editor's token with a letter more", 'Token token="t0kenx"'),
        ("Token token=t0ken", "the editor's token without its first letter", "Token token=0ken"),
        ("Token t0ken==", "the editor's token cut short", "Token t0ken="),
    ],
)
def test_the_token_in_a_parameter_of_a_scheme_is_broken_and_not_the_quotes(sent: str, who: str, broken: str) -> None:
    target = Target("http://h", roles={"editor": Credential(prefix="", secret=Secret(sent))})
    assert headers_for(target, who) == {"Authorization": broken}


def test_a_parameter_in_quotes_is_no_broken_one() -> None:
    target = Target("http://h", roles={"editor": Credential(prefix="Token token=", secret=Secret("t0ken"))})
    with pytest.raises(NotApplicable, match="may stand in quotes"):
        presented(target, "the editor's token in quotes")


def test_a_value_that_only_looks_like_basic_is_broken_as_it_stands() -> None:
    for value in ("Basic dXNlcg==", "Basic ***", "Basic "):
        roles = {"editor": Credential("Authorization", "", Secret(value))}
        assert headers_for(Target("http://h", roles=roles), "the editor's token twice") == {"Authorization": value * 2}


def test_the_signature_of_a_token_gets_a_letter_more_where_no_decoder_ignores_it() -> None:
    roles = {"editor": Credential(secret=Secret("head.claims.signature"))}
    sent = headers_for(Target("http://h", roles=roles), "the editor's token with a letter more")
    assert sent == {"Authorization": "Bearer head.claims.xsignature"}


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
