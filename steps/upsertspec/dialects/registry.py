"""The dialect of a target, by its name: a registered one, or `module:Class`."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Any

from upsertspec.dialects.base import Dialect, Setup
from upsertspec.dialects.native import Native
from upsertspec.errors import ConfigError
from upsertspec.target.model import Target

GROUP = "upsertspec.dialects"


def dialect_for(target: Target) -> Dialect:
    """The dialect that the target speaks, with the target's own names in it.

    Raises ConfigError where there is none of that name, or where it can't be loaded.
    """
    made: Dialect = _class_of(target.dialect)(Setup(target.table_ids, target.field_names, target.dialect_options))
    return made


def _class_of(name: str) -> Any:
    if name == Native.name:
        return Native
    if ":" in name:
        return _loaded(*name.split(":", 1))
    found = entry_points(group=GROUP)
    if name not in found.names:
        known = ", ".join(sorted({Native.name, *found.names}))
        raise ConfigError([f'dialect: there is no "{name}"; use one of {known}, or name it as "module:Class"'])
    return found[name].load()


def _loaded(module: str, member: str) -> Any:
    try:
        return getattr(importlib.import_module(module), member)
    except (ImportError, AttributeError, ValueError) as wrong:
        mend = "is its folder in PYTHONPATH?"
        raise ConfigError([f'dialect: "{module}:{member}" can\'t be loaded ({wrong}); {mend}']) from wrong
