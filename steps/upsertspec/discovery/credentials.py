"""The part of a target file that says who sends a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

from upsertspec.discovery.document import text
from upsertspec.discovery.overview import Overview, scheme_kind
from upsertspec.discovery.toml import comment, toml_text
from upsertspec.spec.schema import ROLES
from upsertspec.target.target_file import VARIABLE

HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
KNOWN = ("bearer", "header", "basic")
WHO = (
    "Who may create and update (editor), create only (creator), update only (updater), read only (viewer)? Secrets "
    "stand in environment variables, never in this file. A role that is left out makes what needs it not testable."
)


def roles(overview: Overview, set_roles: Collection[str]) -> Iterator[str]:
    """The lines. Only roles of `set_roles` are written, whose variables are set; the others are comments."""
    kinds = {scheme_kind(scheme): scheme for scheme in reversed(overview.schemes)}
    yield from comment(WHO)
    for other in sorted(kinds.keys() - set(KNOWN)):
        yield from comment(f"The document names {other} as a way in. Is there another, or a login that sets a cookie?")
    header = text(kinds.get("header", {}).get("name"))
    if "bearer" not in kinds and HEADER.fullmatch(header):
        yield from comment(f"The document asks for a key in the header {header}.")
        yield from _by_role(lambda role: (f"header = {toml_text(header)}", f"value = {_variable(role)}"), set_roles)
    elif "bearer" not in kinds and "basic" in kinds:
        yield from comment("The document asks for a user and a password. Which users are these?")
        yield from _by_role(lambda role: (f'basic = {{ username = "{role}", password = {_variable(role)} }}',), ())
    else:
        yield from comment(f"Bearer tokens are taken from {VARIABLE}EDITOR and its like; other variables go here:")
        yield from _by_role(lambda role: (f"bearer = {_variable(role)}",), ())


def _by_role(lines: Callable[[str], tuple[str, ...]], set_roles: Collection[str]) -> Iterator[str]:
    """A table for each role; a comment where its variable is not set, since the file could not be read then."""
    for role in ROLES:
        mark = "" if role in set_roles else "# "
        yield from (f"{mark}{line}" for line in (f"[roles.{role}]", *lines(role)))


def _variable(role: str) -> str:
    return f'{{ env = "{VARIABLE}{role.upper()}" }}'
