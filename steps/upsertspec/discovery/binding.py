"""A guess at which fields of a resource play those of `contacts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from upsertspec.discovery.document import Schema
from upsertspec.discovery.resources import UNIQUE, Resource, letters
from upsertspec.discovery.samples import form, sample

TIMES = {
    "created_at": re.compile(r"^(date)?(created|creation|inserted)(at|on|date|time|timestamp)?$"),
    "updated_at": re.compile(r"^(date)?(last)?(updated|modified|changed)(at|on|date|time|timestamp)?$"),
}
IDS = ("id", "_id", "uuid", "pk")
LIKELY_UNIQUE = re.compile(r"^(barcode|ean|gtin|isbn|phone|username|slug|email|externalid|code|sku|vat|serial)\w*$")


@dataclass(frozen=True)
class Guessed:
    """The lines of `[tables.contacts.fields]` by our field: a TOML value, or False, and a remark for a comment.

    `always` is what every create needs besides; `protected` names the fields that the server writes. `problem` says
    why the resource cannot play the table, or is empty.
    """

    fields: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    protected: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def guess(resource: Resource) -> Guessed:
    """The binding of `contacts` to a resource with a key of one field."""
    if len(resource.keys) != 1:
        return Guessed(problem="its key has several fields" if resource.keys else "no key could be found")
    picker = _Picker(resource)
    fields = dict(picker.fields())
    protected = _protected(resource)
    named = {letters(str(value)) for value in protected.values()}
    always = {
        name: sample(schema)
        for name, schema in picker.left.items()
        if name in resource.required and letters(name) not in named
    }
    problem = "" if fields["name"][0] else "it has no text besides its key"
    return Guessed(fields, always, protected, problem)


class _Picker:
    """Gives each of our fields one of theirs, each of theirs once."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self.left = dict(resource.fields)

    def fields(self) -> Iterator[tuple[str, tuple[Any, str]]]:
        """Our fields in the order of schema.toml."""
        key = self._resource.keys[0]
        yield "email", (self._bound(key, {"text": form(self.left[key], True)}), "")
        name = self._pick(lambda n, s: _is_text(s) and n in self._resource.required) or self._pick(
            lambda n, s: _is_text(s) and not self._is_unique(n, s)
        )
        yield (
            "name",
            (self._bound(name, {"required": None if name in self._resource.required else False}), "")
            if name
            else (
                False,
                "",
            ),
        )
        yield "status", self._status()
        yield "age", self._age()
        yield "phone", self._phone()
        yield "vip", self._simple(lambda _, s: s.type == "boolean")
        yield "birthday", self._simple(lambda _, s: s.type == "string" and s.format == "date")
        yield "notes", self._simple(lambda n, s: _is_text(s) and n not in self._resource.required)

    def _pick(self, wanted: Any) -> str:
        return next((n for n, s in self.left.items() if n not in self._resource.keys and wanted(n, s)), "")

    def _bound(self, name: str, more: Mapping[str, Any]) -> Any:
        """The TOML value for a field: its name, or a table with what else there is to say."""
        schema = self.left.pop(name)
        stated = {k: v for k, v in more.items() if v not in (None, "")}
        if isinstance(longest := schema.rules.get("maxLength"), int):
            stated["maximum_length"] = longest
        if schema.type == "string" and not schema.nullable and name not in self._resource.required and self._says_null:
            stated["null"] = False
        return {"name": name, **stated} if stated else name

    @property
    def _says_null(self) -> bool:
        """Whether the document marks any field as nullable: only then does the lack of the mark say something."""
        return any(schema.nullable for schema in self._resource.fields.values())

    def _status(self) -> tuple[Any, str]:
        name = self._pick(lambda _, s: len(s.options) > 1 and all(isinstance(o, str) for o in s.options))
        if not name:
            return False, ""
        schema = self.left[name]
        default = schema.rules.get("default")
        options = sorted(schema.options, key=lambda option: option != default)[:3]
        values = dict(zip(("active", "inactive", "pending"), options, strict=False))
        known = {} if default is None else {"default": default}
        asked = "" if known or name in self._resource.required else "What does a create give it when it is left out?"
        required = {"required": True} if name in self._resource.required else {}
        return self._bound(name, {"values": values, **known, **required}), asked

    def _age(self) -> tuple[Any, str]:
        whole = lambda _, s: s.type == "integer" and not s.options  # noqa: E731
        name = self._pick(lambda n, s: whole(n, s) and s.rules.get("minimum") == 0) or self._pick(whole)
        if not name:
            return False, ""
        schema = self.left[name]
        low = schema.rules.get("minimum")
        stated = {
            "default": schema.rules.get("default"),
            "minimum": low if isinstance(low, int) and low != 0 else None,
            "required": True if name in self._resource.required else None,
        }
        return self._bound(name, stated), "" if low is not None else "Does it refuse a number below 0?"

    def _phone(self) -> tuple[Any, str]:
        optional = lambda n, s: _is_text(s) and n not in self._resource.required  # noqa: E731
        name = self._pick(lambda n, s: optional(n, s) and self._is_unique(n, s))
        if not name:
            return False, "Is there another field that no two records may share? Name it here."
        said = (
            "" if UNIQUE.search(str(self.left[name].rules.get("description", ""))) else "May no two records share it?"
        )
        return self._bound(name, {"text": form(self.left[name], False)}), said

    def _simple(self, wanted: Any) -> tuple[Any, str]:
        name = self._pick(wanted)
        if not name:
            return False, ""
        default = self.left[name].rules.get("default")
        return self._bound(name, {"default": default}), ""

    def _is_unique(self, name: str, schema: Schema) -> bool:
        return bool(
            LIKELY_UNIQUE.match(letters(name))
            or UNIQUE.search(str(schema.rules.get("description", "")))
            or schema.rules.get("x-unique") is True
        )


def _is_text(schema: Schema) -> bool:
    return schema.type == "string" and not schema.options and schema.format in ("", "email", "textarea")


def _protected(resource: Resource) -> dict[str, Any]:
    """The target's names of id, created_at and updated_at; False for one that its records do not have."""
    known = resource.record
    found: dict[str, Any] = {"id": next((n for n in known if letters(n) in IDS and n not in resource.keys), False)}
    for ours, pattern in TIMES.items():
        found[ours] = next((n for n in known if pattern.match(letters(n)) and n not in resource.required), False)
    return found
