"""What the history makes of calls that share an idempotency key, refuse a match, or have a condition."""

from __future__ import annotations

import pytest

from upsertspec.concurrency.history import PRESENT, Kind
from upsertspec.concurrency.registers import Look, registers
from upsertspec.concurrency.replays import without_replays
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Upsert
from upsertspec.spec.schema import tables
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


@pytest.mark.parametrize(
    ("extra", "headers", "status", "kind"),
    [
        ({}, {}, 200, Kind.WRITE),
        ({"onConflict": "replace"}, {}, 200, Kind.WRITE),
        ({"onConflict": "ignore"}, {}, 200, Kind.KEEP),
        ({"onConflict": "error"}, {}, 200, Kind.KEEP),
        ({"onConflict": "error"}, {}, 409, Kind.READ),
        ({"onConflict": "error"}, {}, 403, None),
        ({}, {"If-None-Match": "*"}, 200, Kind.KEEP),
        ({}, {"If-None-Match": "*"}, 412, Kind.READ),
        ({}, {"If-Match": "*"}, 412, None),
    ],
)
def test_what_a_request_does_to_a_match(
    extra: dict[str, str], headers: dict[str, str], status: int, kind: Kind
) -> None:
    operation = Upsert("contacts", {"email": "a", "name": "A"}, ["email"], extra, headers=headers)
    record = {"id": 1, "email": "a", "name": "A"} if status == 200 else None
    made = RecordedCall(1, operation, 0, 1, Answer(status, 1, "created", record))
    [register] = registers(tables()["contacts"], {"email": "a"}, [made], Look(None, {"name": "A"}, 2))
    writes = register.history.operations[:-1]
    assert [each.kind for each in writes] == ([] if kind is None else [kind])
    assert all(each.seen is PRESENT for each in writes if each.kind is Kind.READ)
