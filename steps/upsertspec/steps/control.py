"""The control of what many clients do: the same by one client alone. What fails there is another criterion's matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Operation, Upsert, UpsertBatch
from upsertspec.errors import Blocked, CheckFailed, TargetSilent
from upsertspec.steps.assertions import require_body
from upsertspec.steps.world import World

Record = Mapping[str, Any]

MATCH = ["email"]


def require_alone(world: World, what: str) -> None:
    """Whether one client alone is told the truth: looked at once a worker, for `upsert`, `ignore` and `batch`.

    Raises Blocked by the criterion whose matter it is.
    """
    if what not in world.controls.alone:
        world.controls.alone[what] = _found(world, what)
    if wrong := world.controls.alone[what]:
        raise wrong


def is_success(world: World, answer: Answer) -> bool:
    """Whether an upsert was answered as the contract has it: with 200, and a body that can be read."""
    try:
        require_body(world, answer, 200)
    except CheckFailed:
        return False
    return True


def _found(world: World, what: str) -> Blocked | None:
    person = {"email": f"control.{what}.{world.mark}@example.com", "name": "Control", "notes": "first"}
    try:
        for criterion, operation, word, fields in _steps(person)[what]:
            answer = world.send("editor", operation)
            if wrong := _wrong(world, answer, word, fields):
                return Blocked(criterion, f"one client alone to be answered with 200, {word}, and the record", wrong)
    except (CheckFailed, TargetSilent) as wrong_answer:
        return Blocked("AC-001", "one client alone to be answered", str(wrong_answer))
    finally:
        world.attempts.clear()
    return None


def _steps(person: Record) -> Mapping[str, Sequence[tuple[str, Operation, str, Record]]]:
    again = {"email": person["email"], "name": "Control again"}
    ignoring = {"onConflict": "ignore"}
    both = {**person, **again}
    return {
        "upsert": [
            ("AC-001", Upsert("contacts", person, MATCH), "created", person),
            ("AC-002", Upsert("contacts", again, MATCH), "updated", both),
        ],
        "ignore": [
            ("AC-202", Upsert("contacts", person, MATCH, ignoring), "created", person),
            ("AC-201", Upsert("contacts", again, MATCH, ignoring), "ignored", person),
        ],
        "batch": [
            ("AC-301", UpsertBatch("contacts", [person], MATCH), "created", person),
            ("AC-301", UpsertBatch("contacts", [again], MATCH), "updated", both),
        ],
    }


def _wrong(world: World, answer: Answer, word: str, fields: Record) -> str:
    """What is wrong with an answer, in words; empty where nothing is."""
    if not is_success(world, answer):
        return f"{answer.status} {answer.fault or answer.text}"
    told = answer.parts[0] if answer.parts else answer
    record = told.record or {}
    if told.operation != word and not world.lacks(told, "operation"):
        return f"{told.operation}"
    if world.lacks(told, "record"):
        return ""
    amiss = [name for name, value in fields.items() if record.get(name) != value]
    return f"a record with another {', '.join(amiss)}" if amiss else ""
