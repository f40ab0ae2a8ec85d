"""All the faults of a target file at once, each with its line and its mend."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from upsertspec import spec
from upsertspec.schema import PROTECTED, tables
from upsertspec.target.positions import Path as KeyPath
from upsertspec.target.positions import line_of, positions

SCHEMA_FILE = Path(__file__).parent / "target.schema.json"


def faults(raw: Mapping[str, Any], text: str) -> list[str]:
    """Every fault of a parsed target file, in the order of its lines, or an empty list."""
    found = positions(text)
    placed = [(line_of(path, found), path, message) for path, message in (*_shape(raw), *_names(raw))]
    return [f"line {line}: {_dotted(path)}{message}" for line, path, message in sorted(placed, key=lambda p: p[0])]


def _shape(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    from jsonschema import Draft202012Validator  # takes long to import, and only a target file needs it

    schema = json.loads(SCHEMA_FILE.read_text("utf-8"))
    for error in Draft202012Validator(schema).iter_errors(raw):
        yield from _told(error)


def _told(error: Any) -> Iterator[tuple[KeyPath, str]]:
    path: KeyPath = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.schema.get("properties"), dict):
        known = list(error.schema["properties"])
        for name in sorted(set(error.instance) - set(known)):
            yield (*path, name), f"is not known here; {_nearest(name, known)}"
    elif error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        yield path, f"lacks {missing!r}; add it"
    else:
        yield path, f"{_what(error)}; write {error.schema.get('description', 'what the schema says')}"


def _what(error: Any) -> str:
    if error.validator in ("oneOf", "anyOf", "minProperties"):
        return "is not complete, or says two things at once"
    return f"can't be {json.dumps(error.instance, default=str)[:80]}"


def _names(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    named = raw.get("tables")
    for table, settings in (named if isinstance(named, dict) else {}).items():
        if table not in tables():
            yield ("tables", table), f"is no table of the specification; {_nearest(table, list(tables()))}"
        elif isinstance(settings, dict) and isinstance(settings.get("fields"), dict):
            known = [*tables()[table].fields, *PROTECTED]
            for field in sorted(set(settings["fields"]) - set(known)):
                yield ("tables", table, "fields", field), f"is no field of {table}; {_nearest(field, known)}"
    yield from _known_failures(raw.get("known_failures"))


def _known_failures(listed: Any) -> Iterator[tuple[KeyPath, str]]:
    titles = {(case.criterion, case.title) for case in spec.cases()}
    for index, entry in enumerate(listed if isinstance(listed, list) else []):
        criterion, title = (entry.get("criterion"), entry.get("scenario")) if isinstance(entry, dict) else (None, None)
        if isinstance(criterion, str) and criterion not in {c for c, _ in titles}:
            nearest = _nearest(criterion, sorted({c for c, _ in titles}))
            yield ("known_failures", index, "criterion"), f"{criterion!r} is no criterion; {nearest}"
        elif title is not None and (criterion, title) not in titles:
            nearest = _nearest(str(title), [t for c, t in titles if c == criterion])
            yield ("known_failures", index, "scenario"), f"{criterion} has no scenario {title!r}; {nearest}"


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known)[:20])}"


def _dotted(path: KeyPath) -> str:
    return f"{'.'.join(str(part) for part in path)}: " if path else ""
