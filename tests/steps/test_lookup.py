"""Reading back what is stored."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.steps.kit import ADA, BOB, Memory
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Operation, Read
from upsertspec.errors import CannotExpress, NotTestable
from upsertspec.http.client import Client
from upsertspec.steps.lookup import PAGE, PAGES, Reader
from upsertspec.target.bindings import Bindings


class Saying:
    """A client that gives these answers in order, and repeats the last."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, Operation]] = []
        self.deviations: dict[str, tuple[int, ...]] = {}
        self.bindings = Bindings()

    def call(self, who: str, operation: Operation) -> Answer:
        self.asked.append((who, operation))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def reader(client: Any) -> Reader:
    return Reader(cast(Client, client))


def test_a_record_is_found_by_its_values_as_the_editor() -> None:
    memory = Memory(contacts=[ADA, BOB])
    assert reader(memory).find("contacts", {"name": "Ada"}) == [ADA]
    assert memory.asked == [("editor", Find("contacts", {"name": "Ada"}))]


def test_by_its_id_a_record_is_read_alone() -> None:
    memory = Memory(contacts=[ADA, BOB])
    assert reader(memory).find("contacts", {"id": 2}) == [BOB]
    assert reader(memory).find("contacts", {"id": 3}) == []
    asked: list[Operation] = [Read("contacts", 2), Read("contacts", 3), Find("contacts", {"id": 3})]
    assert memory.asked == [("editor", each) for each in asked]
    assert reader(memory).find("contacts", {"id": 2, "name": "Ada"}) == []
    assert isinstance(memory.asked[-1][1], Find)


def test_without_a_read_by_id_a_record_is_found_again_by_what_it_was_found_by() -> None:
    class Unread(Memory):
        def call(self, who: str, operation: Operation) -> Answer:
            if isinstance(operation, Read):
                raise CannotExpress("there is no such call")
            if isinstance(operation, Find) and set(operation.where) == {"id"}:
                return Answer(200, records=[])
            return super().call(who, operation)

    memory = Unread(contacts=[ADA, BOB])
    reads = reader(memory)
    assert reads.read("contacts", 1).status == 404
    assert reads.find("contacts", {"name": "Ada"}) == [ADA]
    assert reads.read("contacts", 1).record == ADA
    assert reads.read("contacts", 2).status == 404
    memory.records["contacts"].remove(ADA)
    assert reads.read("contacts", 1).status == 404


def test_a_record_that_cannot_be_read_by_its_id_is_looked_for_in_a_list() -> None:
    for answer in (Answer(500), Answer(200, fault="no JSON")):
        assert reader(Saying(answer, Answer(200, records=[ADA, BOB]))).find("contacts", {"id": 2}) == [BOB]
        assert reader(Saying(answer, Answer(200, records=[]))).find("contacts", {"id": 2}) == []
    with pytest.raises(NotTestable, match="no way to read back contacts: the answer was 500"):
        reader(Saying(Answer(500))).find("contacts", {"id": 2})


def test_what_was_read_is_kept_until_something_changes() -> None:
    memory = Memory(contacts=[ADA])
    looking = reader(memory)
    for _ in range(2):
        assert looking.find("contacts", {"name": "Ada", "age": None}) == [ADA]
        assert looking.find("contacts", {"age": None, "name": "Ada"}) == [ADA]
    assert len(memory.asked) == 1
    assert looking.find("contacts", {"name": "Bob"}) == []
    assert looking.find("accounts", {"name": "Ada", "age": None}) == []
    looking.forget()
    memory.records["contacts"] = []
    assert looking.find("contacts", {"name": "Ada", "age": None}) == []


def test_values_that_are_no_json_can_be_looked_for() -> None:
    odd = object()
    assert reader(Saying(Answer(200, records=[], total=0))).find("contacts", {"name": odd}) == []


def test_a_target_that_filters_too_little_is_filtered_here() -> None:
    said = Saying(Answer(200, records=[ADA, BOB, {"id": 3}], total=3))
    assert reader(said).find("contacts", {"name": "Bob", "status": "active"}) == [BOB]
    assert reader(said).find("contacts", {"vip": None}) == [ADA, BOB, {"id": 3}]


def test_values_fit_as_their_fields_have_it() -> None:
    said = Saying(Answer(200, records=[{"amount": "1.5"}, {"amount": "2"}], total=2))
    assert reader(said).find("transactions", {"amount": "1.50"}) == [{"amount": "1.5"}]


