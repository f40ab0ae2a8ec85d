"""The target's own names for tables and fields, there and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NAMING = ("_sort", "_fields", "group_by", "avg")
FIELD_MEMBERS = ("fields", "where", "matchFields", "updateFields", "updateWhere")


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

    def query(self, table: str, query: Mapping[str, Any]) -> dict[str, Any]:
        """Query parameters of a list or of groups (CONTRACT, records) with the target's names of the fields."""
        return {self._parameter(table, name): self._names_in(table, name, value) for name, value in query.items()}

    def operations(self, operations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The operations of a transaction with the target's names, also in `$ref`."""
        tables = {str(operation["as"]): str(operation.get("table")) for operation in operations if "as" in operation}
        return [self._operation(operation, tables) for operation in operations]

    def description(self, table: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A table's description with the specification's names of the fields."""
        renamed = dict(body)
        if isinstance(body.get("fields"), dict):
            renamed["fields"] = self.ours(table, body["fields"])
        if isinstance(body.get("unique_keys"), list):
            back = self._back.get(table, {})
            keys = body["unique_keys"]
            renamed["unique_keys"] = [[back.get(n, n) for n in key] if isinstance(key, list) else key for key in keys]
        return renamed

    def groups(self, table: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Groups with the specification's names of the fields, in `avg_FIELD` too."""
        listed = body.get("groups")
        if not isinstance(listed, list):
            return dict(body)
        back = {f"avg_{theirs}": f"avg_{ours}" for theirs, ours in self._back.get(table, {}).items()}
        whole = [{back.get(k, k): v for k, v in self.ours(table, g).items()} for g in listed if isinstance(g, dict)]
        return {**body, "groups": whole}

    def _name(self, table: str) -> str:
        """The target's name of a table in a body: a number stands in paths only, as CONTRACT 3.3 speaks of names."""
        theirs = self.table(table)
        return table if theirs.isdecimal() else theirs

    def _parameter(self, table: str, name: str) -> str:
        field, operator, rest = name.partition("__")
        return name if name.startswith("_") or name in NAMING else f"{self.field(table, field)}{operator}{rest}"

    def _names_in(self, table: str, parameter: str, value: Any) -> Any:
        if parameter not in NAMING or not isinstance(value, str):
            return value
        parts = [(part[:1], part[1:]) if part.startswith("-") else ("", part) for part in value.split(",")]
        return ",".join(f"{sign}{self.field(table, name)}" for sign, name in parts)

    def _operation(self, operation: Mapping[str, Any], tables: Mapping[str, str]) -> dict[str, Any]:
        table = str(operation.get("table"))
        named = {k: self.theirs(table, v) if k in FIELD_MEMBERS else v for k, v in operation.items()}
        if "table" in operation:
            named["table"] = self._name(table)
        if isinstance(named.get("fields"), dict):
            named["fields"] = {name: self._ref(value, tables) for name, value in named["fields"].items()}
        return {name: self._ref(value, tables) for name, value in named.items()}

    def _ref(self, value: Any, tables: Mapping[str, str]) -> Any:
        if not isinstance(value, dict) or set(value) != {"$ref"} or not isinstance(value["$ref"], str):
            return value
        name, dot, field = value["$ref"].partition(".")
        return {"$ref": f"{name}{dot}{self.field(tables.get(name, ''), field)}"}

    def ours(self, table: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record with the specification's names of the fields."""
        back = self._back.get(table, {})
        return {back.get(name, name): value for name, value in record.items()}
