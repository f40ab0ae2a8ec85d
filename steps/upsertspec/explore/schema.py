"""The tables as the target has them: the one place where `explore` asks which tables, fields and options there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from upsertspec.explore.values import Organization
from upsertspec.spec.schema import Table, tables
from upsertspec.target.bindings import LIKE, Bindings, TableBinding
from upsertspec.target.target import Target

WITHOUT_KEY = {"activity_log": frozenset({"project_id"})}
"""Text fields that find the records of a table that has no unique key."""


@dataclass(frozen=True)
class Schema:
    """Every table by name, the profiles that are explored, and how the target has each table."""

    tables: Mapping[str, Table]
    profiles: frozenset[str]
    bindings: Bindings

    @classmethod
    def of(cls, target: Target) -> Schema:
        """The schema of a target."""
        known = (name for name in tables() if name not in target.bindings.absent)
        return cls({name: target.bindings.table(name) for name in known}, frozenset(target.profiles), target.bindings)

    def __contains__(self, table: object) -> bool:
        return table in self.tables

    def __getitem__(self, table: str) -> Table:
        return self.tables[table]

    def binding(self, table: str) -> TableBinding:
        """How the target has a table."""
        return self.bindings.of(table)

    @property
    def explored(self) -> list[Table]:
        """The tables of the profiles."""
        return [table for table in self.tables.values() if self.profiles & set(table.profiles)]

    def children(self, parent: str) -> Iterator[tuple[Table, str]]:
        """The explored tables that refer to this one, each with the field that does."""
        for table in self.explored:
            yield from ((table, name) for name, f in table.fields.items() if f.references == parent)

    def marked(self, table: str) -> frozenset[str]:
        """The text fields that find a record. Their values carry the mark of the sequence, so they are its alone."""
        return WITHOUT_KEY.get(table) or self.bindings.table(table if table in self.tables else LIKE).marked

    def traces(self, table: str, fields: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Where to look for a record with these fields: by each marked text, or by the whole key it is a part of."""
        for name in self.marked(table):
            parts = self.binding(table).field(name).parts or (name,)
            where = {part: fields.get(part) for part in parts}
            if isinstance(where[name], Organization):
                continue  # it has the records of others too
            if name == parts[0] and where[name] and all(isinstance(value, (str, int)) for value in where.values()):
                yield where
