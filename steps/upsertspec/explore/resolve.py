"""From what a move means to what goes over the wire: records by their ids, texts of keys with the sequence's mark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from upsertspec.explore.rules import NoRecord
from upsertspec.explore.state import Entry, State
from upsertspec.explore.values import Pick
from upsertspec.spec.schema import tables
from upsertspec.steps.cells import marked

NONSENSE = "nonsense"
GONE, ODD = -1, -3
LOG = ("activity_log", "project_id")
OF_FIELDS = ("fields", "where", "updateWhere")

Row = Mapping[str, Any]


class Missing(NoRecord):
    """A record that is not there, of a table; its id is one that the table could give, or another."""

    def __init__(self, table: str, ident: Any = None) -> None:
        self.id = tables()[table].id_type.absent if ident is None else ident


class Resolver:
    """Gives picks their records; where a table has none yet, `make` makes one."""

    def __init__(self, state: State, make: Callable[[str], Entry]) -> None:
        self._state = state
        self._make = make

    def pick(self, pick: Pick) -> Entry | NoRecord:
        """The record that is picked."""
        if pick.place >= 0:
            if not self._state.of(pick.table):
                self._make(pick.table)
            there = self._state.of(pick.table)
            return there[pick.place % len(there)]
        gone = [entry for entry in self._state.gone if entry.table == pick.table and entry.id is not None]
        if gone and pick.place == GONE:
            return gone[-1]
        return Missing(pick.table, self._odd(pick.table) if pick.place == ODD else None)

    def _odd(self, table: str) -> str:
        """An id that no record has: one that begins like a record's own, or nonsense."""
        there = self._state.of(table)
        return f"{there[0].id}x" if there else NONSENSE

    def resolved(self, value: Any) -> Any:
        """A value with its picks resolved, inside objects and lists too."""
        if isinstance(value, Pick):
            return self.pick(value)
        if isinstance(value, Mapping):
            return {name: self.resolved(inner) for name, inner in value.items()}
        return [self.resolved(inner) for inner in value] if isinstance(value, list) else value


def marks(table: str) -> frozenset[str]:
    """The fields whose texts no other sequence sends: those of keys, and the log's. A trace of them is found."""
    return frozenset(LOG[1:]) if table == LOG[0] else tables()[table].marked


class Wire:
    """Says what is sent."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def row(self, table: str, row: Any) -> Any:
        """Fields as they are sent."""
        if not isinstance(row, Mapping):
            return row
        return {name: self.value(table, name, value) for name, value in row.items()}

    def value(self, table: str, name: str, value: Any) -> Any:
        """One value as it is sent."""
        if isinstance(value, (Entry, Missing)):
            return value.id
        return marked(value, self._mark) if isinstance(value, str) and name in marks(table) else value

    def members(self, table: str, extra: Row) -> dict[str, Any]:
        """The members of the profile conflict as they are sent."""
        return {name: self.row(table, value) if name == "updateWhere" else value for name, value in extra.items()}

    def operations(self, operations: Sequence[Row]) -> list[dict[str, Any]]:
        """The operations of a transaction as they are sent."""
        return [
            {
                name: self.row(operation["table"], value) if name in OF_FIELDS else self.value("", "id", value)
                for name, value in operation.items()
            }
            for operation in operations
        ]
