"""The ways to break a credential, by name: what is sent in place of the editor's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

MADE_UP = "made-up-7f3a9c52e1d04b68"
LONG = 4000
LONG_AGO, FAR_OFF = 1_000_000_000, 4_000_000_000
TO_WIDE = 0xFEE0


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
    """The token in full-width letters, which look alike; encoded as UTF-8, byte by byte, as headers are."""
    return "".join(chr(ord(c) + TO_WIDE) if c.isalnum() else c for c in token).encode().decode("latin-1")


def _in_the_middle(token: str, what: str) -> str:
    return token[: len(token) // 2] + what + token[len(token) // 2 :]


Way = Callable[[str, str], str]
"""Makes the header's value from the prefix (`Bearer `) and the editor's token."""

WAYS: Mapping[str, Way] = {
    "an empty credential": lambda _, __: "",
    "a made-up token": lambda prefix, _: prefix + MADE_UP,
    "the editor's token cut short": lambda prefix, token: prefix + token[:-1],
    "the editor's token with a letter more": lambda prefix, token: f"{prefix}{token}x",
    "the name of a role as token": lambda prefix, _: f"{prefix}editor",
    "a token of 4,000 letters": lambda prefix, _: prefix + "x" * LONG,
    "a token that is no ASCII": lambda prefix, _: prefix + "schlüssel-ключ".encode().decode("latin-1"),
    "a token that looks like SQL": lambda prefix, _: f"{prefix}' OR '1'='1",
    "a token that looks like a path": lambda prefix, _: f"{prefix}../../editor",
    "the word null as token": lambda prefix, _: f"{prefix}null",
    "a star as token": lambda prefix, _: f"{prefix}*",
    "an unsigned token that names the editor": lambda prefix, _: prefix + _token("none", FAR_OFF),
    "a token that is signed with another key": lambda prefix, _: prefix + _token("HS256", FAR_OFF),
    "a signed token that has expired": lambda prefix, _: prefix + _token("HS256", LONG_AGO),
    "the editor's token without its first letter": lambda prefix, token: prefix + token[1:],
    "the editor's token in the other case": lambda prefix, token: prefix + token.swapcase(),
    "the editor's token backwards": lambda prefix, token: prefix + token[::-1],
    "the editor's token twice": lambda prefix, token: prefix + token + token,
    "the editor's token broken by a space": lambda prefix, token: prefix + _in_the_middle(token, " "),
    "the editor's token broken by a tab": lambda prefix, token: prefix + _in_the_middle(token, "\t"),
    "the editor's token and another word": lambda prefix, token: f"{prefix}{token} {MADE_UP}",
    "the editor's token in quotes": lambda prefix, token: f'{prefix}"{token}"',
    "the editor's token in percent escapes": lambda prefix, token: prefix + "".join(f"%{ord(c):02X}" for c in token),
    "the editor's token in letters that look alike": lambda prefix, token: prefix + _wide(token),
    "the editor's token before another, in one header": lambda prefix, token: f"{prefix}{token}, {prefix}{MADE_UP}",
    "the editor's token behind another, in one header": lambda prefix, token: f"{prefix}{MADE_UP}, {prefix}{token}",
    "the editor's token in the first of two headers": lambda p, token: Lines(p + token, p + MADE_UP),
    "the editor's token in the second of two headers": lambda p, token: Lines(p + MADE_UP, p + token),
}

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


def names() -> tuple[str, ...]:
    """Every way to break a credential."""
    return (*WAYS, *BEARER_WAYS, *PLACES)


def secret_in(how: str, value: Any) -> str:
    """The part of a header's value that has to be masked: all after the scheme, if it is made from the token."""
    text = str(value).removeprefix("Bearer ").removeprefix("Basic ")
    return text if how.startswith(("the editor's", "the scheme")) else ""
