"""The explanation of a contradiction: which requests contradict each other, who sent them, whose values were seen."""

from __future__ import annotations

from upsertspec.concurrency.explanation import explained
from upsertspec.concurrency.history import UNREPORTED, History, Kind, Operation, Seen

FIELDS = ("name", "age")


def write(client: int, start: float, end: float | None, said: str, seen: Seen = UNREPORTED) -> Operation:
    return Operation(client, Kind.WRITE, start, end, (f'"Ada {client}"', str(client)), said, seen)


def read(start: float, *seen: str) -> Operation:
    return Operation(9, Kind.READ, start, start + 0.001, seen=seen or None)


def explain(*operations: Operation, initial: tuple[str, ...] | None = None) -> tuple[list[int], str]:
    return explained(History(initial, operations), FIELDS)


def test_an_explainable_history_has_no_explanation() -> None:
    assert explain(write(1, 0, 0.1, "created"), write(2, 0, 0.1, "updated")) == ([], "")


def test_created_twice() -> None:
    places, words = explain(write(1, 0, 0.1, "updated"), write(2, 0, 0.1, "created"), write(3, 0, 0.2, "created"))
    assert places == [1, 2]
    assert words == (
        "a record is created once, and more than one answer says created: "
        'client 2 upserted name "Ada 2", age 2 and got created (from 0.0 ms to 100.0 ms); '
        'client 3 upserted name "Ada 3", age 3 and got created (from 0.0 ms to 200.0 ms)'
    )


def test_created_by_nobody_names_every_candidate() -> None:
    places, words = explain(*(write(client, 0, 0.1, "updated") for client in range(1, 9)))
    assert places == list(range(8))
    assert words.startswith("the record did not exist before, and no answer says created: client 1 ")
    assert words.endswith("; and 2 more")


def test_created_although_it_existed() -> None:
    _, words = explain(write(1, 0, 0.1, "created"), initial=('"Ada"', "36"))
    assert words.startswith("the record existed before, and an answer says created: client 1 ")


def test_halves_of_two_writes() -> None:
    places, words = explain(
        write(1, 0, 0.1, "updated"), write(2, 0, 0.1, "updated"), read(0.2, '"Ada 1"', "2"), initial=('"Ada"', "36")
    )
    assert places == [2]
    assert words.startswith(
        'no request wrote what was seen, name "Ada 1" from client 1; age 2 from client 2: client 9 read '
    )


def test_half_of_a_write_and_half_of_before() -> None:
    _, words = explain(write(1, 0, 0.1, "updated"), read(0, '"Ada 1"', "36"), initial=('"Ada"', "36"))
    assert 'name "Ada 1" from client 1; age 36 from before' in words


def test_a_lost_write() -> None:
    places, words = explain(write(1, 0, 0.1, "updated"), read(0.2, '"Ada"', "36"), initial=('"Ada"', "36"))
    assert places == [0, 1]
    assert words.startswith("no order of the requests allows all of these: client 1 upserted ")
    assert words.endswith('client 9 read name "Ada", age 36 (from 200.0 ms to 201.0 ms)')


def test_an_answer_with_another_clients_values_says_so() -> None:
    _, words = explain(
        write(1, 0, 0.1, "updated", ('"Ada"', "36")), write(2, 0, 0.1, "updated"), initial=('"Ada"', "36")
    )
    assert 'and got updated with name "Ada", age 36' in words
