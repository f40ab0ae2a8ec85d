"""The lines of `[shape]` for a resource: how it is upserted, found, read, changed, deleted and created."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upsertspec.discovery.binding import Binding
from upsertspec.discovery.calls import PARAMETER, record_in
from upsertspec.discovery.document import Operation, Parameter
from upsertspec.discovery.json_schema import Schema, letters
from upsertspec.discovery.places import MASKS, Place, unwrapped, with_fields
from upsertspec.discovery.resources import ALLOW_MISSING, PREFERENCE, Resource, answered_names
from upsertspec.discovery.toml import comment, said, toml_value
from upsertspec.spec.outcomes import KINDS
from upsertspec.spec.schema import tables

REPRESENTATION = "return=representation"
OPERATION_BY_STATUS = {"201": "created", "200": "updated", "204": "updated"}
OTHER_JSON = re.compile(r"application/[\w.-]+\+json", re.ASCII)
EQUAL = ("$eq", "eq")
FILTER = re.compile(rf"(?:filters?|where|search|q|query)\[(\w+)\](?:\[(?:{'|'.join(map(re.escape, EQUAL))})\])?")
OBJECTS = {"filters": "filters[{field}][$eq]", "filter": "filter[{field}]"}
"""Parameters that filter by any field: with `filters` as in Strapi, with `filter` as JSON:API recommends."""
IN_TEXT = {
    "$filter": ("{field} eq {value:odata}", " and "),
    "filter": ("{field}={value:json}", " AND "),
}
"""Parameters that are conditions in one text: OData's, and `filter` as Google's APIs have it, which page by a token."""
PAGE_TOKENS = ("pagetoken",)
LIMITS = (
    *("limit", "_limit", "per_page", "perpage", "page_size", "pagesize", "size", "$top"),
    *("page[size]", "page[limit]", "pagination[limit]", "pagination[pagesize]"),
)
OFFSETS = ("offset", "_offset", "skip", "$skip", "start", "page[offset]", "pagination[start]")
PARTS = (
    *("create", "read", "change", "delete"),
    *("describe", "batch", "ignore", "conflict", "list", "groups", "transaction"),
)
"""What a target may lack."""


def shape(resource: Resource, bindings: Sequence[Binding]) -> Iterator[str]:
    """The tables of the shape."""
    parts = _Parts(resource)
    stated = dict(parts.others())
    yield from comment("What there is no call for, as far as the document says.")
    yield "[shape]"
    yield from (f"{name} = false" for name in PARTS if name not in stated)
    yield ""
    yield from comment(f"{said(f'{resource.upsert.method} {resource.upsert.path}')}: {resource.why}.")
    yield from _upsert(parts, resource, bindings)
    yield ""
    yield from _find(parts, resource)
    for name, (part, answer) in stated.items():
        yield ""
        yield from _table(f"shape.{name}", part)
        yield from _table(f"shape.{name}.answer", answer)


def deviations(resource: Resource) -> dict[str, int]:
    """The documented statuses that differ from the contract's, by kind of outcome."""
    upsert, calls = resource.upsert, resource.calls
    delete = calls.delete or calls.delete_single
    by_status = operation_by_status(upsert) or dict.fromkeys(upsert.success, "")
    documented = {
        **{word: [s for s, said in by_status.items() if said in ("", word)] for word in ("created", "updated")},
        "deleted": delete.success if delete else [],
        "record_created": calls.create.success if calls.create else [],
        "record_changed": calls.change.success if calls.change else [],
        "invalid": [status for status in ("400", "422") if status in upsert.answers],
    }
    codes = {kind: [int(status) for status in statuses if status.isdecimal()] for kind, statuses in documented.items()}
    return {kind: found[0] for kind, found in codes.items() if found and KINDS[kind] not in found}


def operation_by_status(upsert: Operation) -> Mapping[str, str]:
    """Which status says created and which updated, where the document has one for each."""
    found = {status: word for status, word in OPERATION_BY_STATUS.items() if status in upsert.success}
    return found if len(set(found.values())) == 2 else {}


