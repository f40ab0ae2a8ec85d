"""A guess at how a resource plays a table of the specification, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from upsertspec.discovery.json_schema import Schema, letters
from upsertspec.discovery.places import IDS, TIMES
from upsertspec.discovery.resources import Resource, is_unique
from upsertspec.discovery.samples import fits, option, sample
from upsertspec.discovery.text_form import SHORTEST, text_form
from upsertspec.spec.schema import Field, Table
from upsertspec.spec.types import of_json_schema
from upsertspec.spec.types.numbers import Decimal, Integer
from upsertspec.spec.types.structured import Json
from upsertspec.spec.types.text import Text

FEWEST_OPTIONS = 2
WHOLE = ("int32", "int64", "uint32", "uint64")
"""Formats of whole numbers, which JSON of Protocol Buffers writes as text if they may have 64 bits."""
NO_TEXT = ("date", "date-time", "time", "binary", "byte", "password", *WHOLE)
VERSIONS = ("etag", "version", "rowversion", "lockversion", "resourceversion", "revision", "rev")
"""Members that a server changes with each write."""

MOST_USED = ("alt_text",)
"""Optional fields that the scenarios use far more than others of their kind: they are played first."""

Wanted = Callable[[str, Schema], bool]


@dataclass(frozen=True)
class Binding:
    """How a resource plays a table, in the words of `[tables.TABLE]`.

    `fields` has a TOML value for each field of the specification, False for one that the resource lacks. `always` is
    what every create needs in addition, `fixed` what goes with every request, `protected` what the server writes,
    `volatile` what it changes by itself. `questions` are by field. `problem` says why the resource cannot play the
    table; then the rest may be empty.
    """

    table: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    protected: Mapping[str, Any] = field(default_factory=dict)
    volatile: list[str] = field(default_factory=list)
    questions: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def bind(table: Table, resource: Resource) -> Binding:
    """The binding of a table to a resource."""
    if not resource.keys:
        return Binding(table.name, problem="no field identifies a record")
    if any(spec.required and not isinstance(spec.type, Text) for spec in table.fields.values()):
        return Binding(table.name, problem="it needs records of another table")
    return _Binder(table, resource).binding()


class _Binder:
    """Gives each field of the table one of the resource's, each of those once."""

    def __init__(self, table: Table, resource: Resource) -> None:
        self._table = table
        self._resource = resource
        self._left = {name: schema for name, schema in resource.fields.items() if name not in resource.keys}
        self._marks_null = any(schema.nullable for schema in resource.fields.values())
        self._always: dict[str, Any] = {}
        self._fixed: dict[str, Any] = {}
        self._questions: dict[str, str] = {}

    def binding(self) -> Binding:
        """The whole binding."""
        protected = _protected(self._resource)
        volatile = _volatile(self._resource)
        taken = {name["name"] if isinstance(name, dict) else name for name in protected.values() if name} | {*volatile}
        self._left = {name: schema for name, schema in self._left.items() if name not in taken}
        found, problem = dict(self._keys()), ""
        if number := next((k for k in self._resource.keys if not _is_text(self._resource.fields[k])), ""):
            problem = f"{number}, which identifies a record, is no text"
        for spec in sorted(
            self._table.fields.values(), key=lambda spec: (not spec.required, spec.name not in MOST_USED)
        ):
            if spec.name not in self._together and spec.name not in found:
                found[spec.name] = self._field(spec)
                if spec.required and found[spec.name] is False:
                    problem = problem or f"it has no text that could play {spec.name}"
        fields = {name: found[name] for name in self._table.fields if name in found}
        needed = {n: sample(n, s) for n, s in self._left.items() if n in self._resource.required}
        always = {**needed, **self._always}
        return Binding(self._table.name, fields, always, self._fixed, protected, volatile, self._questions, problem)

    @property
    def _together(self) -> frozenset[str]:
        """The fields of the table's first key."""
        return frozenset(self._table.unique_keys[0])

    def _keys(self) -> Iterator[tuple[str, Any]]:
        """The fields of the key. Where the numbers differ, the last of the shorter key stands for several."""
        ours, theirs = self._table.unique_keys[0], self._resource.keys
        spare = max(0, len(theirs) - len(ours))
        self._fixed = {name: sample(name, self._resource.fields[name]) for name in theirs[:spare]}
        theirs = theirs[spare:]
        for place, name in enumerate(theirs):
            rest = list(ours[place + 1 :]) if place == len(theirs) - 1 else []
            schema = self._resource.fields[name]
            form, longest = text_form(schema, is_email=ours[place] == "email")
            if form is None:
                self._questions[ours[place]] = f"Texts must match {schema.rules.get('pattern')}. How do they look?"
            yield ours[place], _value(name, {"text": form, "maximum_length": longest, "with": rest or None})

    def _field(self, spec: Field) -> Any:
        """The TOML value for a field that is not part of the key."""
        if spec.options:
            return self._options(spec)
        if isinstance(spec.type, Text):
            return False if "pattern" in spec.rules else self._text(spec)
        if isinstance(spec.type, Integer):
            return self._integer(spec)
        if isinstance(spec.type, (Decimal, Json)):
            return False
        name = self._pick(lambda _, schema: of_json_schema({**schema.rules, "type": schema.type}) is spec.type)
        return self._bound(spec, name, {"default": self._default(name)}) if name else False

    def _text(self, spec: Field) -> Any:
        resource = self._resource
        name = ""
        if spec.required:
            needed = resource.required - {*resource.keys} or self._never_null()
            name = self._pick(lambda n, s: _is_text(s) and n in needed and not is_unique(n, s))
        elif spec.unique:
            name = self._pick(lambda n, s: _is_text(s) and n not in resource.required and is_unique(n, s))
            said = "May two records share it? Then take it out, and write false." if name else ""
            asked = "Is there another field that no two records may share? Name it here."
            self._questions[spec.name] = said or asked
        if not name and not spec.unique:
            name = self._pick(lambda n, s: _is_text(s) and not is_unique(n, s) and n not in resource.required)
        if not name:
            return False
        schema = self._left[name]
        form, longest = text_form(schema) if spec.unique or _is_narrow(schema) else ("", None)
        loose = spec.required and name not in resource.required
        if loose:
            loose = name not in self._never_null()
            fix = "If so, take out required = false" if loose else "If not: required = false"
            self._questions[spec.name] = f"Does a create need it? The document does not say so. {fix}."
        more = {
            "text": form,
            "minimum_length": schema.shortest or None,
            "maximum_length": longest or schema.longest,
            "blank": None if form or fits(" " * max(1, schema.shortest), schema) else False,
            "required": False if loose else None,
        }
        return self._bound(spec, name, more)

    def _never_null(self) -> frozenset[str]:
        """The fields without a default that stored records always have, where the document has others that may be null.

        Where one body serves to create and to update, documents often say of no field that it is required.
        """
        record = self._resource.record
        if not any(schema.nullable for schema in record.values()):
            return frozenset()
        return frozenset(n for n, s in record.items() if not s.nullable and s.rules.get("default") is None)

    def _options(self, spec: Field) -> Any:
        name = self._pick(lambda _, s: len(s.options) >= FEWEST_OPTIONS and all(isinstance(o, str) for o in s.options))
        if not name:
            return False
        schema = self._left[name]
        default = self._default(name)
        if default is None:
            default = self._always[name] = option(schema)
        options = sorted(schema.options, key=lambda each: each != default)
        return self._bound(spec, name, {"values": dict(zip(spec.options, options, strict=False)), "default": default})

    def _integer(self, spec: Field) -> Any:
        wholes = {
            name
            for name, schema in self._left.items()
            if (schema.type == "integer" or (schema.type == "string" and schema.format in WHOLE)) and not schema.options
        }
        name = self._pick(lambda n, s: n in wholes and s.lowest == spec.rules.get("minimum"))
        name = name or self._pick(lambda n, _: n in wholes)
        if not name:
            return False
        lowest, highest = self._left[name].lowest, self._left[name].highest
        if lowest is None and "minimum" in spec.rules:
            asked = f"Is a number below {spec.rules['minimum']} refused? If not: minimum = false."
            self._questions[spec.name] = asked
        stated = None if lowest in (None, spec.rules.get("minimum")) else lowest
        as_text = True if self._left[name].type == "string" else None
        more = {"default": self._default(name), "minimum": stated, "maximum": highest, "as_text": as_text}
        return self._bound(spec, name, more)

    def _pick(self, wanted: Wanted) -> str:
        """The first field that is wanted; of texts one that takes any text, if there is one."""
        found = [name for name, schema in self._left.items() if wanted(name, schema)]
        return min(found, key=lambda name: _is_narrow(self._left[name]), default="")

    def _default(self, name: str) -> Any:
        """What a create gives the field. One that is required has none; a create then always sends a value."""
        schema = self._left[name]
        if name not in self._resource.required:
            return schema.rules.get("default")
        self._always[name] = sample(name, schema)
        return self._always[name]

    def _bound(self, spec: Field, name: str, more: Mapping[str, Any]) -> Any:
        schema = self._left.pop(name)
        never = self._marks_null or name in self._resource.required
        is_never_null = never and not spec.required and not schema.nullable
        return _value(name, {**more, "null": False if is_never_null else None})


