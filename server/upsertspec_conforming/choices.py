"""What the contract explicitly leaves to the implementation: its MAYs, its choices, its SHOULDs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import g

from upsertspec_catalogue import parsed
from upsertspec_conforming import add, conforming
from upsertspec_server import Server
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem, bad_field, bad_request, not_found
from upsertspec_server.fields import Integer
from upsertspec_server.queries import Condition, Grouping, Include, Listing, Queries
from upsertspec_server.records import Records
from upsertspec_server.request import Request, check_members
from upsertspec_server.schema import Field, Role, Row, Table
from upsertspec_server.store import quote
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome, Plan, Upserts, agrees
from upsertspec_server.validation import Validator


@conforming("Whether `ignored` needs the permission to update is the implementation's choice (3.1).")
class IgnoredNeedsUpdate(Upserts):
    """Checks the permission to update also where a match is left as it is."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        asked = [replace(each, operation=each.operation.replace("ignored", "updated")) for each in outcomes]
        super().check_permissions(role, asked, batch)


@conforming("A name that is not in `fields` writes nothing; an empty list is MAY (3.1).")
class NothingToWriteIsUpdated(Upserts):
    """Says updated, and moves updated_at, where updateFields leaves nothing to write."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = None if plan.on_conflict != "update" or plan.changes(row) else self.find_match(plan, row)
        if match is not None and agrees(plan.table, match, plan.update_where):
            return self.update(plan, row, match, now)
        return super().upsert_one(plan, row, now)


@conforming("An empty list is MAY (3.1, `updateFields`).")
class EmptyUpdateFieldsAreRefused(Validator):
    """Answers 400 for an empty list of updateFields."""

    def update_fields(self, table: Table, value: Any) -> frozenset[str]:
        if value == []:
            raise bad_field("updateFields", "must name a field")
        return super().update_fields(table, value)


@conforming("Which one, where several records stand in the way, is MAY (5.1, `matchFields`).")
def keys_the_other_way_round(app: Server) -> None:
    """Looks at the last unique key first where an upsert names no match fields."""
    for table in app.schema.tables.values():
        object.__setattr__(table, "unique_keys", table.unique_keys[::-1])


@conforming("A role that may not create may get 403 where nothing matches and nothing is created (5.1, `onMissing`).")
class MissingNeedsCreate(Upserts):
    """Answers 403 instead of 404 where nothing matches and the role may not create."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.on_missing == "error" and self.find_match(plan, row) is None:
            self.app.auth.require(g.role, "create")
        return super().upsert_one(plan, row, now)


@conforming("Of a key that comes twice the later record is applied …, or the batch is refused whole (3.1).")
class TwinsInABatchAreRefused(Validator):
    """Answers 400 for a batch with a key twice, before it looks at what is stored."""

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        rows = super().batch_rows(table, key, records)
        seen: set[tuple[Any, ...]] = set()
        for index, row in enumerate(rows):
            values = tuple(row[name] for name in key)
            if values and None not in values and values in seen:
                problem = bad_request("A key is in the batch twice.")
                problem.index = index
                raise problem
            seen.add(values)
        return rows


