"""Tables and fields that go by other names; the target file maps them."""

from __future__ import annotations

import tomllib
from typing import Any

from upsertspec_conforming.catalogue import variant
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.plans import Outcome
from upsertspec_server.schema import Role, Schema, Table, build_schema, load_schema, schema_path

IDS = {table.name: str(1000 + 7 * table.number) for table in load_schema().tables.values()}
NAMES = {ident: name for name, ident in IDS.items()}


class LocatesByNumber(Answers):
    """Says where a record is by the table's own id."""

    def created(self, outcome: Outcome) -> Answer:
        path = f"/api/tables/{IDS[outcome.table.name]}/records/{outcome.id}"
        return super().created(outcome)._replace(headers={"Location": path})


@variant(
    "`{table}` is a table's name, or the id that the implementation gave it (3).", using=(LocatesByNumber,), tables=IDS
)
class TablesGoByNumber(Api):
    """Knows a table in a path by a number of its own only, and not by its name."""

    def enter(self, table: str, *actions: str) -> tuple[Role, Table]:
        return super().enter(NAMES.get(table, ""), *actions)


def renamed(name: str) -> str:
    """The name of a field in PascalCase."""
    return "".join(word.capitalize() for word in name.split("_"))


def pascal_schema() -> Schema:
    """The schema, its fields renamed."""
    source: dict[str, Any] = tomllib.loads(schema_path().read_text(encoding="utf-8"))
    for table in source["tables"].values():
        table["fields"] = {renamed(name): field for name, field in table["fields"].items()}
        table["unique_together"] = [[renamed(name) for name in key] for key in table.get("unique_together", [])]
    return build_schema(source)


FIELDS = {
    table.name: {name: renamed(name) for name in table.fields if renamed(name) != name}
    for table in load_schema().tables.values()
}


@variant(
    "What the target calls its tables and fields, where it differs from features/schema.toml (the target file).",
    schema=pascal_schema,
    fields=FIELDS,
)
class FieldsInPascalCase(Answers):
    """Has its fields in PascalCase, as .NET has: ImageItemId."""
