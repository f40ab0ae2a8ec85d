"""Strangers who are let in by a token that is not quite one, or who learn which tables exist."""

from __future__ import annotations

import base64
import json
import time
import unicodedata
from urllib.parse import unquote

from flask import g, request

from upsertspec_broken.catalogue import fault
from upsertspec_broken.credentials import Roles
from upsertspec_server.api import Api
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Role

BEARER = "Bearer "
PAUSE = 0.04


@fault("AC-809")
class TokenInAnyCase(Auth):
    """Compares tokens without regard to case, as its database does."""

    def digest(self, token: str) -> bytes:
        return super().digest(token.lower())


@fault("AC-809")
class TokenInTheQuery(Api):
    """Takes a token from the query too, where logs and histories keep it."""

    def authenticate(self) -> None:
        token = request.args.get("access_token")
        if token and self.is_protected(request.path):
            g.role = self.auth.identify(f"{BEARER}{token}")
        else:
            super().authenticate()


@fault("AC-809")
class TokenInACookie(Api):
    """Takes a token from a cookie too, which a browser sends along with what any other page asks for."""

    def authenticate(self) -> None:
        token = request.cookies.get("session")
        if token and self.is_protected(request.path):
            g.role = self.auth.identify(f"{BEARER}{token}")
        else:
            super().authenticate()


@fault("AC-809")
class SecondWordIsTheToken(Auth):
    """Takes the second word of the header for the token, and does not look at what follows."""

    def parse(self, header: str | None) -> str | None:
        words = (header or "").split()
        return words[1] if len(words) > 1 and words[0].lower() == "bearer" else None


@fault("AC-809")
class LastCredentialCounts(Auth):
    """Takes the last of several credentials."""

    def parse(self, header: str | None) -> str | None:
        return super().parse((header or "").rpartition(",")[2].strip())


@fault("AC-809")
class QuotesAreStripped(Auth):
    """Strips the quotes around a token."""

    def role_of(self, token: str | None) -> Role | None:
        return super().role_of(token.strip('"') if token else token)


@fault("AC-809")
class TokenIsUnescaped(Auth):
    """Undoes percent escapes in the token."""

    def role_of(self, token: str | None) -> Role | None:
        return super().role_of(unquote(token) if token else token)


class AnyLetters(Auth):
    """Takes whatever stands behind the scheme for the token, as UTF-8."""

    def parse(self, header: str | None) -> str | None:
        text = (header or "").encode("latin-1").decode("utf-8", "replace")
        return text.removeprefix(BEARER) if text.startswith(BEARER) else None


@fault("AC-809")
class LettersThatLookAlike(AnyLetters):
    """Normalises the token, so that other letters that look alike will do."""

    def role_of(self, token: str | None) -> Role | None:
        return super().role_of(unicodedata.normalize("NFKC", token) if token else token)


@fault("AC-809", "AC-807")
class OddTokensFail(AnyLetters):
    """Fails where a token is no ASCII."""

    def digest(self, token: str) -> bytes:
        token.encode("ascii")
        return super().digest(token)


@fault("AC-809")
class PasswordWillDo(Auth):
    """Takes the password of basic credentials for the token."""

    def parse(self, header: str | None) -> str | None:
        scheme, _, rest = (header or "").partition(" ")
        if scheme.lower() != "basic":
            return super().parse(header)
        return decoded(rest).rpartition(":")[2] or None


@fault("AC-809")
class BelievesUnsignedTokens(Roles):
    """Believes what a token says of itself where no key is named to check it with."""

    def role_of(self, token: str | None) -> Role | None:
        head, body = (decoded(part) for part in [*(token or "").split("."), "", ""][:2])
        unsigned = head.startswith("{") and json.loads(head).get("alg") == "none"
        return self.named(json.loads(body)["sub"]) if unsigned else super().role_of(token)


@fault("AC-809")
class ExpiredIsNotLookedAt(Roles):
    """Checks the signature of a token, with a key that everybody knows, and not whether it has expired."""

    def role_of(self, token: str | None) -> Role | None:
        head, body = (decoded(part) for part in [*(token or "").split("."), "", ""][:2])
        signed = head.startswith("{") and json.loads(head).get("alg") == "HS256"
        return self.named(json.loads(body)["sub"]) if signed else super().role_of(token)


def decoded(text: str) -> str:
    """What base64 holds, or an empty text."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:
        return ""


class Refusing(Api):
    """Knows, as it turns a stranger away, which table was asked for."""

    def authenticate(self) -> None:
        try:
            super().authenticate()
        except Problem as problem:
            name = request.path.removeprefix("/api/tables/").split("/")[0]
            if name in self.validator.schema.tables:
                self.tell(problem, name)
            raise

    def tell(self, problem: Problem, name: str) -> None:
        """The table exists."""


@fault("AC-810")
class ChallengeNamesTheTable(Refusing):
    """Names the table in the challenge, where it exists."""

    def tell(self, problem: Problem, name: str) -> None:
        problem.headers = {"WWW-Authenticate": f'Bearer realm="{name}"'}


@fault("AC-810")
class LinksToTheTable(Refusing):
    """Links to the description of the table, where it exists."""

    def tell(self, problem: Problem, name: str) -> None:
        problem.headers = {**problem.headers, "Link": f'</api/tables/{name}>; rel="describedby"'}


@fault("AC-810")
class RefusalHasTheTable(Refusing):
    """Says in the refusal what credentials are wanted for, where the table exists."""

    def tell(self, problem: Problem, name: str) -> None:
        problem.errors = [{"message": "is a table for which credentials are needed"}]


@fault("AC-810")
class DescriptionIsOpen(Refusing):
    """Shows the description of a table to everyone."""

    def authenticate(self) -> None:
        try:
            super().authenticate()
        except Problem:
            if request.endpoint is None or "/records" in request.path or "/stats" in request.path:
                raise
            if request.method != "GET":
                raise
            g.role = next(role for _, role in self.auth.known if role.name == "viewer")


@fault("AC-810")
class SlowerForTables(Refusing):
    """Looks into the table before it asks for credentials: the answers are the same, but not their time."""

    def tell(self, problem: Problem, name: str) -> None:
        time.sleep(PAUSE)
