"""JSON: read strictly, written compactly. A number or a text is kept exactly or refused (CONTRACT 4, hostile)."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from flask.json.provider import JSONProvider

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def _float(text: str) -> float:
    number = float(text)
    try:
        exact = Decimal(repr(number)) == Decimal(text)
    except InvalidOperation:
        exact = False
    if not exact:
        raise ValueError("A number in the body has more digits, or is larger, than can be kept exactly.")
    return number


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("An object in the body names a member twice.")
    return value


_DECODER = json.JSONDecoder(parse_float=_float, parse_constant=_constant, object_pairs_hook=_object)
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
_SORTED_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises ValueError, with a message for the client, where the text is not JSON, nests too deeply, names a member
    twice, or holds a lone surrogate or a number that cannot be kept exactly.
    """
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("The body is not UTF-8.") from None
    except RecursionError:
        raise ValueError("The body nests too deeply.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"The body is not JSON (line {error.lineno}, column {error.colno}).") from None
    if _SURROGATE_ESCAPE.search(data):
        try:
            write(value).encode("utf-8")
        except (UnicodeEncodeError, RecursionError):
            raise ValueError("A text in the body holds a lone surrogate, which is not Unicode text.") from None
    return value


def write(value: Any) -> str:
    """The value as compact JSON text."""
    return _ENCODER.encode(value)


def canonical(value: Any) -> str:
    """The value as JSON text; two objects with the same members in another order give the same text."""
    return _SORTED_ENCODER.encode(value)


def depth(value: Any, limit: int) -> int:
    """How many levels of arrays and objects the value has; stops counting past the limit."""
    level, layer = 0, [value]
    while level <= limit:
        layer = [each for each in layer if isinstance(each, (dict, list))]
        if not layer:
            break
        layer = [child for each in layer for child in (each.values() if isinstance(each, dict) else each)]
        level += 1
    return level


class StrictJSON(JSONProvider):
    """JSON as Flask reads and writes it for the server."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # noqa: ARG002 - Flask passes them
        """See `read`."""
        return read(s.encode() if isinstance(s, str) else s)

    def dumps(self, obj: Any, **kwargs: Any) -> str:  # noqa: ARG002 - Flask passes them
        """See `write`."""
        return write(obj)
