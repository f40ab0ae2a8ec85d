"""The tokens of the roles: from the environment, else made at start."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from upsertspec_server.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from upsertspec_server.schema import Schema

_TOKEN = re.compile(r"[!-~]+")


def variable(role: str) -> str:
    """The environment variable that holds the token of a role."""
    return f"UPSERTSPEC_TOKEN_{role.upper()}"


def given_tokens(schema: Schema, environment: Mapping[str, str]) -> dict[str, str]:
    """The tokens that the environment gives, by role. Raises StartError for one that can't be used."""
    given = {role: environment[variable(role)] for role in schema.roles if variable(role) in environment}
    for role, token in given.items():
        if not _TOKEN.fullmatch(token):
            raise StartError(f"{variable(role)} must be visible ASCII characters without spaces. Change or unset it.")
    if len(set(given.values())) != len(given):
        raise StartError("Two roles have the same token. Give each UPSERTSPEC_TOKEN_… a value of its own.")
    return given


def make_tokens(schema: Schema, given: Mapping[str, str]) -> dict[str, str]:
    """New random tokens for the roles that were given none."""
    return {role: secrets.token_urlsafe(24) for role in schema.roles if role not in given}
