"""The phrases for who sends a request and what happens on a match."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import Memory, contact, keep, world_of
from upsertspec.dialects.operations import UNSET
from upsertspec.http.malformed import Lines
from upsertspec.steps.conditions import condition
from upsertspec.steps.idempotency import sender_and_key
from upsertspec.steps.phrases import members, senders
from upsertspec.steps.world import OVER


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", {}),
        (" and ignores a match", {"onConflict": "ignore"}),
        (" and updates only name", {"updateFields": ["name"]}),
        (" and updates only name, age", {"updateFields": ["name", "age"]}),
        (" and updates only where age is 36", {"updateWhere": {"age": 36}}),
        (
            " and updates only where notes is null, email is a@x.io, id is {Ada.id}, name is it is",
            {"updateWhere": {"notes": None, "email": "a.m1@x.io", "id": 7, "name": "it is"}},
        ),
        (" and updates only where name is it is so", {"updateWhere": {"name": "it is so"}}),
        (
            " and updates only name and updates only where age is 36 and ignores a match",
            {"updateFields": ["name"], "updateWhere": {"age": 36}, "onConflict": "ignore"},
        ),
    ],
)
def test_words_become_members_of_the_request(words: str, wanted: dict[str, Any]) -> None:
    world = world_of(Memory())
    keep(world, contact(7))
    assert members(world, "contacts", "email", words) == (["email"], wanted)


def test_a_condition_is_read_as_its_table_has_it() -> None:
    words = " and updates only where validation_score is 1, collected_data is {}"
    assert members(world_of(Memory()), "projects", "name", words)[1] == {
        "updateWhere": {"validation_score": 1, "collected_data": {}}
    }


def test_other_words_are_an_error_in_the_feature() -> None:
    with pytest.raises(ValueError, match=r"^unknown phrase for a match: 'sleeps'$"):
        members(world_of(Memory()), "contacts", "email", " and ignores a match and sleeps")


def test_concurrent_clients_have_the_same_phrases() -> None:
    assert members(world_of(Memory()), "contacts", "email, phone", " and ignore a match and update only name") == (
        ["email", "phone"],
        {"onConflict": "ignore", "updateFields": ["name"]},
    )


@pytest.mark.parametrize(
    ("match", "words", "wanted"),
    [
        (None, ' with matchFields ["email"]', (["email"], {})),
        (None, " with matchFields left out", (UNSET, {})),
        (None, " with matchFields null", (None, {})),
        ("email", ' with updateFields ["name and age"]', (["email"], {"updateFields": ["name and age"]})),
        ("email", " with onConflict left out", (["email"], {"onConflict": UNSET})),
    ],
)
def test_a_member_is_written_as_json(match: str | None, words: str, wanted: Any) -> None:
    assert members(world_of(Memory()), "contacts", match, words) == wanted


def test_who_sends_the_requests() -> None:
    assert senders("the editor") == ["editor"]
    assert senders("the creator, then the updater") == ["creator", "updater"]
    assert senders("somebody with an empty credential") == ["an empty credential"]
    assert senders("the editor, then somebody with the editor's token twice") == ["editor", "the editor's token twice"]
    assert senders(f"the editor, then {OVER}somebody with no credentials") == ["editor", f"{OVER}no credentials"]


def test_tags_may_be_in_a_second_header() -> None:
    world = world_of(Memory())
    one = condition(world, "If-Match", '"a", "b"')["If-Match"]
    two = condition(world, "If-Match", '"a", and in a second header "b"')["If-Match"]
    assert (one, type(one)) == (two, str)
    assert isinstance(two, Lines)
    assert two.lines == ('"a"', '"b"')


@pytest.mark.parametrize(
    ("who", "key"),
    [
        ("editor with the key retry-1", "m1-retry-1"),
        ('editor with the key "retry  1"', "m1-retry  1"),
        ("editor with the key k of 9 characters", "kkkkkm1-k"),
        ("editor with an empty key", ""),
        ("editor", None),
    ],
)
def test_a_key_is_part_of_the_sender(who: str, key: str | None) -> None:
    assert sender_and_key(who, "m1") == ("editor", key)
