"""Callers who are let in, or refused in the wrong way; and strangers who learn which tables exist."""

from __future__ import annotations

import base64
import json
import time
import unicodedata
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from flask import Response, abort, g

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server import Server
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Role, Table
from upsertspec_server.views import current_app, request

BEARER = "Bearer "


class Roles(Auth):
    """Knows its roles by name too."""

    def named(self, name: str) -> Role | None:
        """The role of this name that has a token."""
        return next((role for _, role in self.known if role.name == name), None)


@broken("AC-004", "AC-809", "AC-810")
class AnyTokenWillDo(Roles):
    """Checks only whether there is a token."""

    def role(self, token: str) -> Role | None:
        return super().role(token) or self.named("editor")


@broken("AC-004", "AC-809", "AC-810")
class NoTokenNoCheck(Roles):
    """Checks the token where there is one, and lets everybody else in."""

    def identify(self, header: str | None) -> Role:
        editor = self.named("editor")
        return editor if editor and not self.token(header) else super().identify(header)


class PlainTokens(Auth):
    """Keeps the tokens as they are."""

    def digest(self, token: str) -> bytes:
        return token.encode()


@broken("AC-004")
class TokenCutShort(PlainTokens):
    """Compares as many characters as were sent, so that the beginning of a token is enough."""

    def role(self, token: str) -> Role | None:
        return next((role for known, role in self.known if known.startswith(token.encode())), None)


@broken("AC-004", "AC-809")
class TokenAndMore(PlainTokens):
    """Compares as many characters as its own token has, and ignores the rest."""

    def role(self, token: str) -> Role | None:
        return next((role for known, role in self.known if token.encode().startswith(known)), None)


@broken("AC-004", "AC-809")
class AnyScheme(Auth):
    """Takes the last word of the header as the token, whatever the scheme."""

    def token(self, header: str | None) -> str | None:
        return header.split()[-1] if header and header.strip() else None


@broken("AC-004")
class RoleNameAsToken(Roles):
    """Takes the name of a role as a token, a leftover from development."""

    def role(self, token: str) -> Role | None:
        return super().role(token) or self.named(token)


@broken("AC-004", "AC-809", "AC-810")
class NobodyIsAViewer(Roles):
    """Takes a caller without credentials as a viewer, and so answers 403."""

    def identify(self, header: str | None) -> Role:
        viewer = self.named("viewer")
        return viewer if viewer and header is None else super().identify(header)


@broken("AC-004", "AC-809", "AC-810")
@answers
def bad_credentials_are_403(answer: Answer) -> None:
    """Answers 403 where it does not know the caller."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        answer.status = HTTPStatus.FORBIDDEN


@broken("AC-004", "AC-809", "AC-810")
@answers
def redirects_to_login(answer: Answer) -> None:
    """Redirects a caller whom it does not know to a login page."""
    if answer.status == HTTPStatus.UNAUTHORIZED:
        answer.status = HTTPStatus.FOUND
        answer.headers["Location"] = "/login"


class ChecksLate(Server):
    """Lets everybody in as an editor at first where an upsert is asked for, and keeps the refusal for later."""

    def authenticate(self) -> None:
        g.refused = None
        try:
            super().authenticate()
        except Problem as problem:
            if not self.is_late():
                raise
            g.refused = problem
            g.role = next(role for _, role in self.auth.known if role.name == "editor")

    def is_late(self) -> bool:
        """Whether the credentials of this request are checked later."""
        return request.endpoint == "records.upsert"


def refuse() -> None:
    """Raise the refusal that was kept."""
    if isinstance(g.refused, Problem):
        raise g.refused


@broken("AC-051", "AC-809", "AC-810")
class TableBeforeCredentials(ChecksLate):
    """Looks for the table before it checks credentials, and so reveals to everybody which tables exist."""

    def is_late(self) -> bool:
        return "table" in (request.view_args or {})

    def enter(self, name: str, *actions: str) -> Table:
        found = super().enter(name, *actions)
        refuse()
        return found


@broken("AC-051", "AC-810", using=(ChecksLate,))
@view("records.upsert")
def body_before_credentials(original: Any, table: str) -> Any:
    """Checks the request before the credentials, and answers 400 for what is wrong with it."""
    if g.refused is not None:
        current_app.validator.upsert(current_app.enter(table, "create", "update"), request.read_object())
    refuse()
    return original(table=table)


@broken("AC-004", "AC-809", using=(ChecksLate,))
@view("records.upsert")
def writes_before_credentials(original: Any, table: str) -> Any:
    """Checks credentials at the end: the answer is 401, but the record is written."""
    answer = original(table=table)
    refuse()
    return answer


def tokens(change: Callable[[str], str], base: type[Auth] = Auth) -> type[Auth]:
    """Changes a token before it looks for the role."""

    class Changed(base):  # type: ignore[misc, valid-type]  # a base that is made
        def role(self, token: str) -> Role | None:
            found: Role | None = super().role(change(token))
            return found

    return Changed


class AnyCharacters(Auth):
    """Takes everything after the scheme as the token, as UTF-8."""

    def token(self, header: str | None) -> str | None:
        text = (header or "").encode("latin-1").decode("utf-8", "replace")
        return text.removeprefix(BEARER) if text.startswith(BEARER) else None


for name, part, says in (
    ("quotes-are-stripped", tokens(lambda token: token.strip('"')), "Strips the quotes around a token."),
    ("token-is-unescaped", tokens(unquote), "Decodes percent escapes in the token."),
    ("letters-that-look-alike", tokens(lambda token: unicodedata.normalize("NFKC", token), AnyCharacters),
     "Normalizes the token, so that other characters that look alike are accepted."),
):  # fmt: skip
    add(name, says, "AC-809", part)


@broken("AC-809")
class TokenInAnyCase(Auth):
    """Compares tokens without case, like its database."""

    def digest(self, token: str) -> bytes:
        return super().digest(token.lower())


def also_from(where: Callable[[], str | None]) -> type[Server]:
    """A server that takes a token from somewhere else too."""

    class AlsoFrom(Server):
        def authenticate(self) -> None:
            token = where()
            if token and self.is_protected(request.path):
                g.role = self.auth.identify(f"{BEARER}{token}")
            else:
                super().authenticate()

    return AlsoFrom


add("token-in-the-query", "Takes a token from the query too, where logs and histories keep it.", "AC-809",
    also_from(lambda: request.args.get("access_token")))  # fmt: skip
add("token-in-a-cookie", "Takes a token from a cookie too, which a browser sends with requests of any page.", "AC-809",
    also_from(lambda: request.cookies.get("session")))  # fmt: skip


@broken("AC-809")
class SecondWordIsTheToken(Auth):
    """Takes the second word of the header as the token, and ignores what follows."""

    def token(self, header: str | None) -> str | None:
        words = (header or "").split()
        return words[1] if len(words) > 1 and words[0].lower() == "bearer" else None


@broken("AC-809")
class LastCredentialCounts(Auth):
    """Takes the last of several credentials."""

    def token(self, header: str | None) -> str | None:
        return super().token((header or "").rpartition(",")[2].strip())


@broken("AC-809", "AC-807")
class OddTokensFail(AnyCharacters):
    """Fails where a token is not ASCII."""

    def digest(self, token: str) -> bytes:
        token.encode("ascii")
        return super().digest(token)


def decoded(text: str) -> str:
    """What base64 holds, or an empty text."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""


