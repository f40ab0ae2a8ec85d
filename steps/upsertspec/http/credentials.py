"""Who sends a request: a role with its credential, nobody, or somebody whose credential is broken in a named way."""

from __future__ import annotations

from upsertspec.errors import NotApplicable, NotTestable
from upsertspec.http.malformed import BEARER_WAYS, PLACES, WAYS, elsewhere, names, secret_in
from upsertspec.spec.schema import ROLES
from upsertspec.target.target import Credential, Target

NOBODY = "anonymous"
BROKEN = ("no credentials", *names())


def headers_for(target: Target, who: str) -> dict[str, str]:
    """The headers that show who it is. Raises NotTestable where the target has no credential to do it with."""
    if who in (NOBODY, "no credentials"):
        return {}
    if who in ROLES:
        return role(target, who).headers()
    return _broken(role(target, "editor"), who)


def query_for(target: Target, who: str) -> list[tuple[str, str]]:
    """The query parameters that carry a credential: nobody's but a broken one's. Raises as `headers_for`."""
    if who not in PLACES:
        return []
    editor = role(target, "editor")
    return elsewhere(who, editor.prefix, _token(editor, who))[1]


def derived(target: Target, who: str) -> list[str]:
    """What a broken credential still tells of the one that it was made from."""
    if who in ROLES or who == NOBODY:
        return []
    return [text for value in headers_for(target, who).values() if (text := secret_in(who, value))]


def role(target: Target, name: str) -> Credential:
    """The role's credential. Raises NotTestable where none is configured, NotApplicable where there is no such role."""
    if name in target.without:
        raise NotApplicable(f"the target has no {name} role")
    if name not in target.roles:
        raise NotTestable(f"no credentials are configured for the {name} role")
    return target.roles[name]


def _broken(editor: Credential, how: str) -> dict[str, str]:
    token = _token(editor, how)
    if how in PLACES:
        return elsewhere(how, editor.prefix, token)[0]
    value = {**WAYS, **BEARER_WAYS}[how](editor.prefix, token)
    if value == editor.prefix + token:
        raise NotTestable(f"the editor's own token is like {how}; give the editor another one")
    return {editor.header: value}


def _token(editor: Credential, how: str) -> str:
    """The editor's token. Raises NotApplicable where it is none, or none that can be broken so."""
    if editor.secret is None:
        raise NotApplicable(f"a login by cookie has no way to send {how}")
    if how in (*BEARER_WAYS, *PLACES) and not editor.is_bearer:
        raise NotApplicable(f"only a bearer token has a scheme; the target can't be sent {how}")
    return editor.secret.value
