"""Then: the status of the answers, and what their errors say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pytest_bdd import parsers, then

from upsertspec.dialects.operations import Transaction
from upsertspec.errors import CheckFailed, NotApplicable
from upsertspec.spec.outcomes import CONSTRAINT_REFUSED, is_refusal, is_success
from upsertspec.spec.schema import tables
from upsertspec.spec.types import same_json
from upsertspec.steps.equality import as_json
from upsertspec.steps.statuses import require_every_status, require_status
from upsertspec.steps.table_calls import sent_to
from upsertspec.steps.world import World

PROBLEM = "application/problem+json"

_CHALLENGE = re.compile(r"[,\s]*[!#$%&'*+.^`|~\w-]+(?=[,\s]|$)", re.ASCII)
"""A scheme, and not a parameter, at the beginning."""


@then(
    parsers.re(
        r"(?P<which>the|every) answer is (?P<statuses>\d{3}(?: or \d{3})*)"
        r"(?P<also>, and names a scheme|, as a problem document|, and names no table)?"
    )
)
def the_answer_is(world: World, which: str, statuses: str, also: str | None = None) -> None:
    """The last request, or every request, was answered with one of these statuses.

    A scheme is in WWW-Authenticate; a problem document (RFC 9457) has this status and a title; an answer that names no
    table has no table's name as one of its words. These do not apply where the API's errors and paths are its own.
    """
    wanted = [int(status) for status in statuses.split(" or ")]
    if also == ", and names no table":
        require_there(world)
    if which == "every":
        require_every_status(world, *wanted)
    else:
        require_status(world, world.last.answer, *wanted)
    if also:
        _ALSO[also](world, wanted)


def require_scheme(world: World, wanted: Sequence[int]) -> None:
    """Raise CheckFailed where WWW-Authenticate does not begin with a scheme (RFC 9110, 11.6.1). Raises NotApplicable
    where the target declares another status."""
    attempt = world.last
    if attempt.answer.status not in wanted:
        raise NotApplicable(f"the target answers {attempt.answer.status}, which asks for no credentials")
    said = attempt.exchange.response_header("WWW-Authenticate")
    if not _CHALLENGE.match(said):
        raise CheckFailed("WWW-Authenticate with a scheme, such as Bearer", said or "no such header")


def require_problem(world: World, _: Sequence[int]) -> None:
    """Raise CheckFailed where an error is no problem document (RFC 9457). Raises NotApplicable where the API's errors
    have a form of their own."""
    if not world.client.is_contract:
        raise NotApplicable("the API's errors have a form of their own")
    answer, kind = world.last.answer, world.last.exchange.response_header("Content-Type")
    if kind.partition(";")[0].strip().lower() != PROBLEM:
        raise CheckFailed(f"the Content-Type {PROBLEM}", kind or "no such header")
    body = answer.body if isinstance(answer.body, dict) else {}
    if body.get("status") != answer.status or not isinstance(body.get("title"), str):
        raise CheckFailed(f'a "title", and "status": {answer.status}', answer.shown_body)


def require_there(world: World) -> None:
    """Raise NotApplicable where the API does not have the path: the editor gets no answer of 2xx either."""
    path = urlsplit(world.last.exchange.url).path
    if not any(
        is_success(answer.status) for answer in (world.last.answer, world.client.call("editor", *sent_to(path)))
    ):
        raise NotApplicable(f"{path} is answered with {world.last.answer.status}")


def require_no_table(world: World, _: Sequence[int]) -> None:
    """Raise CheckFailed where a word of the answer is a table's name that is no ordinary word. Raises NotApplicable
    where the target's tables have other names than the contract's."""
    names = [name for name in tables() if world.binding(name).name == name and (name == "contacts" or "_" in name)]
    if not names:
        raise NotApplicable("the tables have names of their own")
    body = world.last.answer.body
    said = set(re.findall(r"\w+", world.last.exchange.response_body if body is None else as_json(body)))
    if found := [name for name in names if name in said]:
        raise CheckFailed("no table to be named", ", ".join(found))


_ALSO: Mapping[str, Callable[[World, Sequence[int]], None]] = {
    ", and names a scheme": require_scheme,
    ", as a problem document": require_problem,
    ", and names no table": require_no_table,
}


@then(parsers.re(r"(?P<what>the request|every request|the transaction) is refused"))
def is_refused(world: World, what: str) -> None:
    """A request, or every one: with 400, 409 or 422, as an implementation chooses. A transaction: with any 4xx."""
    if what == "every request":
        require_every_status(world, *CONSTRAINT_REFUSED)
        return
    if what == "the request":
        require_status(world, world.last.answer, *CONSTRAINT_REFUSED)
        return
    world.compared("a status")
    if not is_refusal(world.last.answer.status):
        answer = world.last.answer
        raise CheckFailed("an answer of 4xx", f"{answer.status} with {answer.shown_body}")


@then(parsers.parse("the error says that the record at index {index:d} is wrong"))
def the_error_says_which(world: World, index: int) -> None:
    """The error names the place: as `index`, as a path (`records[1]`, or `["records", 1]`), as "row 1", by a member or
    a value of it."""
    world.compared("the place that the error names")
    if not _names_index(world.last.answer.body, index) and not _names_value(world, index):
        raise CheckFailed(f"an error that names index {index}", world.last.answer.shown_body)


def _names_index(body: Any, index: int) -> bool:
    if isinstance(body, Mapping):
        return any(_is_index(k, v, index) or _names_index(v, index) for k, v in body.items())
    if isinstance(body, list):
        in_path = any(same_json(index, item) for item in body)
        return in_path or _is_at(body, index) or any(_names_index(item, index) for item in body)
    text = body if isinstance(body, str) else ""
    paths = re.search(rf"[\[/.]{index}(?!\d)", text) is not None
    return paths or re.search(rf"\b(index|row|record|item)s? {index}\b", text, re.IGNORECASE) is not None


def _is_index(name: str, value: Any, index: int) -> bool:
    """Whether a member is about this record: by `index`, or by its name, which may be a path."""
    return same_json(index, value) if name == "index" else name == str(index) or _names_index(name, index)


def _is_at(errors: list[Any], index: int) -> bool:
    """Whether a list with a place for each record has an error at this place alone."""
    return len(errors) > 1 and [place for place, error in enumerate(errors) if error] == [index]


def _names_value(world: World, index: int) -> bool:
    """Whether the error has a text that only this record, or this operation of a transaction, has."""
    operation = world.last.operation
    if isinstance(operation, Transaction):
        mine = operation.operations[index]
        others = [each for place, each in enumerate(operation.operations) if place != index]
        values = [
            mine.get(name) for name in ("id", "table") if all(each.get(name) != mine.get(name) for each in others)
        ]
        fields = mine.get("fields", {})
    else:
        values, fields = [], world.last.sent[index]
    values += [value for value in fields.values() if world.mark in str(value)]
    said = json.dumps(world.last.answer.body, ensure_ascii=False)
    return any(value in said for value in values if isinstance(value, str))
