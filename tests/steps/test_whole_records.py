"""Upserts of a target that replaces records repeat what is stored, except where a scenario is about what they omit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import MARK, Memory, answered, contact, subjects_of, world_of
from upsertspec.dialects.operations import Operation, Upsert, UpsertBatch
from upsertspec.errors import NotApplicable
from upsertspec.spec import criteria as spec
from upsertspec.steps.whole_records import STATED, note_kept, require_kept

ADA = contact(1, "Ada", age=36, notes="N")
EMAIL = ADA["email"]


def sent(operation: Operation, replaces: bool = True, criterion: str = "AC-104") -> list[Any]:
    memory = Memory(contacts=[ADA])
    memory.replaces = replaces
    memory.answers = [answered(ADA, "updated")]
    world = world_of(memory, criterion)
    world.send("editor", operation)
    return list(memory.asked[-1][1].sent)


def test_an_update_repeats_what_it_does_not_mention() -> None:
    [row] = sent(Upsert("contacts", {"email": EMAIL, "name": "A", "notes": None}, ["email"]))
    fields = {name: value for name, value in ADA.items() if name not in ("id", "created_at", "updated_at")}
    assert row == {**fields, "name": "A", "notes": None}
    [row] = sent(UpsertBatch("contacts", [{"email": EMAIL, "name": "A"}], ["email"]))
    assert row == {**fields, "name": "A"}


@pytest.mark.parametrize(
    "operation",
    [
        Upsert("contacts", {"email": f"new.{MARK}@example.com", "name": "A"}, ["email"]),
        Upsert("contacts", {"email": EMAIL, "name": "A"}, []),
        Upsert("contacts", {"email": EMAIL, "name": "A"}, "email"),
        Upsert("contacts", {"email": None, "name": "A"}, ["email"]),
        Upsert("contacts", {"email": EMAIL, "name": "A"}, ["email"], {"updateFields": ["name"]}),
    ],
)
def test_everything_else_is_sent_as_it_is_written(operation: Upsert) -> None:
    assert sent(operation) == [operation.fields]


def test_a_target_that_keeps_fields_gets_what_is_written() -> None:
    row = {"email": EMAIL, "name": "A"}
    assert sent(Upsert("contacts", row, ["email"]), replaces=False) == [row]


def about_unmentioned(criterion: str) -> spec.Case:
    return next(c for c in spec.cases() if c.criterion == criterion and "unmentioned" in spec.asserted(c))


def test_only_the_criteria_that_say_so_are_judged_by_what_is_omitted() -> None:
    memory: Any = Memory()
    memory.replaces = True
    for criterion in ("AC-002", "AC-105"):
        require_kept(memory, about_unmentioned(criterion))
        assert "unmentioned" in subjects_of(criterion)
    with pytest.raises(NotApplicable, match=r"replaces the whole record.*AC-002 and AC-105"):
        require_kept(memory, about_unmentioned("AC-014"))
    assert memory.untrue == {}
    note_kept(memory, about_unmentioned("AC-105"))
    assert list(memory.untrue) == [STATED]
