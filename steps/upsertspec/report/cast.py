"""The cast: which of the target's tables and fields play those of the scenarios."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.spec.schema import PROTECTED
from upsertspec.target.target import Target

Part = Mapping[str, Any]


def cast(target: Target) -> list[dict[str, Any]]:
    """A part for each table that the target file binds: `table` is ours, `played_by` the target's name (None if it has
    no such table), `fields` maps our fields to those with another name, `absent` lists what the target lacks.
    """
    parts: list[dict[str, Any]] = [
        {"table": name, "played_by": None, "fields": {}, "absent": []} for name in sorted(target.bindings.absent)
    ]
    for binding in target.bindings:
        known = [name for name in (*PROTECTED, *binding.spec.fields) if name not in binding.absent]
        fields = {name: binding.field(name).name for name in known if binding.field(name).name != name}
        absent = sorted(binding.absent)
        if fields or absent or binding.name != binding.table:
            parts.append({"table": binding.table, "played_by": binding.name, "fields": fields, "absent": absent})
    return sorted(parts, key=lambda part: str(part["table"]))


def lines(parts: Sequence[Part], steps: Sequence[Mapping[str, Any]] | None = None) -> list[str]:
    """The cast in sentences; with the steps of a scenario (as in report.json), only what they name."""
    words = None if steps is None else _words(steps)
    return [_sentence(part, words) for part in parts if words is None or part["table"] in words]


def in_our_words(text: str, parts: Sequence[Part], steps: Sequence[Mapping[str, Any]]) -> str:
    """A message about a field, such as `createdAt is 5 instead of 4` or `Ada's createdAt to stay 4`, with our name."""
    words = _words(steps)
    ours = {theirs: name for part in parts if part["table"] in words for name, theirs in part["fields"].items()}
    if not ours:
        return text
    named = "|".join(map(re.escape, sorted(ours, key=len, reverse=True)))
    return re.sub(rf"(^|; |'s )({named})(?= is | to stay )", lambda found: found[1] + ours[found[2]], text)


def _words(steps: Sequence[Mapping[str, Any]]) -> set[str]:
    texts = [str(step["text"]) for step in steps]
    texts += [cell for step in steps for row in step["table"] for cell in row]
    return set(re.findall(r"\w+", " ".join(texts)))


def _sentence(part: Part, words: set[str] | None) -> str:
    if part["played_by"] is None:
        return f"the target has no {part['table']}"
    fields = [f"{ours} by {theirs}" for ours, theirs in part["fields"].items() if words is None or ours in words]
    absent = [name for name in part["absent"] if words is None or name in words]
    played = f"{part['table']} is played by {part['played_by']}" + (f": {', '.join(fields)}" if fields else "")
    return played + (f"; it has no {', '.join(absent)}" if absent else "")
