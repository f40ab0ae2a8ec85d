"""All the mistakes of a target file at once, each with its line and the fix."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from upsertspec.spec import sets
from upsertspec.spec.outcomes import KINDS
from upsertspec.target.address import URL, fault_of_base
from upsertspec.target.names import names
from upsertspec.target.nearest import nearest
from upsertspec.target.positions import Fault, KeyPath, line_of, positions
from upsertspec.target.references import references
from upsertspec.target.shape import shape

SCHEMA_FILE = Path(__file__).parent / "target.schema.json"
_INCOMPLETE = ("oneOf", "minProperties", "dependentRequired", "not")
_MAY_HOLD_SECRETS = ("roles", "headers", "query", "proxy", "url")


def faults(raw: Mapping[str, Any], text: str, env: Mapping[str, str], folder: Path) -> list[str]:
    """Every fault of a parsed target file, in the order of its lines, or an empty list."""
    found = positions(text)
    found_faults = (
        *_shape(raw),
        *_numbers(raw),
        *_set(raw),
        *names(raw),
        *_deviations(raw),
        *shape(raw),
        *references(raw, env, folder),
    )
    listed = dict.fromkeys(found_faults)
    placed = sorted((line_of(path, found), _dotted(path), message) for path, message in listed)
    return [f"line {line}: {path}{message}" for line, path, message in placed]


def _deviations(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Every declared status that is the contract's own."""
    declared = raw.get("deviations")
    for kind, given in (declared if isinstance(declared, dict) else {}).items():
        if KINDS.get(kind) in (given if isinstance(given, list) else [given]):
            yield ("deviations", kind), f"{KINDS[kind]} is what the contract has itself; take it out"


def _shape(raw: Mapping[str, Any]) -> Iterator[Fault]:
    from jsonschema import Draft202012Validator  # takes long to import, and only a target file needs it

    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    for error in Draft202012Validator(schema).iter_errors(raw):
        yield from _reported(error)
    url = raw.get("url")
    if isinstance(url, str) and URL.fullmatch(url.partition("?")[0]) and (wrong := fault_of_base(url)):
        yield ("url",), wrong


def _reported(error: Any) -> Iterator[Fault]:
    path: KeyPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.schema.get("properties"), dict):
        known = list(error.schema["properties"])
        for name in sorted(set(error.instance) - set(known)):
            yield (*path, name), f"is not known here; {nearest(name, known)}"
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield path, f"lacks {name!r}; add it"
    else:
        yield path, f"{_what(error, path)}; {_fix(error)}"


def _what(error: Any, path: KeyPath) -> str:
    if error.validator in _INCOMPLETE:
        return "is not complete, or says two things at once"
    if path and path[0] in _MAY_HOLD_SECRETS:
        return "is not what belongs here"
    return f"can't be {json.dumps(error.instance, default=str)[:80]}"


def _fix(error: Any) -> str:
    if error.validator == "enum" and isinstance(error.instance, str):
        return nearest(error.instance, error.validator_value)
    return f"write {error.schema.get('description', 'what the schema says')}"


def _numbers(raw: Mapping[str, Any]) -> Iterator[Fault]:
    for name in ("timeout", "rate_limit", "settle"):
        if isinstance(raw.get(name), float) and math.isnan(raw[name]):
            yield (name,), "can't be nan; write a number"


def _set(raw: Mapping[str, Any]) -> Iterator[Fault]:
    if isinstance(raw.get("set"), str) and (wrong := sets.fault(raw["set"])):
        yield ("set",), wrong


def _dotted(path: KeyPath) -> str:
    words = [part if part.isprintable() else repr(part) for part in map(str, path)]
    return f"{'.'.join(words)}: " if path else ""
