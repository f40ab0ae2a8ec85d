"""Tables and fields with other names; the target file maps them."""

from __future__ import annotations

import tomllib
from typing import Any

from upsertspec_catalogue import Answer, answers
from upsertspec_conforming import conforming
from upsertspec_server import Server, load_schema
from upsertspec_server.schema import Schema, Table, build_schema, schema_path

IDS = {table.name: str(1000 + 7 * table.number) for table in load_schema().tables.values()}
NAMES = {ident: name for name, ident in IDS.items()}


@answers
def location_by_number(answer: Answer) -> None:
    """Says where a record is by the number of its table."""
    if "Location" in answer.headers:
        *path, name, records, ident = answer.headers["Location"].split("/")
        answer.headers["Location"] = "/".join([*path, IDS[name], records, ident])


@answers
def described_by_number(answer: Answer) -> None:
    """Describes a table with the number that stands for it."""
    if answer.endpoint == "tables.describe" and not answer.is_problem:
        answer.body["id"] = int(IDS[answer.body["name"]])


@conforming(
    "`{table}` is a table's name, or the id that the implementation gave it (3).",
    using=(location_by_number, described_by_number),
    tables=IDS,
)
class TablesGoByNumber(Server):
    """Knows a table in a path only by a number of its own, not by its name."""

    def enter(self, name: str, *actions: str) -> Table:
        return super().enter(NAMES.get(name, ""), *actions)


def renamed(name: str) -> str:
    """The name of a field in PascalCase."""
    return "".join(word.capitalize() for word in name.split("_"))


FIELDS = {
    table.name: {name: renamed(name) for name in table.fields if renamed(name) != name}
    for table in load_schema().tables.values()
}


@conforming(
    "What the target calls its tables and fields, where it differs from features/schema.toml (the target file).",
    fields=FIELDS,
)
class FieldsInPascalCase(Server):
    """Has its fields in PascalCase, like .NET: ImageItemId."""

    def load_schema(self) -> Schema:
        source: dict[str, Any] = tomllib.loads(schema_path().read_text(encoding="utf-8"))
        for table in source["tables"].values():
            table["fields"] = {renamed(name): field for name, field in table["fields"].items()}
            table["unique_together"] = [[renamed(name) for name in key] for key in table.get("unique_together", [])]
            if "organization" in table:
                table["organization"] = renamed(table["organization"])
        return build_schema(source, self.field_types, self.field_class, self.schema_class)
