"""Checks of `[shape]` that target.schema.json can't express: its templates, and which parts go together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.spec.schema import PROTECTED, tables
from upsertspec.target.nearest import nearest
from upsertspec.target.placeholders import KNOWN, NAMING, key_names, used_in
from upsertspec.target.positions import Fault, KeyPath
from upsertspec.target.shape_templates import settings, templates

LISTS = ("created", "updated", "ignored")


def shape(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every mistake in the shape and its names."""
    stated = raw.get("shape")
    if stated is None:
        if raw.get("dialect") == "shape":
            yield ("dialect",), "is a shape that the file does not state; add [shape.upsert] and [shape.find]"
        return
    dialect = raw.get("dialect", "shape")
    if dialect != "shape" and ":" not in str(dialect):
        yield ("dialect",), "does not go with [shape], which is a dialect itself; take one of them out"
    if "dialect_options" in raw:
        yield ("dialect_options",), "does not go with [shape], which is a dialect itself; take one of them out"
    if isinstance(stated, dict):
        yield from _keys(("shape", "keys"), stated.get("keys"))
        yield from _patterns(("shape", "status"), stated.get("status"))
        task = stated.get("task")
        yield from _patterns(("shape", "task", "id"), task.get("id") if isinstance(task, dict) else None)
        yield from settings(stated)
    for name, part in stated.items() if isinstance(stated, dict) else ():
        if name in KNOWN and isinstance(part, dict):
            yield from templates(name, part)
            yield from _matching(name, part, stated)
            yield from _keys(("shape", name, "keys"), part.get("keys"))
            yield from _answer(name, part.get("answer"), stated)


def _matching(name: str, part: Mapping[str, Any], stated: Mapping[str, Any]) -> Iterator[Fault]:
    used = used_in(part)
    if name not in ("upsert", "ignore", "only_update", "batch") or used & NAMING or key_names(used):
        return
    if "keys" not in part and "keys" not in stated:
        fix = 'write {key.FIELD}, {matchFields} or {matchField} in it, or state keys = { contacts = ["email"] }'
        yield ("shape", name), f"nothing says by which fields a record is found; {fix}"


def _keys(path: KeyPath, keys: Any) -> Iterator[Fault]:
    for table, fields in (keys if isinstance(keys, dict) else {}).items():
        if table not in tables():
            yield (*path, table), f"is no table of the specification; {nearest(table, tables())}"
        elif isinstance(fields, list):
            known = [*tables()[table].fields, *PROTECTED]
            for field in (f for f in fields if isinstance(f, str) and f not in known):
                yield (*path, table), f"{field!r} is no field of {table}; {nearest(field, known)}"


def _answer(name: str, answer: Any, stated: Mapping[str, Any]) -> Iterator[Fault]:
    if not isinstance(answer, dict):
        return
    path: KeyPath = ("shape", name, "answer")
    told = answer.get("operation")
    if isinstance(told, dict) and set(LISTS) & set(told) and not {"id", "record"} & set(answer):
        yield (*path, "operation"), "says what was done by the id in a list, but there is no id; add id"
    if answer.get("then") == "read" and not isinstance(stated.get("read"), dict):
        yield (*path, "then"), 'reads by [shape.read], which is not there; add it, or write then = "find"'
    for member, source in answer.items():
        yield from _patterns((*path, member), source)


def _patterns(path: KeyPath, source: Any) -> Iterator[Fault]:
    pattern = source.get("pattern") if isinstance(source, dict) else None
    if not isinstance(pattern, str):
        return
    try:
        groups = re.compile(pattern).groups
    except re.error as wrong:
        yield (*path, "pattern"), f"is no regular expression: {wrong}; fix it"
    else:
        if groups > 1:
            yield (*path, "pattern"), "has more than one group; write (?:…) for those that are not the value"
