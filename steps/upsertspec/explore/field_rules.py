"""What the contract says about the fields, keys and members of one write, and how a violation may be answered."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema

from upsertspec.dialects.operations import UNSET
from upsertspec.explore.model_state import ModelRecord, ModelState, NoRecord, Values
from upsertspec.spec.options import OPTIONS
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED, INVALID
from upsertspec.spec.schema import PROTECTED, Field, Table
from upsertspec.steps.equality import same

ORDERED = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
OPERATORS = (*ORDERED, "ne", "in")
CONFLICT_MEMBERS = {option.member for option in OPTIONS}
BAD, REFUSED = (INVALID,), CONSTRAINT_REFUSED


@dataclass(frozen=True)
class Problem:
    """Why a request is refused, and the statuses that may say so."""

    why: str
    statuses: tuple[int, ...]


def field_problems(table: Table, fields: Any) -> Iterator[Problem]:
    """What is wrong with the fields of a request, whatever is stored."""
    if not isinstance(fields, dict):
        yield Problem("fields is not an object", BAD)
        return
    for name, value in fields.items():
        if name in PROTECTED:
            continue
        if name not in table.fields:
            yield Problem(f"there is no field {name}", BAD)
        elif value is not None:
            yield from value_problems(table.fields[name], value)
        elif table.fields[name].required:
            yield missing(table.fields[name])


def value_problems(field: Field, value: Any) -> Iterator[Problem]:
    """What is wrong with a value that is not null."""
    if not _has_type(field, value):
        yield Problem(f"{field.name} has the wrong type", REFUSED if field.references else BAD)
        return
    rules = field.rules
    if field.options and value not in field.options:
        yield Problem(f"{field.name} is not one of the options", REFUSED)
    if field.is_below(value):
        yield Problem(f"{field.name} is below the minimum", REFUSED)
    if field.is_above(value):
        yield Problem(f"{field.name} is above the maximum", REFUSED)
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        yield Problem(f"{field.name} does not match the pattern", REFUSED)
    if field.type.limits is not None and value not in field.type.limits:
        yield Problem(f"{field.name} is out of range", REFUSED)
    if "schema" in rules and not jsonschema.Draft202012Validator(rules["schema"]).is_valid(value):
        yield Problem(f"{field.name} does not match its JSON Schema", REFUSED)


def _has_type(field: Field, value: Any) -> bool:
    return isinstance(value, (ModelRecord, NoRecord)) if field.references else field.type.accepts(value)


def key_problems(table: Table, fields: Mapping[str, Any], match: Any, extra: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the match fields. They may be left out where conflicts are ignored."""
    if match is UNSET and extra.get("onConflict") == "ignore":
        return
    if not isinstance(match, list) or not match or not all(isinstance(name, str) for name in match):
        yield Problem("matchFields is not a list of names", BAD)
    elif len(set(match)) < len(match):
        yield Problem("a match field is named twice", BAD)
    elif any(name not in table.fields for name in match):
        yield Problem("a match field does not exist, or is protected", BAD)
    elif not any(set(match) == set(key) for key in table.unique_keys):
        yield Problem("the match fields are not a unique key", REFUSED)
    elif any(name not in fields for name in match):
        yield Problem("a match field is missing in fields", BAD)


def member_problems(table: Table, extra: Mapping[str, Any]) -> Iterable[Problem]:
    """What is wrong with the further members of an upsert."""
    for name in extra:
        if name not in CONFLICT_MEMBERS:
            yield Problem(f"there is no member {name}", BAD)
    if extra.get("onConflict", "update") not in ("update", "ignore", "error", "replace"):
        yield Problem("onConflict is none of update, ignore, error and replace", BAD)
    if extra.get("onMissing", "create") not in ("create", "error"):
        yield Problem("onMissing is neither create nor error", BAD)
    yield from field_problems(table, extra.get("updateValues", {}))
    listed = extra.get("updateFields", [])
    if not isinstance(listed, list) or any(name not in table.fields for name in listed):
        yield Problem("updateFields is not a list of fields", BAD)
    where = extra.get("updateWhere", {})
    if not isinstance(where, dict) or any(name not in (*PROTECTED, *table.fields) for name in where):
        yield Problem("updateWhere is not an object of fields", BAD)
    elif any(isinstance(v, (dict, list)) and not _is_condition(table, n, v) for n, v in where.items()):
        yield Problem("updateWhere has a composed value", BAD)


def _is_condition(table: Table, name: str, value: Any) -> bool:
    is_comparison = isinstance(value, dict) and len(value) == 1 and next(iter(value)) in OPERATORS
    return bool(table.type_of(name).finding) if is_comparison else table.type_of(name).accepts(value)


def stored_problems(state: ModelState, table: Table, values: Values, mine: ModelRecord | None) -> Iterator[Problem]:
    """What storing these values, in place of `mine` if it is given, would violate."""
    for name, field in table.fields.items():
        value = values.get(name)
        if field.required and value is None:
            yield missing(field)
        lost = isinstance(value, ModelRecord) and (value not in state.all or value.table != field.references)
        if isinstance(value, NoRecord) or lost:
            yield Problem(f"{name} refers to a record that does not exist", REFUSED)
    for key in table.unique_keys:
        other = find(state, table, {name: values.get(name) for name in key})
        if other is not None and other is not mine:
            yield Problem(f"{', '.join(key)} is taken", REFUSED)


def find(state: ModelState, table: Table, wanted: Mapping[str, Any]) -> ModelRecord | None:
    """The record that has all of these values. Null equals nothing."""
    if any(value is None for value in wanted.values()):
        return None
    matching = (r for r in state.of(table.name) if all(equal(table, n, v, r.values.get(n)) for n, v in wanted.items()))
    return next(matching, None)


def equal(table: Table, name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field are equal by the contract. A reference equals only itself."""
    if isinstance(one, (ModelRecord, NoRecord)) or isinstance(other, (ModelRecord, NoRecord)):
        return one is other
    return same(table, name, one, other)


def holds(table: Table, record: ModelRecord, where: Mapping[str, Any]) -> bool:
    """Whether a stored record has these values, and passes these comparisons."""
    return all(_holds(table, n, v, (record.read if n in PROTECTED else record.values).get(n)) for n, v in where.items())


def _holds(table: Table, name: str, wanted: Any, stored: Any) -> bool:
    if not isinstance(wanted, dict) or not table.type_of(name).finding:
        return equal(table, name, wanted, stored)
    [(word, value)] = wanted.items()
    if word == "ne":
        return not equal(table, name, value, stored)
    if stored is None:
        return False
    if word == "in":
        return any(equal(table, name, each, stored) for each in value)
    order = table.type_of(name).order
    return bool(ORDERED[word](order(stored), order(value)))


def missing(field: Field) -> Problem:
    """A required reference may be left to the rule about references, which has more statuses."""
    return Problem(f"{field.name} is required", REFUSED if field.references else BAD)
