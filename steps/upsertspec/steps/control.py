"""The control before many clients act: one client alone does the same. Its failures belong to other criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Delete, Operation, Upsert, UpsertBatch
from upsertspec.errors import Blocked, CheckFailed, NotApplicable, NotTestable, TargetGone, TargetSilent
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import MISSING, NO_CONTENT, OK
from upsertspec.steps.assertions import id_of, require_body
from upsertspec.steps.statuses import is_declared
from upsertspec.steps.world import World

Record = Mapping[str, Any]

MATCH = ["email"]


def require_alone(world: World, what: str) -> None:
    """Raise Blocked where one client alone gets a wrong answer to an `upsert`, `ignore` or `batch`.

    It is tried once for each worker, a plain upsert before the others. Blocked names the criterion that defines the
    answer.
    """
    if what != "upsert":
        require_alone(world, "upsert")
    if what not in world.controls.alone:
        world.controls.alone[what] = _found(world, what)
    if wrong := world.controls.alone[what]:
        raise wrong


def require_deleted_once(world: World) -> None:
    """Raise Blocked where one client alone is not told that a record has been deleted, and then that it is missing."""
    if "deletion" not in world.controls.alone:
        world.controls.alone["deletion"] = _deleted_twice(world)
    if wrong := world.controls.alone["deletion"]:
        raise wrong


def _deleted_twice(world: World) -> Blocked | None:
    person = {"email": f"control.deletion.{world.mark}@example.com", "name": "Control"}
    world.send("editor", Upsert("contacts", person, MATCH))
    deletion = Delete("contacts", id_of(world, world.last))
    try:
        for status, kind in ((NO_CONTENT, "deleted"), (MISSING, "missing_record")):
            answer = world.send("editor", deletion)
            if answer.status != status and not is_declared(world, kind, answer.status):
                return Blocked(defining("delete"), f"one client alone to be answered with {status}", answer.said)
    finally:
        world.attempts.clear()
    return None


def is_success(world: World, answer: Answer) -> bool:
    """Whether an upsert was answered with 200 and a body that can be read."""
    try:
        require_body(world, answer, OK)
    except CheckFailed:
        return False
    return True


def _found(world: World, what: str) -> Blocked | None:
    person = {"email": f"control.{what}.{world.mark}@example.com", "name": "Control", "notes": "first"}
    try:
        for role, operation, word, fields in _steps(person)[what]:
            answer = world.send("editor", operation)
            if wrong := _wrong(world, answer, word, fields):
                return Blocked(
                    defining(role), f"one client alone to be answered with 200, {word}, and the record", wrong
                )
        if not _is_listed(world, person["email"]):
            return Blocked(defining("upsert-create"), "what one client alone has written to be listed", "it is not")
    except TargetGone:
        raise
    except (CheckFailed, TargetSilent) as wrong_answer:
        return Blocked(defining("upsert-create"), "one client alone to be answered", str(wrong_answer))
    finally:
        world.attempts.clear()
    return None


def _is_listed(world: World, email: str) -> bool:
    """Whether a list shows the contact, where the target can list contacts by their email."""
    try:
        return bool(world.reader.find("contacts", {"email": email}))
    except (NotTestable, NotApplicable):
        return True


def _steps(person: Record) -> Mapping[str, Sequence[tuple[str, Operation, str, Record]]]:
    again = {"email": person["email"], "name": "Control again"}
    ignoring = {"onConflict": "ignore"}
    both = {**person, **again}
    return {
        "upsert": [
            ("upsert-create", Upsert("contacts", person, MATCH), "created", person),
            ("upsert-update", Upsert("contacts", again, MATCH), "updated", both),
        ],
        "ignore": [
            ("ignore-create", Upsert("contacts", person, MATCH, ignoring), "created", person),
            ("ignore", Upsert("contacts", again, MATCH, ignoring), "ignored", person),
        ],
        "refuse": [
            ("refuse", Upsert("contacts", person, MATCH, {"onConflict": "error"}), "created", person),
        ],
        "batch": [
            ("batch", UpsertBatch("contacts", [person], MATCH), "created", person),
            ("batch", UpsertBatch("contacts", [again], MATCH), "updated", both),
        ],
    }


def _wrong(world: World, answer: Answer, word: str, fields: Record) -> str:
    """What is wrong with an answer, or an empty text."""
    if not is_success(world, answer):
        return answer.said
    part = answer.parts[0] if answer.parts else answer
    record = part.record or {}
    if part.operation != word and not world.lacks(part, "operation"):
        return f"{part.operation}"
    if part.id is None and not world.lacks(part, "id"):
        return "no id"
    if world.lacks(part, "record"):
        return ""
    amiss = [name for name, value in world.fit("contacts", fields).items() if record.get(name) != value]
    return f"a record with another {', '.join(map(world.words('contacts').label, amiss))}" if amiss else ""
