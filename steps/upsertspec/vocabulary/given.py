"""Given: what is stored before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytest_bdd import given, parsers

from upsertspec.errors import Blocked, CheckFailed, TargetSilent
from upsertspec.vocabulary.cells import names, table_for
from upsertspec.vocabulary.checks import key_of, require_stored
from upsertspec.vocabulary.world import Stored, World

SETUP = "AC-001"


@given(parsers.parse("these {table:w} are stored:"))
def these_are_stored(world: World, table: str, datatable: Sequence[Sequence[str]]) -> None:
    """Store each row, as the editor, and read it back. The column `as` names a record for the scenario."""
    header, *body = datatable
    for name, line in zip(names(datatable), body, strict=True):
        [row] = world.rows(table, [header, line])
        _store(world, table, name, row)


def _store(world: World, table: str, name: str, row: dict[str, Any]) -> None:
    """What a setup answers is not judged, only what is stored afterwards: that is AC-001's own matter."""
    key = key_of(table_for(table), row)
    try:
        world.upsert("editor", table, row, list(key))
        record = require_stored(world, table, row)
    except (CheckFailed, TargetSilent) as wrong:
        if world.criterion == SETUP:
            raise
        raise Blocked(SETUP, f"the setup is not stored as it was sent ({wrong})") from wrong
    world.attempts.clear()
    world.stored.append(Stored(name, table, key, record))
