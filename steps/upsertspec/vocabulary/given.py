"""Given: what is stored before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_bdd import given, parsers

from upsertspec.dialects.operations import Create, Delete, Operation, Upsert
from upsertspec.errors import Blocked, CheckFailed, TargetSilent
from upsertspec.vocabulary.cells import names, table_for
from upsertspec.vocabulary.checks import key_of, require_id, require_stored
from upsertspec.vocabulary.world import Stored, World

UPSERTING, CREATING, DELETING, CASCADE = "AC-001", "AC-601", "AC-609", "AC-404"
HTTP_NO_CONTENT = 204


@given(parsers.parse("these {table:w} are stored:"))
def these_are_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Store each row, as the editor, and read it back. The column `as` names a record for the scenario."""
    header, *body = datatable
    for name, line in zip(names(datatable), body, strict=True):
        [row] = world.rows(table, [header, line])
        _store(world, table, name, row)


@given(parsers.parse("{name:w} has been deleted"))
def has_been_deleted(world: World, name: str) -> None:
    """Delete the named record, so that its id is one that no record has."""
    stored = world.named(name)
    answer = world.send("editor", Delete(stored.table, stored.record["id"]))
    if answer.status != HTTP_NO_CONTENT or world.reader.find(stored.table, stored.key):
        raise Blocked(DELETING, f"{name} to be deleted with 204", str(answer.status))
    world.attempts.clear()
    world.stored.remove(stored)
    world.deleted.append(stored)


@given("deleting a template is known to delete its categories")
def cascade_is_known(world: World) -> None:
    """The control: where no cascade is there, a surviving child says nothing. Looked at once a worker."""
    if "cascade" not in world.client.known:
        world.client.known["cascade"] = _cascades(world)
    if not world.client.known["cascade"]:
        raise Blocked(CASCADE, "the categories of a template to go with it", "they are still there")


def _cascades(world: World) -> bool:
    _store(world, "category_templates", "Control", {"name": f"control-{world.mark}"})
    parent = world.named("Control")
    _store(world, "categories", "Child", {"template_id": parent.record["id"], "name": "child"})
    child = world.named("Child")
    world.send("editor", Delete("category_templates", parent.record["id"]))
    gone = not world.reader.find("categories", {"id": child.record["id"]})
    world.attempts.clear()
    world.stored.clear()
    return gone


def _store(world: World, table: str, name: str, row: dict[str, Any]) -> None:
    """What a setup answers is not judged, only what is stored afterwards: that is another criterion's own matter."""
    operation, criterion = _setup(table, row)
    try:
        answer = world.send("editor", operation)
        known = row if isinstance(operation, Upsert) else {**row, "id": require_id(answer.id)}
        record = require_stored(world, table, known)
        require_id(record.get("id"))
    except (CheckFailed, TargetSilent) as wrong:
        if world.criterion == criterion:
            raise CheckFailed("a record to be stored as it was sent", str(wrong)) from wrong
        raise Blocked(criterion, "the setup to be stored as it was sent", str(wrong)) from wrong
    world.attempts.clear()
    world.stored.append(Stored(name, table, key_of(table_for(table), known), record))


def _setup(table: str, row: dict[str, Any]) -> tuple[Operation, str]:
    """By upsert where the row holds a unique key, else by create; and the criterion that it rests on."""
    spec = table_for(table)
    key = next((key for key in spec.unique_keys if all(row.get(name) is not None for name in key)), None)
    return (Upsert(table, row, list(key)), UPSERTING) if key else (Create(table, row), CREATING)
