"""Which records of a list the contract selects, in which order; and whether a target's list is that one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from upsertspec.errors import CheckFailed
from upsertspec.explore import nesting
from upsertspec.explore.model_state import ModelRecord, id_or_value
from upsertspec.explore.schema import Schema
from upsertspec.spec.schema import PROTECTED
from upsertspec.spec.types import FieldType, same_json
from upsertspec.steps.equality import shown
from upsertspec.steps.then_lists import groups_in
from upsertspec.steps.world import World

TABLE = "projects"
SORTED = ("name", "validation_score", "status")
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "contains", "starts_with", "in", "isnull")
ORDERED_ALIKE = re.compile(r"[A-Z][a-z]*")
"""Texts that every collation puts in the same order."""
LIMIT = 1000
LARGEST_OFFSET = 2**63 - 1

Query = Mapping[str, Any]
Records = Sequence[ModelRecord]


def is_valid(schema: Schema, query: Query) -> bool:
    """Whether the contract accepts every parameter of a list."""
    fields = {*schema[TABLE].fields, *PROTECTED}
    own = {name: value for name, value in query.items() if not nesting.is_option(name)}
    return nesting.is_valid(schema, TABLE, query) and all(
        _is_parameter(fields, name, value) if name.startswith("_") else _is_filter(schema, fields, name, value)
        for name, value in own.items()
    )


def _is_parameter(fields: set[str], name: str, value: str) -> bool:
    if name in ("_limit", "_offset"):
        least, most = (1, LIMIT) if name == "_limit" else (0, LARGEST_OFFSET)
        return value.removeprefix("-").isdecimal() and least <= int(value) <= most
    known: Mapping[str, Iterable[str]] = {"_sort": fields, "_fields": fields}
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
    passing = filtered(schema, records, query)
    sort = query.get("_sort", "")
    name = sort.removeprefix("-")
    if name not in SORTED:
        return passing
    null = [r for r in passing if r.values[name] is None]
    others = [r for r in passing if r.values[name] is not None]
    others.sort(key=lambda r: kind_of(name).order(r.values[name]), reverse=sort.startswith("-"))
    return [*others, *null] if sort.startswith("-") else [*null, *others]


def filtered(schema: Schema, records: Records, query: Query) -> Records:
    """The records that pass every filter."""
    kind_of = schema[TABLE].type_of
    filters = [(*name.partition("__")[::2], value) for name, value in query.items() if is_filter(name)]
    return [
        r
        for r in records
        if all(_passes(kind_of(name), r.values[name], op or "eq", text) for name, op, text in filters)
    ]


def is_filter(parameter: str) -> bool:
    """Whether a parameter says which records are listed or counted."""
    return not (parameter.startswith("_") or nesting.is_option(parameter) or parameter in ("group_by", "avg"))


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
        "contains": lambda: text in value, "starts_with": lambda: value.startswith(text),
        "in": lambda: own in map(given, text.split(",")),
    }  # fmt: skip
    return bool(tests[operator]())


def require_listed(
    schema: Schema, found: Sequence[Mapping[str, Any]], wanted: Records, query: Query
) -> list[tuple[ModelRecord, Mapping[str, Any]]]:
    """Each record with what was listed. Raises CheckFailed unless these are the wanted ones from `_offset` on."""
    by_id = {shown(record.id): record for record in wanted}
    ids = [shown(listed.get("id")) for listed in found]
    if len(set(ids)) != len(ids) or any(ident not in by_id for ident in ids):
        raise CheckFailed(f"each of {', '.join(r.name for r in wanted)} once", ", ".join(ids))
    pairs = [(by_id[ident], listed) for listed, ident in zip(found, ids, strict=True)]
    _require_order([record for record, _ in pairs], wanted[int(query.get("_offset", 0)) :], query.get("_sort", ""))
    for record, listed in pairs:
        nesting.require_as_stored(schema[TABLE], record, listed, query.get("_fields"))
    return pairs


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


def require_group(world: World, field: str, value: Any, mine: Records, average: bool) -> None:
    """Raise CheckFailed unless the records with this value of a field have one group, with their count and average."""
    key = id_or_value(value)
    found = [group for group in groups_in(world.last.answer) if shown(group.get(field)) == shown(key)]
    if not mine:
        if found:
            raise CheckFailed(f"no group of {field} {shown(key)}", shown(found))
        return
    scores = [r.values["validation_score"] for r in mine if r.values["validation_score"] is not None]
    wanted: dict[str, Any] = {"count": len(mine)}
    if average:
        wanted["avg_validation_score"] = sum(scores) / len(scores) if scores else None
    close = 1e-9 * max(map(abs, scores), default=0)
    if len(found) != 1 or not all(_is_near(value, found[0].get(name), close) for name, value in wanted.items()):
        raise CheckFailed(f"one group of {field} {shown(key)} with {shown(wanted)}", shown(found))


def _is_near(wanted: Any, actual: Any, close: float) -> bool:
    """Whether two numbers are equal, but for what is lost when large numbers are added up as floats."""
    if isinstance(wanted, float) and isinstance(actual, (int, float)) and not isinstance(actual, bool):
        return abs(wanted - actual) <= close
    return same_json(wanted, actual)
