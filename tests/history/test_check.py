"""The judge of histories says what a search through every order says, and says it at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history import brute
from upsertspec.history.check import Effort, explains
from upsertspec.history.model import PRESENT, UNTOLD, History, Kind, Operation, Seen, Value
from upsertspec.history.smallest import contradiction

MOMENTS = 6


def write(client: int, start: float, end: float | None, said: str = "updated", seen: Seen = UNTOLD) -> Operation:
    return Operation(client, Kind.WRITE, start, end, (str(client),), said if end is not None else "", seen)


def keep(client: int, start: float, end: float | None, said: str = "ignored", seen: Seen = UNTOLD) -> Operation:
    return Operation(client, Kind.KEEP, start, end, (str(client),), said if end is not None else "", seen)


def read(start: float, end: float, seen: int | None) -> Operation:
    return Operation(99, Kind.READ, start, end, seen=None if seen is None else (str(seen),))


def history(*operations: Operation, initial: Value | None = None) -> History:
    return History(initial, operations)


BEFORE: Value = ("0",)


@pytest.mark.parametrize(
    ("told", "right"),
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
        (history(read(0, 1, None)), True),
        (history(write(1, 0, 1, "created", seen=("2",)), write(2, 0, 1, "updated", seen=("2",))), True),
        (history(write(1, 0, 1, "created", seen=("2",)), write(2, 0, 1, "updated", seen=("1",))), False),
        (history(write(1, 0, 1, "updated", seen=("0",)), initial=BEFORE), False),
        (history(write(1, 0, 1, ""), read(2, 3, 1)), True),
        (history(write(1, 0, 1, "created", seen=PRESENT), write(2, 2, 3, seen=PRESENT)), True),
    ],
)
def test_plain_histories(told: History, right: bool) -> None:
    assert (explains(told) is not None) is right
    assert brute.explains(told) is right


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
    seen = draw(st.sampled_from([UNTOLD, UNTOLD, own, PRESENT, *values[1:]]))
    return Operation(client, kind, start, end, own, said, seen)


@settings(max_examples=1500, deadline=None)
@given(histories())
def test_it_says_what_a_search_through_every_order_says(told: History) -> None:
    assert (explains(told) is not None) == brute.explains(told)


@settings(max_examples=300, deadline=None)
@given(histories(most=6))
def test_a_contradiction_holds_and_none_of_it_can_be_spared(told: History) -> None:
    places = contradiction(told)
    assert (places == []) == (explains(told) is not None)
    if places:
        assert explains(told.knowing(set(places))) is None
        for spared in places:
            assert explains(told.knowing(set(places) - {spared})) is not None


def serial(count: int, lapse: float) -> History:
    """Writes one after the other, each seen by a reader before the next is done; `lapse` moves the last reader back."""
    operations = [write(n, n - 0.4, n + 0.9, "created" if n == 1 else "updated") for n in range(1, count + 1)]
    reads = [read(n + 0.3, n + 0.6 - 0.1, n) for n in range(1, count)]
    return history(*operations, *reads, read(count + 2, count + 3, count - int(lapse)))


def crowded(count: int, seen: int) -> History:
    """All writes at the same time: nothing but the last look tells anything of their order."""
    writes = [write(n, 0, 1, "created" if n == 1 else "updated") for n in range(1, count + 1)]
    return history(*writes, read(2, 3, seen))


@pytest.mark.parametrize("make", [serial, crowded])
def test_hundreds_of_operations_take_few_looks(make: object) -> None:
    for count in (100, 400):
        right, wrong = (
            (serial(count, 0), serial(count, 2)) if make is serial else (crowded(count, 5), crowded(count, 0))
        )
        for told, verdict in ((right, True), (wrong, False)):
            effort = Effort()
            assert (explains(told, effort) is not None) is verdict
            assert effort.looks <= len(told.operations) ** 2


def test_two_writes_of_one_value_are_no_history() -> None:
    with pytest.raises(ValueError, match="give each write one of its own"):
        history(write(1, 0, 1), write(1, 2, 3))
