"""The catalogue: what a variant is, how one is entered, and where all of them are found."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import upsertspec_conforming
from upsertspec_conforming.wire import Wire
from upsertspec_server.app import Parts
from upsertspec_server.schema import Schema, load_schema

Part = TypeVar("Part", bound=type[Any])

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-z])(?=[0-9])")
_ENTERED: dict[str, Variant] = {}


@dataclass(frozen=True)
class Variant:
    """One lawful server. `allowed` is the sentence of the contract, or of a standard below it, that leaves it open.

    `warns` are the SHOULD criteria that it does not meet; `tables` and `fields` what a target file has to map.
    """

    name: str
    says: str
    allowed: str
    parts: Parts = field(default_factory=Parts)
    wire: type[Wire] | None = None
    schema: Callable[[], Schema] = load_schema
    warns: tuple[str, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def variant(allowed: str, *, using: tuple[type[Any], ...] = (), **more: Any) -> Callable[[Part], Part]:
    """Enter a class as a variant: its name names the variant, its docstring says what differs.

    What the class takes the place of follows from its base, as it does for the further classes in `using`; `more` are
    the other members of Variant.
    """

    def enter(part: Part) -> Part:
        name = _WORD.sub("-", part.__name__).lower()
        if name in _ENTERED:
            raise ValueError(f"there are two variants with the name {name}")
        parts = {place: each for each in (*using, part) if (place := _place(each))}
        wire = part if issubclass(part, Wire) else None
        built = dataclasses.replace(Parts(), **parts)
        _ENTERED[name] = Variant(name, part.__doc__ or "", allowed, built, wire, **more)
        return part

    return enter


@cache
def catalogue() -> dict[str, Variant]:
    """Every variant by its name, in the order of the names. Each module of this package is looked through."""
    for module in pkgutil.iter_modules(upsertspec_conforming.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{upsertspec_conforming.__name__}.{module.name}")
    return dict(sorted(_ENTERED.items()))


def _place(part: type[Any]) -> str:
    """Which part of the server the class is; empty where it is none."""
    return next((name for name, base in vars(Parts()).items() if issubclass(part, base)), "")