@broken("AC-809")
class PasswordWillDo(Auth):
    """Takes the password of basic credentials as the token."""

    def token(self, header: str | None) -> str | None:
        scheme, _, rest = (header or "").partition(" ")
        return decoded(rest).rpartition(":")[2] or None if scheme.lower() == "basic" else super().token(header)


def believes(algorithm: str) -> type[Auth]:
    """Believes what a JSON Web Token of this algorithm says."""

    class Believes(Roles):
        def role(self, token: str) -> Role | None:
            head, body = (decoded(part) for part in [*token.split("."), "", ""][:2])
            believed = head.startswith("{") and json.loads(head).get("alg") == algorithm
            return self.named(json.loads(body)["sub"]) if believed else super().role(token)

    return Believes


add("believes-unsigned-tokens", "Believes what an unsigned token says of itself.", "AC-809", believes("none"))
add(
    "expired-is-not-looked-at",
    "Checks the signature of a token, but not whether it has expired.",
    "AC-809",
    believes("HS256"),
)


@broken("AC-809")
class ExpiredTokensStillWork(Auth):
    """Never removes a token that has expired."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        expired = app.config["EXPIRED_TOKENS"].items()
        self.known += [(self.digest(token), app.schema.roles[role]) for role, token in expired]


@broken("AC-810")
class HeadsAreOpen(Server):
    """Answers HEAD without credentials, like a health check: 200 for a table that exists."""

    def authenticate(self) -> None:
        if request.method == "HEAD":
            g.role = self.schema.roles["viewer"]
            return
        super().authenticate()


@broken("AC-810")
class PreflightKnowsTheTables(Server):
    """Answers OPTIONS without credentials, and 404 where the table does not exist."""

    def authenticate(self) -> None:
        if request.method == "OPTIONS":
            _, _, _, table, *_ = f"{request.path}///".split("/")
            self.schema.find(table)
            abort(Response(status=204))
        super().authenticate()


def tells(tell: Callable[[Problem, str], None]) -> type[Server]:
    """A server whose refusal of a stranger depends on whether the table exists."""

    class Tells(Server):
        def authenticate(self) -> None:
            try:
                super().authenticate()
            except Problem as problem:
                name = request.path.removeprefix("/api/tables/").split("/")[0]
                if name in self.schema.tables:
                    tell(problem, name)
                raise

    return Tells


for name, tell, says in (
    ("challenge-names-the-table",
     lambda problem, table: problem.headers.update({"WWW-Authenticate": f'Bearer realm="{table}"'}),
     "Names the table in the challenge, where it exists."),
    ("links-to-the-table",
     lambda problem, table: problem.headers.update({"Link": f'</api/tables/{table}>; rel="describedby"'}),
     "Links to the description of the table, where it exists."),
    ("refusal-has-the-table",
     lambda problem, table: problem.errors.append({"message": "is a table for which credentials are needed"}),
     "Says in the refusal that the table needs credentials, where it exists."),
    ("slower-for-tables", lambda problem, table: time.sleep(0.04),
     "Looks into the table before it checks credentials: the answers are the same, but take longer."),
):  # fmt: skip
    add(name, says, "AC-810", tells(tell))


@broken("AC-810")
class DescriptionIsOpen(Server):
    """Shows the description of a table to everybody."""

    def authenticate(self) -> None:
        try:
            super().authenticate()
        except Problem:
            if request.endpoint != "tables.describe" or request.method != "GET":
                raise
            g.role = next(role for _, role in self.auth.known if role.name == "viewer")
