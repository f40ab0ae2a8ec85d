"""Every call that names a table, for scenarios about tables that do not exist or that have strange names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from upsertspec.dialects.operations import (
    Change,
    Create,
    Delete,
    Describe,
    Groups,
    List,
    Operation,
    Read,
    Transaction,
    Upsert,
    UpsertBatch,
)

MISSING = "no_such_table"

Row = Mapping[str, Any]
Call = Callable[[str, object, Row], Operation]

CALLS: Mapping[str, Call] = {
    "an upsert": lambda table, _, row: Upsert(table, row, ["email"]),
    "a batch": lambda table, _, row: UpsertBatch(table, [row], ["email"]),
    "a create": lambda table, _, row: Create(table, row),
    "a change": lambda table, ident, _: Change(table, ident, {"name": "Eve"}),
    "a deletion": lambda table, ident, _: Delete(table, ident),
    "a reading": lambda table, ident, _: Read(table, ident),
    "a list": lambda table, _, __: List(table, {}),
    "groups": lambda table, _, __: Groups(table, {"group_by": "status"}),
    "a description": lambda table, _, __: Describe(table),
    "a transaction": lambda table, _, row: Transaction([{"op": "create", "table": table, "fields": row}]),
}


def sent_to(path: str) -> tuple[Operation, str]:
    """A read of this path, as an operation and how it is altered."""
    return Describe("contacts"), f"sent to {path}"


def calls(table: str, ident: object, mark: str) -> Mapping[str, Operation]:
    """Each call about a table of this name, by its name in scenarios; `ident` is the id of a record."""
    row = {"email": f"ada.{mark}@example.com", "name": "Ada Lovelace"}
    return {name: call(table, ident, row) for name, call in CALLS.items()}
