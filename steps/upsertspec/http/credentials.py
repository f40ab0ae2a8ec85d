"""Who sends a request: a role with its credential, nobody, or a sender whose credential is broken in a named way."""

from __future__ import annotations

from dataclasses import dataclass, field

from upsertspec.errors import NotApplicable, NotTestable
from upsertspec.http.malformed import (
    BEARER_WAYS,
    IN_QUOTES,
    PARAMETER,
    PLACES,
    RIGHT_FIRST,
    basic_pair,
    broken_value,
    elsewhere,
    names,
)
from upsertspec.spec.schema import CALLERS
from upsertspec.target.target import Credential, Target

NOBODY = "anonymous"
EXPIRED = "an expired credential of the target's own"
BROKEN = ("no credentials", EXPIRED, *names())


@dataclass(frozen=True)
class Presented:
    """What a request shows of its sender: headers and query parameters."""

    headers: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)


def presented(target: Target, who: str) -> Presented:
    """What `who` presents: a role, `anonymous`, or one of `BROKEN`.

    Raises NotTestable where the target has no credential for it, NotApplicable where its kind can't be broken so.
    """
    if target.is_open and who != "editor" and who not in target.without:
        raise NotApplicable("the target asks for no credentials", (("roles", "anonymous"),))
    if who in (NOBODY, "no credentials"):
        return Presented()
    if who in CALLERS:
        held = role(target, who)
        return Presented(held.headers(), held.parameters())
    if who == EXPIRED:
        if target.expired is None:
            raise NotApplicable("no expired credential is named; UPSERTSPEC_TOKEN_EXPIRED or [expired] names one")
        return Presented(target.expired.headers(), target.expired.parameters())
    editor = role(target, "editor")
    headers, query = _broken(editor, who)
    return Presented({**editor.beside(), **headers}, query)


def role(target: Target, name: str) -> Credential:
    """The role's credential. Raises NotTestable where none is configured, NotApplicable where there is no such role."""
    if name in target.without:
        raise NotApplicable(f"the target has no {name} role", (("roles", name),))
    if name not in target.roles:
        raise NotTestable(f"no credentials are configured for the {name} role")
    return target.roles[name]


def _broken(editor: Credential, how: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    token = _token(editor, how)
    if how in PLACES:
        return elsewhere(how, editor.prefix, token)
    if how in RIGHT_FIRST and basic_pair(editor.prefix + token):
        raise NotApplicable(f"many servers ignore what comes after a Basic credential; the target can't be sent {how}")
    if how == IN_QUOTES and PARAMETER.fullmatch(editor.prefix + token):
        raise NotApplicable(f"a parameter of a scheme may stand in quotes; the target can't be sent {how}")
    value = broken_value(how, editor.prefix, token, editor.parts[-1].value if editor.parts else "")
    if value == editor.prefix + token:
        raise NotTestable(f"the editor's own token is the same as {how}; give the editor another one")
    return ({}, [(editor.query, value)]) if editor.query else ({editor.header: value}, [])


def _token(editor: Credential, how: str) -> str:
    """The editor's token. Raises NotApplicable where there is none, or where it can't be broken in this way."""
    if editor.secret is None:
        raise NotApplicable(f"a {'login' if editor.login else 'credential without a secret'} has no way to send {how}")
    if how in (*BEARER_WAYS, *PLACES) and not editor.is_bearer:
        raise NotApplicable(f"only a bearer token has a scheme; the target can't be sent {how}")
    return editor.secret.value
