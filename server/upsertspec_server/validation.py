"""Checks a request against the schema: members, match fields, fields, values (CONTRACT 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import Problem, bad_field, bad_request, field_error
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import PROTECTED

if TYPE_CHECKING:
    from upsertspec_server.body import Body
    from upsertspec_server.schema import Field, Schema, Table
    from upsertspec_server.values import Values

MAX_RECORDS = 1000
UPSERT_MEMBERS = frozenset({"fields", "records", "matchFields", "onConflict", "updateFields", "updateWhere"})
FIELDS_MEMBERS = frozenset({"fields"})
_PROTECTED = frozenset(PROTECTED)


class Validator:
    """Turns bodies into plans and rows. Every method that refuses raises a Problem with status 400."""

    def __init__(self, schema: Schema, values: Values, body: Body) -> None:
        self.schema = schema
        self.values = values
        self.body = body

    def upsert(self, table: Table, body: dict[str, Any]) -> Upsert:
        """The plan of an upsert, of one record or of a batch."""
        self.body.check_members(body, UPSERT_MEMBERS)
        batch = self.is_batch(body)
        key = self.match_key(table, body.get("matchFields"))
        records = self.batch_records(body["records"]) if batch else [body["fields"]]
        return Upsert(
            table=table,
            key=key,
            rows=self.upsert_rows(table, key, records) if batch else [self.upsert_row(table, key, records[0])],
            batch=batch,
            ignore=self.on_conflict(body.get("onConflict", "update")),
            update_fields=self.update_fields(table, body["updateFields"]) if "updateFields" in body else None,
            update_where=self.conditions(table, "updateWhere", body["updateWhere"]) if "updateWhere" in body else None,
        )

    def fields(self, table: Table, body: dict[str, Any]) -> Row:
        """The row in the body `{"fields": {…}}` of a create or a partial update."""
        self.body.check_members(body, FIELDS_MEMBERS)
        if "fields" not in body:
            raise bad_field("fields", "is missing")
        return self.row(table, body["fields"])

    def is_batch(self, body: dict[str, Any]) -> bool:
        """Whether the body holds `records` in place of `fields`."""
        if ("fields" in body) == ("records" in body):
            raise bad_field("fields", "give either fields or records")
        return "records" in body

    def batch_records(self, records: Any) -> list[Any]:
        """The records of a batch: a list of 1 to 1,000."""
        if not isinstance(records, list):
            raise bad_field("records", "must be a list")
        self.check_count("records", len(records))
        return records

    def check_count(self, member: str, count: int) -> None:
        """A list has 1 to 1,000 entries."""
        if not 1 <= count <= MAX_RECORDS:
            raise bad_field(member, f"must hold 1 to {MAX_RECORDS} entries")

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        """The unique key that `matchFields` names, in the table's own order."""
        self.check_match_fields(names)
        for name in names:
            self.check_match_field(table, name)
        return self.unique_key(table, names)

    def check_match_fields(self, names: Any) -> None:
        """`matchFields` is a non-empty list of names, none of them twice."""
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise bad_field("matchFields", "must be a list of at least one field name")
        if len(set(names)) != len(names):
            raise bad_field("matchFields", "names a field twice")

    def check_match_field(self, table: Table, name: str) -> None:
        """A match field is a field of the table, and not a protected one."""
        if name in _PROTECTED:
            raise bad_field("matchFields", f"{name} is protected")
        if name not in table.fields:
            raise bad_field("matchFields", f"{name} is not a field of this table")

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        """The match fields together are one unique key of the table."""
        key = table.keys_by_fields.get(frozenset(names))
        if key is None:
            raise bad_field("matchFields", "together are not a unique key of this table")
        return key

    def upsert_rows(self, table: Table, key: tuple[str, ...], records: list[Any]) -> list[Row]:
        """The rows of a batch. The error names the first record that is refused."""
        rows: list[Row] = []
        try:
            for record in records:
                rows.append(self.upsert_row(table, key, record))  # noqa: PERF401 - the count names the bad record
        except Problem as problem:
            raise problem.at(len(rows)) from None
        return rows

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        """One row to upsert, which holds all match fields."""
        row = self.row(table, fields)
        self.check_match_given(key, row)
        return row

    def check_match_given(self, key: tuple[str, ...], row: Row) -> None:
        """Each match field is in `fields`."""
        missing = [name for name in key if name not in row]
        if missing:
            raise bad_request("A match field is not in fields.", *(field_error(name, "is missing") for name in missing))

    def row(self, table: Table, fields: Any) -> Row:
        """The given fields as they are stored; protected fields are dropped, the values checked."""
        if not isinstance(fields, dict):
            raise bad_field("fields", "must be an object")
        known, stored_form = table.fields, self.value
        row: Row = {}
        errors: list[dict[str, Any]] = []
        for name, value in self.drop_protected(fields).items():
            try:
                if name in known:
                    row[name] = stored_form(known[name], value)
                else:
                    errors.append(field_error(name, "is not a field of this table"))
            except ValueError as error:
                errors.append(field_error(name, str(error)))
        if errors:
            raise bad_request("A field is not as the table wants it.", *errors)
        return row

    def drop_protected(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields without those that the server alone writes."""
        if _PROTECTED.isdisjoint(fields):
            return fields
        return {name: value for name, value in fields.items() if name not in _PROTECTED}

    def value(self, field: Field, value: Any) -> Any:
        """The stored form of a value. Raises ValueError."""
        if value is None:
            self.check_null(field)
            return None
        return self.values.encode(field, value)

    def check_null(self, field: Field) -> None:
        """A required field is never null. Raises ValueError."""
        if field.required:
            raise ValueError("is required")

    def check_required(self, table: Table, row: Row) -> None:
        """On a create every required field is given."""
        missing = [name for name in table.required if name not in row]
        if missing:
            raise bad_request("A required field is missing.", *(field_error(name, "is required") for name in missing))

    def on_conflict(self, value: Any) -> bool:
        """Whether a match is to be left untouched."""
        if value not in ("update", "ignore"):
            raise bad_field("onConflict", "must be update or ignore")
        return bool(value == "ignore")

    def update_fields(self, table: Table, names: Any) -> frozenset[str]:
        """The fields that alone are written on a match."""
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise bad_field("updateFields", "must be a list of field names")
        for name in names:
            if name not in table.fields:
                raise bad_field("updateFields", f"{name} is not a field that can be written")
        return frozenset(names)

    def conditions(self, table: Table, member: str, conditions: Any) -> Row:
        """The stored form of a guard: field name to value, protected fields included, null for "is null"."""
        if not isinstance(conditions, dict):
            raise bad_field(member, "must be an object")
        return {name: self.condition(table, member, name, value) for name, value in conditions.items()}

    def condition(self, table: Table, member: str, name: str, value: Any) -> Any:
        """The stored form of one value of a guard."""
        field = table.all_fields.get(name)
        if field is None:
            raise bad_field(member, f"{name} is not a field of this table")
        try:
            return None if value is None else self.values.encode(field, value)
        except ValueError as error:
            raise bad_field(member, f"{name} {error}") from None
