"""Checks of `[shape]` that target.schema.json can't express: its placeholders, and which parts go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from upsertspec.spec.schema import PROTECTED, tables
from upsertspec.target.nearest import nearest
from upsertspec.target.placeholders import CONTENT, KEY, KEYED, KNOWN, MATCH, key_names, names_in, sole, strays, texts
from upsertspec.target.positions import Fault, KeyPath

CONDITION = ("field", "value")
LISTS = ("created", "updated", "ignored")


def shape(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every mistake in the shape and its names."""
    stated = raw.get("shape")
    if stated is None:
        if raw.get("dialect") == "shape":
            yield ("dialect",), "is a shape that the file does not state; add [shape.upsert] and [shape.find]"
        return
    for other in ("dialect", "dialect_options"):
        if raw.get(other, "shape") != "shape":
            yield (other,), "does not go with [shape], which is a dialect itself; take one of them out"
    for name, part in stated.items() if isinstance(stated, dict) else ():
        if name in KNOWN and isinstance(part, dict):
            yield from _templates(name, part)
            yield from _keys(name, part)
            yield from _answer(name, part.get("answer"))
    if isinstance(stated, dict) and isinstance(stated.get("find"), dict):
        yield from _filter(stated["find"])


def _templates(name: str, part: Mapping[str, Any]) -> Iterator[Fault]:
    """Unknown placeholders, and objects or lists within a text."""
    for member in ("path", "query", "headers", "body"):
        path: KeyPath = ("shape", name, member)
        known = () if member == "headers" else KNOWN[name]
        yield from _unknown(path, part.get(member), known, keyed=name in KEYED and member != "headers")
        for text in texts(part.get(member)):
            content = names_in(text) & set(CONTENT)
            if content and (member != "body" or not sole(text)):
                yield path, f"{_shown(content)} stands for an object; let it be a whole value in the body"


def _unknown(path: KeyPath, template: Any, known: tuple[str, ...], keyed: bool = False) -> Iterator[Fault]:
    keys = {KEY + name for name in key_names(names_in(template))} if keyed else set()
    for name in sorted(names_in(template) - set(known) - keys):
        fix = nearest(name, known) if known else "there are none"
        yield path, f"{_shown([name])} is not a placeholder here; {fix}"
    if any(map(strays, texts(template))):
        yield path, "has a brace that is part of no placeholder; write {{ or }} for a brace"


def _keys(name: str, part: Mapping[str, Any]) -> Iterator[Fault]:
    if name not in ("upsert", "ignore", "batch"):
        return
    used = names_in([part.get("path"), part.get("query"), part.get("body")])
    if not used & set(MATCH) and not key_names(used) and "keys" not in part:
        fix = 'write {key.FIELD}, {matchFields} or {matchField} in it, or state keys = { contacts = ["email"] }'
        yield ("shape", name), f"nothing says by which fields a record is found; {fix}"
    keys = part.get("keys")
    for table, fields in (keys if isinstance(keys, dict) else {}).items():
        path = ("shape", name, "keys", table)
        if table not in tables():
            yield path, f"is no table of the specification; {nearest(table, tables())}"
        elif isinstance(fields, list):
            known = [*tables()[table].fields, *PROTECTED]
            for field in (f for f in fields if isinstance(f, str) and f not in known):
                yield path, f"{field!r} is no field of {table}; {nearest(field, known)}"


def _answer(name: str, answer: Any) -> Iterator[Fault]:
    """An operation that is reported by lists of ids needs the id."""
    stated = answer.get("operation") if isinstance(answer, dict) else None
    if isinstance(stated, dict) and set(LISTS) & set(stated) and not {"id", "record"} & set(answer):
        yield (
            ("shape", name, "answer", "operation"),
            "says what was done by the id in a list, but there is no id; add id",
        )


def _filter(find: Mapping[str, Any]) -> Iterator[Fault]:
    given = find.get("filter")
    for name, template in (given if isinstance(given, dict) else {}).items():
        joined = "conditions" in names_in(template)
        known = ("conditions",) if joined else CONDITION
        yield from _unknown(("shape", "find", "filter"), template, known)
        yield from _unknown(("shape", "find", "filter"), name, () if joined else CONDITION)
        if joined != ("condition" in find):
            yield ("shape", "find"), "{conditions} in filter and a condition of each field go together; write both"
    yield from _unknown(("shape", "find", "condition"), find.get("condition"), CONDITION)


def _shown(names: Any) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
