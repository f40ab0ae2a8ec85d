"""The words for what happens on a match."""

from __future__ import annotations

from typing import Any

import pytest
from upsertspec.steps.conflict_members import members

from tests.judging.kit import Memory, contact, keep, world_of


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", {}),
        ("ignores a match", {"onConflict": "ignore"}),
        ("updates only name", {"updateFields": ["name"]}),
        ("updates only name, age", {"updateFields": ["name", "age"]}),
        ("updates only where age is 36", {"updateWhere": {"age": 36}}),
        (
            "updates only where notes is null, email is a@x.io, id is {Ada.id}, name is it is",
            {"updateWhere": {"notes": None, "email": "a.m1@x.io", "id": 7, "name": "it is"}},
        ),
        ("updates only where name is it is so", {"updateWhere": {"name": "it is so"}}),
        (
            " and updates only name and updates only where age is 36 and ignores a match",
            {"updateFields": ["name"], "updateWhere": {"age": 36}, "onConflict": "ignore"},
        ),
    ],
)
def test_words_become_members_of_the_request(words: str, wanted: dict[str, Any]) -> None:
    world = world_of(Memory())
    keep(world, contact(7))
    assert members(world, "contacts", words) == wanted


def test_a_condition_is_read_as_its_table_has_it() -> None:
    words = "updates only where validation_score is 1, collected_data is {}"
    assert members(world_of(Memory()), "projects", words) == {
        "updateWhere": {"validation_score": 1, "collected_data": {}}
    }


def test_other_words_are_a_mistake_of_the_feature() -> None:
    with pytest.raises(ValueError, match=r"^no such words for a match: 'sleeps'$"):
        members(world_of(Memory()), "contacts", "ignores a match and sleeps")
