"""The outcome of a request: done, refused or unknown; and in a word, what went wrong."""

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
    """A request without a usable answer. Its text is one of a few words: Locust counts by it."""


def outcome(answer: Answer) -> str:
    """The outcome of an answered write. After a server error it is unknown: the write may be committed."""
    if is_success(answer.status):
        return UNKNOWN if answer.fault else DONE
    return UNKNOWN if is_server_error(answer.status) or answer.status == TIMEOUT else REFUSED


def outcome_without_answer(log: Sequence[Exchange]) -> str:
    """The outcome of a write without an answer: refused if every attempt was answered with 429, else unknown."""
    return REFUSED if all(exchange.status == TOO_MANY for exchange in log) else UNKNOWN


def failure_of(wrong: Exception, log: Sequence[Exchange]) -> str:
    """Why there was no answer, always in the same words for the same reason."""
    if not log:
        return printable(str(wrong)).partition(":")[0][:WORD]
    last = log[-1]
    return f"status {last.status}" if last.status is not None else last.failure.partition(":")[0][:WORD]


def failure(answer: Answer) -> str:
    """What is wrong with an answer, in a word; empty if nothing is."""
    if is_success(answer.status):
        return "unreadable answer" if answer.fault else ""
    return f"status {answer.status}"