@pytest.mark.parametrize("status", [404, 410])
def test_a_deleted_record_is_not_found(status: int) -> None:
    assert reader(Saying(Answer(status, fault="no JSON"))).find("contacts", {"id": 1}) == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(403), "the answer was 403"),
        (Answer(500, fault="no JSON", text="Bad\n gateway"), "the answer was 500 Bad gateway"),
        (Answer(200, fault="no JSON"), "the answer was 200 no JSON"),
    ],
)
def test_what_cannot_be_read_is_not_testable(answer: Answer, why: str) -> None:
    with pytest.raises(NotTestable, match=f"^no way to read back contacts: {why}$"):
        reader(Saying(answer)).find("contacts", {"id": 1})
    with pytest.raises(NotTestable, match=f"^no way to read back contacts: {why} to a list of records with a filter$"):
        reader(Saying(answer)).find("contacts", {"name": "Ada"})


def test_an_empty_record_is_not_found() -> None:
    assert reader(Saying(Answer(200))).find("contacts", {"id": 1}) == []


def test_the_answer_to_reading_by_id() -> None:
    memory = Memory(contacts=[ADA])
    assert reader(memory).read("contacts", 1) == Answer(200, id=1, record=ADA)


def test_pages_are_read_to_the_end() -> None:
    said = Saying(Answer(200, records=[BOB], total=3), Answer(200, records=[ADA, ADA], total=3))
    assert reader(said).find("contacts", {"name": "Ada"}) == [ADA, ADA]
    assert [asked for _, asked in said.asked] == [
        Find("contacts", {"name": "Ada"}),
        Find("contacts", {"name": "Ada"}, limit=PAGE, offset=1),
    ]


def test_the_pages_of_three_answers_are_counted_together() -> None:
    said = Saying(*(Answer(200, records=[record], total=3) for record in (BOB, ADA, ADA)))
    assert reader(said).find("contacts", {"name": "Ada"}) == [ADA, ADA]
    assert [cast(Find, asked).offset for _, asked in said.asked] == [0, 1, 2]


@pytest.mark.parametrize(
    "answer", [Answer(200, records=[ADA]), Answer(200, records=[ADA], total=1), Answer(200, total=9)]
)
def test_no_more_pages_are_asked_for_than_there_are(answer: Answer) -> None:
    said = Saying(answer)
    reader(said).find("contacts", {"name": "Ada"})
    assert len(said.asked) == 1


def test_endless_pages_are_read_up_to_a_bound() -> None:
    said = Saying(Answer(200, records=[ADA], total=10**9))
    assert len(reader(said).find("contacts", {"name": "Ada"})) == 1 + PAGES


class Unable(Saying):
    """A client whose dialect has no call that reads one record by its id."""

    def call(self, who: str, operation: Operation) -> Answer:
        if isinstance(operation, Read):
            raise CannotExpress("no such call")
        return super().call(who, operation)


def test_without_a_call_for_it_a_record_is_found_by_its_id_in_a_list() -> None:
    said = Unable(Answer(200, records=[BOB, {"id": "1"}, ADA], total=3))
    assert reader(said).read("contacts", 1) == Answer(200, id=1, record=ADA)
    assert said.asked == [("editor", Find("contacts", {"id": 1}))]
    assert reader(said).read("contacts", "1") == Answer(200, id="1", record={"id": "1"})
    assert reader(said).read("contacts", True) == Answer(404)
    assert reader(said).find("contacts", {"id": 9}) == []


def test_a_record_is_gone_as_the_target_declares_it() -> None:
    said = Saying(Answer(400))
    said.deviations = {"missing_record": (400,), "invalid": (403,)}
    assert reader(said).find("contacts", {"id": 1}) == []
    said.answers = [Answer(403)]
    with pytest.raises(NotTestable, match="the answer was 403"):
        reader(said).find("contacts", {"id": 1})


FIND = Find("contacts", {"name": "Ada"})


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        (Answer(200, records=[ADA, BOB]), True),
        (Answer(200, records=[ADA, BOB], total=2), True),
        (Answer(200, records=[ADA], total=2), False),
        (Answer(200, records=[ADA], fault="no JSON"), False),
        (Answer(500, records=[ADA]), False),
    ],
)
def test_a_shared_read_is_kept_if_it_is_complete(answer: Answer, kept: bool) -> None:
    said = Saying(Answer(200, records=[], total=0))
    looking = reader(said)
    looking.take(FIND, answer)
    assert looking.find("contacts", {"name": "Ada"}) == ([ADA] if kept else [])
    assert len(said.asked) == (0 if kept else 1)


@pytest.mark.parametrize(("so_after", "read"), [(0, 0), (1, 1), (9, 2)])
def test_it_reads_again_until_a_condition_holds_within_a_bound(so_after: int, read: int) -> None:
    said = Saying(Answer(200))
    reader(said).read_anew(FIND, lambda: len(said.asked) >= so_after)
    assert said.asked == [("editor", FIND)] * read
