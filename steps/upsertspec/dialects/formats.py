"""How a value is written in a text, so that nothing in it can be taken for a part of the text around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import written
from upsertspec.dialects.operations import UNSET
from upsertspec.errors import CannotExpress

QUOTES = "'\""


def as_text(name: str, value: Any, form: str = "", inside: str = "") -> str:
    """The value of the placeholder `name` in a text. `form` is its format, `inside` the quote that it stands between.

    Raises CannotExpress for a value that has no place in a text.
    """
    if form in TYPED:
        return TYPED[form](name, value)
    plain = FORMS[form](_plain(name, value, "_" if form == "snake" else ","))
    if form or not inside:
        return plain
    return plain.replace("'", "''") if inside == "'" else written(plain)[1:-1]


def percent(text: str, keep: str = "") -> str:
    """The text percent-encoded, all but letters, digits and what to keep."""
    return quote(text, safe=keep, errors="surrogatepass")


def _plain(name: str, value: Any, joined: str) -> str:
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return joined.join(value)
    if isinstance(value, (str, int, float)) and name != "matchFields":
        return value if isinstance(value, str) else written(value)
    raise CannotExpress(f"{_shown(value)} as {name} has no place in a text, where the shape has it")


def _json(name: str, value: Any) -> str:
    if value is UNSET:
        raise CannotExpress(f"nothing as {name} has no place in a text, where the shape has it")
    return written(value)


def _odata(name: str, value: Any) -> str:
    """A literal of OData's URLs: a text in single quotes, doubled within, or a number, true, false or null."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if value is None or isinstance(value, (int, float)):
        return written(value)
    raise CannotExpress(f"{_shown(value)} as {name} is no literal of OData")


def _shown(value: Any) -> str:
    return "nothing" if value is UNSET else written(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


FORMS: Mapping[str, Callable[[str], str]] = {
    "": str,
    "backslash": lambda text: re.sub(r"(['\"\\])", r"\\\1", text),
    "url": percent,
    "hex": lambda text: _bytes(text).hex(),
    "snake": str,
}
TYPED: Mapping[str, Callable[[str, Any], str]] = {"json": _json, "odata": _odata}
"""Formats that keep the type of a value: a number is no text there, and null has its own word."""
