"""The requests of a shape in the target file: its templates, filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from upsertspec.dialects.base import Request, Setup
from upsertspec.dialects.operations import (
    UNSET,
    Change,
    Create,
    Delete,
    Describe,
    Find,
    Groups,
    List,
    Operation,
    Read,
    Transaction,
    Upsert,
    UpsertBatch,
)
from upsertspec.dialects.templates import as_text, filled, parameters, path, text
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.target.placeholders import KEY, key_names, names_in

IGNORE = {"onConflict": "ignore"}
PLAIN = {Create: "create", Change: "change", Delete: "delete", Read: "read", Find: "find", Describe: "describe"}
OTHERS = {List: "list", Groups: "groups", Transaction: "transaction"}
"""What no shape can express; a target file may say that the target lacks it."""
DOTS = (".", "..")

Part = Mapping[str, Any]


def part_of(operation: Operation) -> str:
    """The name of the part of `[shape]` for this operation."""
    if isinstance(operation, Upsert) and operation.extra == IGNORE:
        return "ignore"
    if isinstance(operation, (Upsert, UpsertBatch)):
        return "conflict" if operation.extra else "batch" if isinstance(operation, UpsertBatch) else "upsert"
    return {**PLAIN, **OTHERS}[type(operation)]


def request(operation: Operation, name: str, part: Part, setup: Setup) -> Request:
    """The request of a part of the shape, which has this name. Raises NotApplicable for what it states to be fixed."""
    used = names_in([part.get("path"), part.get("query"), part.get("body")])
    if "table" not in used and operation.table not in setup.tables:
        raise NotApplicable(f"[shape.{name}] has no place for a table's name, and the target no {operation.table}")
    if isinstance(operation, (Upsert, UpsertBatch)):
        _require_key(operation, part, setup.tables)
    values = _values(operation, used, setup)
    method = part.get("method", _usual(operation))
    query = parameters(part.get("query", {}), values)
    if isinstance(operation, Find):
        query += _filter(operation, part) + _page(operation, part)
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


def _values(operation: Operation, used: set[str], setup: Setup) -> dict[str, Any]:
    values: dict[str, Any] = {"table": operation.table}
    if "id" in used:
        values["id"] = getattr(operation, "id", UNSET)
    if "where" in used and isinstance(operation, Find):
        values["where"] = operation.where
    if isinstance(operation, (Create, Change, Upsert)):
        values["fields"] = operation.fields
    if isinstance(operation, UpsertBatch):
        values["records"] = operation.records
    if isinstance(operation, (Upsert, UpsertBatch)):
        values["matchFields"] = operation.match_fields
    if key_names(used):
        values |= _key(operation, key_names(used), setup)
    elif used & {"matchField", "matchValue", "otherFields"} and isinstance(operation, (Upsert, UpsertBatch)):
        values |= _single(operation, setup)
    return values


def _single(operation: Upsert | UpsertBatch, setup: Setup) -> dict[str, Any]:
    """The one match field, its value, and the fields beside it."""
    match operation.match_fields:
        case [str(name)] if name:
            pass
        case _:
            raise NotApplicable("the shape has room for one match field, no more and no less")
    values = {"matchField": name}
    if isinstance(operation, UpsertBatch):
        return values
    return {**values, "matchValue": _addressed(operation, name, operation.fields, setup), **_others(operation, {name})}


def _key(operation: Operation, names: set[str], setup: Setup) -> dict[str, Any]:
    """The values of a key that stands in the address."""
    if isinstance(operation, Upsert):
        given, others = operation.fields, _others(operation, names)
    else:
        given, others = getattr(operation, "where", getattr(operation, "key", {})), {}
    if isinstance(operation, (Find, Read, Change, Delete)) and not names <= set(given):
        raise CannotExpress(f"the target finds {operation.table} by {', '.join(sorted(names))} alone")
    return {**{f"{KEY}{name}": _addressed(operation, name, given, setup) for name in names}, **others}


def _others(operation: Upsert, names: set[str]) -> dict[str, Any]:
    fields = operation.fields
    return {"otherFields": {k: v for k, v in fields.items() if k not in names} if isinstance(fields, dict) else fields}


def _addressed(operation: Operation, name: str, given: Any, setup: Setup) -> Any:
    """The value of a field that stands in the address, where it can only be text. Raises NotApplicable for others."""
    if not isinstance(given, Mapping) or name not in given:
        raise NotApplicable(f"the shape says {name} in the address, and it has no value here")
    value, known = given[name], name in setup.numbers.get(operation.table, ())
    if value in ("", *DOTS) or not isinstance(value, (str, int) if known else str) or isinstance(value, bool):
        raise NotApplicable(f"the shape says {name} in the address, where it can only be text")
    return value


def _require_key(operation: Upsert | UpsertBatch, part: Part, tables_there: Collection[str]) -> None:
    """Raise NotApplicable where the shape has keys of its own, and the upsert is by others."""
    if operation.table not in tables_there:
        return  # whatever a table that is not there is matched by
    asked = operation.match_fields
    own = key_names(names_in([part.get("path"), part.get("query"), part.get("body")]))
    if "keys" in part:
        stated = part["keys"].get(operation.table)
        if stated is None:
            raise NotApplicable(f"the target file states no keys for {operation.table}")
        own |= set(stated)
    if own and (not isinstance(asked, list) or not all(isinstance(name, str) for name in asked) or not asked):
        raise NotApplicable(f"the target matches {operation.table} by {_listed(own)}, whatever a request says")
    if own and (set(asked) - own or len(set(asked)) != len(asked) or not _whole(own - set(asked), operation)):
        raise NotApplicable(f"the target matches {operation.table} by {_listed(own)}, whatever a request says")


def _whole(missing: set[str], operation: Upsert | UpsertBatch) -> bool:
    """Whether what the key has beside the match fields goes with every request (`fixed` in the target file)."""
    return missing <= operation.fixed


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _filter(find: Find, part: Part) -> list[tuple[str, str]]:
    """The conditions as query parameters. What a query can't say is left out: the reader looks at what comes back."""
    if "filter" not in part:
        return []
    [(name, template)] = part["filter"].items()
    simple = {k: v for k, v in find.where.items() if isinstance(v, (str, int, float))}
    each = [{"field": k, "value": _escaped(k, v, part)} for k, v in simple.items()]
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
