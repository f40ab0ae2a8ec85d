"""Conforming servers: each differs from the reference in something that the contract leaves open.

They prove that the suite asks for nothing but the contract: it must pass every one of them. To add one, write a part
with `@conforming` in any module here. The canary is the opposite: it answers everything wrongly, and no scenario may
pass on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upsertspec_catalogue import Catalogue, Entry, Part

CATALOGUE = Catalogue(__name__, "conforming server")


def conforming(allowed: str, *, using: tuple[Part, ...] = (), **facts: Any) -> Callable[[Any], Any]:
    """Register a part as a conforming server: its name names the server, its docstring says what differs.

    `allowed` is the sentence of the contract, or of a standard below it, that leaves this open; `using` are further
    parts, and `facts` other members of Entry.
    """
    return CATALOGUE.register(using=using, allowed=allowed, **facts)


def add(name: str, says: str, allowed: str, *parts: Part) -> None:
    """Register a conforming server."""
    CATALOGUE.add(name, says, *parts, allowed=allowed)


def catalogue() -> dict[str, Entry]:
    """Every conforming server by its name, without the canary."""
    return CATALOGUE.listed()
