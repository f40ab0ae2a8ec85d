"""The resources of an OpenAPI document that can be created or updated by a key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from upsertspec.discovery.calls import OWN_END, PARAMETER, Calls, calls, record_in
from upsertspec.discovery.document import Document, Operation, Parameter
from upsertspec.discovery.json_schema import Schema, letters
from upsertspec.discovery.places import NOWHERE, Place, names_in, unwrapped

MOST = 20
NAMED = re.compile(
    r"upsert|(insert|create|add|save|put).?or.?(update|patch|replace)|merge.?duplicates|on.?conflict", re.IGNORECASE
)
ALLOW_MISSING = "allowmissing"
"""A parameter of Google's: an update may create."""
MATCHING = {
    ALLOW_MISSING,
    "matchfields",
    "matchon",
    "mergeon",
    "fieldstomergeon",
    "onconflict",
    "performupsert",
    "conflictfields",
}
PREFERENCE = "resolution=merge-duplicates"
UNIQUE = re.compile(r"\bunique\b", re.IGNORECASE)
NOT_UNIQUE = re.compile(r"\b(not|non)[ -]unique\b", re.IGNORECASE)
UNIQUE_NAMES = re.compile(
    r"(barcode|ean|gtin|upc|isbn|phone|username|login|slug|email|external(id|ref)|code|sku|vat|serial|reference|iban)"
    r"(no|nr|number|address|13)?"
)
KEY_NAMES = ("sku", "email", "slug", "externalid", "code", "key", "reference", "number", "username", "name")


@dataclass(frozen=True)
class Resource:
    """Something that can be upserted.

    `why` says what makes the operation look like an upsert, and `rank` how sure that is (0 is best). `keys` are names
    of fields; `parameters` the path parameters that hold them, empty where the body does. `fields` are those that can
    be sent. `record` has the members of a stored record, and `answered` is its place in the answer. `is_key_in_body`
    says whether the body has a part of the key, `is_postgrest` whether the key and what to do are said as PostgREST
    wants it.
    """

    upsert: Operation
    rank: int
    why: str
    keys: tuple[str, ...]
    parameters: tuple[str, ...]
    fields: Mapping[str, Schema]
    required: frozenset[str]
    record: Mapping[str, Schema]
    calls: Calls
    answered: Place = NOWHERE
    is_key_in_body: bool = False
    is_postgrest: bool = False

    @property
    def name(self) -> str:
        """What the resource is called: the last word of the path of its collection."""
        words = [part for part in self.collection.split("/") if part and "{" not in part and not NAMED.search(part)]
        return words[-1] if words else "records"

    @property
    def collection(self) -> str:
        """The path of the collection: that of the list or the create, else what stands before the last parameter."""
        known = [call.path for call in (self.calls.find, self.calls.create) if call is not None]
        if known:
            return known[0].rstrip("/")
        return PARAMETER.sub("", OWN_END.sub("", self.upsert.path)).rstrip("/").replace("//", "/")


def resources(document: Document) -> list[Resource]:
    """The resources of a document, those that look most like an upsert first; of one rank those with a text as key."""
    found = [resource for operation in document.operations if (resource := _resource(operation, document))]
    return sorted(found, key=lambda each: (each.rank, not each.keys, len(each.upsert.path)))[:MOST]


def is_unique(name: str, schema: Schema) -> bool:
    """Whether no two records may share the value, as far as the document or the field's name says."""
    said = UNIQUE.search(schema.description) and not NOT_UNIQUE.search(schema.description)
    return bool(said or UNIQUE_NAMES.fullmatch(letters(name)) or schema.rules.get("x-unique") is True)


def answered_names(operation: Operation) -> frozenset[str]:
    """The names of the members in its answers of success."""
    return names_in(operation.answers[status] for status in operation.success)


