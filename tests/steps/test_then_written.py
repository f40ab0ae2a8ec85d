"""Then: what was written is found again, and its times are true."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.steps.kit import Memory, answered, contact, exchange, failing, sent, suspected, world_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, List, Operation, Transaction, Upsert, UpsertBatch
from upsertspec.errors import Blocked, CheckFailed, NotApplicable
from upsertspec.steps import then_written as then
from upsertspec.steps.world import Attempt, World

ADA, BOB = contact(1, "Ada", age=36, birthday="1500-02-28"), contact(2, "Bob", age=5, notes="0")
ROWS = [{n: each[n] for n in ("email", "name", "age")} for each in (ADA, BOB)]
PARTS = [answered(ADA), answered(BOB)]


def wrote(operation: Operation, answer: Answer, *stored: dict[str, Any], lists: Any = None) -> World:
    """The operation was sent and answered, and these contacts are stored. `lists` answers a list's query."""
    memory = Memory(contacts=list(stored))
    memory.answers = [lists] * 20 if lists else []
    world = world_of(memory)
    sent(world, operation, answer)
    return world


BATCH = UpsertBatch("contacts", ROWS, ["email"])
IN_TRANSACTION = Transaction(
    [
        {"op": "upsert", "table": "contacts", "fields": ROWS[0], "matchFields": ["email"]},
        {"op": "update", "table": "contacts", "id": 2, "fields": {"age": 5}},
        {"op": "delete", "table": "contacts", "id": 3},
    ]
)


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        (Upsert("contacts", ROWS[0], ["email"]), answered(ADA)),
        (Create("contacts", ROWS[0]), answered(ADA, None, 201)),
        (Change("contacts", 1, {"age": 36}), answered(ADA, None)),
        (BATCH, Answer(200, parts=PARTS)),
        (IN_TRANSACTION, Answer(200, parts=[*PARTS, Answer(200, id=3, operation="deleted")])),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_value_comes_back(operation: Operation, answer: Answer) -> None:
    then.each_value_comes_back(wrote(operation, answer, ADA, BOB), None)
    with pytest.raises(CheckFailed, match="age is 37 instead of 36"):
        then.each_value_comes_back(wrote(operation, answer, {**ADA, "age": 37}, BOB), None)
    wrong = {**ADA, "notes": "other"}
    first = [replace(answer.parts[0], record=wrong), *answer.parts[1:]] if answer.parts else []
    with failing("the answer's record to be the stored one", 'notes is "other" instead of null'):
        then.each_value_comes_back(wrote(operation, replace(answer, record=wrong, parts=first), ADA, BOB), None)


@pytest.mark.parametrize(("operation", "role"), [(BATCH, "AC-301"), (IN_TRANSACTION, "AC-501")])
@pytest.mark.parametrize("number", [0, 1, 4])
def test_an_answer_with_other_parts_than_were_asked_for_is_the_matter_of_another_criterion(
    operation: Operation, role: str, number: int
) -> None:
    world = wrote(operation, Answer(200, parts=[PARTS[0]] * number), ADA, BOB)
    with pytest.raises(Blocked, match=f"blocked by {role}: expected [23] results; got {number}"):
        then.each_value_comes_back(world, None)


def test_an_answer_without_its_record_is_the_matter_of_another_criterion() -> None:
    world = wrote(BATCH, Answer(200, parts=[PARTS[0], Answer(200, id=2)]), ADA, BOB)
    then.each_value_comes_back(world, None)
    assert [each[:2] for each in suspected(world)] == [("AC-002", "a record with an id in the answer")]


def listing(*found: dict[str, Any], unless: str = "") -> Any:
    """The answer to a list: those whose address is asked for, and none where a parameter is asked that is missed."""

    def answer(query: List) -> Answer:
        wanted = query.query.get("email", query.query.get("email__in", ""))
        records = [each for each in found if each["email"] in wanted and (not unless or unless not in query.query)]
        return Answer(200, records=records, total=len(records))

    return answer


@pytest.mark.parametrize("missed", ["name", "name__contains", "email__in", "age__gte", "age"])
def test_a_filter_that_misses_the_record_is_named(missed: str) -> None:
    then.each_value_comes_back(wrote(BATCH, Answer(200, parts=PARTS), ADA, BOB, lists=listing(BOB, ADA)), ", in lists")
    world = wrote(BATCH, Answer(200, parts=PARTS), ADA, BOB, lists=listing(BOB, ADA, unless=missed))
    with pytest.raises(CheckFailed, match=f'the record to be listed where {{"{missed}": '):
        then.each_value_comes_back(world, ", in lists")


def test_records_out_of_their_order_fail() -> None:
    world = wrote(BATCH, Answer(200, parts=PARTS), ADA, BOB, lists=listing(ADA, BOB))
    with failing("the 2 records sorted by age", "[36, 5]"):
        then.each_value_comes_back(world, ", in lists")


def at(said: str | None, operation: str, **times: str) -> World:
    """Ada was written; the answer has this Date header, and these times."""
    record = {**ADA, "created_at": "2024-01-15T10:00:00Z", "updated_at": "2024-01-15T10:00:00Z", **times}
    world = world_of(Memory(contacts=[record]))
    seen = replace(exchange(), raw_response_headers={"Date": said} if said else {})
    world.attempts.append(Attempt(Upsert("contacts", ROWS[0], ["email"]), answered(record, operation), seen))
    return world


def test_times_are_within_a_minute_of_the_date() -> None:
    date = "Mon, 15 Jan 2024 10:00:30 GMT"
    then.times_are_true(at(date, "created"))
    then.times_are_true(at(date, "updated", created_at="2020-01-01T00:00:00Z"))
    for name, operation in (("updated_at", "updated"), ("updated_at", "created"), ("created_at", "created")):
        with failing(f"{name} within a minute of {date}", '"2024-01-15T12:00:00Z"'):
            then.times_are_true(at(date, operation, **{name: "2024-01-15T12:00:00Z"}))
    with pytest.raises(NotApplicable, match="the answers have no Date header"):
        then.times_are_true(at(None, "created"))
