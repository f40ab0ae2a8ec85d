"""The resources of an OpenAPI document that can be created or updated by a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from upsertspec.discovery.document import Document, Operation, Parameter, Schema

MOST = 20
NAMED = re.compile(
    r"upsert|(insert|create|add|save|put).?or.?(update|patch|replace)|merge.?duplicates|on.?conflict", re.IGNORECASE
)
MATCHING = {"matchfields", "matchon", "mergeon", "fieldstomergeon", "onconflict", "performupsert", "conflictfields"}
UNIQUE = re.compile(r"\bunique\b", re.IGNORECASE)
KEY_NAMES = ("email", "sku", "slug", "code", "key", "reference", "externalid", "number", "name")
PARAMETER = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True)
class Resource:
    """Something that can be upserted: the operation, the fields of its key, and the operations that go with it.

    `why` says what makes the operation look like an upsert. `keys` are names of fields; `parameters` the names of the
    path parameters that hold them, empty where the body does. `fields` are those that can be sent. `record` is the
    schema of a stored record, found at `record_at` of the answer (`.` for the whole answer). `find` lists records by the
    query parameters `find_by` (by field), at `records_at` of its answer; `single` reads one by the key in its path.
    """

    upsert: Operation
    why: str
    keys: tuple[str, ...]
    parameters: tuple[str, ...]
    fields: Mapping[str, Schema]
    required: frozenset[str]
    record: Mapping[str, Schema]
    record_at: str = ""
    find: Operation | None = None
    find_by: Mapping[str, str] = field(default_factory=dict)
    records_at: str = ""
    single: Operation | None = None
    read: Operation | None = None
    delete: Operation | None = None
    create: Operation | None = None

    @property
    def name(self) -> str:
        """What the resource is called: the last word of the path of its collection."""
        words = [part for part in self.collection.split("/") if part and "{" not in part and not NAMED.search(part)]
        return words[-1] if words else "records"

    @property
    def collection(self) -> str:
        """The path of the collection: that of the create or the list, else what stands before the first parameter."""
        known = next((o.path for o in (self.create, self.find) if o is not None and "{" not in o.path), "")
        return known or PARAMETER.split(self.upsert.path)[0].rstrip("/")


def resources(document: Document) -> list[Resource]:
    """The resources of a document, those that look most like an upsert first."""
    ranked = sorted(
        ((rank, o, why) for o in document.operations if (found := _why(o, document)) for rank, why in [found]),
        key=lambda each: each[0],
    )
    return [_resource(operation, why, document) for _, operation, why in ranked[:MOST]]


def letters(name: str) -> str:
    """A name without case and punctuation: `createdAt` and `created_at` are alike."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _why(operation: Operation, document: Document) -> tuple[int, str] | None:
    """How sure it is that an operation is an upsert (0 is best), and why; None where it is not one."""
    if operation.method in ("GET", "DELETE"):
        return None
    if NAMED.search(f"{operation.path} {operation.words}"):
        return 1, "its name says so"
    names = [*operation.members, *(parameter.name for parameter in operation.parameters)]
    if found := [name for name in names if letters(name) in MATCHING]:
        return 2, f"it takes {min(found)}"
    if operation.method != "PUT" or not operation.parameters_in("path"):
        return None
    if "201" in operation.answers:
        return 0, "PUT, which answers 201 when it creates"
    if _is_id(operation, document):
        return 4, "PUT by id, which may create what is not there"
    return 3, "PUT by a key, which may create what is not there"


def _is_id(operation: Operation, document: Document) -> bool:
    """Whether the path ends in an id that the server gives out: the create does not take it."""
    last = operation.parameters_in("path")[-1].name
    return letters(last).endswith("id") and _keys(operation, record_in(operation)[0]) in ((), ("id",))


def _resource(operation: Operation, why: str, document: Document) -> Resource:
    body = operation.body or Schema()
    if body.items is not None:
        body = body.items
    sent = {name: schema for name, schema in body.properties.items() if not schema.read_only}
    record, record_at = record_in(operation)
    parameters = tuple(parameter.name for parameter in operation.parameters_in("path"))
    keys = _keys(operation, record or sent)
    siblings = _siblings(operation, document)
    find, find_by, records_at, listed = _find(operation, keys, document)
    record = record or listed or (record_in(siblings["GET"])[0] if "GET" in siblings else {})
    if parameters:
        fields = {**{key: _of(key, operation, record) for key in keys}, **sent}
    else:
        fields, keys = sent, _body_keys(operation, sent) or keys
    read = _by_id(document, operation, find, "GET")
    return Resource(
        upsert=operation,
        why=why,
        keys=keys,
        parameters=parameters,
        fields=fields,
        required=frozenset({*body.required, *keys}),
        record=record,
        record_at=record_at,
        find=find,
        find_by=find_by,
        records_at=records_at,
        single=siblings.get("GET"),
        read=read,
        delete=_by_id(document, operation, find, "DELETE") or siblings.get("DELETE"),
        create=next((o for o in document.operations if find and o.method == "POST" and o.path == find.path), None),
    )


