"""A status is the one in the contract, or one that the target declares instead."""

from __future__ import annotations

from typing import Any

import pytest

from tests.steps.kit import Memory, failing, sent, world_of
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Delete, Describe, Transaction, Upsert, UpsertBatch
from upsertspec.errors import CheckFailed
from upsertspec.steps.statuses import is_declared, kinds_of, require_status
from upsertspec.steps.world import World
from upsertspec.target.bindings import bindings_from

UPSERT = Upsert("contacts", {}, ["email"])


def declaring(operation: Any, answer: Answer, **declared: tuple[int, ...]) -> World:
    """A scenario that has sent this to a target that declares these statuses."""
    world = world_of(Memory())
    world.client.deviations = declared
    sent(world, Describe("contacts"), Answer(200))
    sent(world, operation, answer)
    return world


@pytest.mark.parametrize(
    ("operation", "status", "said", "kinds"),
    [
        (UPSERT, 200, "", ["created", "updated", "ignored"]),
        (UPSERT, 200, "updated", ["updated"]),
        (UPSERT, 201, "", []),
        (UpsertBatch("contacts", [], ["email"]), 200, "", ["batch"]),
        (UpsertBatch("contacts", [], ["email"]), 200, "created", ["batch"]),
        (Transaction([]), 200, "", ["transaction"]),
        (Create("contacts", {}), 201, "", ["record_created"]),
        (Create("contacts", {}), 200, "", []),
        (Change("contacts", 1, {}), 200, "", ["record_changed"]),
        (Delete("contacts", 1), 204, "", ["deleted"]),
        (Describe("contacts"), 200, "", []),
        (UPSERT, 400, "", ["invalid"]),
        (UPSERT, 401, "", ["unauthenticated"]),
        (UPSERT, 403, "", ["forbidden"]),
        (UPSERT, 409, "", ["conflict"]),
        (UPSERT, 413, "", ["too_large"]),
        (UPSERT, 422, "", []),
        (UPSERT, 404, "", ["missing_record"]),
        (Upsert("unheard_of", {}, ["a"]), 404, "", ["no_table"]),
        (Transaction([]), 404, "", ["no_table", "missing_record"]),
        (None, 404, "", ["no_table", "missing_record"]),
        (None, 200, "", []),
    ],
)
def test_the_kinds_of_outcome(operation: Any, status: int, said: str, kinds: list[str]) -> None:
    assert kinds_of(operation, status, said) == kinds


def test_a_declared_status_of_its_kind_is_a_deviation_and_no_failure() -> None:
    world = declaring(UPSERT, Answer(201), created=(202, 201))
    require_status(world, world.last.answer, 200, said="created")
    deviation = "created: 201 where the contract has 200, as the target declares"
    assert (world.findings.deviations, world.findings.kept) == ({"created 201": deviation}, {})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"created": (202,)}, "created"),
        ({"created": (201,)}, "updated"),
        ({"record_created": (201,)}, "created"),
        ({}, "created"),
    ],
)
def test_a_status_that_is_declared_of_nothing_or_something_else_fails(declared: Any, said: str) -> None:
    world = declaring(UPSERT, Answer(201), **declared)
    with failing("an answer of 200", "201 with an empty body"):
        require_status(world, world.last.answer, 200, said=said)
    assert (world.findings.deviations, world.findings.kept) == ({}, {})


def test_of_several_statuses_a_declared_one_takes_the_place_of_any() -> None:
    world = declaring(UPSERT, Answer(418), conflict=(418,))
    require_status(world, world.last.answer, 400, 409, 422)
    deviation = "conflict: 418 where the contract has 409, as the target declares"
    assert world.findings.deviations == {"conflict 418": deviation}


def test_a_kind_answered_as_in_the_contract_is_noted() -> None:
    world = declaring(UPSERT, Answer(400), invalid=(422,))
    require_status(world, world.last.answer, 400, 409)
    assert world.findings.kept == {}
    require_status(world, world.last.answer, 400)
    assert (list(world.findings.kept), world.findings.deviations) == (["invalid"], {})


def test_an_answer_is_judged_by_its_own_operation() -> None:
    first, last = Answer(201), Answer(201, id=2)
    world = declaring(UPSERT, first, created=(201,))
    sent(world, Create("contacts", {}), last)
    require_status(world, first, 200)
    with failing("an answer of 200", "201 with an empty body"):
        require_status(world, last, 200)


def test_what_is_declared() -> None:
    world = declaring(UPSERT, Answer(200), deleted=(200, 202))
    assert is_declared(world, "deleted", 202)
    assert not is_declared(world, "deleted", 204)
    assert not is_declared(world, "created", 200)


@pytest.mark.parametrize(
    ("operation", "wanted", "status", "declared"),
    [
        (UPSERT, (400,), 422, "invalid = 422"),
        (UPSERT, (401,), 403, "unauthenticated = 403"),
        (Upsert("unheard_of", {}, ["a"]), (404,), 400, "no_table = 400"),
        (Create("contacts", {}), (201,), 200, "record_created = 200"),
        (Delete("contacts", 1), (204,), 200, "deleted = 200"),
        (UPSERT, (400,), 200, ""),
        (UPSERT, (400,), 500, ""),
        (UPSERT, (200,), 400, ""),
        (UPSERT, (400, 409, 422), 403, ""),
        (Transaction([]), (404,), 400, ""),
    ],
)
def test_a_status_that_says_as_much_comes_with_a_hint(
    operation: Any, wanted: tuple[int, ...], status: int, declared: str
) -> None:
    world = declaring(operation, Answer(status))
    with pytest.raises(CheckFailed) as raised:
        require_status(world, world.last.answer, *wanted)
    assert raised.value.hint.rpartition("[deviations] ")[2] == declared


REFUSED: list[tuple[dict[str, Any], Any, str]] = [
    ({"status": None}, {"error": "kind is required"}, "if kind of items is never null, add null = false to status in"),
    ({"status": None}, {"error": "invalid"}, "if kind of items is never null"),
    ({"status": None, "age": 2**40}, {"error": "qty"}, "if qty of items takes no number that is so high"),
    ({"notes": " "}, {}, "if remark of items takes no text without a letter, add blank = false to notes in"),
    ({"status": None, "age": 2**40}, {"error": "invalid"}, ""),
    ({"status": "active", "age": 3}, {"error": "kind"}, ""),
    ({"phone": None}, {"error": "gtin"}, ""),
]


@pytest.mark.parametrize(("row", "body", "hint"), REFUSED)
def test_a_refusal_hints_at_the_rule_that_a_target_file_can_state(row: Any, body: Any, hint: str) -> None:
    fields = {"status": "kind", "age": "qty", "notes": "remark", "phone": {"name": "gtin", "null": False}}
    world = declaring(Upsert("contacts", row, ["email"]), Answer(422, body=body))
    for bindings in ({"name": "items", "fields": fields, "always": {"price": 1}}, {"name": "items"}):
        world.client.bindings = bindings_from({"contacts": bindings})
        with pytest.raises(CheckFailed) as failed:
            require_status(world, world.last.answer, 200)
        assert failed.value.hint.startswith(hint)
        assert bool(failed.value.hint) is bool(hint)
        hint = ""
