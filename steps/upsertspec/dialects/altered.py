"""Requests that are broken on purpose, in the same way for every dialect.

Scenarios name an alteration in words, such as `cut off in the middle` or `declared as text/plain`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from upsertspec.dialects.base import Request
from upsertspec.dialects.operations import Operation
from upsertspec.errors import CannotExpress, NotApplicable

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "upsertspec-boundary"
UNDECLARED = ""
PIECE = 65536

Change = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Altered(Request):
    """A request with these bytes as its body. It is sent over a connection of its own, which it may break."""

    content: bytes = b""
    chunked: bool = False

    def body(self) -> bytes | None:
        """The bytes."""
        return self.content

    def pieces(self) -> bytes | Iterable[bytes]:
        """The bytes as they are sent: all at once, or in chunks without a declared length."""
        if not self.chunked:
            return self.content
        return (self.content[start : start + PIECE] for start in range(0, len(self.content), PIECE))


def altered(request: Request, how: str) -> Request:
    """The request with its body altered in this way; or with another method, or path, and then without a body.

    Raises LookupError for an unknown alteration, CannotExpress where the dialect's request has no body, NotApplicable
    where the body stays the same, so that it is not broken, and where the API has a type of its own for JSON.
    """
    if found := re.fullmatch(r"sent with the method ([A-Z]+)", how):
        return Request(found[1], request.path, request.query, headers=request.headers)
    if found := re.fullmatch(r"sent to (/\S+)", how):
        return Request(request.method, found[1])
    body = request.body()
    if body is None:
        raise CannotExpress(f"the request has no body that could be {how}")
    kind, _, rest = how.partition(" as ")
    if kind == "declared":
        own = next((value for name, value in request.headers.items() if name.lower() == "content-type"), JSON)
        if _is_json(rest) and not _is_json(own):
            raise NotApplicable(f"the API wants bodies declared as {own}")
        return _altered(request, body, {"Content-Type": _declared(rest)})
    if kind == "sent" and rest in _AS:
        content_type, change = _AS[rest]
        return _altered(request, change(body), {"Content-Type": content_type})
    content = _changed(body, how)
    if content == body:
        raise NotApplicable(f"the body of this request stays the same when it is {how}")
    return _altered(request, content, {}, chunked=how.endswith(" and sent in chunks"))


def _altered(request: Request, content: bytes, headers: Mapping[str, str], chunked: bool = False) -> Altered:
    known: dict[str, Any] = {"method": request.method, "path": request.path, "query": request.query}
    framing = {"Transfer-Encoding": "chunked"} if chunked else {}
    others = {name: value for name, value in request.headers.items() if name.title() not in headers}
    return Altered(**known, headers={**others, **headers, **framing}, content=content, chunked=chunked)


def _is_json(kind: str) -> bool:
    return kind.partition(";")[0].strip().lower() == JSON


def _declared(kind: str) -> str:
    return UNDECLARED if kind == "nothing" else kind


def _changed(body: bytes, how: str) -> bytes:
    words = how.removesuffix(" and sent in chunks")
    if words in _CHANGES:
        return _CHANGES[words](body)
    if found := re.fullmatch(r"filled up to ([\d,]+) bytes", words):
        return (b"\n" + body).ljust(number(found[1]))
    if found := re.fullmatch(r"replaced by (lists|objects), ([\d,]+) deep", words):
        return nested(found[1], number(found[2])).encode()
    if found := re.fullmatch(r"replaced by (.+)", words):
        return found[1].encode()
    raise LookupError(f"there is no alteration {how!r}")


def nested(kind: str, levels: int) -> str:
    """JSON text of lists in lists, or of objects in objects."""
    opening, closing = ("[", "]") if kind == "lists" else ('{"a":', "}")
    return opening * levels + ("" if kind == "lists" else "1") + closing * levels


def number(text: str) -> int:
    """A number with commas between its thousands."""
    return int(text.replace(",", ""))


def _first_name(body: bytes, by: Callable[[bytes], bytes]) -> bytes:
    return re.sub(rb'"(\w+)"(?=:)', lambda found: by(found[1]), body, count=1)


def _in_a_text(body: bytes, broken: bytes) -> bytes:
    """The body with this at the beginning of its first text."""
    return re.sub(rb':\s*"', lambda found: found[0] + broken, body, count=1)


_CHANGES: Mapping[str, Change] = {
    "left out": lambda _: b"",
    "cut off in the middle": lambda body: body[: len(body) // 2],
    "cut off before its last brace": lambda body: body[:-1],
    "followed by a second one": lambda body: body + body,
    "followed by a brace too many": lambda body: body + b"}",
    "ended by a comma too many": lambda body: body[:-1] + b",}",
    "put in single quotes": lambda body: body.replace(b'"', b"'"),
    "stripped of the quotes of a name": lambda body: _first_name(body, lambda name: name),
    "put into a list": lambda body: b"[" + body + b"]",
    "begun by a comment": lambda body: b"/* an upsert */" + body,
    "broken by a line end in a text": lambda body: _in_a_text(body, b"\n"),
    "broken by a byte that is no UTF-8": lambda body: _in_a_text(body, b"\xff"),
    "encoded as UTF-16": lambda body: body.decode().encode("utf-16"),
    "encoded as Latin-1": lambda body: body.decode().encode("latin-1"),
}

_SAID = (
    "declared as TYPE",
    "declared as nothing",
    "replaced by JSON",
    "replaced by lists, N deep",
    "replaced by objects, N deep",
    "filled up to N bytes",
    "filled up to N bytes and sent in chunks",
)


def alterations() -> tuple[str, ...]:
    """Every way to alter a body, in words. Words in capitals stand for a value."""
    return (*_CHANGES, *(f"sent as {kind}" for kind in _AS), *_SAID)


_AS: Mapping[str, tuple[str, Change]] = {
    "a form": (FORM, lambda body: urlencode(_flat(json.loads(body))).encode()),
    "a form of parts": (f"multipart/form-data; boundary={BOUNDARY}", lambda body: _parts(_flat(json.loads(body)))),
}


def _flat(value: Any, name: str = "") -> list[tuple[str, str]]:
    """The members with their names in a form: `fields[email]`, `matchFields[]`."""
    if isinstance(value, dict):
        return [pair for k, v in value.items() for pair in _flat(v, f"{name}[{k}]" if name else k)]
    if isinstance(value, list):
        return [pair for v in value for pair in _flat(v, f"{name}[]")]
    return [(name, value if isinstance(value, str) else json.dumps(value))]


def _parts(pairs: list[tuple[str, str]]) -> bytes:
    form = 'Content-Disposition: form-data; name="{}"'
    lines = [line for name, value in pairs for line in (f"--{BOUNDARY}", form.format(name), "", value)]
    return "\r\n".join([*lines, f"--{BOUNDARY}--", ""]).encode()


def with_key(request: Request, header: str, operation: Operation) -> Request:
    """The request with the operation's idempotency key, if it has one, in this header (`Name: {key}`)."""
    key: str | None = getattr(operation, "idempotency_key", None)
    if key is None:
        return request
    name, value = header.split(": ", 1)
    return replace(request, headers={**request.headers, name: value.replace("{key}", key)})


def with_query(request: Request, pairs: list[tuple[str, str]]) -> Request:
    """The request with these query parameters added."""
    return replace(request, query=[*request.query, *pairs]) if pairs else request
