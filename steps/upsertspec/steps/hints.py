"""Hints on a failure: what a target file can state where a rule of the target's differs from the specification's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Transaction
from upsertspec.spec.schema import Field
from upsertspec.spec.types import TIMESTAMP
from upsertspec.steps.equality import as_json
from upsertspec.steps.world import World
from upsertspec.target.time_forms import guess, stated

INT32 = 2**31 - 1


def of_refusal(world: World, answer: Answer, operation: Operation | None) -> str:
    """The rule of a field that a write may have been refused for, and how a target file states it; else empty.

    It is one that the refusal names, or the only one that there is.
    """
    if operation is None or isinstance(operation, Transaction) or not operation.changes:
        return ""
    binding = world.binding(operation.table)
    if not binding.is_own:
        return ""
    found = {
        binding.field(name).name: (name, *rule)
        for row in operation.sent
        for name, value in row.items()
        if (spec := binding.view.fields.get(name)) and binding.field(name).is_bound
        for rule in _rules(spec, value, binding.field(name).rules)
    }
    text = as_json(answer.body)
    named = {theirs: rule for theirs, rule in found.items() if re.search(rf"\b{re.escape(theirs)}\b", text)}
    for theirs, (name, says, setting) in (named or (found if len(found) == 1 else {})).items():
        return f"if {theirs} of {binding.name} {says}, add {setting} to {name} in [tables.{operation.table}.fields]"
    return ""


def _rules(spec: Field, value: Any, rules: Any) -> Iterator[tuple[str, str]]:
    """What a value of the specification may break on a target with narrower rules, with the setting that says so."""
    if value is None and not spec.required and rules.get("null") is not False:
        yield "is never null", "null = false"
    if type(value) is int and value > INT32 and "maximum" not in rules:
        yield "takes no number that is so high", "its maximum, such as maximum = 2147483647,"
    if isinstance(value, str) and spec.is_free_text and not value.strip() and rules.get("blank") is not False:
        yield "takes no text without a letter", "blank = false"


def of_time(world: World, table: str, name: str, value: Any) -> str:
    """How a target file states the format of a time that can't be read; empty where none is known to fit."""
    form = guess(value, TIMESTAMP)
    theirs = world.words(table).label(name)
    return f"state its format in [tables.{table}]: {stated(name, theirs, form)}" if form else ""


def of_own_members(names: list[str]) -> str:
    """How a target file states that members which no scenario knows are the server's own to change."""
    return f"if the server changes it by itself, as a version, state: volatile = {json.dumps(names)}" if names else ""
