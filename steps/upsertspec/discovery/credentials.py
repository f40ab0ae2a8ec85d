"""The part of a target file that says who sends a request."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from upsertspec.discovery.json_schema import text
from upsertspec.discovery.toml import comment, said, toml_text, toml_value
from upsertspec.spec.schema import ROLES
from upsertspec.target.target_file import VARIABLE

NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
PREFIX = re.compile(r"prefix\W+([A-Za-z]{1,20})\b")
WHAT = {
    "bearer": "a bearer token",
    "header": "a key in the header {}",
    "query": "a key in the query parameter {}",
    "basic": "a user and a password",
}
WHO = (
    "One credential is enough to start: that of the editor, who may create and update. Is there one that may only read "
    "(viewer), only create (creator), or only update (updater)? Set its variable too, and write its role as the "
    "editor's is written. Secrets stand in environment variables, never in this file."
)


def roles(schemes: Sequence[Mapping[str, Any]], set_roles: Collection[str]) -> Iterator[str]:
    """The lines. The editor is always there; of the others those whose tokens are in the environment."""
    kinds = {kind: scheme for scheme in reversed(schemes) if (kind := scheme_kind(scheme))}
    kind = next((known for known in WHAT if known in kinds), "bearer")
    name = text(kinds.get(kind, {}).get("name"))
    there = [role for role in ROLES if role == "editor" or role in set_roles]
    if kinds:
        yield from comment(f"The document asks for {WHAT.get(kind, kind).format(said(name))}. {WHO}")
    else:
        yield from comment(f"The document does not say how a caller shows who it is. A bearer token is a guess. {WHO}")
    if others := sorted(kinds.keys() - {kind}):
        listed = ", ".join(WHAT.get(other, other).format(said(text(kinds[other].get("name")))) for other in others)
        yield from comment(f"Other ways in that the document names: {listed}.")
    if kind == "bearer":
        yield from comment(f"The tokens are taken from {', '.join(map(_variable, there))}.")
        yield f"roles = {toml_value(there)}"
        return
    if len(there) < len(ROLES):
        yield "[roles]"
        yield from (f"{role} = false" for role in ROLES if role not in there)
    for role in there:
        yield f"[roles.{role}]"
        yield from _credential(kind, name, kinds[kind], role)


def scheme_kind(scheme: Mapping[str, Any]) -> str:
    """bearer, header, query, basic, or in words what else it is."""
    kind, how, place = (text(scheme.get(name)).lower() for name in ("type", "scheme", "in"))
    if kind == "http":
        return how if how in ("bearer", "basic") else "another scheme of HTTP"
    if kind == "apikey":
        named = NAME.fullmatch(text(scheme.get("name"))) is not None
        return place if place in ("header", "query") and named else "a cookie"
    known = {"oauth2": "bearer", "openidconnect": "bearer", "basic": "basic"}
    return known.get(kind, "another kind" if kind else "")


def _credential(kind: str, name: str, scheme: Mapping[str, Any], role: str) -> Iterator[str]:
    secret = f'{{ env = "{_variable(role)}" }}'
    if kind == "basic":
        yield from comment("What is the user's name?")
        yield f'basic = {{ username = "{role}", password = {secret} }}'
        return
    yield f"{kind} = {toml_text(name)}"
    prefix = _prefix(name, scheme) if kind == "header" else ""
    if prefix:
        yield f"prefix = {toml_text(prefix)}"
    elif kind == "header" and name.lower() == "authorization":
        yield from comment('Does a word stand before the key? Then name it, as in prefix = "Token ".')
    yield f"value = {secret}"


def _prefix(name: str, scheme: Mapping[str, Any]) -> str:
    """What stands before the key in an Authorization header: the document says so in words, if at all."""
    if name.lower() != "authorization":
        return ""
    found = PREFIX.search(text(scheme.get("description")))
    return f"{found[1]} " if found else ""


def _variable(role: str) -> str:
    return VARIABLE + role.upper()
