"""Where a shape finds a value in a response: in its body or in a header, as it is, cut out, or translated."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from upsertspec.dialects.paths import MISSING, walk
from upsertspec.spec.types import whole_number

Source = str | Sequence[str] | Mapping[str, Any]
"""A path, several of which the first that leads somewhere counts, or a table with `at` or `header`."""


def value_at(source: Source, body: Any, headers: Mapping[str, str]) -> Any:
    """The value at a source, MISSING where there is none."""
    if not isinstance(source, Mapping):
        return walk(body, source)
    found = header(headers, source["header"]) if "header" in source else walk(body, source.get("at", ()))
    if "pattern" in source:
        found = _cut_out(source["pattern"], found)
    if found is MISSING or not {"values", "otherwise"} & set(source):
        return unquote(found) if "header" in source and isinstance(found, str) else found
    return source.get("values", {}).get(as_key(found), source.get("otherwise", found))


def header(headers: Mapping[str, str], name: str) -> Any:
    """The value of a header, MISSING where there is none."""
    return next((value for each, value in headers.items() if each.lower() == name.lower()), MISSING)


def is_in_header(source: Any) -> bool:
    """Whether a source is a header."""
    return isinstance(source, Mapping) and "header" in source


def as_key(value: Any) -> str:
    """A value as it stands in a table of `values`: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def as_number(value: Any) -> int | None:
    """A whole number, or a text of digits as one; None for anything else, such as digits that begin with a zero."""
    if isinstance(value, str) and re.fullmatch("0|[1-9][0-9]{0,18}", value):
        return int(value)
    return whole_number(value)


def _cut_out(pattern: str, value: Any) -> Any:
    """What the pattern's group has of a text, or all that it matches."""
    found = re.search(pattern, value) if isinstance(value, str) else None
    return found[found.re.groups] if found and found[found.re.groups] is not None else MISSING
