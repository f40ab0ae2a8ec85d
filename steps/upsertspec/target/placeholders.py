"""The placeholders of a shape's templates: which there are, and where each may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

MARK = re.compile(r"\{\{|\}\}|\{(?P<name>\w+(?:\.[\w.-]+)?)(?::(?P<format>\w+))?\}")
KEY = "key."
"""How the placeholder of a key's field begins: `{key.sku}` is the value of the target's field `sku`."""
STRAY = re.compile(r"[{}]")

FORMATS = ("json", "odata", "backslash", "url", "hex", "snake")
"""How a value can be written: `{value:odata}`."""

CONDITION = ("field", "value")
"""One field to match by and its value: what they stand in is repeated for each."""

MATCH = ("match", "matchFields", "matchField", "matchValue", *CONDITION, "conditions")
"""Placeholders that say by which fields a record is found."""

NAMING = frozenset(("match", "matchFields", "matchField", "field"))
"""Those of them that name the fields, and not their values alone."""

SENT = ("fields", "otherFields", "names", "otherNames")
"""Placeholders for what is written."""

TABLE = ("table", "allFields")
"""Placeholders that are always there."""

UNDER = {"ifMatch": "If-Match", "version": "If-Match", "tag": "If-Match", "ifNoneMatch": "If-None-Match"}
"""Placeholders for a condition of the request, and the header that says the same."""

OF_ONE = frozenset((*SENT, *MATCH)) - {"matchFields", "matchField"}
"""What differs from record to record: in a batch, the list that they stand in is repeated for each record."""

KNOWN = {
    "upsert": (*TABLE, *SENT, *MATCH, *UNDER),
    "ignore": (*TABLE, *SENT, *MATCH),
    "only_create": (*TABLE, *SENT, *MATCH),
    "only_update": (*TABLE, *SENT, *MATCH),
    "batch": (*TABLE, "records", *SENT, *MATCH),
    "create": (*TABLE, "fields", "names"),
    "change": (*TABLE, "id", *SENT, *MATCH, *UNDER),
    "read": (*TABLE, "id", *MATCH, *UNDER),
    "delete": (*TABLE, "id", *MATCH, *UNDER),
    "find": (*TABLE, "limit", "offset", *MATCH),
    "describe": TABLE,
    "task": ("task",),
}
"""By the operation."""

KEYED = ("upsert", "ignore", "only_create", "only_update", "batch", "read", "change", "delete", "find")
"""The parts that may have `{key.FIELD}`: the value of the target's own field of this name."""

CONTENT = ("fields", "otherFields", "records", "match")
"""Placeholders for an object or a list of objects: they are a whole value in a body, or JSON in a text."""

TEMPLATES = ("path", "query", "headers", "body", "condition")
"""The members of a part that are templates."""


def key_names(placeholders: Iterable[str]) -> set[str]:
    """The target's fields whose values stand in `{key.…}`."""
    return {name.removeprefix(KEY) for name in placeholders if name.startswith(KEY)}


def is_of_one(placeholder: str) -> bool:
    """Whether a placeholder stands for something of one record."""
    return placeholder in OF_ONE or placeholder.startswith(KEY)


def sole(template: str) -> str:
    """The name of the placeholder that the text is, or an empty text where it is something else."""
    found = MARK.fullmatch(template)
    return (found["name"] or "") if found and not found["format"] else ""


def used_in(part: Any) -> set[str]:
    """Every placeholder in the templates of a part."""
    return names_in([part.get(member) for member in TEMPLATES])


def names_in(template: Any) -> set[str]:
    """Every placeholder in a template."""
    return {found["name"] for text in texts(template) for found in marks(text)}


def marks(text: str) -> list[re.Match[str]]:
    """The placeholders in a text, each as a match with its `name` and its `format`, if it has one."""
    return [found for found in MARK.finditer(text) if found["name"]]


def texts(template: Any, into_lists: bool = True) -> Iterator[str]:
    """Every text in a template, names of members too. `into_lists` says whether lists in it are looked into."""
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict):
        for name, inner in template.items():
            yield name
            yield from texts(inner, into_lists)
    elif isinstance(template, list) and into_lists:
        for inner in template:
            yield from texts(inner)


def repeated_for(parts: list[Any]) -> set[str]:
    """The placeholders that a list is repeated for: those in its elements, but not in lists within them.

    A list of conditions within it is something of one record too.
    """
    found = {mark["name"] for part in parts for text in texts(part, into_lists=False) for mark in marks(text)}
    within = [repeated_for(inner) for part in parts for inner in _lists(part)]
    return found | {"match" for names in within if names and names <= set(CONDITION)}


def _lists(template: Any) -> Iterator[list[Any]]:
    """The outermost lists in a template."""
    if isinstance(template, list):
        yield template
    elif isinstance(template, dict):
        for inner in template.values():
            yield from _lists(inner)


def strays(text: str) -> bool:
    """Whether the text has a brace that is neither doubled nor part of a placeholder."""
    return bool(STRAY.search(MARK.sub("", text)))
