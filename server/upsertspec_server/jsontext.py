"""JSON text, read strictly and written plainly.

Numbers are kept or refused, never changed in silence; so is text (CONTRACT 4, hostile).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_SORTED_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises ValueError, with a message for the client, where the text is no JSON, nests too deeply, names a member twice,
    holds a lone surrogate, or holds a number that could not be kept.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("The body is not UTF-8.") from None
    try:
        value = json.loads(
            text, parse_float=_read_float, parse_constant=_refuse_constant, object_pairs_hook=_read_object
        )
    except RecursionError:
        raise ValueError("The body nests too deeply.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"The body is not JSON (line {error.lineno}, column {error.colno}).") from None
    if _SURROGATE_ESCAPE.search(data):
        _refuse_lone_surrogates(value)
    return value


def write(value: Any) -> str:
    """The value as compact JSON text."""
    return _WRITER.encode(value)


def canonical(value: Any) -> str:
    """The value as JSON text that is the same for objects whose members only differ in order."""
    return _SORTED_WRITER.encode(value)


def depth(value: Any, limit: int) -> int:
    """How many levels of arrays and objects the value has; stops counting past the limit."""
    level, layer = 0, _containers([value])
    while layer and level <= limit:
        layer = _containers([child for node in layer for child in _children(node)])
        level += 1
    return level


def _containers(values: list[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, (dict, list))]


def _children(container: Any) -> list[Any]:
    return list(container.values()) if isinstance(container, dict) else container


def _read_float(text: str) -> float:
    number = float(text)
    try:
        kept = Decimal(repr(number)) == Decimal(text)
    except InvalidOperation:
        kept = False
    if not kept:
        raise ValueError("A number in the body has more digits, or is larger, than can be kept exactly.")
    return number


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _read_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("An object in the body names a member twice.")
    return value


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        write(value).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        raise ValueError("A text in the body holds a lone surrogate, which is not Unicode text.") from None
