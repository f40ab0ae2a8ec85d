"""The target's own names for tables and fields, there and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Names:
    """What is not mapped keeps its name."""

    def __init__(self, tables: Mapping[str, str], fields: Mapping[str, Mapping[str, str]]) -> None:
        self._tables = tables
        self._fields = fields
        self._back = {table: {theirs: ours for ours, theirs in names.items()} for table, names in fields.items()}

    def table(self, table: str) -> str:
        """The target's name or id of a table."""
        return self._tables.get(table, table)

    def field(self, table: str, name: str) -> str:
        """The target's name of a field."""
        return self._fields.get(table, {}).get(name, name)

    def theirs(self, table: str, value: Any) -> Any:
        """An object, or a list of names, with the target's names of the fields; anything else as it is."""
        if isinstance(value, dict):
            return {self.field(table, name): inner for name, inner in value.items()}
        if isinstance(value, list):
            return [self.field(table, item) if isinstance(item, str) else item for item in value]
        return value

    def ours(self, table: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record with the specification's names of the fields."""
        back = self._back.get(table, {})
        return {back.get(name, name): value for name, value in record.items()}