def _resource(operation: Operation, document: Document) -> Resource | None:
    if operation.method in ("GET", "DELETE"):
        return None
    body, _ = unwrapped(operation.body or Schema(), answered=answered_names(operation))
    sent = {name: schema for name, schema in body.properties.items() if not schema.read_only}
    answered = record_in(operation, sent)
    others = calls(operation, document, sent)
    record = answered.members or others.record
    parameters = operation.parameters_in("path")
    by_name = {p.name: _field(p, record or sent) or _own_name(p) for p in parameters}
    why = _why(operation, parameters, by_name, record)
    if why is None:
        return None
    is_postgrest = any(p.place == "header" and PREFERENCE in p.schema.options for p in operation.parameters)
    if parameters:
        keys = tuple(by_name.values())
        fields = {**{by_name[p.name]: _stated(p, record.get(by_name[p.name])) for p in parameters}, **sent}
    else:
        keys, fields = _body_keys(sent), sent
    return Resource(
        upsert=operation,
        rank=why[0],
        why=why[1],
        keys=keys if len(set(keys)) == len(keys) else (),
        parameters=tuple(p.name for p in parameters),
        fields=fields,
        required=frozenset({*body.required, *keys}) & fields.keys(),
        record=record,
        calls=others,
        answered=answered,
        is_key_in_body=not parameters or not {*keys}.isdisjoint({*body.properties, *operation.members}),
        is_postgrest=is_postgrest,
    )


def _why(
    operation: Operation, parameters: list[Parameter], by_name: Mapping[str, str], record: Mapping[str, Schema]
) -> tuple[int, str] | None:
    """How sure it is that an operation is an upsert (0 is best), and why; None where it is not one."""
    if NAMED.search(f"{operation.path} {operation.words}"):
        return 1, "its name says so"
    if any(PREFERENCE in parameter.schema.options for parameter in operation.parameters):
        return 1, f"it takes Prefer: {PREFERENCE}"
    names = [*operation.members, *(parameter.name for parameter in operation.parameters)]
    if found := [name for name in names if letters(name) in MATCHING]:
        return 2, f"it takes {min(found)}"
    if operation.method != "PUT" or not parameters:
        return None
    if _is_id(parameters[-1], by_name[parameters[-1].name], record):
        return 4, "PUT by id, which may create what is not there"
    if "201" in operation.answers:
        return 0, "PUT, which answers 201 when it creates"
    return 3, "PUT by a key, which may create what is not there"


def _is_id(parameter: Parameter, key: str, record: Mapping[str, Schema]) -> bool:
    """Whether a parameter is an id that the server gives out."""
    known = record.get(key, Schema())
    return letters(key) in ("id", "pk") or parameter.schema.type == "integer" or known.read_only


def _stated(parameter: Parameter, known: Schema | None) -> Schema:
    """The schema of a key in the path: the parameter's where it says something, else the record's."""
    stated = parameter.schema
    says = set(stated.rules) - {"type", "title", "description", "example", "nullable"}
    return stated if says or known is None else known


def _field(parameter: Parameter, known: Mapping[str, Schema]) -> str:
    """The field that a parameter stands for; empty where none.

    `productSku` may stand for `sku`, and `sku` for `productSku` if no other field ends like that.
    """
    plain = letters(parameter.name)
    alike = [name for name in known if len(letters(name)) > 1 and plain.endswith(letters(name))]
    begins = [name for name in known if len(plain) > 2 and letters(name).startswith(plain)]
    ends = [name for name in known if len(plain) > 2 and letters(name).endswith(plain)]
    exact = [name for name in known if letters(name) == plain]
    return next(iter([*exact, *sorted(alike, key=len, reverse=True), *(ends if len(ends) == 1 else ()), *begins]), "")


def _own_name(parameter: Parameter) -> str:
    """A field that the document does not show in any record is called like its parameter."""
    return parameter.name if re.fullmatch(r"\w[\w-]*", parameter.name) else ""


def _body_keys(sent: Mapping[str, Schema]) -> tuple[str, ...]:
    """A guess at the key of a record that is sent whole: a unique field, or one that is named like a key."""
    texts = {name: schema for name, schema in sent.items() if schema.type == "string" and not schema.options}
    said = [name for name, schema in texts.items() if UNIQUE.search(schema.description)]
    named = [name for known in KEY_NAMES for name in texts if letters(name).endswith(known)]
    return tuple([*said, *named][:1])
