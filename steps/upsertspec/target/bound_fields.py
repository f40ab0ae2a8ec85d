"""Checks of a table's binding that target.schema.json can't express: names, one-to-one mappings, text forms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.spec.schema import PROTECTED, Table, tables
from upsertspec.spec.types import Time
from upsertspec.target import time_forms
from upsertspec.target.nearest import nearest
from upsertspec.target.positions import Fault, KeyPath
from upsertspec.target.text_forms import fault_of

FEWEST_OPTIONS = 2


def bound(table: str, settings: Mapping[str, Any]) -> Iterator[Fault]:
    """Every mistake in one table's binding that the schema does not find."""
    stated = settings.get("fields")
    fields: Mapping[str, Any] = stated if isinstance(stated, dict) else {}
    protected = settings.get("protected")
    spec, known = tables()[table], [*tables()[table].fields, *PROTECTED]
    server_written: Mapping[str, Any] = protected if isinstance(protected, dict) else {}
    for place, stated_there in (("fields", fields), ("protected", server_written)):
        for field, theirs in stated_there.items():
            path: KeyPath = ("tables", table, place, field)
            if field not in known:
                yield path, f"is no field of {table}; {nearest(field, known)}"
            elif isinstance(theirs, dict):
                yield from _settings(path, spec, field, theirs)
    whole = {**server_written, **fields}
    yield from _one_to_one(table, known, whole)
    if not any(all(whole.get(name) is not False for name in key) for key in spec.unique_keys) and spec.unique_keys:
        keys = " or ".join(", ".join(key) for key in spec.unique_keys)
        yield (
            ("tables", table, "fields"),
            f"leaves no key to match by; bind {keys}, or write {table} = false in [tables]",
        )


def _one_to_one(table: str, known: list[str], fields: Mapping[str, Any]) -> Iterator[Fault]:
    """Each field of ours has a name of its own on the target, but for those that it has as one."""
    held = {part for theirs in fields.values() if isinstance(theirs, dict) for part in theirs.get("with", ())}
    taken: dict[Any, str] = {}
    for name in known:
        theirs = fields.get(name, name)
        theirs = theirs.get("name", name) if isinstance(theirs, dict) else theirs
        if theirs is False or name in held:
            continue
        if theirs in taken:
            at = name if name in fields else taken[theirs]
            other = taken[theirs] if at == name else name
            yield (
                ("tables", table, "fields", at),
                f"{other} is {theirs!r} on the target too; give each field a name of its own, or state {other} = false",
            )
        taken.setdefault(theirs, name)


def _settings(path: KeyPath, spec: Table, field: str, theirs: Mapping[str, Any]) -> Iterator[Fault]:
    if isinstance(form := theirs.get("text"), str):
        if not (field in spec.fields and spec.fields[field].is_free_text) and not theirs.get("with"):
            yield (*path, "text"), f"is for free texts, and {field} is none; take it out"
        elif wrong := fault_of(form, theirs.get("maximum_length")):
            yield (*path, "text"), f"{json.dumps(form)} {wrong}"
    if isinstance(form := theirs.get("format"), str):
        kind = spec.type_of(field)
        if not isinstance(kind, Time):
            yield (*path, "format"), f"is for days and times, and {field} is none; take it out"
        elif wrong := time_forms.fault_of(form, kind):
            yield (*path, "format"), f"{json.dumps(form)} {wrong}"
    if isinstance(values := theirs.get("values"), dict):
        yield from _values((*path, "values"), spec.fields[field].options if field in spec.fields else (), values)
    for part in theirs.get("with", ()) if isinstance(theirs.get("with"), list) else ():
        if part not in spec.fields or part == field:
            yield (*path, "with"), f"{part!r} is no other field of {spec.name}; {nearest(str(part), spec.fields)}"
    if theirs.get("with") and not any({field, *theirs["with"]} <= set(key) for key in spec.unique_keys):
        yield (*path, "with"), f"{field} and {', '.join(map(str, theirs['with']))} are no part of one unique key"


def _values(path: KeyPath, options: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[Fault]:
    for ours in values if options else ():
        if ours not in options:
            yield (*path, ours), f"is no option; {nearest(ours, options)}"
    if len({json.dumps(value) for value in values.values()}) < len(values):
        yield path, "has one value for two options; give each option a value of its own"
    if options and len(values) < FEWEST_OPTIONS:
        yield path, f"needs {FEWEST_OPTIONS} options at least; add one of {', '.join(options)}"
