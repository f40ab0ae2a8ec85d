"""The linearizability checker agrees with a search through every order, and is fast."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.concurrency import brute
from upsertspec.concurrency.history import PRESENT, UNREPORTED, History, Kind, Operation, Seen, Value
from upsertspec.concurrency.linearizability import Effort, explains
from upsertspec.concurrency.smallest import BUDGET, contradiction

MOMENTS = 6


def write(client: int, start: float, end: float | None, said: str = "updated", seen: Seen = UNREPORTED) -> Operation:
    return Operation(client, Kind.WRITE, start, end, (str(client),), said if end is not None else "", seen)


def keep(client: int, start: float, end: float | None, said: str = "ignored", seen: Seen = UNREPORTED) -> Operation:
    return Operation(client, Kind.KEEP, start, end, (str(client),), said if end is not None else "", seen)


def read(start: float, end: float, seen: int | None) -> Operation:
    return Operation(99, Kind.READ, start, end, seen=None if seen is None else (str(seen),))


def history(*operations: Operation, initial: Value | None = None) -> History:
    return History(initial, operations)


BEFORE: Value = ("0",)


@pytest.mark.parametrize(
    ("sample", "right"),
    [
        (history(write(1, 0, 1, "created"), write(2, 0, 1), read(2, 3, 2)), True),
        (history(write(1, 0, 1, "created"), write(2, 0, 1, "created")), False),
        (history(write(1, 0, 1), write(2, 0, 1)), False),
        (history(write(1, 0, 1), write(2, 0, None)), True),
        (history(write(1, 0, 1), write(2, 2, None)), False),
        (history(write(1, 0, 1, "created"), write(2, 0, None), read(2, 3, 2)), True),
        (history(write(1, 0, 1, "created"), write(2, 4, None), read(2, 3, 2)), False),
        (history(write(1, 0, 1, "created"), initial=BEFORE), False),
        (history(write(1, 0, 1), read(2, 3, 0), initial=BEFORE), False),
        (history(write(1, 0, 2), read(1, 3, 0), initial=BEFORE), True),
        (history(write(1, 0, 9), read(1, 2, 1), read(3, 4, 0), initial=BEFORE), False),
        (history(write(1, 0, 9), write(2, 0, 9), read(1, 2, 1), read(3, 4, 2), initial=BEFORE), True),
        (history(write(1, 0, 9), write(2, 0, 9), read(1, 2, 1), read(3, 4, 2), read(5, 6, 1), initial=BEFORE), False),
        (history(write(1, 0, 1), read(2, 3, 7), initial=BEFORE), False),
        (history(keep(1, 0, 1, "created"), keep(2, 0, 1), read(2, 3, 1)), True),
        (history(keep(1, 0, 1, "created"), keep(2, 0, 1), read(2, 3, 2)), False),
        (history(keep(1, 2, 3, "created"), keep(2, 0, 1)), False),
        (history(keep(1, 0, 1)), False),
        (history(keep(1, 0, 3, "created"), keep(2, 0, 1), read(2, 3, None)), False),
        (history(keep(1, 0, 1, "created"), keep(2, 0, 1, "ignored", seen=None)), False),
        (history(write(1, 0, 3, ""), write(2, 4, 5, ""), read(6, 7, 1)), False),
        (history(write(1, 4, 9, ""), write(2, 0, 3, ""), read(6, 7, 1)), True),
        (history(read(0, 1, None)), True),
        (history(write(1, 0, 1, "created", seen=("2",)), write(2, 0, 1, "updated", seen=("2",))), True),
        (history(write(1, 0, 1, "created", seen=("2",)), write(2, 0, 1, "updated", seen=("1",))), False),
        (history(write(1, 0, 1, "updated", seen=("0",)), initial=BEFORE), False),
        (history(write(1, 0, 1, ""), read(2, 3, 1)), True),
        (history(write(1, 0, 1, "created", seen=PRESENT), write(2, 2, 3, seen=PRESENT)), True),
    ],
)
def test_plain_histories(sample: History, right: bool) -> None:
    assert (explains(sample) is not None) is right
    assert brute.explains(sample) is right


@st.composite
def histories(draw: st.DrawFn, most: int = 4) -> History:
    """Small histories, right and wrong, of every kind of operation and answer."""
    initial = draw(st.sampled_from([None, BEFORE]))
    operations = [draw(operations_of(client)) for client in range(1, draw(st.integers(1, most)) + 1)]
    return History(initial, operations)


@st.composite
def operations_of(draw: st.DrawFn, client: int) -> Operation:
    kind = draw(st.sampled_from(list(Kind)))
    start = draw(st.integers(0, MOMENTS))
    end = (
        draw(st.none() | st.integers(start, MOMENTS + 1))
        if kind is not Kind.READ
        else draw(st.integers(start, MOMENTS + 1))
    )
    values: list[Seen] = [None, *((str(number),) for number in range(4))]
    if kind is Kind.READ:
        return Operation(client, kind, start, end, seen=draw(st.sampled_from([*values, PRESENT])))
    own: Value = (str(client),)
    said = draw(st.sampled_from(["created", "updated", "updated", ""])) if end is not None else ""
    seen = draw(st.sampled_from([UNREPORTED, UNREPORTED, own, PRESENT, *values]))
    return Operation(client, kind, start, end, own, said, seen)


@settings(max_examples=1500, deadline=None)
@given(histories())
def test_it_agrees_with_a_search_through_every_order(sample: History) -> None:
    assert (explains(sample) is not None) == brute.explains(sample)


@settings(max_examples=300, deadline=None)
@given(histories(most=6))
def test_a_contradiction_is_minimal(sample: History) -> None:
    places = contradiction(sample)
    assert (places == []) == (explains(sample) is not None)
    if places:
        assert explains(sample.knowing(set(places))) is None
        for fewer in combinations(range(len(sample.operations)), len(places) - 1):
            assert explains(sample.knowing(set(fewer))) is not None


@settings(max_examples=150, deadline=None)
@given(histories(), st.data())
def test_unknown_answers_are_judged_as_the_search_judges_them(sample: History, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.sampled_from(range(len(sample.operations)))))
    others = [e if p in places else e.unknown() for p, e in enumerate(sample.operations)]
    kept = [each for place, each in enumerate(others) if place in places or each.writes]
    assert (explains(sample.knowing(places)) is not None) == brute.explains(History(sample.initial, kept))


def serial(count: int, lapse: float) -> History:
    """Serial writes, each seen by a reader before the next; `lapse` moves the last reader back."""
    operations = [write(n, n - 0.4, n + 0.9, "created" if n == 1 else "updated") for n in range(1, count + 1)]
    reads = [read(n + 0.3, n + 0.6 - 0.1, n) for n in range(1, count)]
    return history(*operations, *reads, read(count + 2, count + 3, count - int(lapse)))


def concurrent(count: int, seen: int) -> History:
    """All writes at the same time: only the last read says anything about their order."""
    writes = [write(n, 0, 1, "created" if n == 1 else "updated") for n in range(1, count + 1)]
    return history(*writes, read(2, 3, seen))


@pytest.mark.parametrize("make", [serial, concurrent])
def test_hundreds_of_operations_take_few_looks(make: object) -> None:
    for count in (100, 400):
        right, wrong = (
            (serial(count, 0), serial(count, 2)) if make is serial else (concurrent(count, 5), concurrent(count, 0))
        )
        for sample, verdict in ((right, True), (wrong, False)):
            effort = Effort()
            assert (explains(sample, effort) is not None) is verdict
            assert effort.looks <= len(sample.operations) ** 2


def created_by_nobody(count: int) -> History:
    """All at the same time, and no answer says created: the contradiction needs each of them."""
    return history(*(write(n, 0, 1) for n in range(1, count + 1)))


def in_a_circle(count: int) -> History:
    """Each answer has the values of the next request."""
    return history(*(write(n, 0, 1, seen=(str(n % count + 1),)) for n in range(1, count + 1)), initial=BEFORE)


def unanswered(count: int) -> History:
    """No write is answered, each is seen in turn, and in the end nothing is stored."""
    reads = [read(n, n + 0.5, n) for n in range(1, count + 1)]
    return history(*(write(n, 0, None) for n in range(1, count + 1)), *reads, read(count + 2, count + 3, None))


@pytest.mark.parametrize(
    ("make", "size"), [(created_by_nobody, 400), (in_a_circle, 400), (unanswered, 2), (lambda n: concurrent(n, 1), 3)]
)
def test_the_search_for_the_fewest_is_bounded(make: Callable[[int], History], size: int) -> None:
    effort = Effort()
    assert explains(make(400), effort) is None
    assert effort.looks <= 5 * 801
    effort = Effort()
    assert len(contradiction(make(400), effort=effort)) == size
    assert effort.looks <= BUDGET + 20 * 801


def test_without_a_budget_the_finding_is_still_a_contradiction() -> None:
    sample = concurrent(50, 0)
    places = contradiction(sample, budget=0)
    assert explains(sample.knowing(set(places))) is None
    assert len(contradiction(sample)) < len(places)


def test_two_writes_of_one_value_are_an_error() -> None:
    with pytest.raises(ValueError, match="give each write one of its own"):
        history(write(1, 0, 1), write(1, 2, 3))
