"""Ids that the server gives, and references to them."""

from __future__ import annotations

from typing import Any

from upsertspec.spec.types.base import FieldType, Untyped

NEW_UUID = (
    "(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89ab', 1 + abs(random() % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))"
)
UUID_CHECK = """length("id") = 36 AND "id" GLOB '*-*-*-*-*' AND "id" NOT GLOB '*[^-0-9a-f]*'"""


def is_id(value: Any) -> bool:
    """Whether a value can be an id: opaque, but a number or a text."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)


class Id(Untyped):
    """The id of a table's records."""

    absent: Any
    """An id that no record has."""
    sqlite_key: str
    """What defines the column `id` in SQLite."""
    postgres_key: str
    """What defines the column `id` in PostgreSQL."""

    def accepts(self, value: Any) -> bool:
        return is_id(value)


class IntegerId(Id):
    """An id that counts up."""

    name = "integer"
    json_schemas = ({"type": "integer"},)
    absent = 999999999
    sqlite = "INTEGER"
    sqlite_key = "INTEGER PRIMARY KEY AUTOINCREMENT"
    postgres = "bigint"
    postgres_key = "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"


class UuidId(Id):
    """A UUID as an id."""

    name = "uuid"
    json_schemas = ({"type": "string", "format": "uuid"},)
    absent = "00000000-0000-4000-8000-000000000000"
    sqlite_key = f"TEXT NOT NULL PRIMARY KEY DEFAULT {NEW_UUID} CHECK ({UUID_CHECK})"
    postgres = "uuid"
    postgres_key = "uuid DEFAULT gen_random_uuid() PRIMARY KEY"


class Reference(FieldType):
    """The id of a record in the table `parent`, whose ids are of the type `ids`."""

    name = "reference"
    finding = ("",)
    in_address = (str, int)
    wrong = ("nonsense", {"$gt": 0}, [], True)

    def __init__(self, parent: str, ids: Id) -> None:
        self.references = parent
        self.json_schemas = ids.json_schemas
        self.sqlite = ids.sqlite
        self.postgres = ids.postgres

    def accepts(self, value: Any) -> bool:
        return is_id(value)
