"""Then: what is stored, and what has not changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import ADA, BEFORE, BOB, Memory, answered, contact, failing, keep, sent, untested, world_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Upsert, UpsertBatch
from upsertspec.errors import Blocked, CheckFailed
from upsertspec.steps import then_records
from upsertspec.steps import then_stored as then
from upsertspec.steps.equality import as_json
from upsertspec.steps.when_upsert import numbered
from upsertspec.steps.world import World

UPSERT = Upsert("contacts", {"email": ADA["email"]}, ["email"])


def storing(*records: dict[str, Any], known: tuple[dict[str, Any], ...] = (ADA, BOB)) -> World:
    """Ada and Bob were stored, Ada was upserted, and now these records are stored."""
    world = world_of(Memory(contacts=list(records)))
    for record in known:
        keep(world, record, record["name"])
    sent(world, UPSERT, answered(records[0] if records else None))
    return world


def now_stored(world: World, table: str, rows: list[list[str]]) -> None:
    then.these_are_now_stored(world, None, table, rows)


def refused_or_stored(world: World, table: str, rows: list[list[str]]) -> None:
    then.these_are_now_stored(world, "the batch is refused, or ", table, rows)


def test_these_are_now_stored() -> None:
    table = [["as", "email", "name"], ["Ada", "ada@example.com", "Ada"], ["", "bob@example.com", "Bob"]]
    now_stored(storing(ADA, BOB), "contacts", table)
    now_stored(storing(ADA, {**BOB, "id": 9}), "contacts", table)
    with failing("Ada to keep the id 1", "9"):
        now_stored(storing({**ADA, "id": 9}, BOB), "contacts", table)
    with failing('one record in contacts with {"email": "bob.m1@example.com"}', "0 such records"):
        now_stored(storing(ADA), "contacts", table)
    with pytest.raises(AssertionError, match='name is "Eve" instead of "Bob"'):
        now_stored(storing(ADA, {**BOB, "name": "Eve"}), "contacts", table)


MONEY = {"id": 4, "created_at": BEFORE, "updated_at": BEFORE, "reference": "r-m1", "amount": "1.50", "notes": None}
ROWS = [["as", "reference", "amount", "sequence_number"], ["Money", "r", "1.5", ""]]


def moneyed(**changed: Any) -> World:
    """A record of the table transactions: as stored now, as stored before, as created, and as answered."""
    record = {**MONEY, **changed}
    world = world_of(Memory(transactions=[record]))
    keep(world, MONEY, "Money", "transactions", "reference")
    operation = Upsert("transactions", {"reference": "r-m1", "amount": "1.5"}, ["reference"])
    sent(world, operation, answered({**record, "amount": "1.5"}))
    return world


def test_every_table_is_judged_by_its_own_fields() -> None:
    world = moneyed(sequence_number=1)
    now_stored(world, "transactions", ROWS)
    then.one_record_has(world, "one", "transactions", "sequence_number", "1")
    then.one_record_has(moneyed(merchant="12"), "one", "transactions", "merchant", "12")
    then.keeps(moneyed(amount="1.5"), "Money", "amount")
    for field, cell in (("reference", "r"), ("sequence_number", "1")):
        with pytest.raises(AssertionError, match=r"no record in transactions with .*; got 1$"):
            then.one_record_has(world, "no", "transactions", field, cell)


def test_a_batch_is_stored_as_its_table_has_it() -> None:
    refused_or_stored(moneyed(sequence_number=1), "transactions", [["reference", "sequence_number"], ["r", "1"]])


def many(count: int) -> World:
    """This many numbered contacts, sent in one batch and stored."""
    world = world_of(Memory())
    people = numbered(world, count)
    stored = [{"id": number, **person} for number, person in enumerate(people)]
    world.client.records = {"contacts": stored}
    parts = [Answer(200, id=record["id"]) for record in stored]
    sent(world, UpsertBatch("contacts", people, ["email"]), Answer(200, parts=parts))
    return world


@pytest.mark.parametrize("looked_at", [0, 1, 4, 6, 7])
def test_numbered_contacts_each_have_their_own_values(looked_at: int) -> None:
    then.numbered_contacts_are_stored(many(8), 8)
    world = many(8)
    person = world.client.records["contacts"][looked_at]
    person["name"] = "Somebody"
    with pytest.raises(AssertionError, match='name is "Somebody" instead of'):
        then.numbered_contacts_are_stored(world, 8)


def test_numbered_contacts_each_have_an_id() -> None:
    world = many(8)
    parts = [*world.last.answer.parts[:7], world.last.answer.parts[0]]
    sent(world, world.last.operation, Answer(200, parts=parts))
    with failing("8 ids", "7"):
        then.numbered_contacts_are_stored(world, 8)


TABLE = [["email", "name"], ["ada@example.com", "Ada"], ["bob@example.com", "Bob"]]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_refused_batch_writes_nothing(status: int) -> None:
    world = storing(ADA, BOB)
    sent(world, UPSERT, Answer(status))
    refused_or_stored(world, "contacts", [["email"], ["eve@example.com"]])
    world = storing({**ADA, "name": "Eve"}, BOB)
    sent(world, UPSERT, Answer(status))
    with failing("Ada in contacts as it was", 'name is "Eve" instead of "Ada"'):
        refused_or_stored(world, "contacts", TABLE)


def test_or_a_batch_is_stored() -> None:
    world = storing(ADA, BOB, known=())
    refused_or_stored(world, "contacts", TABLE)
    world.reader.forget()
    world.client.records["contacts"].remove(BOB)
    with failing('one record in contacts with {"email": "bob.m1@example.com"}', "0 such records"):
        refused_or_stored(world, "contacts", TABLE)
    sent(world, UPSERT, Answer(403))
    with failing("an answer of 400 or 409 or 422", "403 with an empty body"):
        refused_or_stored(world, "contacts", TABLE)
    sent(world, UPSERT, Answer(500))
    with failing("an answer of 200", "500 with an empty body"):
        refused_or_stored(world, "contacts", TABLE)


def test_one_record_or_none_has_a_value() -> None:
    world = storing(ADA, BOB, contact(3, "Eve", status="inactive"))
    then.one_record_has(world, "one", "contacts", "status", "inactive")
    then.one_record_has(world, "no", "contacts", "status", "pending")
    for count, cell, found in (("one", "active", 2), ("one", "pending", 0), ("no", "inactive", 1), ("no", "active", 2)):
        with failing(f'{count} record in contacts with {{"status": "{cell}"}}', f"{found}"):
            then.one_record_has(world, count, "contacts", "status", cell)


def test_nothing_has_been_written() -> None:
    then.nothing_has_been_written(storing(ADA, BOB))
    with failing("Ada in contacts as it was", 'name is "Eve" instead of "Ada"'):
        then.nothing_has_been_written(storing({**ADA, "name": "Eve"}, BOB))
    with failing('one record in contacts with {"email": "bob.m1@example.com"}', "0 such records"):
        then.nothing_has_been_written(storing(ADA))
    with pytest.raises(AssertionError, match="no new record"):
        then.nothing_has_been_written(storing(ADA, known=()))


def test_nothing_else_has_changed() -> None:
    then.nothing_else_has_changed(storing({**ADA, "name": "Eve"}, BOB))
    with failing("Bob in contacts as it was", "age is 1 instead of null"):
        then.nothing_else_has_changed(storing(ADA, {**BOB, "age": 1}))
    with pytest.raises(AssertionError, match="at most one record"):
        then.nothing_else_has_changed(storing(ADA, {**ADA, "id": 9}, BOB))


def test_the_named_are_as_before() -> None:
    then.is_as_before(storing(ADA, BOB), "Ada, Bob", "as before")
    then.is_as_before(storing(ADA, {**BOB, "age": 1}), "Ada", "as before")
    with failing("Bob in contacts as it was", "age is 1 instead of null"):
        then.is_as_before(storing(ADA, {**BOB, "age": 1}), "Ada, Bob", "as before")


def test_the_named_are_gone() -> None:
    then.is_as_before(storing(BOB), "Ada", "gone")
    then.is_as_before(storing(), "Ada, Bob", "gone")
    with failing("Bob to be gone from contacts", f'it is still found by {{"email": "{BOB["email"]}"}}'):
        then.is_as_before(storing(BOB), "Ada, Bob", "gone")
    with failing("Bob to be gone from contacts", 'it is still found by {"id": 2}'):
        then.is_as_before(storing({**BOB, "email": "other@example.com"}), "Bob", "gone")


def test_a_record_keeps_some_fields() -> None:
    changed = {**ADA, "name": "Eve", "age": 1}
    then.keeps(storing(changed), "Ada", "id, email, created_at")
    then.keeps(storing({**ADA, "created_at": "2024-01-01T01:00:00+01:00"}), "Ada", "created_at")
    with failing("Ada's age to stay null", "1"):
        then.keeps(storing(changed), "Ada", "email, age")
    with failing('Ada\'s name to stay "Ada"', '"Eve"'):
        then.keeps(storing(changed), "Ada", "email, name, age")


def test_a_row_without_a_key_is_the_named_record() -> None:
    world = storing({**ADA, "vip": True})
    now_stored(world, "contacts", [["as", "vip", "notes"], ["Ada", "true", "null"]])
    with pytest.raises(AssertionError, match="vip is true instead of false"):
        now_stored(world, "contacts", [["as", "vip"], ["Ada", "false"]])
    with failing("Ada to keep the id 1", "9"):
        now_stored(storing({**ADA, "id": 9}), "contacts", [["as", "name"], ["Ada", "Ada"]])


def test_a_row_without_a_key_and_a_name_is_the_record_of_the_last_answer() -> None:
    now_stored(storing(ADA), "contacts", [["name", "age"], ["Ada", "null"]])
    with pytest.raises(AssertionError, match="age is null instead of 1"):
        now_stored(storing(ADA), "contacts", [["name", "age"], ["Ada", "1"]])
    world = storing(ADA)
    sent(world, UPSERT, Answer(200))
    with pytest.raises(Blocked, match='blocked by AC-002: expected an "id" in the answer'):
        now_stored(world, "contacts", [["age"], ["null"]])


def created(answer: Answer, **fields: Any) -> World:
    world = world_of(Memory(contacts=[ADA]))
    sent(world, Create("contacts", {"name": "Ada", **fields}), answer)
    return world


def test_the_created_record_reads_the_same_by_its_id() -> None:
    then_records.the_record_reads_the_same(created(answered(ADA)))
    with pytest.raises(Blocked, match='blocked by AC-601: expected an "id" in the answer'):
        then_records.the_record_reads_the_same(created(answered(None)))
    with failing('one record in contacts with {"id": 9}', "0 such records"):
        then_records.the_record_reads_the_same(created(answered({**ADA, "id": 9})))
    with failing('in contacts a record with {"name": "Ada", "age": 1, "id": 1}', "age is null instead of 1"):
        then_records.the_record_reads_the_same(created(answered(ADA), age=1))


def protecting(record: dict[str, Any], **fields: Any) -> World:
    world = world_of(Memory(contacts=[record]))
    sent(world, Upsert("contacts", {"email": ADA["email"], **fields}, ["email"]), Answer(200))
    return world


OTHER = "2000-01-01T00:00:00Z"


@pytest.mark.parametrize(("stored", "sent"), [("918273645", 918273645), (918273645, "918273645")], ids=str)
def test_an_id_that_was_sent_is_known_in_another_type(stored: Any, sent: Any) -> None:
    with failing("a id of the server's own", f"the one that was sent: {as_json(stored)}"):
        then.protected_fields_are_the_servers_own(protecting({**ADA, "id": stored}, id=sent))


def test_the_protected_fields_are_the_servers_own() -> None:
    then.protected_fields_are_the_servers_own(protecting(ADA))
    then.protected_fields_are_the_servers_own(protecting(ADA, id=9, created_at=OTHER, updated_at=OTHER))


@pytest.mark.parametrize("field", ["id", "created_at", "updated_at"])
def test_a_protected_field_is_missing_or_the_one_that_was_sent(field: str) -> None:
    with failing(f"a stored {field}", "none"):
        then.protected_fields_are_the_servers_own(protecting({**ADA, field: None}))
    if field != "id":
        with pytest.raises(AssertionError, match="the one that was sent"):
            then.protected_fields_are_the_servers_own(protecting(ADA, **{field: "2024-01-01T01:00:00+01:00"}))
    said = "1" if field == "id" else f'"{BEFORE}"'
    with failing(f"a {field} of the server's own", f"the one that was sent: {said}"):
        then.protected_fields_are_the_servers_own(protecting(ADA, **{field: ADA[field]}))


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
@pytest.mark.parametrize("time", ["now", "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00"])
def test_a_timestamp_is_rfc_3339_in_utc(field: str, time: str) -> None:
    with failing(f"{field} as an RFC 3339 timestamp in UTC", f'"{time}"'):
        then.protected_fields_are_the_servers_own(protecting({**ADA, field: time}))


def test_a_timestamp_of_another_form_hints_at_its_format() -> None:
    with pytest.raises(CheckFailed) as failed:
        then.protected_fields_are_the_servers_own(protecting({**ADA, "created_at": "2024-01-01 10:00:00"}))
    assert 'created_at = { name = "created_at", format = "%Y-%m-%d %H:%M:%S" }' in failed.value.hint


def test_numbered_contacts_come_with_200() -> None:
    world = many(8)
    sent(world, world.last.operation, Answer(201, parts=world.last.answer.parts))
    with failing("an answer of 200", "201 with an empty body"):
        then.numbered_contacts_are_stored(world, 8)


def test_unreported_ids_are_ignored_and_stored_records_still_checked() -> None:
    world = many(8)
    world.client.lacks = {"id": "it has no words for it"}
    sent(world, world.last.operation, Answer(200))
    then.numbered_contacts_are_stored(world, 8)
    world.client.records["contacts"].pop()
    world.reader.forget()
    with pytest.raises(AssertionError, match="0 such records"):
        then.numbered_contacts_are_stored(world, 8)


def test_an_unreported_record_is_not_testable_if_the_stored_one_is_right() -> None:
    world = created(Answer(201, id=1))
    world.client.lacks = {"record": "it answers with 204"}
    then_records.the_record_reads_the_same(world)
    then_records.the_answer_holds_the_stored_record(world, None)
    assert untested(world) == ["the answer does not report the record: it answers with 204"]
    wrong = created(Answer(201, id=1), age=1)
    wrong.client.lacks = world.client.lacks
    with pytest.raises(AssertionError, match="age is null instead of 1"):
        then_records.the_record_reads_the_same(wrong)
    assert untested(wrong) == []
