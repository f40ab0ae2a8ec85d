"""Finding things in a JSON body: paths such as `records.0.fields`, the whole body as `.`, or the first of several."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

WHOLE = "."
MISSING = object()

Paths = str | Sequence[str]


def walk(body: Any, paths: Paths) -> Any:
    """The value at the path, or at the first of several paths that exists; MISSING if none does."""
    listed = [paths] if isinstance(paths, str) else paths
    return next((found for path in listed if (found := _at(body, path)) is not MISSING), MISSING)


def leads_to_nothing(body: Any, paths: Paths) -> bool:
    """Whether a path meets null or an empty list before it ends, or at its end."""
    listed = [paths] if isinstance(paths, str) else paths
    return any(_is_nothing(body, path) for path in listed)


def _is_nothing(body: Any, path: str) -> bool:
    parts = [] if path == WHOLE else path.split(".")
    met = [body, *(_at(body, ".".join(parts[: number + 1])) for number in range(len(parts)))]
    return any(value is None or value == [] for value in met)


def without(record: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The record without the member at this path, and without what holds nothing else."""
    first, *rest = path
    inner = record.get(first)
    left = without(inner, rest) if rest and isinstance(inner, dict) else {}
    others = {name: value for name, value in record.items() if name != first}
    return {**others, first: left} if left else others


def named(paths: Paths) -> str:
    """The path, or all of them, in a message."""
    return json.dumps(paths) if isinstance(paths, str) else " or ".join(map(json.dumps, paths))


def _at(body: Any, path: str) -> Any:
    for part in [] if path == WHOLE else path.split("."):
        body = _step(body, part)
        if body is MISSING:
            break
    return body


def _step(body: Any, part: str) -> Any:
    if isinstance(body, Mapping):
        return body.get(part, MISSING)
    if isinstance(body, list) and part.isascii() and part.isdigit() and int(part) < len(body):
        return body[int(part)]
    return MISSING
