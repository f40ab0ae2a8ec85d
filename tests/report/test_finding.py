"""Which exchanges are shown with a failure."""

from __future__ import annotations

from typing import Any

import pytest

from upsertspec.report.evidence import CONTRADICTING, telling

READ, WRITE = {"method": "GET", "n": 0}, {"method": "POST", "n": 1}
MANY = [{"method": "POST", "n": number} for number in range(9)]


def history(*places: int | None, contradicts: bool = True) -> dict[str, Any]:
    return {"operations": [{"exchange": place, "contradicts": contradicts} for place in places]}


@pytest.mark.parametrize(
    ("exchanges", "shown"),
    [([], []), ([WRITE], [WRITE]), ([READ], [READ]), ([WRITE, READ], [WRITE, READ]), ([READ, WRITE], [WRITE])],
)
def test_the_last_that_changes_something_and_the_last_of_all(exchanges: Any, shown: Any) -> None:
    for concurrent in (None, history(), history(0, contradicts=False)):
        assert telling(exchanges, concurrent) == shown


def test_of_concurrent_requests_the_contradicting_ones_are_shown() -> None:
    assert telling(MANY, history(3, None, 1)) == [MANY[3], MANY[1]]
    assert telling(MANY, history(*range(9))) == MANY[:CONTRADICTING]


@pytest.mark.parametrize("place", [9, -1, None])
def test_a_missing_exchange_is_not_shown(place: int | None) -> None:
    assert telling(MANY, history(place)) == [MANY[-1]]
    assert telling(MANY, history(place, 0)) == [MANY[0]]


def test_the_one_whose_answer_was_wrong_is_shown_alone() -> None:
    refused = {"method": "POST", "response": {"status": 200, "body": '{"ok": false}\n'}}
    done = {"method": "POST", "response": {"status": 200, "body": '{"ok": true}\n'}}
    wrong = '400 with {"ok": false}\\n, and then more'
    assert telling([done, refused, done, READ], None, wrong) == [refused]
    assert telling([done, refused, READ], None, wrong) == [refused, READ]
    assert telling([done, refused, done, READ], None, "a phone is missing") == [done, READ]
