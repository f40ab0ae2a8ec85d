"""Scenarios on a target's own tables: the rules of its fields, and the paths that it has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import Memory, world_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Operation, Transaction, Verbatim
from upsertspec.errors import NotApplicable
from upsertspec.steps.own_table import own_members, require_faulty
from upsertspec.target.bindings import bindings_from

OWN = {"contacts": {"name": "products", "fields": {"email": "sku"}, "always": {"price": 1}}}

RULES: list[tuple[dict[str, Any], Any, str]] = [
    ({"maximum": 100}, 101, "takes 100 and below"),
    ({"maximum": 100}, 100, ""),
    ({"minimum": 10}, 5, "takes 10 and above"),
    ({"minimum": 10}, -1, ""),
    ({"minimum": False}, -1, "has no minimum"),
    ({"minimum": False}, 5, ""),
    ({"null": False}, None, "is never null"),
    ({"maximum": 100}, Verbatim("101"), "takes 100 and below"),
    ({"maximum": 100}, Verbatim("9" * 10_000), ""),
    ({"maximum": 100}, Verbatim("["), ""),
]
TEXTS: list[tuple[dict[str, Any], Any, str]] = [
    ({"blank": False}, " ", "is never blank"),
    ({"blank": False}, "", "is never blank"),
    ({"blank": False}, "\u00a0\n", "is never blank"),
    ({"blank": False}, Verbatim('"\\t"'), "is never blank"),
    ({"blank": False}, " a", ""),
    ({"blank": False}, None, ""),
    ({"blank": False, "text": "T-{n}"}, " ", ""),
    ({"blank": False, "text": "T-{n}"}, "", "is never blank"),
    ({"blank": True}, " ", ""),
    ({"minimum_length": 2}, "a", "takes 2 characters at least"),
    ({"minimum_length": 2}, "ab", ""),
    ({"minimum_length": 1}, "", "is never empty"),
    ({"maximum_length": 2}, "abc", "takes 2 characters at most"),
    ({"maximum_length": 2}, "ab", ""),
]


@pytest.mark.parametrize(
    ("field", "name", "rules", "value", "why"),
    [*(("age", "stock", *each) for each in RULES), *(("notes", "title", *each) for each in TEXTS)],
)
def test_a_value_that_is_right_on_one_side_only_does_not_apply(
    field: str, name: str, rules: dict[str, Any], value: Any, why: str
) -> None:
    binding = bindings_from({"contacts": {"name": "products", "fields": {field: {"name": name, **rules}}}})
    row = {"email": "a@example.com", field: value}
    if not why:
        require_faulty(binding.of("contacts"), row, [], is_known=False)
        return
    with pytest.raises(NotApplicable, match=f"{name} of products {why}"):
        require_faulty(binding.of("contacts"), row, [], is_known=False)


def test_a_text_where_a_number_belongs_stays_wrong() -> None:
    fields = {"age": {"name": "stock", "blank": False, "minimum_length": 3, "maximum_length": 5}}
    binding = bindings_from({"contacts": {"name": "products", "fields": fields}})
    for text in ("", "a", "thirty-six"):
        require_faulty(binding.of("contacts"), {"email": "a@example.com", "age": text}, [], is_known=False)


@pytest.mark.parametrize(
    "operation",
    [
        Change("contacts", 1, {"age": 101}),
        Transaction([{"op": "update", "table": "contacts", "id": 1, "fields": {"age": 101}}]),
    ],
)
def test_the_rules_hold_for_changes_by_id_too(operation: Operation) -> None:
    memory = Memory()
    memory.bindings = bindings_from(
        {"contacts": {"name": "products", "fields": {"age": {"name": "stock", "maximum": 100}}}}
    )
    with pytest.raises(NotApplicable, match="stock of products takes 100 and below"):
        world_of(memory).send("editor", operation)


@pytest.mark.parametrize(
    ("who", "raw", "is_contract", "applies"),
    [
        ("no credentials", OWN, False, False),
        ("over the same connection no credentials", OWN, False, False),
        ("editor", OWN, False, True),
        ("no credentials", OWN, True, True),
        ("no credentials", {"contacts": {"name": "people"}}, False, True),
    ],
)
def test_a_stranger_is_told_of_unknown_tables_by_apis_whose_paths_are_of_tables(
    who: str, raw: dict[str, Any], is_contract: bool, applies: bool
) -> None:
    memory = Memory()
    memory.bindings, memory.is_contract, memory.answers = bindings_from(raw), is_contract, [Answer(401), Answer(401)]
    world = world_of(memory)
    world.send("no credentials", Create("contacts", {}))
    if applies:
        assert world.send(who, Create("no_such_table", {})).status == 401
    else:
        with pytest.raises(NotApplicable, match="none for unknown tables"):
            world.send(who, Create("no_such_table", {}))


def test_an_annotation_is_no_member_of_a_record() -> None:
    record = {"id": 1, "email": "a", "price": 1, "@odata.etag": "W/1"}
    assert own_members(bindings_from(OWN).of("contacts"), record) == {"price": 1}
