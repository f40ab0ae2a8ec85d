"""Credentials and permissions."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from service.problems import Problem

ROLES: Mapping[str, Mapping[str, bool]] = {
    "editor": {"read": True, "create": True, "update": True, "delete": True},
    "creator": {"read": True, "create": True, "update": False, "delete": False},
    "updater": {"read": True, "create": False, "update": True, "delete": False},
    "viewer": {"read": True, "create": False, "update": False, "delete": False},
}


MEMBERS: Mapping[str, str] = {"north": "org_north", "south": "org_south"}
"""Roles that may do what the editor may, each with the rows of one organization (members.sql)."""
TABLES_OF_MEMBERS = frozenset({"image_metadata"})


def new_tokens() -> dict[str, str]:
    """A token for each role."""
    return {role: secrets.token_urlsafe(24) for role in (*ROLES, *MEMBERS)}


def caller(tokens: Mapping[str, str], authorization: str) -> str:
    """The role of the sender of this header. Raises Problem (401) if the token is unknown."""
    scheme, _, given = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        for role, token in tokens.items():
            if hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), token.encode()):
                return role
    raise Problem(401, "A valid bearer token is needed.", headers={"WWW-Authenticate": "Bearer"})


def permissions(role: str) -> Mapping[str, bool]:
    """What a role may do."""
    return ROLES["editor" if role in MEMBERS else role]
