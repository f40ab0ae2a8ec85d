"""The checks behind the steps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import (
    ADA,
    BEFORE,
    BOB,
    MARK,
    Memory,
    about,
    answered,
    failing,
    keep,
    sent,
    suspected,
    untested,
    world_of,
)
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Find, Transaction, Upsert, UpsertBatch
from upsertspec.errors import Blocked, CheckFailed, NotTestable
from upsertspec.spec.schema import tables
from upsertspec.steps import assertions as checks
from upsertspec.steps import statuses
from upsertspec.steps.world import World

CONTACTS = tables()["contacts"]
OWN = "AC-001"


def upsert(**fields: Any) -> Upsert:
    return Upsert("contacts", {"email": ADA["email"], **fields}, ["email"])


def test_an_answer_needs_one_of_the_statuses() -> None:
    world = world_of(Memory())
    statuses.require_status(world, Answer(201), 200, 201)
    with failing("an answer of 200 or 201", "404 with nope"):
        statuses.require_status(world, Answer(404, text="nope"), 200, 201)
    with failing("an answer of 200", "404 with an empty body"):
        statuses.require_status(world, Answer(404), 200)


def test_a_body_needs_a_status_first_and_must_be_readable() -> None:
    world = world_of(Memory())
    checks.require_body(world, Answer(200), 200)
    with failing("an answer of 200", "400 with an empty body"):
        checks.require_body(world, Answer(400, fault="no JSON"), 200)
    with failing("a body as the contract has it", "no JSON: <html>"):
        checks.require_body(world, Answer(200, fault="no JSON", text="<html>"), 200)


@pytest.mark.parametrize("criterion", about("answer"))
def test_a_wrong_success_status_fails_the_criteria_about_it(criterion: str) -> None:
    with failing("an answer of 200", "201 with an empty body"):
        checks.require_success(world_of(Memory(), criterion), answered(ADA, status=201), "created")
    with failing('"operation": "created"', '"updated"'):
        checks.require_success(world_of(Memory(), criterion), answered(ADA, "updated"), "created")


@pytest.mark.parametrize(("operation", "blamed"), [("created", "AC-001"), ("updated", "AC-002"), ("ignored", "AC-002")])
def test_elsewhere_a_wrong_success_status_is_a_secondary_finding(operation: str, blamed: str) -> None:
    world = world_of(Memory())
    for status in (299, 201):
        checks.require_success(world, answered(ADA, operation, status=status), operation)
    said = [(blamed, "an answer of 200", f"{status} with an empty body") for status in (299, 201)]
    assert suspected(world) == said


@pytest.mark.parametrize("status", [199, 300, 404, 500])
def test_anything_but_a_success_fails_everywhere(status: int) -> None:
    world = world_of(Memory())
    with failing("an answer of 200", f"{status} with an empty body"):
        checks.require_success(world, answered(ADA, status=status), "created")
    assert suspected(world) == []


@pytest.mark.parametrize(
    ("answer", "blamed"), [({"id": 1}, []), (ADA, []), ({**ADA, "status": "pending"}, ["AC-002"]), ({"id": 2}, [])]
)
def test_what_an_answer_leaves_out_is_not_compared(answer: dict[str, Any], blamed: list[str]) -> None:
    world = world_of(Memory(contacts=[ADA]))
    sent(world, Upsert("contacts", {"email": ADA["email"]}, ["email"]), answered(answer))
    checks.require_stored(world, "contacts", {"email": ADA["email"]})
    assert [criterion for criterion, _, _ in suspected(world)] == blamed


def test_an_unreadable_body_ends_the_checks() -> None:
    world = world_of(Memory())
    checks.require_success(world, Answer(200, fault="no JSON", text="?"), "created")
    assert suspected(world) == [("AC-001", "a body as the contract has it", "no JSON: ?")]


def test_a_correct_success() -> None:
    for operation in ("created", "updated", "ignored"):
        world = world_of(Memory())
        checks.require_success(world, answered(ADA, operation), operation)
        assert suspected(world) == []


@pytest.mark.parametrize(("operation", "blamed"), [("created", "AC-012"), ("updated", "AC-012"), ("ignored", "AC-201")])
def test_a_wrong_operation_fails_one_criterion(operation: str, blamed: str) -> None:
    world = world_of(Memory())
    checks.require_success(world, answered(ADA, None), operation)
    assert suspected(world) == [(blamed, f'"operation": "{operation}"', "null")]


@pytest.mark.parametrize(
    ("ident", "record", "said"),
    [
        (1, {"id": 2}, "1 and 2"),
        (1, {"id": "1"}, '1 and "1"'),
        (1, None, "1 and null"),
        (1, {}, "1 and null"),
        (None, {"id": None}, "null and null"),
        (True, {"id": True}, "true and true"),
        ([1], {"id": [1]}, "[1] and [1]"),
    ],
)
def test_an_answer_and_its_record_have_one_id(ident: Any, record: Any, said: str) -> None:
    wrong = ('one "id", in the answer and in its record', said)
    answer = Answer(200, id=ident, operation="created", record=record)
    with failing(*wrong):
        checks.require_one_id(world_of(Memory(), OWN), answer, "created")
    for operation, blamed in (("created", "AC-001"), ("updated", "AC-002")):
        world = world_of(Memory())
        checks.require_one_id(world, answer, operation)
        assert suspected(world) == [(blamed, *wrong)]


def test_a_part_needs_its_id_too() -> None:
    world = world_of(Memory())
    checks.require_part(world, Answer(200, id=1, operation="updated", record={"id": 2}), "updated")
    checks.require_part(world, Answer(200, id=1, operation="created", record={"id": 2}), "created")
    assert [criterion for criterion, *_ in suspected(world)] == ["AC-002", "AC-001"]


@pytest.mark.parametrize("value", [1, 0, "a", ""])
def test_a_number_or_a_text_can_be_an_id(value: Any) -> None:
    assert checks.require_id(value) == value


@pytest.mark.parametrize(("value", "said"), [(None, "null"), (True, "true"), (1.5, "1.5"), ([], "[]")])
def test_nothing_else_can_be_an_id(value: Any, said: str) -> None:
    with failing('an "id"', said):
        checks.require_id(value)


def test_the_one_record_is_one() -> None:
    where = {"name": "Ada"}
    assert checks.the_one(world_of(Memory(contacts=[ADA, BOB])), "contacts", where) == ADA
    for records in ([], [ADA, {**ADA, "id": 3}]):
        with failing('one record in contacts with {"name": "Ada"}', f"{len(records)} such records"):
            checks.the_one(world_of(Memory(contacts=records)), "contacts", where)


def test_a_record_that_is_missing_is_told_with_the_answer_that_refused_it() -> None:
    world, where = world_of(Memory()), {"name": "Ada"}
    sent(world, upsert(), Answer(409, text="is taken"))
    said = "0 such records; the request was answered with 409 is taken"
    with failing('one record in contacts with {"name": "Ada"}', said):
        checks.the_one(world, "contacts", where)


def test_a_row_is_found_by_its_first_whole_unique_key_or_its_id() -> None:
    assert checks.key_of(CONTACTS, {"phone": "2", "email": "1", "id": 3}) == {"email": "1"}
    assert checks.key_of(CONTACTS, {"phone": "2", "email": None}) == {"phone": "2"}
    assert checks.key_of(CONTACTS, {"name": "Ada", "id": 3}) == {"id": 3}
    images = tables()["image_metadata"]
    assert checks.key_of(images, {"organization_id": "o", "key": "k", "id": 1}) == {"id": 1}
    with pytest.raises(LookupError, match=r"^a row of contacts needs the fields of a unique key, or the id, to be"):
        checks.key_of(CONTACTS, {"name": "Ada"})


def test_the_last_stored_record_is_found_by_the_last_request() -> None:
    world = world_of(Memory(contacts=[ADA, BOB]))
    batch = UpsertBatch("contacts", [{"email": ADA["email"]}, {"email": BOB["email"]}], ["email"])
    sent(world, batch, Answer(200))
    assert checks.last_stored(world) == (CONTACTS, BOB)


MONEY = {"id": 4, "created_at": BEFORE, "updated_at": BEFORE, "reference": f"r-{MARK}", "amount": "1.50"}


def test_every_table_is_judged_by_its_own_fields() -> None:
    world = world_of(Memory(transactions=[{**MONEY, "amount": "1.5"}]))
    stored = keep(world, MONEY, table="transactions", by="reference")
    sent(world, Upsert("transactions", {"reference": MONEY["reference"]}, ["reference"]), Answer(200))
    checks.require_untouched(world, stored)
    with failing("Ada in transactions as it was", 'amount is "1.50" instead of "2"'):
        stored.record = {**MONEY, "amount": "2"}
        world.client.records["transactions"][0]["amount"] = "1.50"
        checks.require_untouched(world, stored)
    assert checks.last_stored(world)[0] is tables()["transactions"]
    assert values(world) == [("transactions", {"reference": MONEY["reference"]})]
    twice = world_of(Memory(transactions=[MONEY, {**MONEY, "id": 5}]))
    sent(twice, world.last.operation, Answer(200))
    with pytest.raises(CheckFailed, match="at most one record in transactions"):
        checks.require_no_twins(twice)


def test_a_stored_row_has_its_values() -> None:
    world = world_of(Memory(contacts=[ADA, BOB]))
    row = {"email": ADA["email"], "name": "Ada"}
    assert checks.require_stored(world, "contacts", row) == ADA
    with failing(
        f'in contacts a record with {{"email": "{ADA["email"]}", "name": "A", "age": 1}}',
        'name is "Ada" instead of "A"; age is null instead of 1',
    ):
        checks.require_stored(world, "contacts", {**row, "name": "A", "age": 1})


@pytest.mark.parametrize("name", ["Ada", ""])
def test_an_untouched_record_reads_as_before(name: str) -> None:
    memory = Memory(contacts=[dict(ADA), BOB])
    world = world_of(memory)
    stored = keep(world, ADA, name)
    checks.require_untouched(world, stored)
    memory.records["contacts"][0]["notes"] = "new"
    world.reader.forget()
    with failing(f"{name or 'the record'} in contacts as it was", 'notes is "new" instead of null'):
        checks.require_untouched(world, stored)


def test_nothing_new_means_no_other_record_with_a_value_that_was_sent() -> None:
    world = world_of(Memory(contacts=[ADA]))
    sent(world, upsert(), Answer(400))
    with failing("no new record", f'in contacts a new one with {{"email": "{ADA["email"]}"}}: {checks.shown(ADA)}'):
        checks.require_nothing_new(world)
    keep(world, ADA)
    checks.require_nothing_new(world)


def test_a_new_record_beside_a_known_one_is_noticed() -> None:
    world = world_of(Memory(contacts=[ADA, {**ADA, "id": 7}]))
    keep(world, ADA)
    sent(world, upsert(), Answer(400))
    with pytest.raises(CheckFailed, match="no new record"):
        checks.require_nothing_new(world)


def test_a_record_of_another_table_is_not_known_by_its_id() -> None:
    world = world_of(Memory(contacts=[ADA], accounts=[{"id": 1, "name": "a"}]))
    keep(world, {"id": 1, "name": "a"}, table="accounts", by="name")
    sent(world, upsert(), Answer(400))
    with pytest.raises(CheckFailed, match="no new record"):
        checks.require_nothing_new(world)


def test_a_unique_value_is_in_one_record_at_the_most() -> None:
    for records in ([], [ADA]):
        world = world_of(Memory(contacts=records))
        sent(world, upsert(), Answer(200))
        checks.require_no_twins(world)
    world = world_of(Memory(contacts=[ADA, {**ADA, "id": 7}]))
    sent(world, upsert(), Answer(200))
    with failing(f'at most one record in contacts with {{"email": "{ADA["email"]}"}}', "2 records"):
        checks.require_no_twins(world)


def test_a_part_of_a_key_may_be_in_many_records() -> None:
    image = {"organization_id": f"o-{MARK}", "key": f"k-{MARK}", "image_item_id": f"i-{MARK}"}
    world = world_of(Memory(image_metadata=[{"id": 1, **image}, {"id": 2, **image}]))
    sent(world, Upsert("image_metadata", image, list(image)), Answer(200))
    checks.require_no_twins(world)


def values(world: World) -> list[tuple[str, dict[str, Any]]]:
    return [(table, dict(where)) for table, where in checks.sent_values(world)]


def test_a_trace_is_a_marked_text_in_a_key_field() -> None:
    world = world_of(Memory())
    fields = {"phone": f"1-{MARK}", "email": f"a.{MARK}@x.io", "name": f"n-{MARK}"}
    sent(world, Upsert("contacts", fields, ["email"]), Answer(200))
    sent(world, Upsert("contacts", {"email": "a@x.io", "phone": 5}, ["email"]), Answer(200))
    sent(world, Upsert("contacts", "no object", ["email"]), Answer(200))
    assert values(world) == [("contacts", {"email": f"a.{MARK}@x.io"}), ("contacts", {"phone": f"1-{MARK}"})]


def test_the_operations_of_a_transaction_leave_traces_in_their_tables() -> None:
    world = world_of(Memory())
    operations = [
        {"op": "create", "table": "accounts", "fields": {"name": f"a-{MARK}"}},
        {"op": "delete", "table": "accounts", "id": 1},
        {"op": "create", "fields": {"name": f"b-{MARK}"}},
        {"op": "create", "table": "category_templates", "fields": {"name": f"c-{MARK}"}},
    ]
    sent(world, Transaction(operations), Answer(200))
    assert values(world) == [("accounts", {"name": f"a-{MARK}"}), ("category_templates", {"name": f"c-{MARK}"})]


@pytest.mark.parametrize(
    ("number", "looked_at"),
    [(1, [0]), (checks.FEW, list(range(checks.FEW))), (checks.FEW + 1, [0, 10, 20]), (1000, [0, 500, 999])],
)
def test_of_very_many_records_the_first_middle_and_last_are_read(number: int, looked_at: list[int]) -> None:
    world = world_of(Memory())
    records = [{"email": f"{n}.{MARK}@x.io"} for n in range(number)]
    sent(world, UpsertBatch("contacts", records, ["email"]), Answer(200))
    assert [where["email"] for _, where in values(world)] == [records[n]["email"] for n in looked_at]


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        (upsert(), True),
        (upsert(name="Bob"), True),
        (Upsert("contacts", {"email": "b@x.io"}, ["email"]), False),
        (Upsert("contacts", {"email": ADA["email"]}, ["email", "name"]), False),
        (Upsert("contacts", {"email": ADA["email"], "phone": None}, ["phone"]), False),
        (Upsert("contacts", {"email": ADA["email"]}, []), False),
        (Upsert("contacts", {"email": ADA["email"]}, "email"), False),
        (Upsert("accounts", {"email": ADA["email"]}, ["email"]), False),
        (UpsertBatch("contacts", [{"email": "b@x.io"}, {"email": ADA["email"]}], ["email"]), True),
        (Find("contacts", {"email": ADA["email"]}), False),
    ],
)
def test_a_record_is_touched_where_all_match_fields_are_equal(operation: Any, wanted: bool) -> None:
    world = world_of(Memory())
    sent(world, operation, Answer(200))
    assert checks.is_touched(world, keep(world, ADA)) is wanted


WHY = "it has no words for it"


def lacking(*aspects: str, criterion: str = "AC-104") -> World:
    """A scenario of a dialect whose answers never report this."""
    world = world_of(Memory(), criterion)
    world.client.lacks = dict.fromkeys(aspects, WHY)
    return world


@pytest.mark.parametrize("criterion", about("operation"))
def test_an_unreported_operation_leaves_scenarios_about_it_untested(criterion: str) -> None:
    world = lacking("operation", criterion=criterion)
    checks.require_success(world, answered(ADA, None), "created")
    assert untested(world) == [f"the answer does not report the operation: {WHY}"]


@pytest.mark.parametrize("criterion", ["AC-001", "AC-104"])
def test_elsewhere_an_unreported_operation_is_ignored(criterion: str) -> None:
    world = lacking("operation", criterion=criterion)
    checks.require_success(world, answered(ADA, None), "created")
    assert untested(world) == []


def test_one_answer_may_lack_what_the_others_have() -> None:
    world = world_of(Memory(), "AC-012")
    checks.require_success(world, Answer(200, id=1, record=ADA, lacks={"operation": WHY}), "created")
    assert untested(world) == [f"the answer does not report the operation: {WHY}"]
    with failing('"operation": "created"', "null"):
        checks.require_success(world, answered(ADA, None), "created")


@pytest.mark.parametrize(
    ("lacks", "ident", "record", "said"),
    [
        (("record",), 1, None, ""),
        (("id",), None, ADA, ""),
        (("id", "record"), None, None, ""),
        (("record",), None, ADA, "null"),
        (("id",), 1, {"id": None}, "null"),
        (("operation",), 1, {"id": 2}, "1 and 2"),
    ],
)
def test_a_reported_id_or_record_must_be_right(lacks: tuple[str, ...], ident: Any, record: Any, said: str) -> None:
    world, answer = lacking(*lacks, criterion=OWN), Answer(200, id=ident, record=record)
    if said:
        with failing('one "id", in the answer and in its record', said):
            checks.require_one_id(world, answer, "created")
    else:
        checks.require_one_id(world, answer, "created")


def test_unreported_values_leave_the_scenario_untested() -> None:
    world = lacking("record")
    assert checks.require_reported(world, Answer(200), "id", "operation")
    assert untested(world) == []
    assert not checks.require_reported(world, Answer(200), "id", "record")
    assert untested(world) == [f"the answer does not report the record: {WHY}"]


def test_a_reported_id_is_used() -> None:
    world = lacking()
    sent(world, Create("contacts", {"name": "Ada"}), Answer(201, id=1))
    assert checks.id_of(world, world.last) == 1
    sent(world, Create("contacts", {"name": "Ada"}), Answer(400))
    assert checks.id_of(world, world.last) is None
    sent(world, Create("contacts", {"name": "Ada"}), Answer(201))
    with pytest.raises(Blocked, match='blocked by AC-601: expected an "id" in the answer'):
        checks.id_of(world, world.last)


def test_an_unreported_id_that_cannot_be_looked_up_is_not_testable() -> None:
    world = lacking("id")
    sent(world, upsert(), Answer(204))
    assert checks.id_of(world, world.last) is None
    sent(world, Create("contacts", {"name": "Ada"}), Answer(201))
    with pytest.raises(NotTestable, match=f"^the answer does not report the id, and no key .* leads to it: {WHY}$"):
        checks.id_of(world, world.last)
    sent(world, Create("contacts", {"name": "Ada"}), Answer(201, id=1))
    assert checks.id_of(world, world.last) == 1
