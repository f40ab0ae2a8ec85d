"""Mistakes of batches that users of other software reported in public."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.bases import Nullable, then_writes
from upsertspec_broken.batch import batch_body, rows
from upsertspec_catalogue import Part
from upsertspec_server.errors import Problem, at_index, bad_field, bad_request
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator


def without_ids(body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a batch, in which the updated records have no id."""
    records = [
        {**each, "id": None, "record": {**each["record"], "id": None}} if each["operation"] == "updated" else each
        for each in body["records"]
    ]
    return {**body, "records": records}


def numbers(plan: Plan) -> list[Row]:
    """The rows; a field whose texts are all digits holds their numbers."""
    kinds = plan.table.fields
    given = {name for row in plan.rows for name in row if name not in plan.key and kinds[name].type.name == "text"}
    texts = {name: [row[name] for row in plan.rows if row.get(name) is not None] for name in given}
    inferred = {name for name in given if texts[name] and all(text.isdecimal() for text in texts[name])}
    return [{n: str(int(v)) if n in inferred and v is not None else v for n, v in row.items()} for row in plan.rows]


part: Part
for name, violates, part, report, says in (
    ("batch-sets-created-at", "AC-104",
     then_writes(lambda plan, row, match, now: {"created_at": now} if plan.batch else {}),
     "https://github.com/sequelize/sequelize/issues/5899",
     "Writes created_at to the matches of a batch, because it writes all columns of the new rows."),
    ("edited-together-keep-updated-at", "AC-104",
     then_writes(lambda plan, row, match, now: {"updated_at": match["updated_at"]} if plan.batch else {}),
     "https://github.com/OCA/server-tools/issues/577",
     "Moves updated_at of a record that is edited by itself, but not of those that are edited together."),
    ("batch-lists-the-created-only", "AC-301",
     batch_body(lambda body: {**body, "records": [r for r in body["records"] if r["operation"] == "created"]}),
     "https://github.com/devflowinc/trieve/pull/1804",
     "Leaves the updated records out of the answer to a batch."),
    ("updated-have-no-id-in-a-batch", "AC-301", batch_body(without_ids),
     "https://github.com/django/django/pull/17051",
     "Answers a batch without the ids of the records that it updated."),
    ("batch-takes-digits-for-numbers", "AC-303", rows(numbers),
     "https://github.com/nao1215/sqly/pull/738",
     "Infers the types of a batch from its values: where all texts of a field are digits, leading zeros are lost."),
):  # fmt: skip
    add(name, says, violates, part, report=report)


@broken("AC-303", report="https://github.com/supabase/supabase-js/issues/1223")
class MissingIsNullWhereAnotherHasIt(Upserts):
    """Creates a record of a batch with null in place of a default, where another record of the batch has the field."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        columns = {name for each in plan.rows for name in each} - set(plan.table.required)
        return super().create(plan, {**dict.fromkeys(columns), **row} if plan.batch else row, now)


@broken("AC-301", report="https://github.com/PostgREST/postgrest/issues/4046")
class BatchWantsAllThatIsRequired(Upserts):
    """Refuses a batch whose records lack a required field, even where every record has a match."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        for index, row in enumerate(plan.rows):
            with at_index(index):
                self.app.validator.check_required(plan.table, row)
        return super().upsert_batch(plan, now)