def _value(name: str, more: Mapping[str, Any]) -> Any:
    """A name alone, or with what else there is to say of the field."""
    stated = {setting: value for setting, value in more.items() if value not in (None, "")}
    return {"name": name, **stated} if stated else name


def _is_text(schema: Schema) -> bool:
    return schema.type == "string" and not schema.options and schema.format not in NO_TEXT


def _is_narrow(schema: Schema) -> bool:
    """Whether a text has to have a form, and not just any text will do."""
    has_form = schema.is_number_in_text or schema.format in ("email", "uuid", "uri", "url")
    return "pattern" in schema.rules or has_form or schema.shortest > SHORTEST


def _protected(resource: Resource) -> dict[str, Any]:
    """The target's names of id, created_at and updated_at; False for one that its records do not have."""
    known = {name: letters(name) for name in resource.record if name not in resource.keys}
    ids = [name for name, plain in known.items() if plain in IDS]
    own = [
        name
        for name, plain in known.items()
        if _is_own_id(plain, letters(resource.name)) and name not in resource.required
    ]
    named = [name for name, plain in known.items() if plain == "name" and resource.record[name].read_only]
    found: dict[str, Any] = {"id": next(iter([*ids, *own, *named]), False)}
    for ours, pattern in TIMES.items():
        sent = resource.required - {n for n, s in resource.record.items() if s.read_only}
        name = next((n for n, plain in known.items() if pattern.fullmatch(plain) and n not in sent), "")
        is_number = bool(name) and resource.record[name].type in ("integer", "number")
        found[ours] = {"name": name, "format": "milliseconds"} if is_number else name or False
    return found


def _volatile(resource: Resource) -> list[str]:
    """The versions in a record: a tag, or what no request sends."""
    known = [name for name in resource.record if letters(name) in VERSIONS and name not in resource.keys]
    return [name for name in known if letters(name) == "etag" or name not in resource.fields]


def _is_own_id(plain: str, resource: str) -> bool:
    """Whether a name is that of the resource with an id: `article_id` or `articleUuid` of `articles`."""
    stem = re.sub("(uu)?id$", "", plain)
    return stem != plain and len(stem) > 2 and resource.startswith(stem[:-1]) and len(resource) - len(stem) < 4
