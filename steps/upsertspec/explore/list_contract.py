"""Which records of a list the contract selects, in which order; and whether a target's list is that one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.errors import CheckFailed
from upsertspec.explore.model_state import ModelRecord
from upsertspec.explore.schema import Schema
from upsertspec.spec.schema import PROTECTED
from upsertspec.spec.types import FieldType, same_json
from upsertspec.steps.equality import shown

TABLE = "projects"
CHILDREN = ("conversations", "artifacts")
SORTED = ("name", "validation_score", "status")
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "contains", "in", "isnull")
ORDERED_ALIKE = re.compile(r"[A-Z][a-z]*")
"""Texts that every collation puts in the same order."""
LIMIT = 1000
LARGEST_OFFSET = 2**63 - 1

Query = Mapping[str, Any]
Records = Sequence[ModelRecord]


def is_valid(schema: Schema, query: Query) -> bool:
    """Whether the contract accepts every parameter of a list."""
    fields = {*schema[TABLE].fields, *PROTECTED}
    return all(
        _is_parameter(fields, name, value) if name.startswith("_") else _is_filter(schema, fields, name, value)
        for name, value in query.items()
    )


def _is_parameter(fields: set[str], name: str, value: str) -> bool:
    if name in ("_limit", "_offset"):
        least, most = (1, LIMIT) if name == "_limit" else (0, LARGEST_OFFSET)
        return value.removeprefix("-").isdecimal() and least <= int(value) <= most
    known: Mapping[str, Iterable[str]] = {"_sort": fields, "_fields": fields, "_include": CHILDREN}
    names = {part.removeprefix("-" if name == "_sort" else "") for part in value.split(",")}
    return name in known and names <= set(known[name])


def _is_filter(schema: Schema, fields: set[str], name: str, value: str) -> bool:
    field, _, operator = name.partition("__")
    if field not in fields or (operator or "eq") not in OPERATORS:
        return False
    values = [] if operator == "isnull" else value.split(",") if operator == "in" else [value]
    return all(_has_type(schema[TABLE].type_of(field), value) for value in values)


def _has_type(kind: FieldType, text: str) -> bool:
    try:
        kind.parse(text)
    except ValueError:
        return False
    return True


def selected(schema: Schema, records: Records, query: Query) -> Records:
    """The records that pass every filter, in the order of `_sort`."""
    kind_of = schema[TABLE].type_of
    filters = [(*name.partition("__")[::2], value) for name, value in query.items() if not name.startswith("_")]
    passing = [
        r
        for r in records
        if all(_passes(kind_of(name), r.values[name], op or "eq", text) for name, op, text in filters)
    ]
    sort = query.get("_sort", "")
    name = sort.removeprefix("-")
    if name not in SORTED:
        return passing
    null = [r for r in passing if r.values[name] is None]
    others = [r for r in passing if r.values[name] is not None]
    others.sort(key=lambda r: kind_of(name).order(r.values[name]), reverse=sort.startswith("-"))
    return [*others, *null] if sort.startswith("-") else [*null, *others]


def _passes(kind: FieldType, value: Any, operator: str, text: str) -> bool:
    if operator == "isnull":
        return (value is None) == (text == "true")
    if value is None:
        return False

    def given(part: str = text) -> Any:
        return kind.order(kind.parse(part))

    own = kind.order(value)
    tests: dict[str, Any] = {
        "eq": lambda: own == given(), "ne": lambda: own != given(), "gt": lambda: own > given(),
        "gte": lambda: own >= given(), "lt": lambda: own < given(), "lte": lambda: own <= given(),
        "contains": lambda: text in value, "in": lambda: own in map(given, text.split(",")),
    }  # fmt: skip
    return bool(tests[operator]())


def require_listed(
    schema: Schema, found: Sequence[Mapping[str, Any]], wanted: Records, start: int, query: Query, children: Records
) -> None:
    """Raise CheckFailed unless these are the wanted records from `start` on, as stored, with their children."""
    by_id = {shown(record.id): record for record in wanted}
    ids = [shown(listed.get("id")) for listed in found]
    if len(set(ids)) != len(ids) or any(ident not in by_id for ident in ids):
        raise CheckFailed(f"each of {', '.join(r.name for r in wanted)} once", ", ".join(ids))
    _require_order([by_id[ident] for ident in ids], wanted[start:], query.get("_sort", ""))
    for listed, ident in zip(found, ids, strict=True):
        _require_fields(schema, listed, by_id[ident], query)
        for table in query["_include"].split(",") if "_include" in query else []:
            own = [r for r in children if r.table == table and r.values["project_id"] is by_id[ident]]
            _require_children(listed.get(table), own)


def _require_order(found: Records, wanted: Records, sort: str) -> None:
    """Compare the sorted values. The target decides the order of equal ones, and where nulls go in descending order."""
    name = sort.removeprefix("-")
    if name not in SORTED:
        return
    have, want = ([r.values[name] for r in listed] for listed in (found, wanted))
    if sort.startswith("-"):
        have, want = ([v for v in values if v is not None] for values in (have, want))
    comparable = name == "status" or all(not isinstance(v, str) or ORDERED_ALIKE.fullmatch(v) for v in want)
    if comparable and have != want:
        raise CheckFailed(f"{sort} in the order {shown(want)}", shown(have))


def _require_fields(schema: Schema, listed: Mapping[str, Any], record: ModelRecord, query: Query) -> None:
    fields = schema[TABLE].fields
    if "_fields" in query and {*fields, *PROTECTED} & set(listed) != {"id", *query["_fields"].split(",")}:
        raise CheckFailed(f"just id, {query['_fields']}", ", ".join(listed))
    known = [name for name in listed if name in record.read and name in fields]
    if wrong := [name for name in known if not same_json(record.read[name], listed[name])]:
        raise CheckFailed(f"{record.name} as it is stored", shown({name: listed[name] for name in wrong}))


def _require_children(listed: Any, wanted: Records) -> None:
    """Exactly these children, in any order."""
    if not isinstance(listed, list) or not all(isinstance(child, dict) for child in listed):
        raise CheckFailed("a list of the children", shown(listed))
    if sorted(shown(child.get("id")) for child in listed) != sorted(shown(record.id) for record in wanted):
        raise CheckFailed(f"the children {', '.join(r.name for r in wanted) or 'none'}", shown(listed))


def require_group(answer: Answer, user: ModelRecord, mine: Records, average: bool) -> None:
    """Raise CheckFailed unless a user with records has one group, with the right count and average."""
    groups = answer.body.get("groups") if isinstance(answer.body, dict) else None
    if not isinstance(groups, list):
        raise CheckFailed('a list of "groups"', answer.text)
    found = [group for group in groups if isinstance(group, dict) and shown(group.get("user_id")) == shown(user.id)]
    if not mine:
        if found:
            raise CheckFailed(f"no group for {user.name}", shown(found))
        return
    scores = [r.values["validation_score"] for r in mine if r.values["validation_score"] is not None]
    wanted: dict[str, Any] = {"count": len(mine)}
    if average:
        wanted["avg_validation_score"] = sum(scores) / len(scores) if scores else None
    close = 1e-9 * max(map(abs, scores), default=0)
    if len(found) != 1 or not all(_is_near(value, found[0].get(name), close) for name, value in wanted.items()):
        raise CheckFailed(f"one group for {user.name} with {shown(wanted)}", shown(found))


def _is_near(wanted: Any, actual: Any, close: float) -> bool:
    """Whether two numbers are equal, but for what is lost when large numbers are added up as floats."""
    if isinstance(wanted, float) and isinstance(actual, (int, float)) and not isinstance(actual, bool):
        return abs(wanted - actual) <= close
    return same_json(wanted, actual)
