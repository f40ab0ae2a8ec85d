"""Scenarios on a target's own tables: which columns of a row remain, and when a scenario does not apply."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from upsertspec.dialects.operations import Verbatim
from upsertspec.errors import NotApplicable
from upsertspec.spec.schema import PROTECTED, Field, Table, tables
from upsertspec.spec.types import TIMESTAMP
from upsertspec.target.bindings import Bindings, FieldBinding, TableBinding
from upsertspec.target.time_forms import tick

Row = Mapping[str, Any]

LATER = "updated_at is later than"
LONGEST_TICK = timedelta(seconds=1)
"""The coarsest times that are judged: longer waits would make a run too long."""


def lacking(binding: TableBinding, names: Sequence[str]) -> NotApplicable:
    """The reason if a scenario is about something that the target lacks."""
    reason = f"{binding.name} has no {' and no '.join(names)}"
    return NotApplicable(reason, tuple((binding.table, name) for name in names))


def left(binding: TableBinding, row: Row, others: Sequence[Row] = ()) -> dict[str, Any]:
    """The fields of a row that the target has. `others` are the rows that came before.

    Raises NotApplicable if only a key would be left, or if the wrong value of the row would be left out.
    """
    absent = [name for name in row if name in binding.absent]
    kept = {name: value for name, value in row.items() if name not in binding.absent}
    keys = {name for key in binding.spec.unique_keys for name in key}
    if absent and not set(kept) - keys:
        raise lacking(binding, absent)
    fields = [binding.spec.fields[name] for name in absent if name in binding.spec.fields]
    strangers = [other for other in others if fields and not share_key(binding.view, row, other)]
    if points := [field.name for field in fields if _is_wrong(field, row[field.name], strangers)]:
        raise lacking(binding, points)
    return kept


def require_letters(binding: TableBinding, row: Row) -> None:
    """Raise NotApplicable if the target has a form of its own for a text of the row, without the letters of it."""
    for name in sorted(binding.view.marked & row.keys()):
        if (form := binding.field(name).text) and "{text}" not in form:
            raise NotApplicable(f"{binding.field(name).name} of {binding.name} has texts of its own form, like {form}")


def share_key(table: Table, row: Row, other: Row) -> bool:
    """Whether two rows have the same values in a unique key."""
    keys = table.unique_keys
    return any(all(row.get(name) is not None and row[name] == other.get(name) for name in key) for key in keys)


def _is_wrong(field: Field, value: Any, others: Sequence[Row]) -> bool:
    """Whether a value breaks a rule of its field: its type, its options, its bounds, or that it is unique."""
    if value is None:
        return field.required
    if field.unique and any(other.get(field.name) == value for other in others):
        return True
    if not field.type.accepts(value) or (field.options and value not in field.options):
        return True
    return type(value) is int and field.is_below(value)


def named(binding: TableBinding, names: Sequence[str]) -> list[str]:
    """The fields of a list in a sentence that the target has. Raises NotApplicable where it has none of them."""
    kept = [name for name in names if name not in binding.absent]
    if not kept:
        raise lacking(binding, names)
    return kept


def require_points(bindings: Bindings, sentences: Sequence[str], example: Mapping[str, str]) -> None:
    """Raise NotApplicable where a table of the scenario lacks a field that an example of an outline, or a step such as
    `Ada's updated_at is later than before`, is about."""
    about = [*example.values(), *(name for sentence in sentences for name in re.findall(r"'s (\w+) is ", sentence))]
    for table in _tables(sentences):
        if points := [name for name in dict.fromkeys(about) if name in bindings.of(table).absent]:
            raise lacking(bindings.of(table), points)


def seconds_apart(bindings: Bindings, sentences: Sequence[str]) -> float:
    """How far apart writes have to be, in seconds, if a step says that an `updated_at` is later than before.

    Raises NotApplicable where the target's times move by more than a second.
    """
    if not any(LATER in sentence for sentence in sentences):
        return 0.0
    bound = {table: bindings.of(table).field("updated_at") for table in _tables(sentences)}
    ticks = {table: tick(each.format, TIMESTAMP) for table, each in bound.items()}
    for table, longest in ticks.items():
        if longest > LONGEST_TICK:
            raise NotApplicable(f"{bound[table].name} of {bindings.of(table).name} has no seconds")
    return LONGEST_TICK.total_seconds() if LONGEST_TICK in ticks.values() else 0.0


def _tables(sentences: Sequence[str]) -> list[str]:
    """The tables that some sentences name."""
    return sorted({word for sentence in sentences for word in re.findall(r"\w+", sentence)} & tables().keys())


def require_key(binding: TableBinding, match_fields: Any) -> None:
    """Raise NotApplicable for match fields that are a key in the specification, and by the target file none there."""
    names = match_fields if isinstance(match_fields, list) else []
    key = {name for name in names if isinstance(name, str)}
    is_ours, is_theirs = (any(key == set(each) for each in t.unique_keys) for t in (binding.spec, binding.view))
    if is_ours and not is_theirs and not key & binding.absent:
        raise NotApplicable(f"{', '.join(sorted(key))} of {binding.name} is not unique")


def require_faulty(binding: TableBinding, row: Row, others: Sequence[Row], is_known: bool) -> None:
    """Raise NotApplicable if the target has other rules, by which a wrong row is right or a right one wrong.

    `others` are the records and rows with another key, `is_known` says whether a record with the row's key is stored.
    """
    for name, spec in binding.spec.fields.items():
        bound = binding.field(name)
        if not bound.rules:
            continue
        taken = row.get(name) is not None and any(other.get(name) == row[name] for other in others)
        value = _plain(row.get(name))
        is_left_out = row.get(name) is None and (name in row or not is_known)
        if why := _differs(bound, spec, value, is_left_out, taken):
            raise NotApplicable(f"{bound.name} of {binding.name} {why}")
        if bound.rules.get("null") is False and name in row and row[name] is None and not spec.required:
            raise NotApplicable(f"{bound.name} of {binding.name} is never null")


def _plain(value: Any) -> Any:
    """The value that JSON to the letter stands for; the JSON itself where Python has none."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(value.json) if isinstance(value, Verbatim) else value
    return value


