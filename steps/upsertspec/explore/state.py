"""What the contract says is stored: the records of one sequence, in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from upsertspec.spec.schema import Table, tables
from upsertspec.steps.equality import shown

Values = dict[str, Any]


@dataclass(eq=False)
class Entry:
    """A record as it should be stored. A reference is the entry that it leads to; `read` is the record as last read."""

    name: str
    table: str
    values: Values
    read: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> Any:
        """The target's id of the record."""
        return self.read.get("id")


@dataclass(frozen=True)
class Done:
    """What one record's operation comes to: `values` are the whole record afterwards, or None where it is gone."""

    operation: str
    entry: Entry
    values: Values | None


class State:
    """Every entry, those that are gone among them."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._gone: list[Entry] = []
        self._made = 0

    def of(self, table: str) -> list[Entry]:
        """The entries of a table, in the order in which they were made."""
        return [entry for entry in self._entries if entry.table == table]

    @property
    def all(self) -> list[Entry]:
        """Every entry that is stored."""
        return list(self._entries)

    @property
    def gone(self) -> list[Entry]:
        """Every entry that was stored once, and whose id no other has been given since."""
        there = {(entry.table, shown(entry.id)) for entry in self._entries}
        return [entry for entry in self._gone if (entry.table, shown(entry.id)) not in there]

    def new(self, table: str, values: Values) -> Entry:
        """An entry that is not stored yet, with a name of its own."""
        self._made += 1
        return Entry(f"{table.title().replace('_', '')}{self._made}", table, values)

    def apply(self, done: Done) -> None:
        """Let it be so. An entry that goes takes its children with it."""
        if done.values is None:
            for entry in self.tree(done.entry):
                self._entries.remove(entry)
                self._gone.append(entry)
            return
        done.entry.values = dict(done.values)
        if done.entry not in self._entries:
            self._entries.append(done.entry)

    def tree(self, root: Entry) -> list[Entry]:
        """The entry, and all that refers to it, also through others."""
        found, todo = [], [root]
        while todo:
            entry = todo.pop()
            if entry in self._entries and entry not in found:
                found.append(entry)
                todo += [other for other in self._entries if any(value is entry for value in other.values.values())]
        return found

    def snapshot(self) -> Snapshot:
        """How it is now."""
        return Snapshot(self._entries[:], self._gone[:], [(e, dict(e.values)) for e in self._entries])

    def restore(self, before: Snapshot) -> None:
        """Make it as it was."""
        self._entries, self._gone = before.entries[:], before.gone[:]
        for entry, values in before.values:
            entry.values = dict(values)


@dataclass(frozen=True)
class Snapshot:
    """A state to come back to."""

    entries: list[Entry]
    gone: list[Entry]
    values: list[tuple[Entry, Values]]


def children(table: str) -> Iterator[tuple[Table, str]]:
    """The tables that refer to this one, each with the field that does."""
    for child in tables().values():
        for name, spec in child.fields.items():
            if spec.references == table:
                yield child, name
