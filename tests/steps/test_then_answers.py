"""Then: what the answers say about one record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.steps.kit import (
    ADA,
    AFTER,
    BEFORE,
    BOB,
    UNREPORTED,
    Memory,
    answered,
    failing,
    keep,
    lacking,
    sent,
    suspected,
    untested,
    world_of,
)
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Read, Upsert
from upsertspec.errors import Blocked
from upsertspec.steps import then_answers, then_operations, then_records
from upsertspec.steps.equality import shown
from upsertspec.steps.world import World


def upsert(record: dict[str, Any] = ADA, **fields: Any) -> Upsert:
    return Upsert("contacts", {"email": record["email"], **fields}, ["email"])


def after(*answers: Answer, criterion: str = "AC-104") -> World:
    """A scenario in which upserts of Ada got these answers; Ada and Bob are stored."""
    world = world_of(Memory(contacts=[ADA, BOB]), criterion)
    for answer in answers:
        sent(world, upsert(), answer)
    return world


def test_the_status_of_the_last_answer() -> None:
    world = after(Answer(200), Answer(404))
    then_answers.the_answer_is(world, "the", "404")
    then_answers.the_answer_is(world, "the", "404 or 403")
    then_answers.the_answer_is(world, "the", "403 or 404")
    with failing("an answer of 200", "404 with an empty body"):
        then_answers.the_answer_is(world, "the", "200")
    with failing("an answer of 200 or 201", "404 with an empty body"):
        then_answers.the_answer_is(world, "the", "200 or 201")


def test_the_status_of_every_answer() -> None:
    then_answers.the_answer_is(after(Answer(404), Answer(400)), "every", "404 or 400")
    with failing("an answer of 404 or 400 to POST http://h", "200 with an empty body"):
        then_answers.the_answer_is(after(Answer(200), Answer(400)), "every", "404 or 400")


def test_a_refusal_has_one_of_three_statuses() -> None:
    for status in (400, 409, 422):
        then_answers.is_refused(after(Answer(status)), "the request")
    with failing("an answer of 400 or 409 or 422", "403 with an empty body"):
        then_answers.is_refused(after(Answer(403)), "the request")


def test_each_upsert_says_its_operation_in_order() -> None:
    answers = answered(ADA, "created"), answered(ADA, "updated")
    then_operations.the_answer_says(after(*answers, criterion="AC-012"), None, "created, updated")
    with failing('"operation": "updated"', '"created"'):
        then_operations.the_answer_says(after(*answers, criterion="AC-012"), None, "updated, updated")
    with failing('"operation": "created"', '"updated"'):
        then_operations.the_answer_says(after(*answers, criterion="AC-012"), None, "created, created")
    for operations in ("created", "created, updated, updated"):
        with pytest.raises(ValueError, match=r"^the requests have 2 outcomes, and the step names [13]$"):
            then_operations.the_answer_says(after(*answers, criterion="AC-012"), None, operations)


def test_a_wrong_operation_elsewhere_is_a_secondary_finding() -> None:
    world = after(answered(ADA, "created"))
    then_operations.the_answer_says(world, None, "updated")
    then_operations.the_answer_says(world, "last ", "updated")
    assert suspected(world) == [("AC-012", '"operation": "updated"', '"created"')] * 2


def test_only_the_last_upsert_is_asked_for_its_operation() -> None:
    world = after(Answer(500), answered(ADA, "updated"), criterion="AC-012")
    then_operations.the_answer_says(world, "last ", "updated")
    with failing('"operation": "created"', '"updated"'):
        then_operations.the_answer_says(world, "last ", "created")


def same_id(world: World) -> None:
    then_records.every_answer_has(world, "the same id")


def own_id(world: World) -> None:
    then_records.every_answer_has(world, "an id of its own")


def test_all_answers_have_one_id() -> None:
    same_id(after(Answer(200, id=1), Answer(200, id=1)))
    for one, other, said in ((1, 2, "1, 2"), (1, "1", '1, "1"')):
        with failing("the same id in every answer", said):
            same_id(after(Answer(200, id=one), Answer(200, id=other)))
    with pytest.raises(Blocked, match='blocked by AC-002: expected an "id" in the answer'):
        same_id(after(Answer(200), Answer(200)))


def test_each_has_an_id_of_its_own() -> None:
    own_id(after(Answer(200, id=1), Answer(200, id=2)))
    with failing("an id of its own for each record", "1, 1"):
        own_id(after(Answer(200, id=1), Answer(200, id=1)))
    with pytest.raises(Blocked, match='blocked by AC-002: expected an "id" in the answer'):
        own_id(after(Answer(200), Answer(200, id=1)))
    world = after(Answer(200, id=1))
    keep(world, BOB)
    own_id(world)
    keep(world, ADA)
    with failing("an id of its own for each record", "1, 2, 1"):
        own_id(world)


def at(*times: Any) -> World:
    return after(*(Answer(200, record={"updated_at": time}) for time in times))


def test_each_write_has_a_later_time() -> None:
    then_records.updated_at_is_later(at(BEFORE, AFTER), None)
    wrong = [(BEFORE, BEFORE), (AFTER, BEFORE), (BEFORE, None), (None, BEFORE), (BEFORE, AFTER, AFTER)]
    for times in wrong:
        with failing(f"an updated_at later than {shown(times[-2])}", shown(times[-1])):
            then_records.updated_at_is_later(at(*times), None)
    require_suspected(then_records.updated_at_is_later, after(Answer(200), Answer(200)), "AC-002")


def rewritten(before: Any, now: Any) -> World:
    world = world_of(Memory(contacts=[{**ADA, "updated_at": now}]))
    keep(world, {**ADA, "updated_at": before})
    return world


def test_a_named_record_was_written_later_than_before() -> None:
    then_records.updated_at_is_later(rewritten(BEFORE, AFTER), "Ada")
    for now in (BEFORE, "2023-01-01T00:00:00Z", None):
        with failing(f'an updated_at later than "{BEFORE}"', shown(now)):
            then_records.updated_at_is_later(rewritten(BEFORE, now), "Ada")
    with failing("an updated_at later than null", f'"{AFTER}"'):
        then_records.updated_at_is_later(rewritten(None, AFTER), "Ada")


def test_the_answer_holds_the_stored_record() -> None:
    then_records.the_answer_holds_the_stored_record(after(answered(ADA)), None)
    with failing("the answer's record to be the stored one", 'name is "Eve" instead of "Ada"'):
        then_records.the_answer_holds_the_stored_record(after(answered({**ADA, "name": "Eve"})), None)
    require_suspected(then_records.the_answer_holds_the_stored_record, after(answered(None)), "AC-001")
    without_id = {name: value for name, value in ADA.items() if name != "id"}
    require_suspected(then_records.the_answer_holds_the_stored_record, after(answered(without_id)), "AC-001")


def require_suspected(step: Callable[[World, Any], None], world: World, criterion: str) -> None:
    """A missing record, or one without its id, is the matter of another criterion."""
    step(world, None)
    assert {each[:2] for each in suspected(world)} == {(criterion, "a record with an id in the answer")}


def test_a_whole_record_has_its_null_fields_too() -> None:
    then_records.the_answer_holds_the_stored_record(after(answered(ADA)), "whole ")
    lacking = {name: value for name, value in ADA.items() if name not in ("created_at", "age", "notes")}
    with failing("every field of contacts in the answer's record", "no created_at, age, notes"):
        then_records.the_answer_holds_the_stored_record(after(answered(lacking), criterion="AC-205"), "whole ")
    with failing("the answer's record to be the stored one", "age is 1 instead of null"):
        then_records.the_answer_holds_the_stored_record(after(answered({**ADA, "age": 1})), "whole ")
    with failing("every field of contacts in the answer's record", "no id, name"):
        few = {name: value for name, value in ADA.items() if name not in ("id", "name")}
        then_records.the_answer_holds_the_stored_record(after(answered(few), criterion="AC-205"), "whole ")
    elsewhere = after(answered(lacking), criterion="AC-211")
    then_records.the_answer_holds_the_stored_record(elsewhere, "whole ")
    assert "blocked by AC-205" in str(elsewhere.findings.secondary[0])


@pytest.mark.parametrize(
    "location", ["/api/records/a%20b", "http://h/x/a%20b/", "a%20b", "/x/a%20b?y=1/2", "https://h:1/a%20b#c/d"]
)
def test_a_location_leads_to_the_record(location: str) -> None:
    then_records.location_leads_to_the_record(after(Answer(201, id="a b", location=location)))


def test_an_id_may_end_in_any_letter() -> None:
    then_records.location_leads_to_the_record(after(Answer(201, id="aX", location="/x/aX")))


@pytest.mark.parametrize("location", ["", "/api/records/a", "/a%20b/x", "/x?id=a%20b", "http://[::1/a%20b"])
def test_a_location_leads_elsewhere(location: str) -> None:
    with failing("a Location that ends in the id a b", f'"{location}"'):
        then_records.location_leads_to_the_record(after(Answer(201, id="a b", location=location)))


def test_the_record_reads_the_same_by_its_id() -> None:
    then_records.the_record_reads_the_same(after(answered(ADA)))
    with failing("an answer of 200", "404 with an empty body"):
        then_records.the_record_reads_the_same(after(answered({**ADA, "id": 9})))
    said = 'id is 2 instead of 1; email is "bob.m1@example.com" instead of "ada.m1@example.com"; '
    with failing("the record read by its id to be the stored one", said + 'name is "Bob" instead of "Ada"'):
        then_records.the_record_reads_the_same(after(answered(BOB)))


def test_an_empty_record_does_not_read_the_same() -> None:
    class Empty(Memory):
        def _one(self, read: Any) -> Answer:
            return Answer(200)

    world = world_of(Empty(contacts=[{"id": 1, "email": ADA["email"]}]))
    sent(world, upsert(), answered(ADA))
    with failing(
        "the record read by its id to be the stored one",
        f'id is missing instead of 1; email is missing instead of "{ADA["email"]}"',
    ):
        then_records.the_record_reads_the_same(world)


def reading(operation: Any, answer: Answer) -> World:
    world = world_of(Memory(contacts=[{**ADA, "age": 1}, BOB]))
    keep(world, BOB, "Bob")
    keep(world, ADA)
    sent(world, operation, answer)
    return world


@pytest.mark.parametrize("operation", [Read("contacts", 1), Change("contacts", 1, {"age": 1})])
def test_an_answer_about_a_named_record_holds_it_as_it_is_stored_now(operation: Any) -> None:
    then_records.the_answer_holds_the_stored_record(reading(operation, answered({**ADA, "age": 1})), None)
    with failing("the answer's record to be the stored one", "age is null instead of 1"):
        then_records.the_answer_holds_the_stored_record(reading(operation, answered(ADA)), None)


def test_the_answer_to_a_create_without_a_key_is_compared_by_its_id() -> None:
    create = Create("contacts", {"name": "Bob"})
    then_records.the_answer_holds_the_stored_record(reading(create, answered(BOB)), None)
    with failing("the answer's record to be the stored one", 'notes is "x" instead of null'):
        then_records.the_answer_holds_the_stored_record(reading(create, answered({**BOB, "notes": "x"})), None)
    with pytest.raises(Blocked, match='blocked by AC-601: expected an "id" in the answer'):
        then_records.the_answer_holds_the_stored_record(reading(create, answered(None)), None)


@pytest.mark.parametrize(
    "sentence",
    [
        lambda world: then_records.updated_at_is_later(world, None),
        lambda world: then_records.the_answer_holds_the_stored_record(world, None),
        lambda world: then_records.the_answer_holds_the_stored_record(world, "whole "),
    ],
)
def test_a_record_that_is_not_reported_leaves_its_scenario_untested(sentence: Any) -> None:
    world = lacking(after(Answer(204, id=1)), "record")
    sentence(world)
    assert untested(world) == [f"the answer does not report the record: {UNREPORTED}"]


@pytest.mark.parametrize(("criterion", "left"), [("AC-001", ["id"]), ("AC-104", [])])
def test_an_unreported_id_matters_to_creating_only(criterion: str, left: list[str]) -> None:
    world = lacking(after(Answer(204, id=1), criterion=criterion), "id")
    then_records.the_record_reads_the_same(world)
    assert untested(world) == [f"the answer does not report the {aspect}: {UNREPORTED}" for aspect in left]