class _Parts:
    """The templates of the calls of one resource."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._keys = dict(zip(resource.parameters, resource.keys, strict=False))

    def path(self, path: str, ident: str = "") -> str:
        """The path as a template. Parameters that hold a part of the key are filled in; the others are `ident`."""

        def placeholder(found: re.Match[str]) -> str:
            name = self._keys.get(found[1]) or next(
                (key for key in self._resource.keys if letters(key) == letters(found[1])), ""
            )
            return f"{{key.{name}}}" if name and found[1] != ident else "{id}" if ident else f"{{{{{found[1]}}}}}"

        made = PARAMETER.sub(placeholder, re.sub(r"[\s?#]", "_", path))
        named = re.sub(rf"/{re.escape(self._resource.name)}(?=[/(:]|$)", "/{table}", made, count=1)
        return named if named.startswith("/") else f"/{named}"

    def body(self, operation: Operation, fields: str, ident: str = "") -> dict[str, Any]:
        """The body of a part with these fields, wrapped as the document says, and its type where it is not JSON's."""
        known = operation.body if operation.body and operation.body.properties else self._resource.upsert.body
        _, template = unwrapped(known or Schema(), ident, answered_names(self._resource.upsert))
        headers = {"Content-Type": operation.body_type} if OTHER_JSON.fullmatch(operation.body_type) else {}
        headers |= {"Prefer": REPRESENTATION} if _may_prefer_a_record(operation) else {}
        return {**({"headers": headers} if headers else {}), "body": with_fields(template, fields)}

    def answer(self, operation: Operation) -> Mapping[str, Any]:
        """Where the record is in an answer."""
        place = record_in(operation, self._resource.record)
        return place.said() if place.path else {"record": "."}

    def others(self) -> Iterator[tuple[str, tuple[Mapping[str, Any], Mapping[str, Any]]]]:
        """The parts beside upsert and find, each with what is stated of its answer."""
        calls = self._resource.calls
        if calls.create:
            part = {"path": self.path(calls.create.path), **self.body(calls.create, "{fields}")}
            yield "create", (part, self.answer(calls.create))
        if calls.read:
            yield "read", ({"path": self._by_id(calls.read)}, self.answer(calls.read))
        if calls.change:
            part = {"path": self._by_id(calls.change), **self.body(calls.change, "{fields}", "{id}")}
            yield "change", (part, self.answer(calls.change))
        if calls.delete:
            yield "delete", ({"path": self._by_id(calls.delete)}, {})
        elif calls.delete_single and (named := self._names_one(calls.delete_single)) is not None:
            yield "delete", ({"path": self.path(calls.delete_single.path), **named}, {})

    def _names_one(self, operation: Operation) -> Mapping[str, Any] | None:
        """What a request has besides its path to name one record; None where it would be about all of them."""
        if "{" in operation.path:
            return {}
        filters = {parameter.name for parameter in operation.parameters_in("query")}
        if not set(self._resource.keys) <= filters:
            return None
        return {"query": {key: self.value(f"{{key.{key}}}") for key in self._resource.keys}}

    def value(self, placeholder: str) -> str:
        """The value of a query parameter that a field has to be equal to."""
        return f"eq.{placeholder}" if self._resource.is_postgrest else placeholder

    def _by_id(self, operation: Operation) -> str:
        return self.path(operation.path, PARAMETER.findall(operation.path)[-1])


def _upsert(parts: _Parts, resource: Resource, bindings: Sequence[Binding]) -> Iterator[str]:
    operation = resource.upsert
    part: dict[str, Any] = {"method": operation.method, "path": parts.path(operation.path)}
    part |= parts.body(operation, "{fields}" if resource.is_key_in_body else "{otherFields}", _ident(resource))
    masks = {p.name: "{otherNames}" for p in operation.parameters_in("query") if letters(p.name) in MASKS}
    missing = {p.name: "true" for p in operation.parameters_in("query") if letters(p.name) == ALLOW_MISSING}
    if query := {**missing, **masks}:
        part["query"] = query
    if resource.is_postgrest:
        part["query"] = {"on_conflict": "{matchFields}"}
        part["headers"] = {"Prefer": f"{PREFERENCE},{REPRESENTATION}"}
    if operation.method == "PUT" and resource.required - set(resource.keys):
        yield from comment("Does an update replace the whole record? Then add: replaces = true")
    if not resource.parameters:
        yield from comment("The document may not say by which field a stored record is found again. Is this right?")
        part["keys"] = {binding.table: list(tables()[binding.table].unique_keys[0]) for binding in bindings}
    yield from _table("shape.upsert", part)
    by_status = operation_by_status(operation)
    if not by_status:
        yield from comment("The document does not say how an answer tells a create from an update. Does it?")
    place = Place(path="0") if resource.is_postgrest else resource.answered
    record = place.said() if place.path else {"record": False}
    answer = {**record, "operation": {"status": by_status} if by_status else False}
    empty = [] if _may_prefer_a_record(operation) else _empty(operation)
    yield from _table("shape.upsert.answer", {**answer, **({"empty": empty} if empty else {})})


