"""What the model of the contract leaves to the target."""

from __future__ import annotations

import pytest

from upsertspec.explore.contract import Contract, LeftOpen
from upsertspec.explore.model_state import NoRecord
from upsertspec.explore.schema import Schema
from upsertspec.target.target import Target

WRONG, ADA = {"email": "b@x.io", "name": None}, {"email": "a@x.io", "name": "Ada"}


@pytest.mark.parametrize(
    ("who", "records", "blamed", "statuses"),
    [
        ("editor", [WRONG, ADA], 0, {400}),
        ("editor", [WRONG, ADA, ADA], None, {400, 409, 422}),
        ("anonymous", [WRONG, ADA, ADA], None, {401}),
    ],
)
def test_a_batch_with_two_mistakes_may_be_refused_for_either(
    who: str, records: list[dict[str, str | None]], blamed: int | None, statuses: set[int]
) -> None:
    expected = Contract(Schema.of(Target(url="http://h"))).batch(who, "contacts", records, ["email"], {})
    assert (expected.effects, expected.wrong, set(expected.refusals)) == (None, blamed, statuses)


def test_an_id_of_a_strange_form_is_400_or_404_in_a_transaction() -> None:
    operation = {"op": "delete", "table": "users", "id": NoRecord("nonsense")}
    expected = Contract(Schema.of(Target(url="http://h"))).transaction("editor", [operation])
    assert (expected.effects, set(expected.refusals)) == (None, {400, 404})


@pytest.mark.parametrize("call", ["change", "delete"])
def test_who_may_not_write_gets_403_or_404_for_a_record_that_is_not_there(call: str) -> None:
    contract = Contract(Schema.of(Target(url="http://h", profiles=("core", "refusals"))))
    arguments = ("creator", "contacts", NoRecord(999), *([{"name": "Ada"}] if call == "change" else []))
    expected = getattr(contract, call)(*arguments)
    assert (expected.effects, set(expected.refusals)) == (None, {403, 404})


def test_a_change_without_a_field_is_left_open() -> None:
    contract = Contract(Schema.of(Target(url="http://h")))
    [created] = contract.upsert("editor", "contacts", ADA, ["email"], {}).effects or []
    contract.state.apply(created)
    with pytest.raises(LeftOpen, match="allows a write and none"):
        contract.change("editor", "contacts", created.record, {})
