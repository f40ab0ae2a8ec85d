"""Where the fields of a record stand in a body or in an answer, and what stands around them.

Many APIs wrap a record: `{"product": {…}}`, `{"data": {…}}`, `{"data": {"id": "7", "attributes": {…}}}`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from upsertspec.discovery.json_schema import Schema, letters
from upsertspec.discovery.samples import sample

Members = Mapping[str, Schema]

FIELDS = "{fields}"
DEEPEST = 3
WRAPPERS = ("attributes", "data", "fields", "properties")
"""Members that hold the fields of a record although there are other members."""
AROUND = ("type", "id", "lid", "meta", "links", "relationships", "jsonapi", "included")
"""Members that stand around the fields of a record, and are none."""
MASKS = ("updatemask", "fieldmask")
"""Members and parameters that name the fields which an update writes, as Google's APIs have them."""
MASK = "{otherNames:backslash}"
IDS = ("id", "_id", "uuid", "pk")
TIMES = {
    "created_at": re.compile(r"(date)?(created|creation|inserted)(at|on|date|time|timestamp)?|createtime"),
    "updated_at": re.compile(r"(date)?(last)?(updated|modified|changed)(at|on|date|time|timestamp)?|updatetime"),
}


@dataclass(frozen=True)
class Place:
    """A record: its members, and the path to it, which is empty where there is none.

    An id or a time outside of the record, as in `{"id": 7, "attributes": {…}}`, is a member too; `beside` has its path.
    """

    members: Members = field(default_factory=dict)
    path: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """The place in the words of an `answer`."""
        return {"record": self.path, **({"beside": dict(self.beside)} if self.beside else {})}


NOWHERE = Place()


def place_in(schema: Schema | None, wanted: Collection[str]) -> Place:
    """The record in an answer: the object that has most of the wanted members, the outermost of several."""
    return max(_places(schema, "", {}) if schema else (), key=lambda place: _fit(place, wanted), default=NOWHERE)


def list_in(schema: Schema | None, wanted: Collection[str]) -> tuple[str, Place] | None:
    """The path of the list of records in an answer, and the record in each element; None without a list."""
    found = [(path, place_in(each, wanted) if each.properties else NOWHERE) for path, each in _lists(schema, "")]
    return max(found, key=lambda each: _fit(each[1], wanted), default=None)


def unwrapped(body: Schema, ident: str = "", answered: Collection[str] = (), left: int = DEEPEST) -> tuple[Schema, Any]:
    """The record in a body, and the body as a template around it. `ident` is the placeholder of an id in the body.

    `answered` are the names in the answers: they tell the record from what stands beside it in a request alone.
    """
    if body.items is not None:
        inner, template = unwrapped(body.items, ident, answered, left)
        return inner, [template]
    name = _wrapper(body, answered) if left else ""
    if not name:
        return body, FIELDS
    inner, template = unwrapped(body.properties[name], ident, answered, left - 1)
    others = {n: _constant(n, s, ident) for n, s in body.properties.items() if n != name and _is_sent(n, s, body)}
    around = {_plain(n): value for n, value in others.items() if value != ""}
    return inner, {**around, _plain(name): template}


def with_fields(template: Any, fields: Any) -> Any:
    """The template of a body with these fields in place of `{fields}`."""
    if isinstance(template, dict):
        return {name: with_fields(each, fields) for name, each in template.items()}
    if isinstance(template, list):
        return [with_fields(each, fields) for each in template]
    return fields if template == FIELDS else template


def names_in(answers: Iterable[Schema | None]) -> frozenset[str]:
    """The names of the members of all objects in some answers."""
    return frozenset(
        name for schema in answers if schema for place in _places(schema, "", {}) for name in place.members
    )


def _fit(place: Place, wanted: Collection[str]) -> int:
    return len(set(wanted) & (place.members.keys() - place.beside.keys()))


def _places(schema: Schema, path: str, around: Mapping[str, tuple[str, Schema]]) -> Iterator[Place]:
    """Every object in an answer, the outer before the inner. `around` has the ids and times of the outer ones."""
    if schema.items is not None and path.count(".") < DEEPEST:
        yield from _places(schema.items, _joined(path, "0"), {})
    if not schema.properties:
        return
    beside = {name: found for name, found in around.items() if name not in schema.properties}
    members = {**{name: inner for name, (_, inner) in beside.items()}, **schema.properties}
    yield Place(members, path or ".", {name: at for name, (at, _) in beside.items()})
    own = {name: (_joined(path, name), inner) for name, inner in schema.properties.items() if _is_written(name, inner)}
    for name, inner in schema.properties.items():
        if path.count(".") < DEEPEST:
            yield from _places(inner, _joined(path, name), {**around, **own})


def _lists(schema: Schema | None, path: str) -> Iterator[tuple[str, Schema]]:
    """The lists that may hold records, with the schema of an element, the outer before the inner."""
    if schema is None or path.count(".") >= DEEPEST:
        return
    if schema.items is not None:
        if schema.items.properties or schema.items.type in ("object", ""):
            yield path or ".", schema.items
        return
    for is_list in (True, False):
        for name, inner in schema.properties.items():
            if (inner.items is not None) is is_list:
                yield from _lists(inner, _joined(path, name))


def _is_written(name: str, schema: Schema) -> bool:
    """Whether a member looks like an id or a time that the server writes."""
    plain = letters(name)
    is_known = plain in IDS or any(pattern.fullmatch(plain) for pattern in TIMES.values())
    return is_known and not schema.properties and schema.items is None


def _wrapper(body: Schema, answered: Collection[str]) -> str:
    """The member of a body that holds the record; empty where the members are the fields themselves."""
    inner = {n: s for n, s in body.properties.items() if s.properties or (s.items is not None and s.items.properties)}
    if len(body.properties) == 1:
        return next(iter(inner), "")
    known = [name for name in WRAPPERS if name in inner and body.properties.keys() - {name} <= {*AROUND}]
    alone = [
        n for n, s in inner.items() if {*answered} & {*s.properties} and not {*answered} & {*body.properties} - {n}
    ]
    return next(iter([*known, *alone]), "")


def _is_sent(name: str, schema: Schema, body: Schema) -> bool:
    """Whether a member around the record has to be in a request."""
    if letters(name) in MASKS:
        return True
    return name in body.required or len(schema.options) == 1 or "const" in schema.rules or name == "type"


def _constant(name: str, schema: Schema, ident: str) -> Any:
    """What a member around the record is in each request, as a template; an empty text where nothing is known."""
    if letters(name) in IDS:
        return ident
    if letters(name) in MASKS:
        return MASK
    if name == "type" and not (
        schema.options or "const" in schema.rules or schema.example or schema.rules.get("default")
    ):
        return "{table}"
    value = sample(name, schema)
    return _plain(value) if isinstance(value, str) else value


def _plain(text: str) -> str:
    """A text as a template in which nothing is a placeholder."""
    return re.sub(r"[{}]", r"\g<0>\g<0>", text)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
