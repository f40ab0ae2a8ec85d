"""Phrases that several steps share: who sends a request, which fields it matches by, what happens on a match.

| phrase | meaning |
| --- | --- |
| the editor | the role sends every request |
| the creator, then the updater | each role sends one request, the last role the rest |
| the editor, then somebody with no credentials | the same, also as `then over the same connection somebody with …` |
| the editor with the key retry-1 | with an Idempotency-Key; also `the key a of 255 characters`, `an empty key` |
| somebody with an empty credential | the sender's credential is not valid; see the list below |
| by email | the match fields |
| by phone, then by email | the match fields of each request in turn, the last ones for the rest |
| and ignores a match | `"onConflict": "ignore"` |
| and updates only name, age | `"updateFields": ["name", "age"]` |
| and updates only where status is pending | `"updateWhere": {"status": "pending"}` |
| with updateFields ["name"] | the request has this member, written as JSON; with matchFields also `left out` |
"""

from __future__ import annotations

import json
import re
from typing import Any

from upsertspec.dialects.operations import UNSET
from upsertspec.steps.cells import value
from upsertspec.steps.idempotency import KEY
from upsertspec.steps.world import OVER, World

_ROLE = rf"the \w+(?:{KEY})?"
WHO = rf"(?P<who>{_ROLE}(?:, then {_ROLE})*(?:, then (?:{OVER})?somebody with .+?)?|somebody with .+?)"
MATCH = r"(?P<match>\w+(?:, \w+)*(?:, then by \w+(?:, \w+)*)*)"
BY = rf"(?P<table>\w+) by {MATCH}"
OPTIONS = r"(?P<options>(?: and (?:ignores?|updates?) .+| with \w+ .+)?)"

_SOMEBODY = "somebody with "
_IGNORE = re.compile(r"ignores? a match")
_ONLY_WHERE = re.compile(r"updates? only where (.+)")
_ONLY = re.compile(r"updates? only (.+)")


def senders(who: str) -> list[str]:
    """The roles and broken credentials that send the requests of a step: one each, the last one the rest.

    One that uses the connection of the sender before begins with `OVER`.
    """
    return [
        re.sub(f"^({OVER})?({_SOMEBODY}|the )", r"\g<1>" if each.startswith(OVER) else "", each)
        for each in who.split(", then ")
    ]


def members(world: World, table: str, match: str | None, options: str) -> tuple[Any, dict[str, Any]]:
    """The match fields of a request and its further members.

    Raises ValueError for options that are none of the phrases above.
    """
    fields = match.split(", ") if match else UNSET
    if found := re.fullmatch(r" with (\w+) (.+)", options):
        name, text = found.groups()
        given = UNSET if text == "left out" else json.loads(text)
        return (given, {}) if name == "matchFields" else (fields, {name: given})
    return fields, dict(_on_match(world, table, phrase) for phrase in filter(None, options.split(" and ")))


def _on_match(world: World, table: str, phrase: str) -> tuple[str, Any]:
    if _IGNORE.fullmatch(phrase):
        return "onConflict", "ignore"
    if found := _ONLY_WHERE.fullmatch(phrase):
        pairs = [condition.split(" is ", 1) for condition in found[1].split(", ")]
        spec = world.table(table)
        return "updateWhere", {name: value(spec, name, cell, world.mark, world.value_of) for name, cell in pairs}
    if found := _ONLY.fullmatch(phrase):
        return "updateFields", found[1].split(", ")
    raise ValueError(f"unknown phrase for a match: {phrase!r}")
