"""What the contract says of one record's fields: types, constraints, keys. Each fault has the statuses it may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema

from upsertspec.explore.state import Entry, State, Values
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED, INVALID
from upsertspec.spec.schema import PROTECTED, Field, Table
from upsertspec.steps.equality import same

BAD, REFUSED = (INVALID,), CONSTRAINT_REFUSED


@dataclass(frozen=True)
class Fault:
    """Why a request is refused, in words, and with which statuses it may be."""

    why: str
    statuses: tuple[int, ...]


class NoRecord:
    """Stands for a reference to a record that is not there."""


def field_faults(table: Table, fields: Any) -> Iterator[Fault]:
    """What is wrong with the fields of a request, whatever is stored."""
    if not isinstance(fields, dict):
        yield Fault("fields are no object", BAD)
        return
    for name, value in fields.items():
        if name in PROTECTED:
            continue
        if name not in table.fields:
            yield Fault(f"there is no field {name}", BAD)
        elif value is None:
            if table.fields[name].required:
                yield Fault(f"{name} is required, and null", BAD)
        else:
            yield from value_faults(table.fields[name], value)


def value_faults(field: Field, value: Any) -> Iterator[Fault]:
    """What is wrong with a value that is not null."""
    if not of_type(field, value):
        yield Fault(f"{field.name} is of another type", REFUSED if field.references else BAD)
        return
    rules = field.rules
    if field.options and value not in field.options:
        yield Fault(f"{field.name} is none of the options", REFUSED)
    if "minimum" in rules and value < rules["minimum"]:
        yield Fault(f"{field.name} is below the minimum", REFUSED)
    if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
        yield Fault(f"{field.name} is not of the pattern", REFUSED)
    if field.type.limits is not None and value not in field.type.limits:
        yield Fault(f"{field.name} is out of range", REFUSED)
    if "schema" in rules and not jsonschema.Draft202012Validator(rules["schema"]).is_valid(value):
        yield Fault(f"{field.name} is not as its schema has it", REFUSED)


def of_type(field: Field, value: Any) -> bool:
    """Whether a value is of its field's type."""
    return isinstance(value, (Entry, NoRecord)) if field.references else field.type.accepts(value)


def key_faults(table: Table, fields: Mapping[str, Any], match: Any) -> Iterator[Fault]:
    """What is wrong with the match fields."""
    if not isinstance(match, list) or not match or not all(isinstance(name, str) for name in match):
        yield Fault("matchFields are not a list of names", BAD)
    elif len(set(match)) < len(match):
        yield Fault("a match field comes twice", BAD)
    elif any(name not in table.fields for name in match):
        yield Fault("a match field is none of the table's, or protected", BAD)
    elif not any(set(match) == set(key) for key in table.unique_keys):
        yield Fault("the match fields are not a unique key", REFUSED)
    elif any(name not in fields for name in match):
        yield Fault("a match field is not in fields", BAD)


def stored_faults(state: State, table: Table, values: Values, mine: Entry | None) -> Iterator[Fault]:
    """What would be broken by storing these values, in place of `mine` where it is given."""
    for name, field in table.fields.items():
        value = values.get(name)
        if field.required and value is None:
            yield Fault(f"{name} is required", BAD)
        lost = isinstance(value, Entry) and (value not in state.all or value.table != field.references)
        if isinstance(value, NoRecord) or lost:
            yield Fault(f"{name} refers to a record that is not there", REFUSED)
    for key in table.unique_keys:
        twin = find(state, table, {name: values.get(name) for name in key})
        if twin is not None and twin is not mine:
            yield Fault(f"{', '.join(key)} is taken", REFUSED)


def find(state: State, table: Table, wanted: Mapping[str, Any]) -> Entry | None:
    """The entry that has all of these values; a null is equal to nothing."""
    if any(value is None for value in wanted.values()):
        return None
    fitting = (e for e in state.of(table.name) if all(equal(table, n, v, e.values.get(n)) for n, v in wanted.items()))
    return next(fitting, None)


def equal(table: Table, name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field are one to the contract; a reference is equal to itself only."""
    if isinstance(one, (Entry, NoRecord)) or isinstance(other, (Entry, NoRecord)):
        return one is other
    return same(table, name, one, other)
