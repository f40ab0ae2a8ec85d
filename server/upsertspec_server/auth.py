"""Who is calling, and what they may do (CONTRACT 2, roles)."""

from __future__ import annotations

import hashlib
import hmac
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import g

from upsertspec_server.errors import Problem
from upsertspec_server.schema import Role, Row, Table

if TYPE_CHECKING:
    from upsertspec_server.app import Server

_BEARER = re.compile(r"bearer +([!-~]+)", re.IGNORECASE)


class Auth:
    """The roles by their tokens, of which only hashes are kept."""

    def __init__(self, app: Server) -> None:
        self.known = [(self.digest(token), app.schema.roles[role]) for role, token in app.config["TOKENS"].items()]

    def identify(self, header: str | None) -> Role:
        """The role of a caller with this Authorization header. Raises 401, the same for none and for a wrong one."""
        token = self.token(header)
        role = self.role(token) if token else None
        if role is None:
            challenge = {"WWW-Authenticate": "Bearer"}
            raise Problem(HTTPStatus.UNAUTHORIZED, "Valid credentials are required.", headers=challenge)
        return role

    def token(self, header: str | None) -> str | None:
        """The token in an Authorization header, or None."""
        found = _BEARER.fullmatch(header) if header else None
        return found[1] if found else None

    def role(self, token: str) -> Role | None:
        """The role that has this token, or None. Every role is compared, so that the time taken reveals nothing."""
        digest = self.digest(token)
        return next(iter([role for known, role in self.known if hmac.compare_digest(known, digest)]), None)

    def digest(self, token: str) -> bytes:
        """The hash of a token."""
        return hashlib.sha256(token.encode()).digest()

    def require(self, role: Role, *actions: str) -> None:
        """Raises 403 where the role may do none of these: `create`, `update`, `delete`, `read`."""
        if not any(getattr(role, action) for action in actions):
            raise Problem(HTTPStatus.FORBIDDEN, f"This role may not {actions[0]} records.")

    def require_table(self, role: Role, table: Table) -> None:
        """Raises 403 for a member of an organization where the records of a table belong to none."""
        if role.organization is not None and table.organization is None:
            raise Problem(HTTPStatus.FORBIDDEN, "This table is not your organization's.")

    def require_own(self, table: Table, row: Row) -> None:
        """Raises 403 where fields that the caller writes name another organization than the caller's."""
        if not self.sees(table, row):
            raise Problem(HTTPStatus.FORBIDDEN, "A member writes records of its own organization only.")

    def sees(self, table: Table, row: Row) -> bool:
        """Whether a record, or the fields of one, belong to the caller's organization, or the caller to none."""
        if table.organization is None:  # no member gets here
            return True
        own = g.role.organization
        return own is None or row.get(table.organization, own) == own