def _of(key: str, operation: Operation, record: Mapping[str, Schema]) -> Schema:
    """The schema of a key that stands in the path: the parameter's where it says something, else the record's."""
    parameter = next((p for p in operation.parameters_in("path") if _names(p.name, key)), None)
    stated = parameter.schema if parameter else Schema()
    return stated if set(stated.rules) - {"type", "title", "description"} else record.get(key, stated)


def _siblings(operation: Operation, document: Document) -> dict[str, Operation]:
    """The other methods of the same path."""
    return {o.method: o for o in document.operations if o.path == operation.path and o.parameters_in("path")}


def record_in(operation: Operation) -> tuple[Mapping[str, Schema], str]:
    """The members of the record in an answer, and where it is; nothing where no answer is described."""
    for status in operation.success:
        schema = operation.answers[status]
        if schema is not None and (found := _object(schema, operation.body)):
            return found
    return {}, ""


def _object(schema: Schema, body: Schema | None) -> tuple[Mapping[str, Schema], str] | None:
    """The object that has most of what is sent: the answer itself, or one member of it."""
    sent = set(body.properties if body else ()) or {"id"}
    choices = [(schema, ".")]
    for name, inner in schema.properties.items():
        choices += [(inner, name)] if inner.properties else []
        choices += [(inner.items, f"{name}.0")] if inner.items and inner.items.properties else []
    if schema.items is not None:
        choices.append((schema.items, "0"))
    best, at = max(choices, key=lambda choice: len(sent & choice[0].properties.keys()))
    return (best.properties, at) if best.properties else None


def _keys(operation: Operation, known: Mapping[str, Schema]) -> tuple[str, ...]:
    """The fields that the path parameters stand for, the last ones first tried; () where they stand for no field."""
    found = [_field(p, known) for p in operation.parameters_in("path")]
    return tuple(name for name in found if name)


def _field(parameter: Parameter, known: Mapping[str, Schema]) -> str:
    return next((name for name in known if letters(name) == letters(parameter.name)), "") or next(
        (name for name in sorted(known, key=len, reverse=True) if _names(parameter.name, name)), ""
    )


def _names(parameter: str, name: str) -> bool:
    """Whether a parameter such as `productSku` or `contact_email` stands for the field."""
    return len(letters(name)) > 1 and letters(parameter).endswith(letters(name))


def _body_keys(operation: Operation, sent: Mapping[str, Schema]) -> tuple[str, ...]:
    """A guess at the key of a record that is sent whole: a field that is said to be unique, or is named like a key."""
    said = [name for name, schema in sent.items() if UNIQUE.search(str(schema.rules.get("description", "")))]
    named = [name for known in KEY_NAMES for name in sent if letters(name).endswith(known)]
    return tuple([*said, *named][:1])


def _find(
    operation: Operation, keys: tuple[str, ...], document: Document
) -> tuple[Operation | None, Mapping[str, str], str, Mapping[str, Schema]]:
    """The list of records, its query parameters by field, where its records are, and their members."""
    before = PARAMETER.split(operation.path)[0]
    lists = [
        (o, at, members)
        for o in document.operations
        if o.method == "GET" and "{" not in o.path and f"{before}/".startswith(f"{o.path.rstrip('/')}/")
        for at, members in _lists(o)
    ]
    if not lists:
        return None, {}, "", {}
    found, at, members = max(lists, key=lambda each: len(each[0].path))
    by = {}
    for parameter in found.parameters_in("query"):
        name = next((n for n in (*keys, *members) if letters(n) == letters(parameter.name)), "")
        if name:
            by[name] = parameter.name
    return found, by, at, members


def _lists(operation: Operation) -> Iterator[tuple[str, Mapping[str, Schema]]]:
    """Where an answer holds records: the answer itself, or a member of it."""
    for status in operation.success[:1]:
        schema = operation.answers[status]
        if schema is None:
            continue
        if schema.items is not None:
            yield ".", schema.items.properties
            return
        for name, inner in schema.properties.items():
            if inner.items is not None and (inner.items.properties or inner.items.type in ("object", "")):
                yield name, inner.items.properties
                return


def _by_id(document: Document, upsert: Operation, find: Operation | None, method: str) -> Operation | None:
    """The operation on one record by its id: below the collection, with a single parameter that names an id."""
    base = (find.path if find else PARAMETER.split(upsert.path)[0]).rstrip("/")
    for operation in document.operations:
        rest = operation.path.removeprefix(base).strip("/")
        if operation.method == method and operation.path.startswith(base) and re.fullmatch(r"\{[^{}/]+\}", rest):
            if letters(rest).endswith(("id", "pk", "uuid")):
                return operation
    return None
