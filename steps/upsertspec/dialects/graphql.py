"""What the ready-made dialects of GraphQL APIs share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from upsertspec.dialects.base import Request
from upsertspec.errors import NotApplicable

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")


def asked(path: str, query: str, **variables: Any) -> Request:
    """The request of a query or mutation."""
    return Request("POST", path, json={"query": query, "variables": variables})


def require_names(*names: str) -> None:
    """Raise NotApplicable for a name that GraphQL's grammar has no room for."""
    if wrong := next((name for name in names if not NAME.fullmatch(name)), ""):
        raise NotApplicable(f"a name in GraphQL is made of letters, digits and _, which {wrong!r} is not")


def selection(names: Iterable[str]) -> str:
    """The fields to answer with, in a fixed order."""
    return " ".join(["id", *sorted(name for name in names if NAME.fullmatch(name) and name != "id")])


def errors_of(body: Any) -> list[dict[str, Any]]:
    """The errors of an answer: GraphQL has them inside a 200."""
    listed = body.get("errors") if isinstance(body, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
