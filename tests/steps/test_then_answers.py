"""Then: what was answered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import (
    AFTER,
    BEFORE,
    MARK,
    Memory,
    answered,
    contact,
    failing,
    keep,
    sent,
    suspected,
    untested,
    world_of,
)
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Transaction, Upsert, UpsertBatch
from upsertspec.steps import then_answers as then
from upsertspec.steps.equality import shown
from upsertspec.steps.world import World

ADA, BOB = contact(1, "Ada"), contact(2, "Bob")
BATCH = UpsertBatch("contacts", [{"email": ADA["email"]}, {"email": BOB["email"]}], ["email"])


def upsert(record: dict[str, Any] = ADA, **fields: Any) -> Upsert:
    return Upsert("contacts", {"email": record["email"], **fields}, ["email"])


def after(*answers: Answer, criterion: str = "AC-104") -> World:
    """A scenario in which upserts of Ada were answered so; Ada and Bob are stored."""
    world = world_of(Memory(contacts=[ADA, BOB]), criterion)
    for answer in answers:
        sent(world, upsert(), answer)
    return world


def after_batch(answer: Answer, criterion: str = "AC-301") -> World:
    world = world_of(Memory(contacts=[ADA, BOB]), criterion)
    sent(world, BATCH, answer)
    return world


def batch_of(*parts: Answer, **counts: int) -> Answer:
    return Answer(200, parts=parts, counts={"created": 0, "updated": 0, "ignored": 0, **counts})


def test_the_status_of_the_last_answer() -> None:
    world = after(Answer(200), Answer(404))
    then.the_answer_is(world, 404)
    then.the_answer_is_one_of(world, 404, 403)
    then.the_answer_is_one_of(world, 403, 404)
    with failing("an answer of 200", "404 with an empty body"):
        then.the_answer_is(world, 200)
    with failing("an answer of 200 or 201", "404 with an empty body"):
        then.the_answer_is_one_of(world, 200, 201)


def test_a_refusal_has_one_of_three_statuses() -> None:
    for status in (400, 409, 422):
        then.the_request_is_refused(after(Answer(status)))
    with failing("an answer of 400 or 409 or 422", "403 with an empty body"):
        then.the_request_is_refused(after(Answer(403)))


def test_each_upsert_says_its_operation_in_order() -> None:
    answers = answered(ADA, "created"), answered(ADA, "updated")
    then.the_answer_says(after(*answers, criterion="AC-012"), "created, updated")
    with failing('"operation": "updated"', '"created"'):
        then.the_answer_says(after(*answers, criterion="AC-012"), "updated, updated")
    with failing('"operation": "created"', '"updated"'):
        then.the_answer_says(after(*answers, criterion="AC-012"), "created, created")
    for operations in ("created", "created, updated, updated"):
        with pytest.raises(ValueError, match="zip"):
            then.the_answer_says(after(*answers, criterion="AC-012"), operations)


def test_an_operation_that_is_another_criterions_matter_is_suspected() -> None:
    world = after(answered(ADA, "created"))
    then.the_answer_says(world, "updated")
    then.the_last_answer_says(world, "updated")
    assert suspected(world) == [("AC-012", '"operation": "updated"', '"created"')] * 2


def test_only_the_last_upsert_is_asked_for_its_operation() -> None:
    world = after(Answer(500), answered(ADA, "updated"), criterion="AC-012")
    then.the_last_answer_says(world, "updated")
    with failing('"operation": "created"', '"updated"'):
        then.the_last_answer_says(world, "created")


def test_all_answers_have_one_id() -> None:
    then.all_answers_have_one_id(after(Answer(200, id=1), Answer(200, id=1)))
    for one, other, said in ((1, 2, "1, 2"), (1, "1", '1, "1"'), (None, None, "null, null")):
        with failing("the same id in every answer", said):
            then.all_answers_have_one_id(after(Answer(200, id=one), Answer(200, id=other)))


def test_each_has_an_id_of_its_own() -> None:
    then.each_has_an_id_of_its_own(after(Answer(200, id=1), Answer(200, id=2)))
    for ids, said in (((1, 1), "1, 1"), ((None, 1), "null, 1")):
        with failing("an id of its own for each record", said):
            then.each_has_an_id_of_its_own(after(*(Answer(200, id=ident) for ident in ids)))
    world = after(Answer(200, id=1))
    keep(world, BOB)
    then.each_has_an_id_of_its_own(world)
    keep(world, ADA)
    with failing("an id of its own for each record", "1, 2, 1"):
        then.each_has_an_id_of_its_own(world)


def at(*times: Any) -> World:
    return after(*(Answer(200, record={"updated_at": time}) for time in times))


def test_each_write_has_a_later_time() -> None:
    then.each_updated_at_is_later(at(BEFORE, AFTER))
    wrong = [(BEFORE, BEFORE), (AFTER, BEFORE), (BEFORE, None), (None, BEFORE), (BEFORE, AFTER, AFTER)]
    for times in wrong:
        with failing("updated_at to be later in each answer", shown(list(times))):
            then.each_updated_at_is_later(at(*times))
    with failing("updated_at to be later in each answer", "[null, null]"):
        then.each_updated_at_is_later(after(Answer(200), Answer(200)))


def test_the_answer_holds_the_stored_record() -> None:
    then.the_answer_holds_the_stored_record(after(answered(ADA)))
    with failing("the answer's record to be the stored one", 'name is "Eve" instead of "Ada"'):
        then.the_answer_holds_the_stored_record(after(answered({**ADA, "name": "Eve"})))
    with failing(
        "the answer's record to be the stored one",
        f'id is null instead of 1; created_at is null instead of "{BEFORE}"; '
        f'updated_at is null instead of "{BEFORE}"; email is null instead of "{ADA["email"]}"; '
        'name is null instead of "Ada"; status is null instead of "active"',
    ):
        then.the_answer_holds_the_stored_record(after(answered(None)))


def test_a_whole_record_has_its_null_fields_too() -> None:
    then.the_answers_record_is_whole(after(answered(ADA)))
    lacking = {name: value for name, value in ADA.items() if name not in ("created_at", "age", "notes")}
    with failing("every field of contacts in the answer's record", "no created_at, age, notes"):
        then.the_answers_record_is_whole(after(answered(lacking)))
    with failing("the answer's record to be the stored one", "age is 1 instead of null"):
        then.the_answers_record_is_whole(after(answered({**ADA, "age": 1})))
    with failing(
        "every field of contacts in the answer's record",
        "no id, created_at, updated_at, email, name, status, age, phone, vip, birthday, notes",
    ):
        then.the_answers_record_is_whole(after(answered(None)))


@pytest.mark.parametrize(
    "location", ["/api/records/a%20b", "http://h/x/a%20b/", "a%20b", "/x/a%20b?y=1/2", "https://h:1/a%20b#c/d"]
)
def test_a_location_leads_to_the_record(location: str) -> None:
    then.location_leads_to_the_record(after(Answer(201, id="a b", location=location)))


def test_an_id_may_end_in_any_letter() -> None:
    then.location_leads_to_the_record(after(Answer(201, id="aX", location="/x/aX")))


@pytest.mark.parametrize("location", ["", "/api/records/a", "/a%20b/x", "/x?id=a%20b", "http://[::1/a%20b"])
def test_a_location_leads_elsewhere(location: str) -> None:
    with failing("a Location that ends in the id a b", f'"{location}"'):
        then.location_leads_to_the_record(after(Answer(201, id="a b", location=location)))


def test_the_record_reads_the_same_by_its_id() -> None:
    then.the_record_reads_the_same(after(answered(ADA)))
    with failing("an answer of 200", "404 with an empty body"):
        then.the_record_reads_the_same(after(answered({**ADA, "id": 9})))
    said = 'id is 2 instead of 1; email is "bob.m1@example.com" instead of "ada.m1@example.com"; '
    with failing("the record read by its id to be the stored one", said + 'name is "Bob" instead of "Ada"'):
        then.the_record_reads_the_same(after(answered(BOB)))


def test_an_empty_record_does_not_read_the_same() -> None:
    class Empty(Memory):
        def _one(self, read: Any) -> Answer:
            return Answer(200)

    world = world_of(Empty(contacts=[{"id": 1, "email": ADA["email"]}]))
    sent(world, upsert(), answered(ADA))
    with failing(
        "the record read by its id to be the stored one",
        f'id is null instead of 1; email is null instead of "{ADA["email"]}"',
    ):
        then.the_record_reads_the_same(world)


CREATED, UPDATED = answered(ADA, "created"), answered(BOB, "updated")


def test_a_batch_says_its_operations_and_counts() -> None:
    then.the_batch_says(after_batch(batch_of(CREATED, UPDATED, created=1, updated=1)), "created, updated")
    then.the_batch_says(after_batch(batch_of(CREATED, created=1, updated=0, ignored=0)), "created")
    ignored = answered(ADA, "ignored")
    then.the_batch_says(after_batch(batch_of(ignored, ignored=1)), "ignored")


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
    ],
)
def test_a_batch_that_says_something_else(answer: Answer, expected: str, actual: str) -> None:
    with failing(expected, actual):
        then.the_batch_says(after_batch(answer), "created, updated")


def test_what_a_batch_says_wrong_is_the_matter_of_ac_301() -> None:
    world = after_batch(batch_of(UPDATED, created=1), "AC-303")
    then.the_batch_says(world, "created")
    assert [(c, e) for c, e, _ in suspected(world)] == [("AC-301", '["created"]')]
    world = after_batch(batch_of(CREATED), "AC-303")
    then.the_batch_says(world, "created")
    assert [(c, e) for c, e, _ in suspected(world)] == [
        ("AC-301", 'the counts {"created": 1, "updated": 0, "ignored": 0}')
    ]


def test_a_part_of_a_batch_without_its_id_is_the_matter_of_its_operation() -> None:
    parts = Answer(200, operation="created", record=ADA), Answer(200, operation="updated", record=BOB)
    world = after_batch(batch_of(*parts, created=1, updated=1), "AC-303")
    then.the_batch_says(world, "created, updated")
    assert [criterion for criterion, *_ in suspected(world)] == ["AC-001", "AC-002"]


def two(first: Answer, second: Answer) -> World:
    world = after_batch(first)
    sent(world, BATCH, second)
    return world


def test_two_batches_create_and_update_under_the_same_ids() -> None:
    made = batch_of(answered(ADA, "created"), answered(BOB, "created"), created=2)
    again = batch_of(answered(ADA, "updated"), answered(BOB, "updated"), updated=2)
    then.the_batches_say(two(made, again), 2, 2)
    with failing('["created", "created"]', '["updated", "updated"]'):
        then.the_batches_say(two(again, again), 2, 2)
    with failing('["updated", "updated"]', '["created", "created"]'):
        then.the_batches_say(two(made, made), 2, 2)
    turned = batch_of(answered(BOB, "updated"), answered(ADA, "updated"), updated=2)
    with failing("the same ids in both answers", "other ids in the second"):
        then.the_batches_say(two(made, turned), 2, 2)


def test_each_record_of_a_batch_is_in_the_answer_as_it_is_stored() -> None:
    then.each_record_is_in_the_answer(after_batch(batch_of(answered(ADA), answered(BOB))))
    with failing("the answer's record to be the stored one", "age is 1 instead of null"):
        then.each_record_is_in_the_answer(after_batch(batch_of(answered(ADA), answered({**BOB, "age": 1}))))
    with pytest.raises(AssertionError, match="id is null instead of 2"):
        then.each_record_is_in_the_answer(after_batch(batch_of(answered(ADA), Answer(200))))
    with pytest.raises(ValueError, match="zip"):
        then.each_record_is_in_the_answer(after_batch(batch_of(answered(ADA))))


def test_each_record_of_a_batch_is_compared_as_its_table_has_it() -> None:
    money = {"id": 4, "created_at": BEFORE, "updated_at": BEFORE, "reference": "r", "amount": "1.50"}
    world = world_of(Memory(transactions=[money]))
    part = answered({**money, "amount": "1.5"})
    sent(world, UpsertBatch("transactions", [{"reference": "r"}], ["reference"]), Answer(200, parts=[part]))
    then.each_record_is_in_the_answer(world)
    wrong = answered({**money, "merchant": "Cafe"})
    sent(world, world.last.operation, Answer(200, parts=[wrong]))
    with failing("the answer's record to be the stored one", 'merchant is "Cafe" instead of null'):
        then.each_record_is_in_the_answer(world)


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
        [{}, {"email": ["is wrong"]}],
        {"errors": [None, "is wrong", None]},
        {"detail": f"bob.{MARK}@example.com is taken"},
    ],
)
def test_an_error_says_which_record_is_wrong(body: Any) -> None:
    then.the_error_says_which(after_batch(Answer(400, body=body)), 1)


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
        {"errors": [{}, {}]},
        [{"email": ["is wrong"]}, {}],
        [{"email": ["is wrong"]}, {"email": ["is wrong"]}],
        ["is wrong"],
    ],
)
def test_an_error_does_not_say_which_record_is_wrong(body: Any) -> None:
    with failing("an error that names index 1", "so it was"):
        then.the_error_says_which(after_batch(Answer(400, body=body, text="so it was")), 1)
    with failing("an error that names index 1", "an empty body"):
        then.the_error_says_which(after_batch(Answer(400, body=body)), 1)


@pytest.mark.parametrize(("value", "named"), [(f"Zoë-{MARK}", True), ("Zoë", False), (5, False)])
def test_a_value_names_its_record_where_it_has_the_mark(value: Any, named: bool) -> None:
    world = world_of(Memory())
    sent(world, UpsertBatch("contacts", [{"name": value}], ["email"]), Answer(400, body={"detail": f"no {value}"}))
    if named:
        then.the_error_says_which(world, 0)
    else:
        with failing("an error that names index 0", "an empty body"):
            then.the_error_says_which(world, 0)


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
    then.the_transaction_says(transacted(BOTH), "updated, created")
    with failing('"operation": "updated"', '"created"'):
        then.the_transaction_says(transacted(BOTH), "updated, updated")
    with failing("3 results", "2: text"):
        then.the_transaction_says(transacted(Answer(200, parts=BOTH.parts, text="text")), "updated, created, created")
    with failing("an answer of 200", "409 with an empty body"):
        then.the_transaction_says(transacted(Answer(409)), "updated, created")
    world = transacted(BOTH, "AC-501")
    then.the_transaction_says(world, "created, created")
    assert suspected(world) == [("AC-012", '"operation": "created"', '"updated"')]


@pytest.mark.parametrize("status", [400, 404, 409, 499])
def test_a_transaction_is_refused_with_any_4xx(status: int) -> None:
    then.the_transaction_is_refused(transacted(Answer(status)))


@pytest.mark.parametrize("status", [200, 399, 500])
def test_anything_else_is_no_refusal(status: int) -> None:
    with failing("an answer of 4xx", f"{status} with so it was"):
        then.the_transaction_is_refused(transacted(Answer(status, text="so it was")))
    with failing("an answer of 4xx", f"{status} with an empty body"):
        then.the_transaction_is_refused(transacted(Answer(status)))


def test_a_result_refers_to_another() -> None:
    then.result_refers_to(transacted(BOTH), 1, "owner", 0)
    with failing("currency to be 1", '"EUR"'):
        then.result_refers_to(transacted(BOTH), 1, "currency", 0)
    with failing("owner to be 1", "null"):
        then.result_refers_to(transacted(Answer(200, parts=[BOTH.parts[0], Answer(200)])), 1, "owner", 0)


def test_a_result_has_a_value() -> None:
    then.result_has(transacted(BOTH), 1, "currency", '"EUR"')
    with failing('currency to be "USD"', '"EUR"'):
        then.result_has(transacted(BOTH), 1, "currency", '"USD"')
    with failing("owner to be 2", "null"):
        then.result_has(transacted(Answer(200, parts=[Answer(200)])), 0, "owner", "2")


def test_every_result_is_stored() -> None:
    then.every_result_is_stored(transacted(BOTH))
    with failing("each result to be the stored record", 'currency is "USD" instead of "EUR"'):
        wrong = answered({**ACCOUNT, "currency": "USD"})
        then.every_result_is_stored(transacted(Answer(200, parts=[BOTH.parts[0], wrong])))
    with failing('one record in accounts with {"id": 6}', "0 such records"):
        then.every_result_is_stored(transacted(Answer(200, parts=[BOTH.parts[0], Answer(200, id=6)])))
    with pytest.raises(AssertionError, match="id is null instead of 5"):
        then.every_result_is_stored(transacted(Answer(200, parts=[BOTH.parts[0], Answer(200, id=5)])))
    with pytest.raises(ValueError, match="zip"):
        then.every_result_is_stored(transacted(Answer(200, parts=BOTH.parts[:1])))


def test_what_is_no_transaction_has_no_results() -> None:
    world = world_of(Memory())
    sent(world, Create("contacts", {}), Answer(200))
    then.every_result_is_stored(world)


WHY = "it answers with 204"
RECORD = f"the answer does not tell the record: {WHY}"


def lacking(world: World, *aspects: str) -> World:
    """The same, of a dialect whose answers never tell this."""
    world.client.lacks = dict.fromkeys(aspects, WHY)
    return world


@pytest.mark.parametrize(
    "sentence",
    [
        then.each_updated_at_is_later,
        then.the_answer_holds_the_stored_record,
        then.the_answers_record_is_whole,
    ],
)
def test_a_record_that_is_not_told_leaves_its_scenario_untested(sentence: Any) -> None:
    world = lacking(after(Answer(204, id=1)), "record")
    sentence(world)
    assert untested(world) == [RECORD]


def test_records_of_a_batch_that_are_not_told_leave_its_scenario_untested() -> None:
    world = lacking(after_batch(batch_of(Answer(200), Answer(200))), "record")
    then.each_record_is_in_the_answer(world)
    assert untested(world) == [RECORD]


@pytest.mark.parametrize(("criterion", "left"), [("AC-001", ["id"]), ("AC-104", [])])
def test_an_id_that_is_not_told_is_the_matter_of_creating(criterion: str, left: list[str]) -> None:
    world = lacking(after(Answer(204, id=1), criterion=criterion), "id")
    then.the_record_reads_the_same(world)
    assert untested(world) == [f"the answer does not tell the {aspect}: {WHY}" for aspect in left]


@pytest.mark.parametrize(("criterion", "left"), [("AC-301", ["operation", "counts"]), ("AC-303", [])])
def test_what_a_batch_does_not_tell_is_left_out_but_of_ac_301(criterion: str, left: list[str]) -> None:
    world = lacking(after_batch(Answer(200, parts=[Answer(200, id=1, record=ADA)]), criterion), "operation", "counts")
    then.the_batch_says(world, "created")
    assert untested(world) == [f"the answer does not tell the {aspect}: {WHY}" for aspect in left]


def test_batches_without_parts_have_no_ids_to_compare() -> None:
    world = lacking(two(Answer(200), Answer(200)), "operation", "counts", "id")
    then.the_batches_say(world, 2, 2)
    assert f"the answer does not tell the id: {WHY}" in untested(world)
    parts = [Answer(200, id=1, record=ADA), Answer(200, id=2, record=BOB)]
    turned = lacking(two(Answer(200, parts=parts), Answer(200, parts=parts[::-1])), "operation", "counts", "id")
    with failing("the same ids in both answers", "other ids in the second"):
        then.the_batches_say(turned, 2, 2)


@pytest.mark.parametrize(("errors", "named"), [(["is wrong"], False), (["is wrong", None], True)])
def test_a_list_of_one_error_has_no_place_for_each_record(errors: list[Any], named: bool) -> None:
    world = after_batch(Answer(400, body=errors))
    if named:
        then.the_error_says_which(world, 0)
    else:
        with failing("an error that names index 0", "an empty body"):
            then.the_error_says_which(world, 0)
