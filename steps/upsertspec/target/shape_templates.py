"""Checks of a shape's templates: which placeholders stand in them, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from upsertspec.target.nearest import nearest
from upsertspec.target.placeholders import (
    CONDITION,
    CONTENT,
    FORMATS,
    KEY,
    KEYED,
    KNOWN,
    TABLE,
    TEMPLATES,
    is_of_one,
    key_names,
    marks,
    names_in,
    repeated_for,
    sole,
    strays,
    texts,
)
from upsertspec.target.positions import Fault, KeyPath

QUOTED = {"odata": "'", "json": '"'}
"""Formats that write a text with quotes around it."""


def settings(stated: Mapping[str, Any]) -> Iterator[Fault]:
    """Every mistake in what goes with each request of a shape."""
    for member in ("query", "headers"):
        yield from _unknown(("shape", member), stated.get(member), TABLE, keyed=False)


def templates(name: str, part: Mapping[str, Any]) -> Iterator[Fault]:
    """Every mistake in the templates of a part."""
    for member in TEMPLATES:
        path: KeyPath = ("shape", name, member)
        template = part.get(member)
        known = (*TABLE, *CONDITION) if member == "condition" else KNOWN[name]
        yield from _unknown(path, template, known, name in KEYED)
        for text in texts(template):
            yield from _text(path, text, is_value=member == "body")
        if member != "condition":
            yield from _loose(path, name, template)
    has_place = "conditions" in names_in([part.get(member) for member in TEMPLATES])
    if has_place != ("condition" in part):
        yield ("shape", name), "{conditions} and the condition for each of them go together; write both"


def _unknown(path: KeyPath, template: Any, known: tuple[str, ...], keyed: bool) -> Iterator[Fault]:
    keys = {KEY + name for name in key_names(names_in(template))} if keyed else set()
    for name in sorted(names_in(template) - set(known) - keys):
        yield path, f"{_shown([name])} is not a placeholder here; {nearest(name, known)}"
    if any(map(strays, texts(template))):
        yield path, "has a brace that is part of no placeholder; write {{ or }} for a brace"


def _text(path: KeyPath, text: str, is_value: bool) -> Iterator[Fault]:
    """What is wrong with the placeholders of one text. An object `is_value` of a member, or JSON."""
    for found in marks(text):
        name, form = found["name"], found["format"]
        if form and form not in FORMATS:
            yield path, f"{found[0]} has an unknown format; {nearest(form, FORMATS)}"
        if name in CONTENT and form != "json" and not (is_value and sole(text)):
            fix = f"let it be a whole value in the body, or write {{{name}:json}}"
            yield path, f"{found[0]} stands for an object; {fix}"
        quote = QUOTED.get(form or "", "")
        if quote and text[: found.start()].endswith(quote) and text[found.end() :].startswith(quote):
            yield path, f"{found[0]} brings its own quotes; take out those around it"


def _loose(path: KeyPath, name: str, template: Any) -> Iterator[Fault]:
    """What stands for one of several, outside of what is repeated for each."""
    if loose := set(_outside(template, lambda each: each in CONDITION)):
        fix = "put it in a list, beside {field} as a member's name, or write {matchField} and {matchValue}"
        yield path, f"{_shown(loose)} stands for one of several, and nothing here is repeated; {fix}"
    if name == "batch" and (loose := set(_outside(template, is_of_one))):
        yield path, f"{_shown(loose)} stands for one record; put it in a list, which is repeated for each"


def _outside(template: Any, is_one: Callable[[str], bool]) -> Iterator[str]:
    """The placeholders of a kind outside of every list that is repeated for them, and every member named by them."""
    if isinstance(template, str):
        yield from filter(is_one, names_in(template))
    elif isinstance(template, dict):
        for member, inner in template.items():
            if not any(map(is_one, names_in(member))):
                yield from _outside(inner, is_one)
    elif isinstance(template, list) and not any(map(is_one, repeated_for(template))):
        for inner in template:
            yield from _outside(inner, is_one)


def _shown(names: Any) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
