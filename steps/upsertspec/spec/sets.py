"""The requirement sets: which criteria count for the verdict. A set never changes, so that a target that conforms to it
stays conformant when the suite gets new criteria."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

from upsertspec.errors import ConfigError
from upsertspec.spec.files import features_dir


@cache
def sets() -> Mapping[str, frozenset[str]]:
    """The criteria of each set, the oldest set first, as `features/sets.toml` has them."""
    raw = tomllib.loads((features_dir() / "sets.toml").read_text("utf-8"))
    return {name: frozenset(raw[name]["criteria"]) for name in sorted(raw)}


def newest() -> str:
    """The name of the newest set."""
    return list(sets())[-1]


def fault(name: str) -> str:
    """What is wrong with the name of a set; empty if there is such a set."""
    return "" if name in sets() else f"there is no requirement set {name!r}; known are {', '.join(sets())}"


def scored(name: str = "") -> frozenset[str]:
    """The criteria of a set, or of the newest one. Raises ConfigError for a name that is none."""
    if wrong := fault(name or newest()):
        raise ConfigError([wrong])
    return sets()[name or newest()]
