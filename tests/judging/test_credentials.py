"""Who sends a request, and how a credential is broken."""

from __future__ import annotations

import re

import pytest

from upsertspec.errors import CannotExpress, NotTestable
from upsertspec.target.model import Credential, Login, Secret, Target
from upsertspec.transport.credentials import BROKEN, MADE_UP, NOBODY, headers_for, role

EDITOR = Credential(secret=Secret("t0ken"))
TARGET = Target("http://h", roles={"editor": EDITOR, "viewer": Credential(secret=Secret("other"))})


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
    with pytest.raises(CannotExpress, match=f"^{re.escape(said)}$"):
        keyed(who)


def test_a_login_has_no_credential_to_break() -> None:
    roles = {"editor": Credential(login=Login("/login", "POST", "json", {}))}
    with pytest.raises(CannotExpress, match=r"^a login by cookie has no way to send a made-up token$"):
        headers_for(Target("http://h", roles=roles), "a made-up token")
    assert headers_for(Target("http://h", roles=roles), "editor") == {}


def test_a_broken_credential_that_is_the_editors_own_is_not_testable() -> None:
    roles = {"editor": Credential(secret=Secret("editor"))}
    said = "the editor's own token is like the name of a role as token; give the editor another one"
    with pytest.raises(NotTestable, match=f"^{re.escape(said)}$"):
        headers_for(Target("http://h", roles=roles), "the name of a role as token")


def test_every_broken_credential_can_be_sent() -> None:
    assert all(headers_for(TARGET, who) != headers_for(TARGET, "editor") for who in BROKEN)
