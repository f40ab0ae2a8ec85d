"""The names of the specification that a target file uses: tables, fields, criteria, scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.spec import criteria as spec
from upsertspec.spec.schema import tables
from upsertspec.target.bindings import OTHERS
from upsertspec.target.bound_fields import bound
from upsertspec.target.nearest import nearest
from upsertspec.target.positions import Fault, KeyPath
from upsertspec.target.ready import ready_made
from upsertspec.target.target import DIALECTS


def names(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every unknown name, with the nearest known one."""
    named = raw.get("tables")
    for table, settings in (named if isinstance(named, dict) else {}).items():
        if table in tables() and isinstance(settings, dict):
            yield from bound(table, settings)
        elif table not in {*tables(), OTHERS}:
            yield ("tables", table), f"is no table of the specification; {nearest(table, tables())}"
    yield from _dialect(raw.get("dialect"))
    listed = raw.get("known_failures")
    for index, entry in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(entry, dict) and isinstance(entry.get("criterion"), str):
            yield from _known_failure(("known_failures", index), entry)


def _dialect(name: Any) -> Iterator[Fault]:
    """A dialect's name: one of ours, or a registered one. A `module:Class` is loaded for a run only."""
    if not isinstance(name, str) or ":" in name or name in ("native", "shape"):
        return
    from importlib.metadata import entry_points  # takes long to import

    known = {"native", "shape", *ready_made(), *entry_points(group=DIALECTS).names}
    if name not in known:
        yield ("dialect",), f'can\'t be "{name}"; {nearest(name, known)}, or a dialect of your own as "module:Class"'


def _known_failure(path: KeyPath, entry: Mapping[str, Any]) -> Iterator[Fault]:
    criterion, several = entry["criterion"], entry.get("scenarios")
    cases = [case for case in spec.cases() if case.criterion == criterion]
    if not cases:
        known = sorted({case.criterion for case in spec.cases()})
        yield (*path, "criterion"), f"{criterion!r} is no criterion; {nearest(criterion, known)}"
        return
    for member, scenario in _named(entry.get("scenario"), several):
        if isinstance(scenario, str) and not any(case.is_called(scenario) for case in cases):
            titles = [case.title for case in cases]
            yield (*path, member), f"{criterion} has no scenario {scenario!r}; {nearest(scenario, titles)}"


def _named(one: Any, several: Any) -> list[tuple[str, Any]]:
    return [("scenario", one), *(("scenarios", each) for each in (several if isinstance(several, list) else []))]
