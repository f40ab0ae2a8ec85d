"""Then: what the answers to batches and transactions say."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from tests.steps.kit import (
    ADA,
    BEFORE,
    BOB,
    MARK,
    UNREPORTED,
    Memory,
    answered,
    failing,
    lacking,
    sent,
    suspected,
    untested,
    world_of,
)
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Transaction, UpsertBatch
from upsertspec.errors import Blocked
from upsertspec.steps import then_answers, then_operations, then_records
from upsertspec.steps.world import World

BATCH = UpsertBatch("contacts", [{"email": ADA["email"]}, {"email": BOB["email"]}], ["email"])


def after_batch(answer: Answer, criterion: str = "AC-301") -> World:
    world = world_of(Memory(contacts=[ADA, BOB]), criterion)
    sent(world, BATCH, answer)
    return world


def batch_of(*parts: Answer, **counts: int) -> Answer:
    return Answer(200, parts=parts, counts={"created": 0, "updated": 0, "ignored": 0, **counts})


CREATED, UPDATED = answered(ADA, "created"), answered(BOB, "updated")


def says(world: World, *operations: str) -> None:
    then_operations.require_operations(world, world.last, list(operations))


def test_a_batch_says_its_operations_and_counts() -> None:
    then_operations.the_answer_says(
        after_batch(batch_of(CREATED, UPDATED, created=1, updated=1)), None, "created, updated"
    )
    says(after_batch(batch_of(CREATED, created=1, updated=0, ignored=0)), "created")
    ignored = answered(ADA, "ignored")
    says(after_batch(batch_of(ignored, ignored=1)), "ignored")


@pytest.mark.parametrize(
    ("answer", "expected", "actual"),
    [
        (Answer(201), "an answer of 200", "201 with an empty body"),
        (
            batch_of(UPDATED, CREATED, created=1, updated=1),
            '["created", "updated"]',
            '["updated", "created"]',
        ),
        (batch_of(CREATED, created=1, updated=1), '["created", "updated"]', '["created"]'),
        (
            batch_of(CREATED, UPDATED, created=1),
            'the counts {"created": 1, "updated": 1, "ignored": 0}',
            '{"created": 1, "updated": 0, "ignored": 0}',
        ),
        (
            batch_of(CREATED, UPDATED, created=1, updated=1, ignored=1),
            'the counts {"created": 1, "updated": 1, "ignored": 0}',
            '{"created": 1, "updated": 1, "ignored": 1}',
        ),
        (
            batch_of(answered(BOB, "created"), answered(ADA, "updated"), created=1, updated=1),
            f'the record of {{"email": "ada.{MARK}@example.com"}} at 0',
            f'that of {{"email": "bob.{MARK}@example.com"}}',
        ),
    ],
)
def test_a_batch_that_says_something_else(answer: Answer, expected: str, actual: str) -> None:
    with failing(expected, actual):
        then_operations.the_answer_says(after_batch(answer), None, "created, updated")


def test_a_wrong_batch_answer_fails_ac_301() -> None:
    world = after_batch(batch_of(answered(ADA, "updated"), created=1), "AC-303")
    says(world, "created")
    assert [(c, e) for c, e, _ in suspected(world)] == [("AC-301", '["created"]')]
    world = after_batch(batch_of(CREATED), "AC-303")
    says(world, "created")
    assert [(c, e) for c, e, _ in suspected(world)] == [
        ("AC-301", 'the counts {"created": 1, "updated": 0, "ignored": 0}')
    ]


def test_a_batch_part_without_an_id_fails_its_operation() -> None:
    parts = Answer(200, operation="created", record=ADA), Answer(200, operation="updated", record=BOB)
    world = after_batch(batch_of(*parts, created=1, updated=1), "AC-303")
    then_operations.the_answer_says(world, None, "created, updated")
    assert [criterion for criterion, *_ in suspected(world)] == ["AC-001", "AC-002"]


def two(first: Answer, second: Answer) -> World:
    world = after_batch(first)
    sent(world, BATCH, second)
    return world


def test_two_batches_create_and_update_under_the_same_ids() -> None:
    made = batch_of(answered(ADA, "created"), answered(BOB, "created"), created=2)
    again = batch_of(answered(ADA, "updated"), answered(BOB, "updated"), updated=2)
    then_operations.the_answer_says(two(made, again), None, "2 created, 2 updated")
    then_records.every_answer_has(two(made, again), "the same id")
    with failing('["created", "created"]', '["updated", "updated"]'):
        then_operations.the_answer_says(two(again, again), None, "2 created, 2 updated")
    with failing('["updated", "updated"]', '["created", "created"]'):
        then_operations.the_answer_says(two(made, made), None, "2 created, 2 updated")
    turned = batch_of(answered(BOB, "updated"), answered(ADA, "updated"), updated=2)
    with failing("the same ids in every answer", "other ids in the second"):
        then_records.every_answer_has(two(made, turned), "the same id")


def test_each_record_of_a_batch_is_in_the_answer_as_it_is_stored() -> None:
    then_records.the_answer_holds_the_stored_record(after_batch(batch_of(answered(ADA), answered(BOB))), None)
    with failing("the answer's record to be the stored one", "age is 1 instead of null"):
        then_records.the_answer_holds_the_stored_record(
            after_batch(batch_of(answered(ADA), answered({**BOB, "age": 1}))), None
        )
    with failing("a record with an id in the answer", "an empty body"):
        then_records.the_answer_holds_the_stored_record(after_batch(batch_of(answered(ADA), Answer(200))), None)
    with failing("2 results", "1: "):
        then_records.the_answer_holds_the_stored_record(after_batch(batch_of(answered(ADA))), None)


def test_each_record_of_a_batch_is_compared_as_its_table_has_it() -> None:
    money = {"id": 4, "created_at": BEFORE, "updated_at": BEFORE, "reference": "r", "amount": "1.50"}
    world = world_of(Memory(transactions=[money]))
    part = answered({**money, "amount": "1.5"})
    sent(world, UpsertBatch("transactions", [{"reference": "r"}], ["reference"]), Answer(200, parts=[part]))
    then_records.the_answer_holds_the_stored_record(world, None)
    wrong = answered({**money, "merchant": "Cafe"})
    sent(world, world.last.operation, Answer(200, parts=[wrong]))
    with failing("the answer's record to be the stored one", 'merchant is "Cafe" instead of null'):
        then_records.the_answer_holds_the_stored_record(world, None)


@pytest.mark.parametrize(
    "body",
    [
        {"index": 1},
        {"errors": [{"index": 0}, {"deep": {"index": 1}}]},
        {"detail": "records[1] is wrong"},
        {"pointer": "/records/1"},
        {"path": "records.1"},
        ["at index 1"],
        "index 1",
        {"detail": "Row 1 is wrong"},
        {"detail": "in record 1"},
        {"detail": "items 1 and 2"},
        {"errors": {"1": ["is wrong"]}},
        {"errors": {"/records/1/email": ["is wrong"]}},
        [{}, {"email": ["is wrong"]}],
        {"errors": [None, "is wrong", None]},
        {"detail": [{"loc": ["body", "records", 1, "email"]}]},
        {"detail": f"bob.{MARK}@example.com is taken"},
    ],
)
def test_an_error_says_which_record_is_wrong(body: Any) -> None:
    then_answers.the_error_says_which(after_batch(Answer(400, body=body)), 1)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"index": 0},
        {"other": 1},
        {"index": "first"},
        {"detail": "records[0]"},
        {"count": 1, "index": 2},
        {"detail": f"ada.{MARK}@example.com is taken"},
        {"detail": "a record is wrong, see 1"},
        {"index": True},
        {"pointer": "/records/10"},
        {"detail": "records[12] and .11 and index 13"},
        {"detail": "row 10"},
        {"detail": "arrow 1"},
        {"errors": {"10": ["is wrong"]}},
        {"detail": [{"loc": ["body", "records", 0, "email"]}]},
        {"path": ["records", True]},
        {"errors": [{}, {}]},
        [{"email": ["is wrong"]}, {}],
        [{"email": ["is wrong"]}, {"email": ["is wrong"]}],
        ["is wrong"],
    ],
)
def test_an_error_does_not_say_which_record_is_wrong(body: Any) -> None:
    with failing("an error that names index 1", "so it was"):
        then_answers.the_error_says_which(after_batch(Answer(400, body=body, text="so it was")), 1)
    with failing("an error that names index 1", "an empty body"):
        then_answers.the_error_says_which(after_batch(Answer(400, body=body)), 1)


@pytest.mark.parametrize(("value", "named"), [(f"Zoë-{MARK}", True), ("Zoë", False), (5, False)])
def test_a_value_names_its_record_where_it_has_the_mark(value: Any, named: bool) -> None:
    world = world_of(Memory())
    sent(world, UpsertBatch("contacts", [{"name": value}], ["email"]), Answer(400, body={"detail": f"no {value}"}))
    with nullcontext() if named else failing("an error that names index 0", "an empty body"):
        then_answers.the_error_says_which(world, 0)


OPERATIONS = [
    {"op": "upsert", "table": "contacts", "fields": {}},
    {"op": "create", "table": "accounts", "fields": {}},
]
ACCOUNT = {"id": 5, "created_at": BEFORE, "updated_at": BEFORE, "name": f"a-{MARK}", "currency": "EUR", "owner": 1}


def transacted(answer: Answer, criterion: str = "AC-012") -> World:
    world = world_of(Memory(contacts=[ADA], accounts=[ACCOUNT]), criterion)
    sent(world, Transaction(OPERATIONS), answer)
    return world


BOTH = Answer(200, parts=[answered(ADA, "updated"), answered(ACCOUNT, "created")])


def test_a_transaction_says_what_each_operation_did() -> None:
    then_operations.the_answer_says(transacted(BOTH), None, "updated, created")
    with failing('"operation": "updated"', '"created"'):
        then_operations.the_answer_says(transacted(BOTH), None, "updated, updated")
    for parts in (BOTH.parts[:1], [*BOTH.parts, BOTH.parts[0]]):
        with pytest.raises(Blocked, match=f"blocked by AC-501: expected 2 results; got {len(parts)}: text"):
            says(transacted(Answer(200, parts=parts, text="text")), "updated", "created")
        with failing("2 results", f"{len(parts)}: text"):
            says(transacted(Answer(200, parts=parts, text="text"), "AC-501"), "updated", "created")
    with failing("an answer of 200", "409 with an empty body"):
        then_operations.the_answer_says(transacted(Answer(409)), None, "updated, created")
    world = transacted(BOTH, "AC-501")
    then_operations.the_answer_says(world, None, "created, created")
    assert suspected(world) == [("AC-012", '"operation": "created"', '"updated"')]


@pytest.mark.parametrize("status", [400, 404, 409, 499])
def test_a_transaction_is_refused_with_any_4xx(status: int) -> None:
    then_answers.is_refused(transacted(Answer(status)), "the transaction")


@pytest.mark.parametrize("status", [200, 399, 500])
def test_anything_else_is_not_a_refusal(status: int) -> None:
    with failing("an answer of 4xx", f"{status} with so it was"):
        then_answers.is_refused(transacted(Answer(status, text="so it was")), "the transaction")
    with failing("an answer of 4xx", f"{status} with an empty body"):
        then_answers.is_refused(transacted(Answer(status)), "the transaction")


def test_a_result_refers_to_another() -> None:
    then_operations.in_result(transacted(BOTH), "1", "owner", "0", None)
    with failing("currency to be 1", '"EUR"'):
        then_operations.in_result(transacted(BOTH), "1", "currency", "0", None)
    with pytest.raises(Blocked, match="blocked by AC-501"):
        then_operations.in_result(transacted(Answer(200, parts=[BOTH.parts[0], Answer(200)])), "1", "owner", "0", None)


def test_a_result_has_a_value() -> None:
    then_operations.in_result(transacted(BOTH), "1", "currency", None, '"EUR"')
    with failing('currency to be "USD"', '"EUR"'):
        then_operations.in_result(transacted(BOTH), "1", "currency", None, '"USD"')
    with failing("owner to be 2", "null"):
        parts = [Answer(200, record={"id": 1}), Answer(200)]
        then_operations.in_result(transacted(Answer(200, parts=parts)), "0", "owner", None, "2")
    with pytest.raises(Blocked, match="blocked by AC-501: expected 2 results; got 1"):
        then_operations.in_result(transacted(Answer(200, parts=BOTH.parts[:1])), "1", "currency", None, '"EUR"')


def test_every_result_is_stored() -> None:
    then_records.the_answer_holds_the_stored_record(transacted(BOTH), None)
    with failing("the answer's record to be the stored one", 'currency is "USD" instead of "EUR"'):
        wrong = answered({**ACCOUNT, "currency": "USD"})
        then_records.the_answer_holds_the_stored_record(transacted(Answer(200, parts=[BOTH.parts[0], wrong])), None)
    with failing('one record in accounts with {"id": 6}', "0 such records"):
        then_records.the_answer_holds_the_stored_record(
            transacted(Answer(200, parts=[BOTH.parts[0], Answer(200, id=6)])), None
        )
    with failing("a record with an id in the answer", "an empty body"):
        then_records.the_answer_holds_the_stored_record(
            transacted(Answer(200, parts=[BOTH.parts[0], Answer(200, id=5)])), None
        )
    with pytest.raises(Blocked, match='blocked by AC-501: expected an "id" in each result'):
        then_records.the_answer_holds_the_stored_record(
            transacted(Answer(200, parts=[BOTH.parts[0], Answer(200)])), None
        )
    with pytest.raises(Blocked, match="blocked by AC-501: expected 2 results; got 1"):
        then_records.the_answer_holds_the_stored_record(transacted(Answer(200, parts=BOTH.parts[:1])), None)


def test_unreported_batch_records_leave_the_scenario_untested() -> None:
    world = lacking(after_batch(batch_of(Answer(200), Answer(200))), "record")
    then_records.the_answer_holds_the_stored_record(world, None)
    assert untested(world) == [f"the answer does not report the record: {UNREPORTED}"]


@pytest.mark.parametrize(("criterion", "left"), [("AC-301", ["operation", "counts"]), ("AC-303", [])])
def test_what_a_batch_does_not_report_matters_to_ac_301_only(criterion: str, left: list[str]) -> None:
    world = lacking(after_batch(Answer(200, parts=[Answer(200, id=1, record=ADA)]), criterion), "operation", "counts")
    says(world, "created")
    assert untested(world) == [f"the answer does not report the {aspect}: {UNREPORTED}" for aspect in left]


def test_batches_without_parts_have_no_ids_to_compare() -> None:
    world = lacking(two(Answer(200), Answer(200)), "operation", "counts", "id")
    then_records.every_answer_has(world, "the same id")
    assert f"the answer does not report the id: {UNREPORTED}" in untested(world)
    parts = [Answer(200, id=1, record=ADA), Answer(200, id=2, record=BOB)]
    turned = lacking(two(Answer(200, parts=parts), Answer(200, parts=parts[::-1])), "operation", "counts", "id")
    with failing("the same ids in every answer", "other ids in the second"):
        then_records.every_answer_has(turned, "the same id")


@pytest.mark.parametrize(("errors", "named"), [(["is wrong"], False), (["is wrong", None], True)])
def test_a_list_of_one_error_does_not_place_each_record(errors: list[Any], named: bool) -> None:
    world = after_batch(Answer(400, body=errors))
    with nullcontext() if named else failing("an error that names index 0", "an empty body"):
        then_answers.the_error_says_which(world, 0)
