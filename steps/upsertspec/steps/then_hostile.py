"""Then: what was kept to the last character, what was refused, and what the answers gave away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from pytest_bdd import parsers, then

from upsertspec.dialects.operations import Transaction, Verbatim
from upsertspec.errors import CheckFailed
from upsertspec.steps.assertions import last_stored, require_body
from upsertspec.steps.equality import shown
from upsertspec.steps.exact_values import kept
from upsertspec.steps.indistinguishable import differences, slower
from upsertspec.steps.leakage import told
from upsertspec.steps.statuses import require_status
from upsertspec.steps.table_calls import MISSING
from upsertspec.steps.then_stored import nothing_has_been_written
from upsertspec.steps.world import Attempt, World

REFUSED = (400, 409, 413, 422)
TOO_LARGE, LENGTH_REQUIRED, CLOSED = 413, 411, 0
UNAUTHORIZED = 401
CLIENT_ERROR, SERVER_ERROR = 400, 500


@then(parsers.re(r"(?P<field>\w+) is kept as it was written(?P<refusable>, or the request is refused)?"))
def is_kept(world: World, field: str, refusable: str | None) -> None:
    """In the answer and in the store the value is what was sent, to the last character and digit.

    Where a refusal will do, that is 400, 409, 413 or 422, and nothing has been written.
    """
    answer = world.last.answer
    if refusable and answer.status in REFUSED:
        nothing_has_been_written(world)
        return
    require_body(world, answer, 200)
    table, stored = last_stored(world)
    sent = world.last.sent[-1][field]
    answered = {} if world.lacks(answer, "record") else {"the answer": answer.record or {}}
    for where, record in (answered | {"the store": stored}).items():
        if not kept(table, field, sent, record.get(field)):
            raise CheckFailed(
                f"{field} as it was written: {_shown(sent)}", f"in {where} {_told(record.get(field), sent)}"
            )


@then("the body is refused as too large")
def refused_as_too_large(world: World) -> None:
    """413, or the connection was closed while the body was on its way; 411 will do where no length was declared."""
    chunked = any(name.lower() == "transfer-encoding" for name in world.last.exchange.request_headers)
    require_status(world, world.last.answer, TOO_LARGE, CLOSED, *([LENGTH_REQUIRED] if chunked else []))


@then(parsers.parse("every answer is {one:d} or {other:d}"))
def every_answer_is(world: World, one: int, other: int) -> None:
    """Each request was answered with one of these statuses."""
    for attempt in world.attempts:
        try:
            require_status(world, attempt.answer, one, other)
        except CheckFailed as wrong:
            raise CheckFailed(f"{wrong.expected} to {_call(attempt)}", wrong.actual) from None


@then("every answer is a refusal that tells nothing of the inside")
def tells_nothing(world: World) -> None:
    """Each answer is 4xx; no stack trace, SQL, path, module, or version of the database in its headers or its body."""
    for attempt in world.attempts:
        status = attempt.answer.status
        if not CLIENT_ERROR <= status < SERVER_ERROR:
            raise CheckFailed("an answer of 4xx", f"{status} with {attempt.answer.text or 'an empty body'}")
        require_quiet(attempt)


@then("every answer is 401, and the same for both tables")
def same_for_both(world: World) -> None:
    """Status, headers and body tell nothing; what they repeat of the request, and what always changes, is left out."""
    for attempt in world.attempts:
        require_status(world, attempt.answer, UNAUTHORIZED)
    first, second = _by_table(world)
    names = {name for group in (first, second) for attempt in group for name in _names(attempt)}
    if found := differences([a.exchange for a in first], [a.exchange for a in second], names):
        raise CheckFailed("the same answer for a table that exists and one that doesn't", "; ".join(found))


@then("the answers take the same time for both tables")
def same_time_for_both(world: World) -> None:
    """The times of the pairs, by a sign test: what chance can explain, or is below 2 ms, tells nothing."""
    first, second = ([attempt.exchange.elapsed for attempt in group] for group in _by_table(world))
    for attempt in world.attempts:
        require_status(world, attempt.answer, UNAUTHORIZED)
    if found := slower(first, second):
        raise CheckFailed("no time that tells a table that exists from one that doesn't", found)


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


def _call(attempt: Attempt) -> str:
    return f"{attempt.exchange.method} {attempt.exchange.url}"


def require_quiet(attempt: Attempt) -> None:
    """Raise CheckFailed where an answer tells something of the inside; what was sent may be repeated in it."""
    exchange = attempt.exchange
    headers = "\n".join(f"{name}: {value}" for name, value in exchange.response_headers.items())
    texts = [exchange.url, unquote_plus(exchange.url), *_texts(vars(attempt.operation))]
    sent = [*texts, *(part.strip() for text in texts for part in text.split(","))]
    if found := told(f"{headers}\n{exchange.response_body}", sent):
        raise CheckFailed("an error that tells nothing of the inside", "; ".join(found))


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


def _told(actual: Any, sent: Any) -> str:
    """What came back; of a long text its length too."""
    length = f" ({len(actual)} characters)" if isinstance(actual, str) and isinstance(sent, Verbatim) else ""
    return shown(actual) + length
