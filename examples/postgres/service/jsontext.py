"""JSON that is kept unchanged, or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

# PostgreSQL keeps no NUL, and UTF-8 has no lone surrogates.
UNKEPT = re.compile("[\0\ud800-\udfff]")


def decoded(body: bytes) -> Any:
    """A request's JSON: UTF-8, no duplicate names, no number that would come back changed. Raises ValueError."""
    value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_exact)
    _check_text(value)
    return value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name comes twice in an object")
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _exact(text: str) -> float:
    number = float(text)
    if Decimal(repr(number)) != Decimal(text):
        raise ValueError("a number has more digits than can be kept")
    return number


def _check_text(value: Any) -> None:
    """PostgreSQL keeps no NUL, and UTF-8 has no lone surrogates."""
    match value:
        case str():
            if UNKEPT.search(value):
                raise ValueError("text must not have NUL or half of a surrogate pair")
        case list():
            for item in value:
                _check_text(item)
        case dict():
            for name, item in value.items():
                _check_text(name)
                _check_text(item)
