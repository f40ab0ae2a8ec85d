"""The dialect of a target, by its name: one of ours, a registered one, or `module:Class`."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from upsertspec.dialects import ready_made
from upsertspec.dialects.base import Dialect, Setup
from upsertspec.dialects.bound import Bound
from upsertspec.dialects.guarded import said
from upsertspec.dialects.native import Native
from upsertspec.dialects.shape import Shape
from upsertspec.dialects.words import Words
from upsertspec.errors import ConfigError
from upsertspec.spec.schema import tables
from upsertspec.target.bindings import Bindings
from upsertspec.target.ready import ready_made as ready_names
from upsertspec.target.target import DIALECTS, Target

METHODS = ("request", "answer")
OWN: Mapping[str, Callable[[Setup], Dialect]] = {Native.name: Native, Shape.name: Shape}


def dialect_for(target: Target) -> Bound:
    """The target's dialect, which speaks of the target's own tables, fields and values.

    A module is also looked for in the folder of the target file. Raises ConfigError where there is no dialect of that
    name, or where it can't be loaded, can't be made, or is not a dialect.
    """
    try:
        with _folder_of(target):
            made = _made(target)
    except ConfigError as wrong:
        raise ConfigError(wrong.faults, target.source) from wrong
    return made if isinstance(made, Bound) else Bound(made, target.bindings)


def setup_of(target: Target) -> Setup:
    """What the target file says to its dialect, in the target's own words."""
    bindings = target.bindings
    numbers: dict[str, frozenset[str]] = {}
    fields: dict[str, list[str]] = {}
    for table in tables():
        words = Words(bindings.of(table), {})
        place = words.binding.place
        numbers[place] = numbers.get(place, frozenset()) | words.numbers()
        fields[place] = list(dict.fromkeys([*fields.get(place, ()), *words.all_names()]))
    options = target.dialect_options
    if target.dialect in ready_names():
        options = ready_made.options(target.dialect, options)
    stated = _with_keys(options, bindings)
    parts = {name: part if name == "keys" else _with_keys(part, bindings) for name, part in stated.items()}
    return Setup(parts, bindings.places, numbers, fields)


def _with_keys(part: Any, bindings: Bindings) -> Any:
    """A shape or a part of one, its `keys` by the target's own names."""
    if not isinstance(part, Mapping) or not isinstance(part.get("keys"), Mapping):
        return part
    keys = {bindings.of(table).place: Words(bindings.of(table), {}).names(key) for table, key in part["keys"].items()}
    return {**part, "keys": keys}


def _made(target: Target) -> Dialect:
    kind = _class_of(target.dialect)
    is_shape = isinstance(kind, type) and issubclass(kind, Shape)
    setup = setup_of(target) if is_shape or target.dialect in ready_names() else Setup(target.dialect_options)
    try:
        made: Dialect = kind(setup)
    except ConfigError:
        raise
    except (Exception, SystemExit) as wrong:
        why = f"can't be made from a Setup ({said(wrong)}); fix its constructor, or [dialect_options]"
        raise _error(target.dialect, why) from wrong
    if lacking := [name for name in METHODS if not callable(getattr(made, name, None))]:
        raise _error(target.dialect, f"has no {' and no '.join(lacking)} method; add it (upsertspec.dialects.base)")
    if not isinstance(getattr(made, "lacks", None), Mapping) or not isinstance(getattr(made, "name", None), str):
        raise _error(target.dialect, "needs `name`, a string, and `lacks`, a mapping that may be empty; add them")
    return made


def _class_of(name: str) -> Any:
    if name in OWN:
        return OWN[name]
    if name in ready_names():
        return lambda setup: ready_made.make(name, setup)
    if ":" in name:
        return _loaded(name, *name.split(":", 1))
    found = entry_points(group=DIALECTS)
    if name not in found.names:
        known = ", ".join(sorted({*OWN, *ready_names(), *found.names}))
        raise ConfigError([f'dialect: there is no "{name}"; use one of {known}, or name it as "module:Class"'])
    entry = next(iter(found.select(name=name)))
    return _loaded(name, entry.module, entry.attr)


def _loaded(name: str, module: str, member: str) -> Any:
    try:
        return getattr(importlib.import_module(module), member)
    except ModuleNotFoundError as wrong:
        fix = "put it beside the target file, or add its folder to PYTHONPATH"
        raise _error(name, f"can't be loaded ({said(wrong)}); {fix}") from wrong
    except (Exception, SystemExit) as wrong:
        raise _error(name, f"can't be loaded ({said(wrong)}); fix the module") from wrong


def _error(name: str, what: str) -> ConfigError:
    return ConfigError([f'dialect: "{name}" {what}'])


@contextlib.contextmanager
def _folder_of(target: Target) -> Iterator[None]:
    """Makes modules beside the target file importable. They come last on the path, so that they hide no other."""
    folder = str(Path(target.source).resolve().parent) if target.source else None
    if folder is None or folder in sys.path:
        yield
        return
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