def _may_prefer_a_record(operation: Operation) -> bool:
    """Whether a request may ask for the record in the answer: `Prefer: return=representation`."""
    headers = operation.parameters_in("header")
    return any(letters(p.name) == "prefer" and REPRESENTATION in str(p.schema.rules) for p in headers)


def _empty(operation: Operation) -> list[int]:
    """The statuses of success without a body: 204, and any that has none in a document where another has one."""
    has_body = any(operation.answers[status] for status in operation.success)
    return [
        int(status)
        for status in operation.success
        if operation.answers[status] is None and status.isdecimal() and (has_body or status == "204")
    ]


def _ident(resource: Resource) -> str:
    """The placeholder of an id that stands around the record in the body of an upsert: the key in the path."""
    return f"{{key.{resource.keys[-1]}}}" if resource.parameters and resource.keys else ""


def _find(parts: _Parts, resource: Resource) -> Iterator[str]:
    calls = resource.calls
    found = _query_parameters(resource)
    by_query = calls.find is not None and set(resource.keys) <= found.keys()
    if calls.single is not None and "{" in calls.single.path and not (by_query and (calls.read or "id" in found)):
        yield from _table("shape.find", {"path": parts.path(calls.single.path)})
        yield from _table("shape.find.answer", parts.answer(calls.single))
        return
    if not by_query:
        yield from comment("How is a record found by its key? The document names no call for it; this is a guess.")
    path = parts.path(calls.find.path if calls.find else resource.collection)
    asked = (
        [name for parameter in calls.find.parameters_in("query") for name in _names(parameter)] if calls.find else []
    )
    patterns = {found[key].replace(key, "{field}", 1) for key in resource.keys if key in found}
    in_text = [name for name in IN_TEXT if name in asked and (name[0] == "$" or _pages_by_token(asked))]
    condition: dict[str, Any] = {}
    if in_text and not by_query:
        written, join = IN_TEXT[in_text[0]]
        query, condition = {in_text[0]: "{conditions}"}, {"condition": written, "join": join}
    elif len(patterns) == 1 and "{field}" in next(iter(patterns)):
        query = {patterns.pop(): parts.value("{value}")}
    elif len(resource.keys) == 1 and found.get(resource.keys[0]):
        query = {found[resource.keys[0]]: parts.value("{matchValue}")}
    else:
        query = {_unnamed(asked): parts.value("{value}")}
    for setting, known in {"limit": LIMITS, "offset": OFFSETS}.items():
        if chosen := sorted(name for name in asked if name.lower() in known):
            query[chosen[0]] = f"{{{setting}}}"
    yield from _table("shape.find", {"path": path, "query": query, **condition})
    listed = calls.listed.said() if calls.listed.path not in ("", ".") else {}
    records = {"records": calls.records_at} if calls.records_at not in ("", ".") else {}
    yield from _table("shape.find.answer", {**records, **listed})


def _query_parameters(resource: Resource) -> dict[str, str]:
    """The list's query parameters by the field that they filter by: `sku`, `filter[sku]` or `filters[sku][$eq]`."""
    calls = resource.calls
    found: dict[str, str] = {}
    for parameter in calls.find.parameters_in("query") if calls.find else ():
        for asked in _names(parameter):
            within = FILTER.fullmatch(asked)
            plain = letters(within[1] if within else asked)
            name = next((n for n in (*resource.keys, *resource.record) if letters(n) == plain), "")
            found |= {name: asked} if name and name not in found else {}
    return found


def _names(parameter: Parameter) -> Iterator[str]:
    """The names in a query of a parameter: of one that is an object, the names of its members in brackets."""
    if not parameter.schema.properties:
        yield parameter.name
    for name, inner in parameter.schema.properties.items():
        is_compared = [operator for operator in EQUAL if operator in inner.properties]
        yield f"{parameter.name}[{name}]{f'[{is_compared[0]}]' if is_compared else ''}"


def _pages_by_token(asked: Sequence[str]) -> bool:
    return any(letters(name) in PAGE_TOKENS for name in asked)


def _unnamed(asked: Sequence[str]) -> str:
    """How a list is filtered that names no field of the key in its document: a guess."""
    return next((pattern for name, pattern in OBJECTS.items() if name in asked), "{field}")


def _table(name: str, content: Mapping[str, Any]) -> Iterator[str]:
    """A table of TOML, nothing where it is empty."""
    if content:
        yield f"[{name}]"
        yield from (f"{key} = {toml_value(value)}" for key, value in content.items())
