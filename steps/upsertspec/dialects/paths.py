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
