"""When: who upserts what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pytest_bdd import parsers, when

from upsertspec.dialects.base import UNSET
from upsertspec.vocabulary.world import World

Cells = Sequence[Sequence[str]]


@when(parsers.re(r"(?P<who>the \w+(, then the \w+)*) upserts into (?P<table>\w+) by (?P<match>[\w, ]+):"))
def a_role_upserts(world: World, who: str, table: str, match: str, datatable: Cells) -> None:
    """Each row is an upsert of its own, one after the other; of several roles each sends one, the last all that is left."""
    _upsert(world, [role.removeprefix("the ") for role in who.split(", then ")], table, match.split(", "), datatable)


@when(parsers.parse("somebody with {credential} upserts into {table:w} by {match}:"))
def somebody_upserts(world: World, credential: str, table: str, match: str, datatable: Cells) -> None:
    """An upsert with a credential that is none."""
    _upsert(world, [credential], table, match.split(", "), datatable)


@when(parsers.parse("the editor upserts into {table:w} with matchFields {value}:"))
def upserts_with_match_fields(world: World, table: str, value: str, datatable: Cells) -> None:
    """An upsert whose matchFields are this JSON, or `left out`."""
    _upsert(world, ["editor"], table, UNSET if value == "left out" else json.loads(value), datatable)


def _upsert(world: World, who: Sequence[str], table: str, match_fields: Any, datatable: Cells) -> None:
    for number, row in enumerate(world.rows(table, datatable)):
        world.upsert(who[min(number, len(who) - 1)], table, row, match_fields)
