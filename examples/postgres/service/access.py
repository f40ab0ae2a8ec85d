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


def new_tokens() -> dict[str, str]:
    """A token for each role."""
    return {role: secrets.token_urlsafe(24) for role in ROLES}


def permissions(tokens: Mapping[str, str], authorization: str) -> Mapping[str, bool]:
    """What the sender of this header may do. Raises Problem (401) if the token is unknown."""
    scheme, _, given = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        for role, token in tokens.items():
            if hmac.compare_digest(given.strip().encode("utf-8", "surrogatepass"), token.encode()):
                return ROLES[role]
    raise Problem(401, "A valid bearer token is needed.", headers={"WWW-Authenticate": "Bearer"})
