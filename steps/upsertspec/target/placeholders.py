"""The placeholders of a shape's templates: which there are, and where each may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

MARK = re.compile(r"\{\{|\}\}|\{(?P<name>\w+(?:\.[\w.-]+)?)\}")
KEY = "key."
"""How the placeholder of a key's field begins: `{key.sku}` is the value of the target's field `sku`."""
STRAY = re.compile(r"[{}]")

UPSERT = ("table", "fields", "otherFields", "matchFields", "matchField", "matchValue")
KNOWN = {
    "upsert": UPSERT,
    "ignore": UPSERT,
    "batch": ("table", "records", "fields", "matchFields", "matchField"),
    "create": ("table", "fields"),
    "change": ("table", "fields", "id"),
    "read": ("table", "id"),
    "delete": ("table", "id"),
    "find": ("table", "where"),
    "describe": ("table",),
    "task": ("task",),
}
"""By the operation."""

KEYED = ("upsert", "ignore", "read", "change", "delete", "find")
"""The parts that may have `{key.FIELD}`: the value of the target's own field of this name."""

CONTENT = ("fields", "otherFields", "records", "where")
"""Placeholders for an object or a list of objects: they stand alone, in a body."""

MATCH = ("matchFields", "matchField")
"""Placeholders that say by which fields a record is found."""


def key_names(placeholders: Iterable[str]) -> set[str]:
    """The target's fields whose values stand in `{key.…}`."""
    return {name.removeprefix(KEY) for name in placeholders if name.startswith(KEY)}


def sole(template: str) -> str:
    """The name of the placeholder that the text is, or an empty text where it is something else."""
    found = MARK.fullmatch(template)
    return (found["name"] or "") if found else ""


def names_in(template: Any) -> set[str]:
    """Every placeholder in a template."""
    return {found["name"] for text in texts(template) for found in MARK.finditer(text) if found["name"]}


def texts(template: Any) -> Iterator[str]:
    """Every text in a template, names of members left out."""
    if isinstance(template, str):
        yield template
    elif isinstance(template, (dict, list)):
        for inner in template.values() if isinstance(template, dict) else template:
            yield from texts(inner)


def strays(text: str) -> bool:
    """Whether the text has a brace that is neither doubled nor part of a placeholder."""
    return bool(STRAY.search(MARK.sub("", text)))
