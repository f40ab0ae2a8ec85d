"""What became of a request: done, refused, or nobody knows; and in a word, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from upsertspec.dialects.base import Answer
from upsertspec.http.exchange import Exchange
from upsertspec.http.text import printable
from upsertspec.spec.outcomes import is_server_error, is_success

DONE, REFUSED, UNKNOWN = "done", "refused", "unknown"
TOO_MANY = 429
TIMEOUT = 408
WORD = 80


class Failed(Exception):
    """A request that brought no usable answer. Its text is its kind, one of few: Locust counts by it."""


def outcome(answer: Answer) -> str:
    """What became of a write that was answered: an error of the server can come after the commit."""
    if is_success(answer.status):
        return UNKNOWN if answer.fault else DONE
    return UNKNOWN if is_server_error(answer.status) or answer.status == TIMEOUT else REFUSED


def outcome_of_silence(log: Sequence[Exchange]) -> str:
    """What became of a write that brought no answer, by its attempts: one that was answered with 429 was not done."""
    return REFUSED if all(exchange.status == TOO_MANY for exchange in log) else UNKNOWN


def kind_of(wrong: Exception, log: Sequence[Exchange]) -> str:
    """In a word why there was no answer: always the same for the same reason."""
    if not log:
        return printable(str(wrong)).partition(":")[0][:WORD]
    last = log[-1]
    return f"status {last.status}" if last.status is not None else last.failure.partition(":")[0][:WORD]


def kind(answer: Answer) -> str:
    """In a word what is wrong with an answer; empty where nothing is."""
    if is_success(answer.status):
        return "an answer that can't be read" if answer.fault else ""
    return f"status {answer.status}"
