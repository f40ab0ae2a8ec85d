"""Ids that a dialect's answers do not report are looked up."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.steps.kit import Memory, contact
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Upsert, UpsertBatch
from upsertspec.http.client import Client
from upsertspec.steps.lookup import Reader
from upsertspec.steps.missing_ids import FEW, can_be_found, with_ids

ADA, BOB = contact(1, "Ada"), contact(2, "Bob", phone="5")
LACKS = {"id": "it answers with 204"}
UPSERT = Upsert("contacts", {"email": ADA["email"]}, ["email"])


def looked_up(operation: Any, answer: Answer, lacks: dict[str, str] = LACKS, records: Any = (ADA, BOB)) -> Answer:
    return with_ids(Reader(cast(Client, Memory(contacts=list(records)))), operation, answer, lacks)


def test_a_reported_id_is_kept() -> None:
    answer = Answer(200, id=9)
    assert looked_up(UPSERT, answer, {"record": "no"}) is answer


@pytest.mark.parametrize("status", [200, 204, 299])
def test_an_id_is_looked_up_by_a_key(status: int) -> None:
    assert looked_up(UPSERT, Answer(status)) == Answer(status, id=1)
    assert looked_up(Create("contacts", {"phone": "5", "email": None}), Answer(status)).id == 2
    assert looked_up(UPSERT, Answer(status, lacks=LACKS), {}).id == 1


@pytest.mark.parametrize("status", [199, 300, 400, 500])
def test_what_was_not_written_has_no_id(status: int) -> None:
    assert looked_up(UPSERT, Answer(status)).id is None


@pytest.mark.parametrize("records", [(), (ADA, {**ADA, "id": 3})])
def test_what_is_not_one_record_has_no_id(records: Any) -> None:
    assert looked_up(UPSERT, Answer(200, id=7), records=records).id is None


def test_what_has_no_key_has_no_id() -> None:
    assert looked_up(Create("contacts", {"name": "Ada"}), Answer(201)).id is None
    changed = Answer(200)
    assert looked_up(Change("contacts", 1, {"name": "Ada"}), changed) is changed


def batch(count: int) -> UpsertBatch:
    return UpsertBatch("contacts", [{"email": (ADA, BOB)[n % 2]["email"]} for n in range(count)], ["email"])


def test_the_records_of_a_batch_have_their_ids_in_order() -> None:
    made = looked_up(batch(2), Answer(200), {**LACKS, "record": "nor that"})
    assert [(part.status, part.id) for part in made.parts] == [(200, 1), (200, 2)]
    assert made.parts[0].lacks == {**LACKS, "record": "nor that"}
    parts = [Answer(200, operation="created"), Answer(200, operation="updated")]
    made = looked_up(batch(2), Answer(200, parts=parts))
    assert [(part.operation, part.id) for part in made.parts] == [("created", 1), ("updated", 2)]


def test_missing_parts_and_long_batches_are_not_looked_up() -> None:
    few = [Answer(200)]
    assert looked_up(batch(2), Answer(200, parts=few)).parts == few
    assert len(looked_up(batch(FEW), Answer(200)).parts) == FEW
    assert looked_up(batch(FEW + 1), Answer(200)).parts == ()


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        (UPSERT, True),
        (Create("contacts", {"name": "Ada"}), False),
        (Create("contacts", {"email": None, "phone": "5"}), True),
        (batch(2), True),
        (UpsertBatch("contacts", [{"email": "a"}, {"name": "b"}], ["email"]), False),
        (UpsertBatch("contacts", [], ["email"]), False),
    ],
)
def test_what_was_sent_can_be_found_by_a_key_of_each_record(operation: Any, wanted: bool) -> None:
    assert can_be_found(Reader(cast(Client, Memory())), operation) is wanted