@broken("AC-301", report="https://github.com/bwaldvogel/mongo-java-server/issues/41")
class OneNewRecordABatch(Upserts):
    """Fails where a batch creates more than one record."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes = super().upsert_batch(plan, now)
        if [outcome.operation for outcome in outcomes].count("created") > 1:
            raise RuntimeError("Unexpected number of upserts")
        return outcomes


class Batches(Validator):
    """Reads the records of a batch in its own way."""

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        return self.changed(table, super().batch_rows(table, key, records))

    def changed(self, table: Table, rows: list[Row]) -> list[Row]:
        """The rows that are written."""
        return rows


@broken("AC-303", "AC-301", report="https://github.com/PostgREST/postgrest/issues/3717")
class BatchWantsTheSameFields(Batches):
    """Refuses a batch whose records do not all have the same fields."""

    def changed(self, table: Table, rows: list[Row]) -> list[Row]:
        if any(row.keys() != rows[0].keys() for row in rows):
            raise bad_field("records", "must all have the same fields")
        return rows


@broken("AC-303", report="https://github.com/Coldairarrow/EFCore.Sharding/issues/47")
class BatchKnowsNoTrue(Batches):
    """Stores false for every boolean in a batch."""

    def changed(self, table: Table, rows: list[Row]) -> list[Row]:
        kinds = {name: field.type.name for name, field in table.fields.items()}
        return [{n: 0 if kinds[n] == "boolean" and v is not None else v for n, v in row.items()} for row in rows]


@broken("AC-303", report="https://github.com/nocobase/nocobase/issues/6323")
class BatchDropsTheOffset(Validator):
    """Takes moments in a batch as UTC, whatever their offset; a single record keeps the instant."""

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        moments = {name for name, field in table.fields.items() if field.type.name == "datetime"}

        def utc(name: str, value: Any) -> Any:
            is_moment = name in moments and isinstance(value, str)
            return re.sub(r"[+-]\d\d:\d\d$", "Z", value) if is_moment else value

        given = records if isinstance(records, list) else []
        changed = [{n: utc(n, v) for n, v in each.items()} if isinstance(each, dict) else each for each in given]
        return super().batch_rows(table, key, changed if given else records)


@broken("AC-302", report="https://github.com/ckan/ckan/issues/7748")
class InvalidValuesNameNoRecord(Validator):
    """Says what is wrong with a value in a batch, but not in which record."""

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        try:
            return super().batch_rows(table, key, records)
        except Problem as problem:
            problem.index = None
            raise


def unchecked(is_loose: Callable[[Field, Any], bool]) -> type[Validator]:
    """A validator that checks some values in a batch for nothing but their type."""

    class Unchecked(Validator):
        def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
            g.in_batch = True
            return super().batch_rows(table, key, records)

        def value(self, field: Field, value: Any) -> Any:
            if "in_batch" in g and is_loose(field, value):
                return None if value is None else field.type.parse(value)
            return super().value(field, value)

    return Unchecked


class CreatesWithAllThatIsRequired(Upserts):
    """Refuses a new record with null in a required field."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        if any(row.get(name) is None for name in plan.table.required):
            raise bad_request("A required field is missing.")
        return super().create(plan, row, now)


for name, violates, parts, report, says in (
    ("batch-checks-no-rules", "AC-302",
     [unchecked(lambda field, value: field.has_rules and value is not None)],
     "https://github.com/loopbackio/loopback-datasource-juggler/issues/892",
     "Checks options, minimum and pattern of a single record, but not of the records in a batch."),
    ("batch-clears-what-is-required", "AC-302",
     [Nullable, CreatesWithAllThatIsRequired, unchecked(lambda field, value: field.required and value is None)],
     "https://github.com/cortezaproject/corteza/issues/916",
     "Lets a batch set a required field of a match to null."),
):  # fmt: skip
    add(name, says, violates, *parts, report=report)


@broken("AC-303", report="https://github.com/electric-sql/archived-electric-next/issues/184")
class BatchJoinsItsKeys(Upserts):
    """Takes two records of a batch as one where the values of their keys, written one after the other, are the same."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        keys = [tuple(row[name] for name in plan.key) for row in plan.rows]
        joined = ["".join(map(str, key)) for key in keys]
        if len(set(joined)) == len(set(keys)):
            return super().upsert_batch(plan, now)
        rows = dict(zip(joined, plan.rows, strict=True))
        outcomes = super().upsert_batch(replace(plan, rows=list(rows.values())), now)
        found = dict(zip(rows, outcomes, strict=True))
        return [found[key] for key in joined]
