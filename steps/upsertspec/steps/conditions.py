"""Requests under a condition, and the entity tags of records: `with If-Match Ada's tag`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pytest_bdd import given, parsers, then

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Read, with_headers
from upsertspec.errors import CheckFailed, NotApplicable, NotTestable
from upsertspec.http.malformed import Lines
from upsertspec.spec.outcomes import OK
from upsertspec.steps.equality import shown
from upsertspec.steps.world import World

UNDER = r"(?: with (?P<header>If-Match|If-None-Match) (?P<tags>[^:]+?))?"
"""The end of a sentence whose requests have a condition."""

SECOND = ", and in a second header "

_STRONG = re.compile(r'"[!#-~\x80-\xff]*"')
_NAMED = re.compile(r"(\w+)'s (earlier |weak )?tag")


def under(world: World, operations: Sequence[Operation], header: str | None, tags: str | None) -> list[Operation]:
    """The operations with the condition of a sentence that ends in `UNDER`."""
    headers = condition(world, header, tags)
    return [with_headers(each, headers) for each in operations] if headers else list(operations)


def condition(world: World, header: str | None, tags: str | None) -> dict[str, str]:
    """The headers of a sentence that ends in `UNDER`, with the tags as they are now."""
    if header is None:
        return {}
    text = "" if tags == "nothing" else str(tags)
    text = _NAMED.sub(lambda found: _tag(world, found[1], found[2]), text)
    return {header: Lines(*text.split(SECOND)) if SECOND in text else text}


def _tag(world: World, name: str, which: str | None) -> str:
    """The tag of a record, its earlier one, or the weak form of it."""
    if which == "earlier ":
        return world.tags[name]
    return ("W/" if which else "") + tag_of_record(world, name)


def tag_of_record(world: World, name: str) -> str:
    """The tag that the named record has now, from a read by its id."""
    known = world.named(name)
    return _tag_of(world, known.table, known.record["id"])


def _tag_of(world: World, table: str, ident: Any) -> str:
    answer = world.client.call("editor", Read(table, ident))
    if answer.status != OK:
        raise NotTestable(f"no record is read by its id: the answer was {answer.said}")
    return require_tag(world, answer)


def require_tag(world: World, answer: Answer) -> str:
    """The strong tag in an answer. Raises CheckFailed, or Blocked where the scenario is about something else."""
    world.compared("a tag")
    if not _STRONG.fullmatch(answer.tag):
        actual = f"{shown(answer.tag) if answer.tag else 'none'} in an answer of {answer.status}"
        world.stop("tag", CheckFailed('a strong tag of the record, such as ETag: "a1"', actual))
    return answer.tag


@given(parsers.parse("{name:w}'s tag has been read"))
def has_been_read(world: World, name: str) -> None:
    """Read the named record, and remember its tag as the earlier one; so does a step that changes the record."""
    world.tags[name] = tag_of_record(world, name)


@given(parsers.parse("{name:w} and {other:w} have different tags"))
def have_different_tags(world: World, name: str, other: str) -> None:
    """Tags tell the states of one record apart, and need not tell records apart: then the scenario does not apply."""
    if tag_of_record(world, name) == tag_of_record(world, other):
        raise NotApplicable(f"{name} and {other} happen to have the same tag")


@then("the answer has the tag that a read gives")
def the_answer_has_the_tag(world: World) -> None:
    """The tag in the last answer is that of a read of the same record by its id."""
    answer = world.last.answer
    tag = require_tag(world, answer)
    read = _tag_of(world, world.last.table, answer.id)
    if tag != read:
        raise CheckFailed(f"the tag that a read gives, {read}", tag)


@then(parsers.re(r"(?P<name>\w+) has (?P<what>the same|another) tag (?:as|than) before"))
def has_tag(world: World, name: str, what: str) -> None:
    """A read of the named record gives the tag that was remembered, or another one."""
    before, now = world.tags[name], tag_of_record(world, name)
    if (before == now) != (what == "the same"):
        raise CheckFailed(f"{what} tag for {name} {'as' if what == 'the same' else 'than'} before, {before}", now)
