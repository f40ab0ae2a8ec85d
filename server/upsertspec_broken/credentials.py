"""Callers who are let in, or turned away in the wrong way."""

from __future__ import annotations

from http import HTTPStatus

from flask import g

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer
from upsertspec_server.api import Api
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Role, Table


class Roles(Auth):
    """Knows its roles by name too."""

    def named(self, name: str) -> Role | None:
        """The role of this name that holds a token."""
        return next((role for _, role in self.known if role.name == name), None)


@fault("AC-004", "AC-809", "AC-810")
class AnyTokenWillDo(Roles):
    """Asks only whether there is a token."""

    def role_of(self, token: str | None) -> Role | None:
        return super().role_of(token) or (self.named("editor") if token else None)


@fault("AC-004", "AC-809", "AC-810")
class NoTokenNoCheck(Roles):
    """Checks the token where there is one, and lets everyone else in."""

    def identify(self, header: str | None) -> Role:
        editor = self.named("editor")
        return editor if editor and not self.parse(header) else super().identify(header)


@fault("AC-004")
class TokenCutShort(Auth):
    """Compares as many letters as were sent, so the beginning of a token is enough."""

    def digest(self, token: str) -> bytes:
        return token.encode()

    def role_of(self, token: str | None) -> Role | None:
        return next((role for known, role in self.known if token and known.startswith(token.encode())), None)


@fault("AC-004", "AC-809")
class TokenAndMore(Auth):
    """Compares as many letters as its own token has, so whatever follows does no harm."""

    def digest(self, token: str) -> bytes:
        return token.encode()

    def role_of(self, token: str | None) -> Role | None:
        return next((role for known, role in self.known if token and token.encode().startswith(known)), None)


@fault("AC-004", "AC-809")
class AnyScheme(Auth):
    """Takes the last word of the header for the token, whatever scheme stands before it."""

    def parse(self, header: str | None) -> str | None:
        return header.split()[-1] if header and header.strip() else None


@fault("AC-004")
class RoleNameAsToken(Roles):
    """Takes the name of a role for a token, left over from development."""

    def role_of(self, token: str | None) -> Role | None:
        return super().role_of(token) or self.named(token or "")


@fault("AC-004", "AC-809", "AC-810")
class NobodyIsAViewer(Roles):
    """Takes a caller without credentials for a viewer, and so answers 403."""

    def identify(self, header: str | None) -> Role:
        viewer = self.named("viewer")
        return viewer if viewer and header is None else super().identify(header)


@fault("AC-004", "AC-809", "AC-810")
class BadCredentialsAre403(Auth):
    """Answers 403 where it does not know the caller."""

    def refuse_credentials(self) -> Problem:
        return Problem(HTTPStatus.FORBIDDEN, "Valid credentials are required.")


@fault("AC-004", "AC-809", "AC-810")
class RedirectsToLogin(Auth):
    """Sends a caller whom it does not know to a page to log in."""

    def refuse_credentials(self) -> Problem:
        return Problem(HTTPStatus.FOUND, "Log in first.", headers={"Location": "/login"})


class ChecksLate(Api):
    """Lets everyone in as an editor at first, and keeps what there is to refuse."""

    def authenticate(self) -> None:
        g.refused = None
        try:
            super().authenticate()
        except Problem as problem:
            g.refused = problem
            g.role = next(role for _, role in self.auth.known if role.name == "editor")

    def refuse(self) -> None:
        """Raises what was kept."""
        if isinstance(g.refused, Problem):
            raise g.refused


@fault("AC-004", "AC-810")
class TableBeforeCredentials(ChecksLate):
    """Looks for the table before it asks who is calling, and so tells anyone which tables there are."""

    def enter(self, table: str, *actions: str) -> tuple[Role, Table]:
        found = super().enter(table, *actions)
        self.refuse()
        return found


@fault("AC-004", "AC-809", "AC-810")
class BodyBeforeCredentials(ChecksLate):
    """Looks at the request before it asks who is calling: 400 for what is wrong with it."""

    def upsert(self, table: str) -> Answer:
        if g.refused is not None:
            _, found = self.enter(table, "create", "update")
            self.validator.upsert(found, self.read_body())
        self.refuse()
        return super().upsert(table)


@fault("AC-004")
class WritesBeforeCredentials(ChecksLate):
    """Asks who is calling when all is done: the answer is 401, and the record is written."""

    def upsert(self, table: str) -> Answer:
        answer = super().upsert(table)
        self.refuse()
        return answer
