"""Of calls with one idempotency key, the history has one write."""

from __future__ import annotations

import pytest

from upsertspec.concurrency.replays import without_replays
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Upsert
from upsertspec.steps.concurrent_run import RecordedCall

Call = tuple[int, float, float | None, str | None]
"""The status (0: no answer), the start, the end and the key of a call."""


def call(number: int, given: Call) -> RecordedCall:
    status, started, ended, key = given
    operation = Upsert("contacts", {"email": "a"}, ["email"], idempotency_key=key)
    answer = Answer(status, id=number) if status else None
    return RecordedCall(number, operation, started, ended, answer, failure="" if status else "silent")


@pytest.mark.parametrize(
    ("calls", "seen"),
    [
        ([(200, 0, 2, None), (200, 1, 3, None)], [(0, 2, 1), (1, 3, 2)]),
        ([(200, 0, 5, "k"), (200, 1, 3, "k"), (200, 2, 4, "other")], [(0, 3, 2), (2, 4, 3)]),
        ([(409, 0, 1, "k"), (200, 1, 3, "k")], [(0, 3, 2)]),
        ([(409, 0, 1, "k"), (0, 1, None, "k")], [(0, None, None)]),
        ([(409, 0, 1, "k"), (409, 1, 2, "k")], [(0, 1, 1)]),
    ],
)
def test_calls_with_one_key_are_one_write(
    calls: list[Call], seen: list[tuple[float, float | None, int | None]]
) -> None:
    merged = without_replays([call(number, given) for number, given in enumerate(calls, start=1)])
    assert [(each.started, each.ended, each.answer.id if each.answer else None) for each in merged] == seen
