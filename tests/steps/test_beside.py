"""A field beside the record that is refused among its fields says nothing of the criterion; other refusals do."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.dialects.shape_kit import shape
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Upsert, UpsertBatch
from upsertspec.errors import NotApplicable
from upsertspec.http.client import Client
from upsertspec.steps.beside import require_none, require_room

ADA = {"email": "a@x.io", "name": "Ada"}
WITH_ID = Upsert("contacts", {**ADA, "id": 7}, ["email"])


class Stub:
    """A client of a shape that answers each request with this status, and notes it."""

    def __init__(self, status: int, **answer: Any) -> None:
        part = {"path": "/u", "answer": answer}
        dialect = shape(upsert=part, batch=part)
        self.words, self.beside = dialect.words, dialect.beside
        self.sent: list[Operation] = []
        self._status = status

    def call(self, who: str, operation: Operation) -> Answer:
        self.sent.append(operation)
        return Answer(self._status)


def looked(stub: Stub, operation: Operation, status: int) -> None:
    require_room(cast(Client, stub), "editor", operation, Answer(status))


def test_it_does_not_apply_where_the_request_is_done_without_it() -> None:
    stub = Stub(200, beside={"id": "data.id"})
    with pytest.raises(NotApplicable, match="people/1 has id beside its fields, where a request has no place for it"):
        looked(stub, WITH_ID, 422)
    assert stub.sent == [Upsert("contacts", ADA, ["email"])]


def test_each_record_of_a_batch_is_sent_without_it() -> None:
    stub = Stub(200, beside={"id": "id"})
    with pytest.raises(NotApplicable):
        looked(stub, UpsertBatch("contacts", [ADA, {**ADA, "id": 7}], ["email"]), 400)
    assert stub.sent == [UpsertBatch("contacts", [ADA, ADA], ["email"])]


@pytest.mark.parametrize(
    ("answer", "operation", "status"),
    [
        ({}, WITH_ID, 422),
        ({"beside": {"id": "id"}}, WITH_ID, 200),
        ({"beside": {"id": "id"}}, WITH_ID, 500),
        ({"beside": {"created_at": "id"}}, WITH_ID, 422),
        ({"beside": {"id": "id"}}, Upsert("contacts", ADA, ["email"]), 422),
    ],
)
def test_nothing_more_is_sent_otherwise(answer: dict[str, Any], operation: Operation, status: int) -> None:
    stub = Stub(200, **answer)
    looked(stub, operation, status)
    assert stub.sent == []


def test_a_search_sends_no_such_request_at_all() -> None:
    stub = Stub(200, beside={"id": "id"})
    with pytest.raises(NotApplicable, match="people/1 has id beside its fields"):
        require_none(cast(Client, stub), WITH_ID)
    require_none(cast(Client, stub), Upsert("contacts", ADA, ["email"]))
    require_none(cast(Client, Stub(200)), WITH_ID)
    assert stub.sent == []


def test_another_fault_stays_one() -> None:
    stub = Stub(422, beside={"id": "id"})
    looked(stub, WITH_ID, 422)
    assert len(stub.sent) == 1
