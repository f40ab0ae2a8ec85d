"""The requests of a shape in the target file: its templates, filled in."""

from __future__ import annotations

import re
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
from upsertspec.dialects.scope import Row, Scope
from upsertspec.dialects.templates import filled, headers, parameters, path
from upsertspec.errors import CannotExpress, NotApplicable
from upsertspec.spec.outcomes import INVALID, MISSING, NOT_ALLOWED
from upsertspec.target.placeholders import MATCH, UNDER, key_names, names_in, used_in

WAYS = {
    ("onConflict", "ignore"): "ignore",
    ("onConflict", "error"): "only_create",
    ("onMissing", "error"): "only_update",
}
"""The parts for upserts of one record that say one thing about a match, or about what is missing."""
ONLY = ("only_create", "only_update")
PLAIN = {Create: "create", Change: "change", Delete: "delete", Read: "read", Find: "find", Describe: "describe"}
OTHERS = {List: "list", Groups: "groups", Transaction: "transaction"}
"""What no shape can express; a target file may say that the target lacks it."""
METHODS = {Change: "PATCH", Delete: "DELETE", Read: "GET", Find: "GET", Describe: "GET"}
"""The usual methods; POST for the others."""
NO_PATH = (INVALID, MISSING, NOT_ALLOWED)
"""How a server answers that has no such path."""
READ = "/\\;%"
"""Characters by which servers and proxies take paths apart."""

Part = Mapping[str, Any]

_ONE_TAG = re.compile(r'"([^"]*)"')


def part_of(operation: Operation, there: Collection[str]) -> str:
    """The name of the part of `[shape]` for this operation. `there` are the parts that it has, or states to lack.

    Where it states `conflict` and no part of its own for the one thing that an upsert says, that is the part.
    """
    if isinstance(operation, Upsert) and len(operation.extra) == 1 and operation.match_fields is not UNSET:
        [said] = operation.extra.items()
        own = next((name for way, name in WAYS.items() if way == said), "conflict")
        return "conflict" if own in ONLY and own not in there and "conflict" in there else own
    if isinstance(operation, (Upsert, UpsertBatch)):
        return "conflict" if operation.extra else "batch" if isinstance(operation, UpsertBatch) else "upsert"
    if isinstance(operation, Read) and operation.query:
        return "list"
    return {**PLAIN, **OTHERS}[type(operation)]


def request(operation: Operation, name: str, part: Part, setup: Setup) -> Request:
    """The request of a part of the shape, which has this name. Raises NotApplicable for what it states to be fixed."""
    if "table" not in used_in(part) and operation.table not in setup.tables:
        raise NotApplicable(f"[shape.{name}] has no place for a table's name, and the target no {operation.table}")
    scope = _scope(operation, part, setup)
    return Request(
        part.get("method", METHODS.get(type(operation), "POST")),
        path(part["path"], scope),
        parameters(part.get("query", {}), scope, is_filter=isinstance(operation, Find)),
        filled(part["body"], scope) if "body" in part else UNSET,
        headers(part.get("headers", {}), scope),
    )


def require_path(operation: Operation, part: Part, setup: Setup, status: int) -> None:
    """Raise NotApplicable if a key is refused that stands in the path and has a character by which paths are read.

    Many servers and proxies do not pass on a slash in a key, however it is written: there is no such path then.
    """
    if not isinstance(operation, Upsert) or status not in NO_PATH:
        return
    scope = _scope(operation, part, setup)
    for name in sorted(names_in(part["path"])):
        value = scope.value(name) if scope.of(name) else ""
        if found := sorted({*READ} & {*value}) if isinstance(value, str) else []:
            raise NotApplicable(f"the shape says {scope.of(name)} in the path, where the target takes no {found[0]}")


def said_otherwise(part: Part) -> set[str]:
    """The headers that the templates of a part say in another place."""
    return {UNDER[name] for name in used_in(part) & set(UNDER)}


def is_by_key(part: Part) -> bool:
    """Whether records are found one by one, by the key in the request: what is not there is 404, null or no list."""
    used = used_in(part)
    return bool(key_names(used) or used & {"matchField", "matchValue"} or names_in(part.get("path")) & set(MATCH))


