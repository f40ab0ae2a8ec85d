"""What a checked request asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upsertspec_server.schema import Table

Row = dict[str, Any]
"""Field name to value, as it is stored."""


@dataclass(frozen=True)
class Upsert:
    """A checked upsert (CONTRACT 3.1). `key` is the unique key in the table's own order."""

    table: Table
    key: tuple[str, ...]
    rows: list[Row]
    batch: bool = False
    ignore: bool = False
    update_fields: frozenset[str] | None = None
    update_where: Row | None = None
    matches: dict[tuple[Any, ...], Row | None] | None = None
    """Matches that were looked up ahead, by the values of the key. Each serves once: its row may change it."""


@dataclass(frozen=True)
class Outcome:
    """What became of one record. `operation` is created, updated, ignored or deleted; `row` is null after a delete."""

    table: Table
    operation: str
    id: Any
    row: Row | None
