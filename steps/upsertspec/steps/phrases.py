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
| upserts into contacts and ignores any conflict | the same, without match fields |
| and refuses a match | `"onConflict": "error"` |
| and replaces a match | `"onConflict": "replace"` |
| and never creates | `"onMissing": "error"` |
| and updates only name, age | `"updateFields": ["name", "age"]` |
| and on a match sets name to Ada, age to null | `"updateValues": {"name": "Ada", "age": null}` |
| and updates only where status is pending | `"updateWhere": {"status": "pending"}` |
| and updates only where age is below 18 | `"updateWhere": {"age": {"lt": 18}}`; of a time `before`, `after` |
| … is at most 18, is above 18, is at least 18 | `{"lte": 18}`, `{"gt": 18}`, `{"gte": 18}` |
| … is not 18, is one of 17 or 18 | `{"ne": 18}`, `{"in": [17, 18]}` |
| with If-Match Ada's tag | `If-Match` or `If-None-Match`: a record's tag (or earlier, or weak tag), or the text |
| with updateFields ["name"] | the request has this member, written as JSON; with matchFields also `left out` |
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from upsertspec.dialects.operations import UNSET
from upsertspec.spec.options import OPTIONS, read_option
from upsertspec.steps.cells import value
from upsertspec.steps.idempotency import KEY
from upsertspec.steps.world import OVER, World

_ROLE = rf"the \w+(?:{KEY})?"
WHO = rf"(?P<who>{_ROLE}(?:, then {_ROLE})*(?:, then (?:{OVER})?somebody with .+?)?|somebody with .+?)"
MATCH = r"(?P<match>\w+(?:, \w+)*(?:, then by \w+(?:, \w+)*)*)"
BY = rf"(?P<table>\w+) by {MATCH}"
ON_MATCH = rf"(?P<options>(?: and (?:{'|'.join(option.words for option in OPTIONS)}).*?| with \w+ .+?)?)"
INTO = rf"(?P<table>\w+)(?: by {MATCH}|(?= with matchFields | and ignores? any )){ON_MATCH}"

ONE_OF = "one of"
OPERATORS = {
    "below": "lt",
    "before": "lt",
    "at most": "lte",
    "above": "gt",
    "after": "gt",
    "at least": "gte",
    "not": "ne",
    ONE_OF: "in",
}
"""The words of a condition, and the operators of `updateWhere`."""

_SOMEBODY = "somebody with "


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
    option, text = read_option(phrase)
    spec = world.table(table)

    def read(name: str, cell: str) -> Any:
        return value(spec, name, cell, world.mark, world.value_of)

    given: Any = option.value
    if option.name == "update-fields":
        given = text.split(", ")
    elif option.name == "update-where":
        pairs = [condition.split(" is ", 1) for condition in text.split(", ")]
        given = {name: _condition(name, cell, read) for name, cell in pairs}
    elif option.name == "update-values":
        pairs = [each.split(" to ", 1) for each in text.split(", ")]
        given = {name: read(name, cell) for name, cell in pairs}
    return option.member, given


def _condition(name: str, words: str, read: Callable[[str, str], Any]) -> Any:
    """What the stored value must be: a value, or an object with an operator."""
    for word, operator in OPERATORS.items():
        if words.startswith(f"{word} "):
            cell = words.removeprefix(f"{word} ")
            return {operator: [read(name, each) for each in cell.split(" or ")] if word == ONE_OF else read(name, cell)}
    return read(name, words)