def whole(value: Any) -> Any:
    """The integer that a float is equal to, or the value itself."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


add("whole-floats-are-integers", "Takes 3.0 as the integer 3.",
    "Whether 3.0 is an integer is the implementation's choice (2, MAY).",
    parsed(Integer, whole))  # fmt: skip


@conforming("The order between 400 and 404 of one operation and those of the next is open (3, 3.3).")
class OperationsOneByOne(Transactions):
    """Checks an operation of a transaction only after running those before it."""

    def check(self, body: dict[str, Any], role: Role) -> list[Operation]:
        self.caller = role
        check_members(body, frozenset({"operations"}))
        return self.validator.check_list("operations", body.get("operations"))

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        self.check_shape(operation)
        self.app.schema.find(operation["table"])
        self.check_permission(operation, self.caller)
        return super().run_one(operation, results)


@conforming("`_sort` says how to sort (3.2); without it no order is promised, nor one among groups.")
class NoOrderOfItsOwn(Queries):
    """Lists records, and groups, in another order each time where no _sort is given."""

    def order(self, listing: Listing | Include) -> str:
        return super().order(listing) if listing.sort else "random()"

    def groups_sql(self, grouping: Grouping) -> str:
        return f"SELECT * FROM ({super().groups_sql(grouping)}) ORDER BY random()"  # noqa: S608 - the base's statement


@conforming("`_sort` (3.2) names no collation for text.")
class SortsAsADictionary(Queries):
    """Sorts and compares text without case; equality stays exact."""

    def column(self, field: Field) -> str:
        return super().column(field) + (" COLLATE NOCASE" if field.type.name == "text" else "")

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        column = quote(field.name) if operator in ("eq", "ne") else self.column(field)
        return f"{column} {self.comparisons[operator]} ?", [self.value(field, text)]

    def one_of(self, field: Field, texts: list[str]) -> Condition:
        sql, values = super().one_of(field, texts)
        return sql.replace(" COLLATE NOCASE", ""), values


@conforming("`_limit` (default 50, at most 1,000) (3.2): nothing is said of 0.")
class LimitMayBe0(Queries):
    """Answers `_limit=0` with an empty page and the total."""

    def limit(self, text: str | None) -> int:
        return 0 if text == "0" else super().limit(text)


@conforming("A request without `group_by`, and an `avg` of a field that has no numbers, may be refused (3.2).")
class CountsWhatItCan(Queries):
    """Leaves out an average of what has no numbers, and groups by the id where no field is named."""

    def grouping(self, table: Table, parameters: Iterable[tuple[str, str]]) -> Grouping:
        texts = [name for name, field in table.all_fields.items() if field.type.name not in ("integer", "decimal")]
        given = [pair for pair in parameters if pair[0] != "avg" or pair[1] not in texts]
        return super().grouping(table, given if "group_by" in dict(given) else [("group_by", "id"), *given])


@conforming("Whether a byte order mark may come first, and whether UTF-16 is read, is up to you (MAY).")
class DetectsTheEncoding(Request):
    """Detects the encoding from the first bytes, as the JSON library of Python does."""

    def parse(self, data: bytes) -> dict[str, Any]:
        try:
            return super().parse(data.decode(json.detect_encoding(data)).encode())
        except UnicodeDecodeError:
            return super().parse(data)


@conforming("A filter by a value that its field can't have is refused with 400, or finds no record (5).")
class OddFiltersFindNothing(Queries):
    """Finds nothing by a filter whose value its field can't have, and nothing behind an offset of any size."""

    def value(self, field: Field, text: str) -> Any:
        try:
            return super().value(field, text)
        except ValueError:
            if not field.type.filters:
                raise
            return None

    def number(self, name: str, text: str) -> int:
        return super().number(name, text[:18] if name == "_offset" else text)


@conforming("AC-110 is a SHOULD: null never matches null.", warns=("AC-110",))
class NullMatchFieldsAreRefused(Validator):
    """Answers 400 where a match field is null, instead of creating a record."""

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        row = super().upsert_row(table, key, fields)
        if any(row[name] is None for name in key):
            raise bad_field("matchFields", "must not be null")
        return row


@conforming("AC-111 is a SHOULD: matching is exact.", warns=("AC-111",))
class MatchesWithoutCase(Upserts):
    """Matches without case and surrounding white space, like the collations of many databases."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        if not plan.key:
            return super().find_match(plan, row)
        where = " AND ".join(f"lower(trim({quote(name)})) = lower(trim(?))" for name in plan.key)
        found = self.store.rows(plan.table, where, [row[name] for name in plan.key], limit=1)
        return super().find_match(plan, row) or next(iter(found), None)

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        changes = plan.changes(row)
        updated_at = self.store.later(now, match["updated_at"])
        stored = self.store.update(plan.table, match, {**changes, "updated_at": updated_at})
        return Outcome(plan.table, "updated", stored["id"], stored)


@conforming("A record of another organization may be answered as forbidden or as missing (5, Organizations).")
class OthersAreMissing(Auth):
    """Answers 404 to whatever is not the organization's own: a record, fields that name another, another table."""

    def require_own(self, table: Table, row: Row) -> None:
        if not self.sees(table, row):
            raise not_found()

    def require_table(self, role: Role, table: Table) -> None:
        if role.organization is not None and table.organization is None:
            raise not_found("There is no such table.")


@conforming("A record of another organization may be answered as forbidden or as missing (5, Organizations).")
class OthersAreForbidden(Records):
    """Answers 403 to a member for each id that is not its own record's, whether there is one or not."""

    def read(self, table: Table, record_id: Any) -> Row:
        try:
            return super().read(table, record_id)
        except Problem:
            if g.role.organization is None:
                raise
            raise Problem(403, "This is not a record of your organization.") from None