def _scope(operation: Operation, part: Part, setup: Setup) -> Scope:
    used, is_there = used_in(part), operation.table in setup.tables
    # a table that is not there is matched by whatever a request says
    own = _own_key(operation, part, used) if is_there else sorted(key_names(used))
    if isinstance(operation, (Upsert, UpsertBatch)) and is_there:
        _require_key(operation, own)
    plain: dict[str, Any] = {"table": operation.table, "allFields": list(setup.fields.get(operation.table, ()))}
    row, rows, wraps = None, None, part.get("values_at", "")
    match operation:
        case Upsert(fields=fields, match_fields=names):
            plain["matchFields"] = names
            row = Row(fields, own or names, fields, wraps)
        case UpsertBatch(records=records, match_fields=names):
            rows = [Row(record, own or names, record, wraps) for record in records]
            plain["matchFields"] = names
            plain["matchField"] = Row(by=own or names).value("matchField") if "matchField" in used else UNSET
            plain["records"] = [each.value("fields") for each in rows]
        case Create(fields=fields):
            row = Row(fields, (), fields, wraps)
        case Find(where=where):
            row = _found_by(operation, own if is_by_key(part) else [], where, used)
            plain |= {"limit": operation.limit or UNSET, "offset": operation.offset or UNSET, "matchFields": row.by}
        case Read(key=key) | Delete(key=key) | Change(key=key):
            row = _found_by(operation, own, key, used)
            plain |= {"id": operation.id, "matchFields": row.by}
            row = Row(getattr(operation, "fields", UNSET), row.by, row.given, wraps)
    plain |= _condition(getattr(operation, "headers", {}), used)
    numbers = setup.numbers.get(operation.table, frozenset())
    return Scope(plain, row, rows, None, part.get("condition", ""), part.get("join", ","), numbers)


def _condition(asked: Mapping[str, str], used: set[str]) -> dict[str, Any]:
    """What the placeholders of a condition stand for. Raises NotApplicable for one that the shape has no place for."""
    match = asked.get("If-Match")
    plain: dict[str, Any] = {"ifMatch": match, "ifNoneMatch": asked.get("If-None-Match"), "tag": None, "version": None}
    if match is not None and used & {"tag", "version"}:
        sole = _ONE_TAG.fullmatch(match)
        if sole is None or ("version" in used and not sole[1].isdigit()):
            kind = "number as the record's version" if "version" in used else "strong tag"
            raise NotApplicable(f"the shape has room for one {kind}, and If-Match says {match}")
        plain |= {"tag": sole[1], "version": int(sole[1]) if "version" in used else None}
    return {name: UNSET if value is None else value for name, value in plain.items()}


def _found_by(operation: Operation, own: list[str], known: Mapping[str, Any], used: set[str]) -> Row:
    """The record that is looked for. Raises CannotExpress where the shape finds a record by its key, and none is known.

    Nested fields are conditions by their paths.
    """
    flat = dict(_flat(known))
    by = own if own and (key_names(used) or set(own) <= set(flat)) else list(flat)
    needs_key = used & set(MATCH) and not isinstance(operation, Find)
    if not set(by) <= set(flat) or (needs_key and not by):
        alone = ", ".join(sorted(own)) or "its key"
        raise CannotExpress(f"the target finds {operation.table} by {alone} alone")
    if used & {"matchField", "matchValue"} and len(by) != 1:
        raise NotApplicable(f"the shape has room for one match field, no more and no less, to find {operation.table}")
    return Row(by=by, given=flat)


def _flat(fields: Mapping[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in fields.items():
        nested = isinstance(value, Mapping) and value
        found += _flat(value, f"{above}{name}.") if nested else [(f"{above}{name}", value)]
    return found


def _own_key(operation: Operation, part: Part, used: set[str]) -> list[str]:
    """The fields that the target finds a record of this table by, whatever a request says; none where it does not."""
    keys = part.get("keys")
    if keys is not None and operation.table not in keys and isinstance(operation, (Upsert, UpsertBatch)):
        raise NotApplicable(f"the target file states no keys for {operation.table}")
    stated = list((keys or {}).get(operation.table, ()))
    return [*stated, *sorted(key_names(used) - set(stated))]


def _require_key(operation: Upsert | UpsertBatch, own: list[str]) -> None:
    """Raise NotApplicable where the target has a key of its own, and the upsert is by others.

    What the key has besides the match fields has to go with every request (`fixed` in the target file).
    """
    asked = operation.match_fields
    names = asked if isinstance(asked, list) and all(isinstance(name, str) for name in asked) else []
    is_own = bool(names) and set(names) <= set(own) and len(set(names)) == len(names)
    if own and not (is_own and set(own) - set(names) <= operation.fixed):
        listed = ", ".join(sorted(own))
        raise NotApplicable(f"the target matches {operation.table} by {listed}, whatever a request says")
