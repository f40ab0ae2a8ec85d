"""Deliberately broken servers: each makes one mistake that real implementers make.

They prove that the suite can fail: for each criterion there are servers that break it, and the suite catches them. To
add one, write a part with `@broken` in any module here, or a line of a table with `add`. The modules `reported_*` hold
mistakes that users of other software reported in public: each entry has the address of its report.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upsertspec_catalogue import Catalogue, Entry, Part

CATALOGUE = Catalogue(__name__, "broken server")


def broken(*violates: str, using: tuple[Part, ...] = (), report: str = "") -> Callable[[Any], Any]:
    """Register a part as a broken server: its name names the server, its docstring says what the server does.

    `violates` begins with the criterion that names the mistake best; `using` are further parts; `report` is the address
    of the public report that the mistake comes from.
    """
    return CATALOGUE.register(using=using, violates=violates, report=report)


def add(name: str, says: str, violates: str, *parts: Part, report: str = "") -> None:
    """Register a broken server; the criteria that it violates are separated by spaces."""
    CATALOGUE.add(name, says, *parts, violates=tuple(violates.split()), report=report)


def catalogue() -> dict[str, Entry]:
    """Every broken server by its name."""
    return CATALOGUE.listed()
