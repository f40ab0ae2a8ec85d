"""The records that should be stored after the operations of one sequence, in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from upsertspec.steps.equality import shown

Values = dict[str, Any]


@dataclass(eq=False)
class ModelRecord:
    """A record that should be stored. A reference holds the record it refers to; `read` is the target's last answer."""

    name: str
    table: str
    values: Values
    read: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> Any:
        """The target's id of the record."""
        return self.read.get("id")


@dataclass(frozen=True, eq=False)
class NoRecord:
    """A reference to a record that does not exist; `id` is what is sent for it."""

    id: Any


def id_or_value(value: Any) -> Any:
    """The id of a record; any other value as it is."""
    return value.id if isinstance(value, ModelRecord) else value


@dataclass(frozen=True)
class Effect:
    """What an operation does to one record: `values` is the whole record afterwards, None once it is deleted."""

    operation: str
    record: ModelRecord
    values: Values | None


class ModelState:
    """The stored records, and the deleted ones."""

    def __init__(self) -> None:
        self.all: list[ModelRecord] = []
        self._deleted: list[ModelRecord] = []
        self._count = 0

    def of(self, table: str) -> list[ModelRecord]:
        """The records of a table, oldest first."""
        return [record for record in self.all if record.table == table]

    @property
    def deleted(self) -> list[ModelRecord]:
        """The deleted records whose id was known, and has not been given to another record since."""
        used = {(record.table, shown(record.id)) for record in self.all}
        return [r for r in self._deleted if r.id is not None and (r.table, shown(r.id)) not in used]

    def new(self, table: str, values: Values) -> ModelRecord:
        """A record with a name of its own, not stored yet."""
        self._count += 1
        return ModelRecord(f"{table.title().replace('_', '')}{self._count}", table, values)

    def apply(self, effect: Effect) -> None:
        """Store or delete the record. Deleting a record deletes the records that refer to it."""
        if effect.values is None:
            for record in self._tree(effect.record):
                self.all.remove(record)
                self._deleted.append(record)
            return
        effect.record.values = dict(effect.values)
        if effect.record not in self.all:
            self.all.append(effect.record)

    def _tree(self, root: ModelRecord) -> list[ModelRecord]:
        found, todo = [], [root]
        while todo:
            record = todo.pop()
            if record in self.all and record not in found:
                found.append(record)
                todo += [other for other in self.all if any(value is record for value in other.values.values())]
        return found

    def undo(self) -> Callable[[], None]:
        """A function that undoes everything from now on."""
        everything, deleted = self.all[:], self._deleted[:]
        values = [(record, dict(record.values)) for record in self.all]

        def undo() -> None:
            self.all, self._deleted = everything, deleted
            for record, before in values:
                record.values = before

        return undo
