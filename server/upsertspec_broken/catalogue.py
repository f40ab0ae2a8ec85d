"""The catalogue: what a fault is, how one is entered, and where all of them are found."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import upsertspec_broken
from upsertspec_server.app import Parts

Part = TypeVar("Part", bound=type[Any])

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])")
_ENTERED: dict[str, Fault] = {}


@dataclass(frozen=True)
class Fault:
    """One broken server. `violates` begins with the criterion that names the mistake best."""

    name: str
    says: str
    violates: tuple[str, ...]
    parts: Parts


def fault(*violates: str, using: tuple[type[Any], ...] = ()) -> Callable[[Part], Part]:
    """Enter a class as a fault: its name names the fault, its docstring says what it does.

    What the class takes the place of follows from its base, as it does for the further classes in `using`.
    """

    def enter(part: Part) -> Part:
        name = _WORD.sub("-", part.__name__).lower()
        if name in _ENTERED:
            raise ValueError(f"there are two faults with the name {name}")
        parts = {_place(each): each for each in (*using, part)}
        _ENTERED[name] = Fault(name, part.__doc__ or "", violates, dataclasses.replace(Parts(), **parts))
        return part

    return enter


@cache
def catalogue() -> dict[str, Fault]:
    """Every fault by its name, in the order of the names. Each module of this package is looked through."""
    for module in pkgutil.iter_modules(upsertspec_broken.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{upsertspec_broken.__name__}.{module.name}")
    return dict(sorted(_ENTERED.items()))


def _place(part: type[Any]) -> str:
    """Which part of the server the class is."""
    return next(name for name, base in vars(Parts()).items() if issubclass(part, base))
