"""Then: which values were kept exactly, what was refused, and what the answers reveal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus

from pytest_bdd import parsers, then

from upsertspec.dialects.operations import Transaction, Verbatim
from upsertspec.errors import CheckFailed, NotApplicable
from upsertspec.spec.outcomes import (
    CLOSED,
    LENGTH_REQUIRED,
    NOT_ALLOWED,
    OK,
    OTHER_METHOD,
    TOO_LARGE,
    UNAUTHENTICATED,
    VALUE_REFUSED,
    is_refusal,
)
from upsertspec.steps.assertions import has_record, last_stored
from upsertspec.steps.equality import shown
from upsertspec.steps.exact_values import kept
from upsertspec.steps.indistinguishable import differences, slower
from upsertspec.steps.leakage import leaks
from upsertspec.steps.statuses import require_status
from upsertspec.steps.table_calls import MISSING
from upsertspec.steps.then_stored import nothing_has_been_written
from upsertspec.steps.world import Attempt, World


@then(parsers.re(r"(?P<field>\w+) is kept as it was written(?P<refusable>, or the request is refused)?"))
def is_kept(world: World, field: str, refusable: str | None) -> None:
    """In the answer and in the store the value is what was sent, to the last character and digit.

    Where it may be refused, that is 400, 409, 413 or 422, and nothing has been written.
    """
    answer = world.last.answer
    if refusable and answer.status in VALUE_REFUSED:
        nothing_has_been_written(world)
        return
    require_status(world, answer, OK)
    table, stored = last_stored(world)
    sent = world.last.sent[-1][field]
    is_answered = not world.lacks(answer, "record") and has_record(world, answer)
    answered = {"the answer": answer.record or {}} if is_answered else {}
    for where, record in (answered | {"the store": stored}).items():
        if not kept(table, field, sent, record.get(field)):
            actual = _shown_actual(record[field], sent) if field in record else f"no {field}"
            raise CheckFailed(f"{field} as it was written: {_shown(sent)}", f"in {where} {actual}")


@then("the body is refused as too large")
def refused_as_too_large(world: World) -> None:
    """The answer is 413, or the connection was closed; 411 is fine where the request declared no length."""
    chunked = any(name.lower() == "transfer-encoding" for name in world.last.exchange.request_headers)
    require_status(world, world.last.answer, TOO_LARGE, CLOSED, *([LENGTH_REQUIRED] if chunked else []))


@then(parsers.re(r"(?P<which>every|the last) answer is a refusal that reveals nothing internal"))
def reveals_nothing(world: World, which: str) -> None:
    """The answer is 4xx, with no stack trace, SQL, path, module or database version in its headers or body."""
    for attempt in world.attempts if which == "every" else [world.last]:
        status = attempt.answer.status
        world.compared("a status and what the answer reveals")
        if not is_refusal(status):
            raise CheckFailed("an answer of 4xx", f"{status} with {attempt.answer.shown_body}")
        require_quiet(attempt)


@then(parsers.re(r"every answer is (?P<refused>401, and )?the same for both tables"))
def same_for_both(world: World, refused: str | None) -> None:
    """Status, headers and body are the same, apart from what repeats the request and what changes each time.

    Where 401 is not asked for, the status is one that a stranger may get to HEAD or OPTIONS.
    """
    for attempt in world.attempts:
        require_status(world, attempt.answer, *([UNAUTHENTICATED] if refused else OTHER_METHOD))
    first, second = _by_table(world)
    names = {name for group in (first, second) for attempt in group for name in _names(attempt)}
    if found := differences([a.exchange for a in first], [a.exchange for a in second], names):
        raise CheckFailed("the same answer for a table that exists and one that doesn't", "; ".join(found))


@then("the answers take the same time for both tables")
def same_time_for_both(world: World) -> None:
    """A sign test over the pairs of times: no difference of 2 ms or more that chance can't explain."""
    first, second = ([attempt.exchange.elapsed for attempt in group] for group in _by_table(world))
    for attempt in world.attempts:
        require_status(world, attempt.answer, UNAUTHENTICATED)
    if found := slower(first, second):
        raise CheckFailed("the same time for a table that exists and one that doesn't", found)


@then(parsers.parse("a 405 allows the call's own method, and not {method:w}"))
def allows_its_own_method(world: World, method: str) -> None:
    """The header Allow lists the method of the call, and not this one. Not applicable where the answer is not 405, but
    for 500, which is a failure."""
    status = world.last.answer.status
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CheckFailed(f"{method} to be refused", str(status))
    if status != NOT_ALLOWED:
        raise NotApplicable(f"{method} is answered with {status}, not with {NOT_ALLOWED}")
    own = world.client.method(world.last.operation)
    said = world.last.exchange.response_header("Allow")
    allowed = [name.strip() for name in said.split(",")]
    world.compared("Allow")
    if own not in allowed or method in allowed:
        raise CheckFailed(f"Allow with {own}, and without {method}", said or "no such header")


def _by_table(world: World) -> tuple[list[Attempt], list[Attempt]]:
    missing = [attempt for attempt in world.attempts if _table(attempt) == MISSING]
    return [attempt for attempt in world.attempts if attempt not in missing], missing


def _table(attempt: Attempt) -> str:
    operation = attempt.operation
    return str(operation.operations[0]["table"]) if isinstance(operation, Transaction) else attempt.table


def _names(attempt: Attempt) -> Iterator[str]:
    """The name of the table as the scenario has it, and as it is in the path."""
    yield _table(attempt)
    parts = attempt.exchange.url.split("/tables/")
    if len(parts) > 1:
        yield parts[1].split("/")[0].split("?")[0]


def require_quiet(attempt: Attempt) -> None:
    """Raise CheckFailed where an answer reveals internals; it may repeat what was sent."""
    exchange = attempt.exchange
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.response_headers.items())
    texts = [exchange.url, unquote_plus(exchange.url), *_texts(vars(attempt.operation))]
    sent = [*texts, *(part.strip() for text in texts for part in text.split(","))]
    if found := leaks(f"{headers}\n{exchange.response_body}", sent):
        raise CheckFailed("an error that reveals nothing internal", "; ".join(found))


def _texts(sent: Any) -> Iterator[str]:
    """Every text in what was sent, names of members too."""
    if isinstance(sent, Mapping):
        yield from (text for pair in sent.items() for part in pair for text in _texts(part))
    elif isinstance(sent, (list, tuple)):
        yield from (text for part in sent for text in _texts(part))
    elif isinstance(sent, (str, int, float)) and not isinstance(sent, bool):
        yield str(sent)


def _shown(sent: Any) -> str:
    if not isinstance(sent, Verbatim):
        return shown(sent)
    return sent.json if len(sent.json) <= 160 else f"{sent.json[:60]}… ({len(sent.json)} characters)"


def _shown_actual(actual: Any, sent: Any) -> str:
    """What came back; for a long text also its length."""
    length = f" ({len(actual)} characters)" if isinstance(actual, str) and isinstance(sent, Verbatim) else ""
    return shown(actual) + length
