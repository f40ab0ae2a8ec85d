"""The words for what happens on a match: `… by KEY and ignores a match`, and their like."""

from __future__ import annotations

from typing import Any

from upsertspec.steps.cells import table_for, value
from upsertspec.steps.world import World

IGNORES = "ignores a match"
ONLY = "updates only "
WHERE = "updates only where "


def members(world: World, table: str, words: str) -> dict[str, Any]:
    """The members of the request that say it: `words` are phrases, each after an ` and `.

    Raises ValueError for words other than `ignores a match`, `updates only F, G`, `updates only where F is V, …`.
    """
    found: dict[str, Any] = {}
    for phrase in filter(None, words.split(" and ")):
        if phrase == IGNORES:
            found["onConflict"] = "ignore"
        elif phrase.startswith(WHERE):
            found["updateWhere"] = _conditions(world, table, phrase.removeprefix(WHERE))
        elif phrase.startswith(ONLY):
            found["updateFields"] = phrase.removeprefix(ONLY).split(", ")
        else:
            raise ValueError(f"no such words for a match: {phrase!r}")
    return found


def _conditions(world: World, table: str, text: str) -> dict[str, Any]:
    pairs = [condition.split(" is ", 1) for condition in text.split(", ")]
    return {name: value(table_for(table), name, cell, world.mark, world.value_of) for name, cell in pairs}
