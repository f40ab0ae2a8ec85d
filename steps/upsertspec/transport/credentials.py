"""Who sends a request: a role with its credential, nobody, or somebody whose credential is broken in a named way."""

from __future__ import annotations

from upsertspec.errors import CannotExpress, NotTestable
from upsertspec.schema import ROLES
from upsertspec.target.model import Credential, Target

NOBODY = "anonymous"
MADE_UP = "made-up-7f3a9c52e1d04b68"

BROKEN = (
    "no credentials",
    "an empty credential",
    "a scheme without a token",
    "another scheme",
    "a made-up token",
    "the editor's token cut short",
    "the editor's token with a letter more",
    "the name of a role as token",
)


def headers_for(target: Target, who: str) -> dict[str, str]:
    """The headers that show who it is. Raises NotTestable where the target has no credential to do it with."""
    if who in (NOBODY, "no credentials"):
        return {}
    if who in ROLES:
        return role(target, who).headers()
    return _broken(role(target, "editor"), who)


def role(target: Target, name: str) -> Credential:
    """The role's credential. Raises NotTestable where none is configured."""
    if name not in target.roles:
        raise NotTestable(f"no credentials are configured for the {name} role")
    return target.roles[name]


def _broken(editor: Credential, how: str) -> dict[str, str]:
    if editor.secret is None:
        raise CannotExpress(f"a login by cookie has no way to send {how}")
    if how in ("a scheme without a token", "another scheme") and not editor.is_bearer:
        raise CannotExpress(f"only a bearer token has a scheme; the target can't be sent {how}")
    token = editor.secret.value
    values = {
        "an empty credential": "",
        "a scheme without a token": editor.prefix.strip(),
        "another scheme": f"Basic {token}",
        "a made-up token": editor.prefix + MADE_UP,
        "the editor's token cut short": editor.prefix + token[:-1],
        "the editor's token with a letter more": f"{editor.prefix}{token}x",
        "the name of a role as token": f"{editor.prefix}editor",
    }
    if values[how] == editor.prefix + token:
        raise NotTestable(f"the editor's own token is like {how}; give the editor another one")
    return {editor.header: values[how]}
