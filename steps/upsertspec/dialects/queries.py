"""Query parameters of lists and groups (CONTRACT, records) and what is answered to them, in a table's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.errors import NotApplicable
from upsertspec.target.bindings import Bindings

NAMING = ("_sort", "_fields", "group_by", "avg")
EXACT = ("", "eq", "ne", "in")
"""The operators that compare whole values; the others look inside a text, or at its order."""


def query(words: Words, asked: Mapping[str, Any], bindings: Bindings) -> dict[str, Any]:
    """Query parameters in the target's words. Raises NotApplicable for a field that the target lacks."""
    return dict(_parameter(words, name, value, bindings) for name, value in asked.items())


def _parameter(words: Words, name: str, value: Any, bindings: Bindings) -> tuple[str, Any]:
    if name in NAMING:
        return name, _named(words, name, value)
    if name == "_include" and isinstance(value, str):
        return name, ",".join(_path(words, part, bindings)[0] for part in value.split(","))
    if "._" in name:
        path, _, option = name.rpartition(".")
        theirs, inner = _path(words, path, bindings)
        return f"{theirs}.{option}", _named(inner, option, value) if option in NAMING else value
    if name.startswith("_"):
        return name, value
    field, dunder, operator = name.partition("__")
    bound = words.binding.field(field)
    theirs = f"{words.name(field)}{dunder}{operator}"
    if not (bound.text or bound.values or bound.as_text) or operator == "isnull":
        return theirs, value
    if operator not in EXACT:
        raise NotApplicable(f"{bound.name} of {words.called} has texts of its own form: {operator} sees others")
    parts = value.split(",") if operator == "in" and isinstance(value, str) else [value]
    return theirs, ",".join(str(words.value(field, part)) for part in parts)


def parent_name(field: str) -> str:
    """What a field refers to is called: the field without `_id`, or `Id`; the field itself if it ends in neither."""
    return field.removesuffix("_id").removesuffix("Id")


def _path(words: Words, path: str, bindings: Bindings) -> tuple[str, Words]:
    """What is nested, such as `user` or `conversations.messages`, in the target's words, and the words of its table.

    A parent is called as its field is, without `_id` or `Id`. Raises NotApplicable where the field has another form.
    """
    found = []
    for name in path.split("."):
        field = words.binding.spec.fields.get(f"{name}_id")
        if field is None or not field.references:
            words = Words(bindings.of(name), {})
            found.append(words.called)
            continue
        theirs = words.name(f"{name}_id")
        if parent_name(theirs) == theirs:
            raise NotApplicable(f"{theirs} of {words.called} has no name for what it refers to")
        found.append(parent_name(theirs))
        words = Words(bindings.of(field.references), {})
    return ".".join(found), words


def _named(words: Words, parameter: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    parts = [(part[:1], part[1:]) if part.startswith("-") else ("", part) for part in value.split(",")]
    for _, name in parts:
        bound = words.binding.field(name)
        if parameter == "_sort" and (bound.text or bound.values):
            raise NotApplicable(f"{bound.name} of {words.called} has texts of its own form, in another order")
    return ",".join(f"{sign}{words.name(name)}" for sign, name in parts)


def description(words: Words, body: Any) -> Any:
    """A table's description with the specification's names, options and defaults."""
    if not isinstance(body, Mapping):
        return body
    renamed = dict(body)
    if isinstance(body.get("fields"), Mapping):
        renamed["fields"] = {k: _described(words, k, v) for k, v in words.ours_names(body["fields"]).items()}
    if isinstance(body.get("unique_keys"), list):
        keys = body["unique_keys"]
        renamed["unique_keys"] = [_key(words, key) if isinstance(key, list) else key for key in keys]
    return renamed


def _key(words: Words, key: list[Any]) -> list[Any]:
    found: list[Any] = []
    for name in key:
        found += words.ours_of_name(name) if isinstance(name, str) else [name]
    return found


def _described(words: Words, name: str, described: Any) -> Any:
    if not isinstance(described, Mapping) or not words.binding.field(name).values:
        return described
    made = dict(described)
    if isinstance(made.get("options"), list):
        made["options"] = [words.back(name, option) for option in made["options"]]
    if "default" in made:
        made["default"] = words.back(name, made["default"])
    return made


def groups(words: Words, body: Any) -> Any:
    """Groups with the specification's names and values of the fields, in `avg_FIELD` too."""
    listed = body.get("groups") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(listed, list):
        return body
    back = {f"avg_{words.binding.field(n).name}": f"avg_{n}" for n in words.binding.spec.fields}
    whole = [{back.get(k, k): v for k, v in words.ours(g).items()} for g in listed if isinstance(g, dict)]
    return {**body, "groups": whole}
