"""The requests of a shape that the target file states: its templates, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upsertspec.dialects.base import Request
from upsertspec.dialects.naming import Names
from upsertspec.dialects.operations import (
    UNSET,
    Change,
    Create,
    Delete,
    Describe,
    Find,
    Operation,
    Read,
    Upsert,
    UpsertBatch,
)
from upsertspec.dialects.templates import as_text, filled, parameters, path, text
from upsertspec.errors import CannotExpress
from upsertspec.spec.schema import tables
from upsertspec.target.placeholders import names_in

IGNORE = {"onConflict": "ignore"}
PLAIN = {Create: "create", Change: "change", Delete: "delete", Read: "read", Find: "find", Describe: "describe"}

Part = Mapping[str, Any]


def part_of(operation: Operation) -> str:
    """The name of the part of `[shape]` that speaks of this operation. Raises CannotExpress where there can be none."""
    if isinstance(operation, Upsert) and operation.extra == IGNORE:
        return "ignore"
    if isinstance(operation, (Upsert, UpsertBatch)):
        if operation.extra:
            raise CannotExpress(f"the target file has no words for {', '.join(operation.extra)}")
        return "batch" if isinstance(operation, UpsertBatch) else "upsert"
    if type(operation) not in PLAIN:
        raise CannotExpress(f"a target file has no words for {type(operation).__name__.lower()} calls")
    return PLAIN[type(operation)]


def request(operation: Operation, part: Part, names: Names) -> Request:
    """The request of a part of the shape. Raises CannotExpress for what its templates have no place for."""
    if isinstance(operation, (Upsert, UpsertBatch)):
        _require_key(operation, part)
    values = _values(operation, part, names)
    method = part.get("method", _usual(operation))
    query = parameters(part.get("query", {}), values)
    if isinstance(operation, Find):
        query += _filter(operation, part, names) + _page(operation, part)
    body = _body(operation, part, values)
    return Request(method, path(part["path"], values), query, body, dict(part.get("headers", {})))


def _usual(operation: Operation) -> str:
    methods = {Change: "PATCH", Delete: "DELETE", Read: "GET", Find: "GET", Describe: "GET"}
    return methods.get(type(operation), "POST")


def _body(operation: Operation, part: Part, values: Part) -> Any:
    if "body" not in part:
        return UNSET
    if not isinstance(operation, UpsertBatch):
        return filled(part["body"], values)
    each = [{"fields": record} for record in values["records"]]
    return filled(part["body"], values, each)


def _values(operation: Operation, part: Part, names: Names) -> dict[str, Any]:
    table = operation.table
    values: dict[str, Any] = {"table": names.table(table)}
    used = names_in([part.get("path"), part.get("query"), part.get("body")])
    if "id" in used:
        values["id"] = getattr(operation, "id", UNSET)
    if "where" in used and isinstance(operation, Find):
        values["where"] = names.theirs(table, operation.where)
    if isinstance(operation, (Create, Change, Upsert)):
        values["fields"] = names.theirs(table, operation.fields)
    if isinstance(operation, UpsertBatch):
        values["records"] = [names.theirs(table, record) for record in operation.records]
    if isinstance(operation, (Upsert, UpsertBatch)):
        values["matchFields"] = names.theirs(table, operation.match_fields)
    if used & {"matchField", "matchValue", "otherFields"} and isinstance(operation, (Upsert, UpsertBatch)):
        values |= _single(operation, names)
    return values


def _single(operation: Upsert | UpsertBatch, names: Names) -> dict[str, Any]:
    """The one match field, its value, and the fields beside it."""
    match operation.match_fields:
        case [str(name)] if name:
            pass
        case _:
            raise CannotExpress("the shape has room for one match field, no more and no less")
    told = {"matchField": names.field(operation.table, name)}
    if isinstance(operation, UpsertBatch):
        return told
    if not isinstance(operation.fields, dict) or name not in operation.fields:
        raise CannotExpress(f"the shape says the match field with its value, and {name} has none here")
    value, table = operation.fields[name], tables().get(operation.table)
    field = table.fields.get(name) if table else None
    accepted = field.type.in_address if field else (str,)
    if value == "" or not isinstance(value, accepted) or isinstance(value, bool):
        raise CannotExpress(f"the shape says the value of {name} in the address, where it can only be text")
    others = {k: v for k, v in operation.fields.items() if k != name}
    return {**told, "matchValue": value, "otherFields": names.theirs(operation.table, others)}


def _require_key(operation: Upsert | UpsertBatch, part: Part) -> None:
    """Raise CannotExpress where the shape has keys of its own, and the upsert is by others."""
    keys = part.get("keys")
    if keys is None:
        return
    own, asked = keys.get(operation.table), operation.match_fields
    if own is None:
        raise CannotExpress(f"the target file states no keys for {operation.table}")
    if not isinstance(asked, list) or sorted(map(str, asked)) != sorted(own):
        raise CannotExpress(f"the target matches {operation.table} by {', '.join(own)}, whatever a request says")


def _filter(find: Find, part: Part, names: Names) -> list[tuple[str, str]]:
    """The conditions as query parameters. What a query can't say is left out: the reader looks at what comes back."""
    if "filter" not in part:
        return []
    [(name, template)] = part["filter"].items()
    told = {k: v for k, v in find.where.items() if isinstance(v, (str, int, float))}
    each = [{"field": names.field(find.table, k), "value": _escaped(k, v, part)} for k, v in told.items()]
    if "conditions" not in names_in(template):
        return [(text(name, values), text(template, values)) for values in each]
    joined = part.get("join", ",").join(text(part["condition"], values) for values in each)
    return [(name, text(template, {"conditions": joined}))] if each else []


def _escaped(name: str, value: Any, part: Part) -> str:
    plain = as_text(name, value)
    table = str.maketrans(dict(part.get("escape", {})))
    return plain.translate(table)


def _page(find: Find, part: Part) -> list[tuple[str, str]]:
    wanted = {"limit": find.limit, "offset": find.offset}
    return [(part[name], str(number)) for name, number in wanted.items() if number and name in part]
