"""Who is calling, and what they may do (CONTRACT 2, roles)."""

from __future__ import annotations

import hashlib
import hmac
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from upsertspec_server.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from upsertspec_server.schema import Role, Schema

_BEARER = re.compile(r"bearer +([!-~]+)", re.IGNORECASE)
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Auth:
    """Tokens by role, kept as hashes only."""

    def __init__(self, schema: Schema, tokens: Mapping[str, str]) -> None:
        """`tokens` maps the name of a role to its token."""
        self.known = [(self.digest(token), schema.roles[role]) for role, token in tokens.items()]

    def identify(self, header: str | None) -> Role:
        """The role of the caller. Raises 401."""
        role = self.role_of(self.parse(header))
        if role is None:
            raise self.refuse_credentials()
        return role

    def parse(self, header: str | None) -> str | None:
        """The token in an Authorization header, or None where there is none."""
        found = _BEARER.fullmatch(header) if header else None
        return found[1] if found else None

    def role_of(self, token: str | None) -> Role | None:
        """The role that holds the token. Every role is compared, so that the time taken tells nothing."""
        if token is None:
            return None
        digest = self.digest(token)
        held = [role for known, role in self.known if hmac.compare_digest(known, digest)]
        return held[0] if held else None

    def digest(self, token: str) -> bytes:
        """What is kept of a token."""
        return hashlib.sha256(token.encode()).digest()

    def may(self, role: Role, action: str) -> bool:
        """Whether the role has the permission `create`, `update`, `delete` or `read`."""
        allowed: bool = getattr(role, action)
        return allowed

    def require(self, role: Role, *actions: str) -> None:
        """Raises 403 where the role may do none of the actions."""
        if not any(self.may(role, action) for action in actions):
            raise self.refuse_action(actions[0])

    def refuse_credentials(self) -> Problem:
        """401, the same for no credentials and for wrong ones."""
        return Problem(HTTPStatus.UNAUTHORIZED, "Valid credentials are required.", headers=_CHALLENGE)

    def refuse_action(self, action: str) -> Problem:
        """403."""
        return Problem(HTTPStatus.FORBIDDEN, f"This role may not {action} records.")
