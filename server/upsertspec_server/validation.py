"""Checks a request against the schema: members, match fields, fields, values (CONTRACT 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upsertspec_server.errors import Problem, at_index, bad_field, bad_request, field_error
from upsertspec_server.request import check_members
from upsertspec_server.schema import PROTECTED, Field, Row, Table
from upsertspec_server.upsert import ON_CONFLICT, ON_MISSING, OPERATORS, Comparison, Plan

if TYPE_CHECKING:
    from upsertspec_server.app import Server

CONFLICT_MEMBERS = frozenset({"matchFields", "onConflict", "onMissing", "updateFields", "updateValues", "updateWhere"})
UPSERT_MEMBERS = CONFLICT_MEMBERS | {"fields", "records"}


class Validator:
    """Turns bodies into plans and rows. Every method raises a Problem with status 400."""

    def __init__(self, app: Server) -> None:
        self.max_records: int = app.config["MAX_RECORDS"]

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        """The plan of an upsert, of one record or of a batch."""
        check_members(body, UPSERT_MEMBERS)
        if ("fields" in body) == ("records" in body):
            raise bad_field("fields", "give either fields or records")
        on_conflict = self.on_conflict(body.get("onConflict", "update"))
        by_any_key = on_conflict == "ignore" and "matchFields" not in body
        key = () if by_any_key else self.match_key(table, body.get("matchFields"))
        batch = "records" in body
        plan = Plan(
            table=table,
            key=key,
            rows=self.batch_rows(table, key, body["records"])
            if batch
            else [self.upsert_row(table, key, body["fields"])],
            batch=batch,
            on_conflict=on_conflict,
            on_missing=self.on_missing(body.get("onMissing", "create")),
            update_fields=self.update_fields(table, body["updateFields"]) if "updateFields" in body else None,
            update_values=self.update_values(table, body["updateValues"]) if "updateValues" in body else None,
            update_where=self.guard(table, "updateWhere", body["updateWhere"]) if "updateWhere" in body else None,
        )
        self.check_replace(plan)
        return plan

    def check_replace(self, plan: Plan) -> None:
        """Of updateFields, updateValues and onConflict "replace", at most one says what is written on a match."""
        said = [plan.update_fields is not None, plan.update_values is not None, plan.on_conflict == "replace"]
        if sum(said) > 1:
            raise bad_request('Of updateFields, updateValues and "onConflict": "replace" give one.')
        if plan.on_conflict == "replace":
            for index, row in enumerate(plan.rows):
                with at_index(index if plan.batch else None):
                    self.check_required(plan.table, row)

    def match_key(self, table: Table, match_fields: Any) -> tuple[str, ...]:
        """The unique key that `matchFields` names, in the table's own order."""
        if not isinstance(match_fields, list) or not match_fields or not all(isinstance(n, str) for n in match_fields):
            raise bad_field("matchFields", "must be a list of at least one field name")
        if len(set(match_fields)) != len(match_fields):
            raise bad_field("matchFields", "names a field twice")
        for name in match_fields:
            if name in PROTECTED:
                raise bad_field("matchFields", f"{name} is protected")
            if name not in table.fields:
                raise bad_field("matchFields", f"{name} is not a field of this table")
        return self.unique_key(table, match_fields)

    def unique_key(self, table: Table, match_fields: list[str]) -> tuple[str, ...]:
        """The key that consists of these fields."""
        key = table.keys_by_fields.get(frozenset(match_fields))
        if key is None:
            raise bad_field("matchFields", "together are not a unique key of this table")
        return key

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        """The rows of a batch. The error names the first bad record."""
        rows: list[Row] = []
        for index, fields in enumerate(self.check_list("records", records)):
            try:
                rows.append(self.upsert_row(table, key, fields))
            except Problem as problem:
                problem.index = index
                raise
        return rows

    def check_list(self, member: str, value: Any) -> list[Any]:
        """The list of 1 to MAX_RECORDS entries that the member holds."""
        if not isinstance(value, list):
            raise bad_field(member, "must be a list")
        if not 1 <= len(value) <= self.max_records:
            raise bad_field(member, f"must hold 1 to {self.max_records} entries")
        return value

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        """One row to upsert, which holds all match fields."""
        row = self.row(table, fields)
        missing = [name for name in key if name not in row]
        if missing:
            raise bad_request("A match field is not in fields.", *(field_error(name, "is missing") for name in missing))
        return row

    def fields(self, table: Table, body: dict[str, Any]) -> Row:
        """The row in the body `{"fields": {…}}` of a create or a partial update."""
        check_members(body, frozenset({"fields"}))
        if "fields" not in body:
            raise bad_field("fields", "is missing")
        return self.row(table, body["fields"])

    def row(self, table: Table, fields: Any) -> Row:
        """The given fields as they are stored, without the protected ones."""
        if not isinstance(fields, dict):
            raise bad_field("fields", "must be an object")
        row: Row = {}
        errors: list[dict[str, Any]] = []
        for name, value in fields.items():
            field = table.fields.get(name)
            try:
                if field is not None:
                    row[name] = self.value(field, value)
                elif name not in PROTECTED:
                    errors.append(field_error(name, "is not a field of this table"))
            except ValueError as error:
                errors.append(field_error(name, str(error)))
        if errors:
            raise bad_request("A field is not valid.", *errors)
        return row

    def value(self, field: Field, value: Any) -> Any:
        """The stored form of a value. Raises ValueError."""
        return field.parse(value)

    def check_required(self, table: Table, row: Row) -> None:
        """On a create every required field is given."""
        missing = [name for name in table.required if name not in row]
        if missing:
            raise bad_request("A required field is missing.", *(field_error(name, "is required") for name in missing))

    def on_conflict(self, value: Any) -> str:
        """What to do with a match."""
        if value not in ON_CONFLICT:
            raise bad_field("onConflict", f"must be one of {', '.join(ON_CONFLICT)}")
        return str(value)

    def on_missing(self, value: Any) -> str:
        """What to do where nothing matches."""
        if value not in ON_MISSING:
            raise bad_field("onMissing", f"must be one of {', '.join(ON_MISSING)}")
        return str(value)

    def update_fields(self, table: Table, value: Any) -> frozenset[str]:
        """The fields that alone are written on a match."""
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise bad_field("updateFields", "must be a list of field names")
        for name in value:
            if name not in table.fields:
                raise bad_field("updateFields", f"{name} is not a field that can be written")
        return frozenset(value)

    def update_values(self, table: Table, value: Any) -> Row:
        """What is written on a match in place of the fields."""
        if not isinstance(value, dict):
            raise bad_field("updateValues", "must be an object")
        return self.row(table, value)

    def guard(self, table: Table, member: str, values: Any) -> Row:
        """The values that a stored record must have: protected fields included, null for "is null".

        In updateWhere an object with an operator becomes a Comparison.
        """
        if not isinstance(values, dict):
            raise bad_field(member, "must be an object")
        row: Row = {}
        for name, value in values.items():
            field = table.all_fields.get(name)
            if field is None:
                raise bad_field(member, f"{name} is not a field of this table")
            try:
                if member == "updateWhere" and isinstance(value, dict) and not self.is_json(field, value):
                    row[name] = self.comparison(field, value)
                else:
                    row[name] = None if value is None else field.parse(value)
            except ValueError as error:
                raise bad_field(member, f"{name} {error}") from None
        return row

    def is_json(self, field: Field, value: dict[str, Any]) -> bool:
        """Whether an object is the value of a json field. Raises ValueError for one that is an operator there."""
        if field.type.name == "json" and len(value) == 1 and value.keys() <= OPERATORS.keys():
            raise ValueError("is a json field, which has no operators")
        return field.type.name == "json"

    def comparison(self, field: Field, value: dict[str, Any]) -> Comparison:
        """A condition such as `{"lt": 5}`. Raises ValueError."""
        operator, operand = next(iter(value.items()), ("", None))
        if len(value) != 1 or operator not in OPERATORS:
            raise ValueError(f"must be a value, or an object with one of {', '.join(OPERATORS)}")
        if operator == "in":
            if not isinstance(operand, list) or not operand:
                raise ValueError("in: must be a list of at least one value")
            return Comparison(operator, [field.type.parse(each) for each in operand])
        if operator == "ne" and operand is None:
            return Comparison(operator, None)
        return Comparison(operator, field.type.parse(operand))
