"""Mistakes in one table only: a rule that its other fields do not have, a text that is cut, a reference that stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_server.errors import bad_field, conflict
from upsertspec_server.records import Records
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator

LONGEST = 4000


def reads_field(table_name: str, name: str, change: Callable[[Any], Any]) -> type[Validator]:
    """A validator that changes the values of one field, or refuses them with a ValueError."""

    class ReadsField(Validator):
        def row(self, table: Table, fields: Any) -> Row:
            row = super().row(table, fields)
            if table.name == table_name and name in row:
                row[name] = change_or_refuse(row[name])
            return row

    def change_or_refuse(value: Any) -> Any:
        try:
            return change(value)
        except ValueError as error:
            raise bad_field(name, str(error)) from None

    return ReadsField


def refused(is_wrong: Callable[[Any], bool]) -> Callable[[Any], Any]:
    """A change that refuses some values."""

    def change(value: Any) -> Any:
        if value is not None and is_wrong(value):
            raise ValueError("must be another value")
        return value

    return change


for name, violates, table, field, change, says in (
    ("imports-have-a-row", "AC-806", "import_batches", "row_count", refused(lambda value: value == 0),
     "Refuses an import of no rows."),
    ("messages-have-4000-letters", "AC-601", "messages", "content", refused(lambda value: len(value) > LONGEST),
     "Refuses a message of more than 4,000 letters."),
    ("log-entries-are-of-uuids", "AC-501", "activity_log", "project_id",
     refused(lambda value: not re.fullmatch(r"[0-9a-f-]{36}", value)), "Takes a UUID only for a project."),
    ("addresses-of-users-in-lower-case", "AC-601", "users", "email", lambda value: value and value.lower(),
     "Stores the addresses of users in lower case."),
    ("texts-of-images-are-cut", "AC-106", "image_metadata", "alt_text", lambda value: value and value[:255],
     "Cuts the text of an image after 255 letters."),
    ("empty-titles-are-null", "AC-601", "conversations", "title", lambda value: value or None,
     "Stores an empty title as null."),
):  # fmt: skip
    add(name, says, violates, reads_field(table, field, change))
add("empty-phones-are-null", "Stores an empty phone number as null, since it must be unique.", "AC-805",
    reads_field("contacts", "phone", lambda value: value or None),
    report="https://github.com/Budibase/budibase/pull/12298")  # fmt: skip


@broken("AC-601")
class AssetsHaveAType(Validator):
    """Requires the type of an asset, which is optional."""

    def check_required(self, table: Table, row: Row) -> None:
        super().check_required(table, row)
        if table.name == "room_assets" and row.get("asset_type") is None:
            raise bad_field("asset_type", "is required")


@broken("AC-402")
class PatternsAreUniqueInAllCategories(Upserts):
    """Has a unique index of the pattern alone, so that no two categories can have the same."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.table.name == "rules" and self.store.find(plan.table, ("pattern",), row):
            raise conflict("The pattern is taken.", {"field": "pattern", "message": "is already taken"})
        return super().create(plan, row, now)


@broken("AC-404")
class MappedCategoriesStay(Records):
    """Refuses to delete a category that a transaction is mapped to."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        mappings = self.app.schema.tables["transaction_category_mappings"]
        if table.name == "categories" and self.store.find(mappings, ("category_id",), {"category_id": record_id}):
            raise conflict("The category is in use.")
        return super().delete(table, record_id, where)


@broken("AC-403")
class ReferencesAreReadFromText(Validator):
    """Takes a text of digits for the id that a reference needs."""

    def value(self, field: Field, value: Any) -> Any:
        is_number = field.references and isinstance(value, str) and value.isdecimal()
        return super().value(field, int(value) if is_number else value)


@broken("AC-102")
class EmptyKeysMatchNothing(Upserts):
    """Looks for a match only where each match field has a value that is not empty."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return super().find_match(plan, row) if all(row[name] for name in plan.key) else None