def _differs(bound: FieldBinding, spec: Field, value: Any, is_left_out: bool, taken: bool) -> str:
    """Which rule of the target differs from the specification's for this value; empty if none does."""
    rules = bound.rules
    if is_left_out and spec.required and rules.get("required") is False:
        return "is not required"
    if taken and rules.get("unique", spec.unique) != spec.unique:
        return "is unique" if rules["unique"] else "is not unique"
    lowest = rules.get("minimum")
    if type(value) is int and lowest is not None:
        is_low = lowest is not False and value < lowest
        if is_low != spec.is_below(value):
            return "has no minimum" if lowest is False else f"takes {lowest} and above"
    if type(value) is int and value > rules.get("maximum", value):
        return f"takes {rules['maximum']} and below"
    return _text_differs(bound, value) if isinstance(value, str) and spec.is_free_text else ""


def _text_differs(bound: FieldBinding, text: str) -> str:
    """The same for a text. One that is written in a form of the target's own fits, unless it is empty and stays so."""
    least, most = bound.rules.get("minimum_length", 0), bound.rules.get("maximum_length")
    if bound.text and text:
        return ""
    if bound.rules.get("blank") is False and not text.strip():
        return "is never blank"
    if len(text) < least:
        return f"takes {least} characters at least" if text else "is never empty"
    return f"takes {most} characters at most" if most is not None and len(text) > most else ""


def own_members(binding: TableBinding, record: Row) -> dict[str, Any]:
    """The members of a record of an own table that no scenario knows, without those that change by themselves.

    An annotation, such as `@odata.etag` or the `@context` of JSON-LD, is about the record, and no part of it.
    """
    if not binding.is_own:
        return {}
    known = {*PROTECTED, *binding.spec.fields, *binding.volatile}
    return {name: value for name, value in record.items() if name not in known and not name.startswith("@")}


def compared(binding: TableBinding, *records: Row) -> list[str]:
    """Every field to compare of records that are to be the same: those of the table, and the target's own."""
    own = dict.fromkeys(name for record in records for name in own_members(binding, record))
    return [name for name in (*binding.protected, *binding.view.fields, *own) if name not in binding.volatile]


def keys_sent(binding: TableBinding, row: Row, mark: str) -> Iterator[dict[str, Any]]:
    """Where to look for traces of a row: by each text of a key that no other scenario sends.

    A key that the target has as one field is looked for whole.
    """
    for name in sorted(binding.view.marked & row.keys()):
        parts = binding.field(name).parts or (name,)
        is_marked = isinstance(row[name], str) and mark in row[name]
        if is_marked and parts[0] == name and all(isinstance(row.get(part), (str, int)) for part in parts):
            yield {part: row[part] for part in parts}
