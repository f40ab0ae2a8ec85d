"""The ways to break a credential, by name: what is sent in place of the editor's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping

MADE_UP = "made-up-7f3a9c52e1d04b68"
LONG = 4000
LONG_AGO, FAR_OFF = 1_000_000_000, 4_000_000_000
TO_WIDE = 0xFEE0
PARAMETER = re.compile(r'([\w-]+ +[\w-]+=("?))([^",=][^",]*)(\2)')
"""A credential in a parameter of its scheme, as in `Token token="abc"` (RFC 9110, 11.4)."""
IN_QUOTES = "the editor's token in quotes"


class Lines(str):
    """A header that is sent on several lines. Its text is the lines joined by commas (RFC 9110, 5.3)."""

    lines: tuple[str, ...]

    def __new__(cls, *lines: str) -> Lines:
        """A header of these lines, in this order."""
        made = super().__new__(cls, ", ".join(lines))
        made.lines = lines
        return made


def _token(algorithm: str, expires: int) -> str:
    """A JSON Web Token (RFC 7519) that claims to be the editor's, signed with `secret` or not signed."""
    claims = {"sub": "editor", "role": "editor", "exp": expires}
    signed = ".".join(_base64(json.dumps(part)) for part in ({"alg": algorithm, "typ": "JWT"}, claims))
    proof = hmac.new(b"secret", signed.encode(), hashlib.sha256).digest() if algorithm != "none" else b""
    return f"{signed}.{_base64(proof)}"


def _base64(what: str | bytes) -> str:
    data = what.encode() if isinstance(what, str) else what
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _wide(token: str) -> str:
    """The token in full-width letters, which look alike."""
    return "".join(chr(ord(c) + TO_WIDE) if c.isascii() and c.isalnum() else c for c in token)


def _longer(token: str) -> str:
    """The token with a letter more. In a JSON Web Token it is the first of the signature, because lenient decoders of
    base64 ignore what is over at its end."""
    signed, dot, signature = token.rpartition(".")
    return f"{signed}.x{signature}" if dot and signed.count(".") == 1 else f"{token}x"


def _in_the_middle(token: str, what: str) -> str:
    return token[: len(token) // 2] + what + token[len(token) // 2 :]


def _utf8(text: str) -> str:
    """The text as headers carry it: encoded as UTF-8, byte by byte."""
    return text.encode().decode("latin-1")


BROKEN_SECRETS: Mapping[str, Callable[[str], str]] = {
    "the editor's token cut short": lambda token: token[:-1],
    "the editor's token with a letter more": _longer,
    "the editor's token without its first letter": lambda token: token[1:],
    "the editor's token in the other case": str.swapcase,
    "the editor's token backwards": lambda token: token[::-1],
    "the editor's token twice": lambda token: token + token,
    "the editor's token broken by a space": lambda token: _in_the_middle(token, " "),
    "the editor's token broken by a tab": lambda token: _in_the_middle(token, "\t"),
    "the editor's token and another word": lambda token: f"{token} {MADE_UP}",
    IN_QUOTES: lambda token: f'"{token}"',
    "the editor's token in percent escapes": lambda token: "".join(f"%{byte:02X}" for byte in token.encode()),
    "the editor's token in letters that look alike": _wide,
}
"""The ways to break the secret itself. Of a Basic credential this is the password, or the user name where only that is
secret."""

OTHER_SECRETS: Mapping[str, str] = {
    "a made-up token": MADE_UP,
    "the name of a role as token": "editor",
    "a token of 4,000 letters": "x" * LONG,
    "a token that is no ASCII": "schlüssel-ключ",
    "a token that looks like SQL": "' OR '1'='1",
    "a token that looks like a path": "../../editor",
    "the word null as token": "null",
    "a star as token": "*",
    "an unsigned token that names the editor": _token("none", FAR_OFF),
    "a token that is signed with another key": _token("HS256", FAR_OFF),
    "a signed token that has expired": _token("HS256", LONG_AGO),
}

Way = Callable[[str, str], str]
"""Makes the header's value from the prefix (`Bearer `) and the editor's token."""

BROKEN_HEADERS: Mapping[str, Way] = {
    "an empty credential": lambda _, __: "",
    "the editor's token before another, in one header": lambda prefix, token: f"{prefix}{token}, {prefix}{MADE_UP}",
    "the editor's token behind another, in one header": lambda prefix, token: f"{prefix}{MADE_UP}, {prefix}{token}",
    "the editor's token in the first of two headers": lambda p, token: Lines(p + token, p + MADE_UP),
    "the editor's token in the second of two headers": lambda p, token: Lines(p + MADE_UP, p + token),
}

RIGHT_FIRST = (
    "the editor's token before another, in one header",
    "the editor's token in the first of two headers",
)
"""Lenient decoders of base64 ignore what comes after a Basic credential: for them, these are not broken."""

BEARER_WAYS: Mapping[str, Way] = {
    "a scheme without a token": lambda prefix, _: prefix.strip(),
    "a scheme and spaces": lambda prefix, _: f"{prefix}   ",
    "another scheme": lambda _, token: f"Basic {token}",
    "a scheme that is none": lambda _, token: f"Bearer-ish {token}",
    "the editor's token without a scheme": lambda _, token: token,
    "the editor's token as a password": lambda _, token: f"Basic {_base64(f'editor:{token}')}",
    "the scheme joined to the editor's token": lambda prefix, token: f"{prefix.strip()}{token}",
}

PLACES = ("the editor's token in the query", "the editor's token in a cookie", "the editor's token in another header")
PARAMETERS = ("access_token", "token", "api_key")


def elsewhere(how: str, prefix: str, token: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Headers and query parameters that carry the token in a place where the target does not expect it."""
    if how == "the editor's token in the query":
        return {}, [(name, token) for name in PARAMETERS]
    if how == "the editor's token in a cookie":
        return {"Cookie": "; ".join(f"{name}={token}" for name in (*PARAMETERS, "session"))}, []
    return {"X-Authorization": prefix + token, "X-Api-Key": token, "Proxy-Authorization": prefix + token}, []


def broken_value(how: str, prefix: str, token: str, secret: str) -> str:
    """The header's value in place of the editor's own. `how` names one of the ways that are not `PLACES`.

    `secret` is the secret in a Basic credential: its password, if not stated.
    """
    if how in OTHER_SECRETS:
        return _utf8(prefix + OTHER_SECRETS[how])
    if how not in BROKEN_SECRETS:
        return {**BROKEN_HEADERS, **BEARER_WAYS}[how](prefix, token)
    broken = BROKEN_SECRETS[how]
    if pair := basic_pair(prefix + token):
        user, password = pair
        is_key = secret and secret != password
        wrong = f"{broken(user)}:{password}" if is_key else f"{user}:{broken(password)}"
        return f"Basic {base64.b64encode(wrong.encode()).decode()}"
    if parameter := PARAMETER.fullmatch(prefix + token):
        before, _, inner, after = parameter.groups()
        return _utf8(before + broken(inner) + after)
    return _utf8(prefix + broken(token))


def basic_pair(value: str) -> tuple[str, str] | None:
    """The user and the password of a Basic credential (RFC 7617), or None where the value is none."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (user, password) if colon else None


def names() -> tuple[str, ...]:
    """Every way to break a credential, the simplest first."""
    empty, *headers = BROKEN_HEADERS
    return (empty, *OTHER_SECRETS, *BROKEN_SECRETS, *headers, *BEARER_WAYS, *PLACES)
