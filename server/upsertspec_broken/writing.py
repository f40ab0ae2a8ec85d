"""What is written: too much, too little, protected fields, or the wrong id and times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import request

from upsertspec_broken import add, broken
from upsertspec_broken.bases import (
    FindThenWrite,
    WithoutUniqueIndices,
    changes,
    key_fields,
    single_keys,
    then_writes,
    without,
)
from upsertspec_server.errors import bad_field
from upsertspec_server.records import Records
from upsertspec_server.schema import PROTECTED, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator


@broken("AC-001")
class ForgetsToCommit(Store):
    """Answers as if everything were done, but never commits."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            yield
            self.db.rollback()
            self.db.begin()


@broken("AC-001", "AC-612")
class ForgetsDefaults(Records):
    """Gives no default to a field that a create does not mention."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        return super().new_row(table, {**dict.fromkeys(table.fields), **row}, now)


@broken("AC-001", "AC-002")
class ForgottenColumn(Upserts):
    """Has a handwritten list of columns to write, from which `birthday` is missing."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        return super().upsert_one(plan, without(row, ["birthday"]), now)


class Inserts(FindThenWrite):
    """Finds no match."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return None


add("insert-only", "Only inserts: a record that exists is refused with 409.", "AC-002 AC-014 AC-106", Inserts)
add("inserts-every-time", "Only inserts, without a unique index: each repeat creates another record.",
    "AC-106 AC-002 AC-014 AC-013", Inserts, WithoutUniqueIndices)  # fmt: skip


@broken("AC-002", "AC-014", "AC-205")
class AnswersWithoutWriting(Upserts):
    """Does nothing on a conflict, but answers with the values that were sent and says "updated"."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        return Outcome(plan.table, "updated", match["id"], {**match, **row})


def defaults_without_required(table: Table) -> Row:
    """The defaults of the fields that may be null."""
    return without(table.defaults, table.required)


for name, violates, part, says in (
    ("fills-only-gaps", "AC-002 AC-014",
     changes(lambda plan, row, match, given: {n: v for n, v in given.items() if match[n] is None}),
     "Writes to the match only what is null there, like code that enriches records."),
    ("replaces-the-whole-record", "AC-105 AC-002 AC-014",
     changes(lambda plan, row, match, given: {**defaults_without_required(plan.table), **given}),
     "Sets every field that is not mentioned to its default or null, like a PUT."),
    ("defaults-on-update", "AC-105",
     changes(lambda plan, row, match, given: {
         **{n: v for n, v in plan.table.defaults.items() if v is not None}, **given}),
     "Gives a field that is not mentioned its default on an update too."),
    ("null-keeps-the-old-value", "AC-105 AC-002",
     changes(lambda plan, row, match, given: {n: v for n, v in given.items() if v is not None}),
     "Writes COALESCE(new, old): null changes nothing."),
    ("falsy-is-not-given", "AC-105 AC-002 AC-013",
     changes(lambda plan, row, match, given: {n: v for n, v in given.items() if v}),
     "Tests `if value` instead of whether the field was given: 0, false and empty text are not written."),
    ("keys-are-never-written", "AC-002",
     changes(lambda plan, row, match, given: without(given, single_keys(plan.table))),
     "Leaves every unique field out of an update, including those that are not match fields."),
):  # fmt: skip
    add(name, says, violates, part)


@broken("AC-002", "AC-102")
class WheresTheWhere(FindThenWrite):
    """Forgets the WHERE of the update: every record gets the values that are not unique."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        for row in self.store.rows(table):
            super().save(table, row, without(changes, key_fields(table)), now)
        return super().save(table, match, changes, now)


@broken("AC-002", "AC-103", "AC-106", "AC-014", "AC-308", "AC-401", "AC-402", "AC-405", "AC-406")
class DeleteThenInsert(FindThenWrite):
    """Deletes the match and inserts it with a new id, but keeps its created_at."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        self.store.delete(table, match["id"])
        new = {"id": self.store.new_id(table), "updated_at": self.store.later(now, match["updated_at"])}
        return self.store.insert(table, {**match, **changes, **new})


@broken("AC-103", "AC-106")
class NewUuidOnUpdate(FindThenWrite):
    """Generates a random id for each request, and on a conflict writes it to the match."""

    def changes(self, plan: Plan, row: Row, match: Row) -> Row:
        changes = super().changes(plan, row, match)
        return {**changes, "id": self.store.new_id(plan.table)} if plan.table.uuid else changes


@broken("AC-104")
class UpdateSetsCreatedAt(FindThenWrite):
    """Writes created_at together with all other columns of the conflicting row."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        return super().save(table, match, {**changes, "created_at": now}, now)


@broken("AC-104")
class UpdateLeavesUpdatedAt(Store):
    """Sets updated_at by a default of the column, so only when a record is inserted."""

    def later(self, now: str, previous: str) -> str:
        return previous


add("times-of-three-tables-stay", "Has no trigger that moves updated_at on its youngest tables.", "AC-402 AC-405",
    then_writes(lambda plan, _, match, __: {"updated_at": match["updated_at"]}
                if plan.table.name in ("categories", "rules", "transaction_category_mappings") else {}))  # fmt: skip


@broken("AC-104")
class UnchangedKeepsUpdatedAt(FindThenWrite):
    """Moves updated_at only where some value changes."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        changed = any(match[name] != value for name, value in changes.items())
        return super().save(table, match, changes, now) if changed else match


@broken("AC-104")
class WholeSeconds(Store):
    """Keeps times in whole seconds: an update within the same second has the same updated_at."""

    def now(self) -> str:
        return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def later(self, now: str, previous: str) -> str:
        return now


def given_protected(fields: Any) -> list[str]:
    """The protected fields in a request."""
    return [name for name in fields if name in PROTECTED] if isinstance(fields, dict) else []


@broken("AC-011")
class ProtectedIs400(Validator):
    """Refuses a request with a protected field."""

    def row(self, table: Table, fields: Any) -> Row:
        for name in given_protected(fields):
            raise bad_field(name, "is protected")
        return super().row(table, fields)


@broken("AC-011")
class OnlyTheIdIsProtected(Validator):
    """Drops the id, but refuses created_at and updated_at as unknown fields."""

    def row(self, table: Table, fields: Any) -> Row:
        for name in set(given_protected(fields)) - {"id"}:
            raise bad_field(name, "is not a field of this table")
        return super().row(table, fields)


@broken("AC-011")
class ProtectedNullIsRefused(Validator):
    """Drops a protected field only where it has a value, and so refuses one that is null."""

    def row(self, table: Table, fields: Any) -> Row:
        for name in given_protected(fields):
            if fields[name] is None:
                raise bad_field(name, "is not a field of this table")
        return super().row(table, fields)


@broken("AC-011")
class ProtectedIsChecked(Validator):
    """Checks the type of a protected field before it drops it."""

    def row(self, table: Table, fields: Any) -> Row:
        for name in given_protected(fields):
            if fields[name] is not None and not isinstance(fields[name], (int, str) if name == "id" else str):
                raise bad_field(name, "is of the wrong type")
        return super().row(table, fields)


def keeps(name: str) -> type[Validator]:
    """A validator that keeps one protected field, where its value is of the right type."""

    class Keeps(Validator):
        def row(self, table: Table, fields: Any) -> Row:
            row = super().row(table, fields)
            value = fields.get(name)
            kind = int if name == "id" and not table.uuid else str
            return {**row, name: value} if isinstance(value, kind) and not isinstance(value, bool) else row

    return Keeps


class RecordsWithProtected(Records):
    """Writes the protected fields of a new row."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        return {**super().new_row(table, row, now), **{name: row[name] for name in PROTECTED if name in row}}


NOT_UPDATED_AT = changes(lambda plan, row, match, given: without(given, ["updated_at"]))
NOT_THE_ID = changes(lambda plan, row, match, given: without(given, ["id", "updated_at"]))
add("id-from-the-request", "Stores the id that was sent, on a create and on an update.", "AC-011 AC-103",
    keeps("id"), RecordsWithProtected, NOT_UPDATED_AT)  # fmt: skip
add("id-from-the-request-on-create", "Stores the id that was sent, on a create.", "AC-011",
    keeps("id"), RecordsWithProtected, NOT_THE_ID)  # fmt: skip
add("created-at-from-the-request", "Stores the created_at that was sent.",
    "AC-011 AC-104", keeps("created_at"), RecordsWithProtected, NOT_UPDATED_AT)  # fmt: skip
add("updated-at-from-the-request", "Stores the updated_at that was sent.", "AC-011 AC-104",
    keeps("updated_at"), RecordsWithProtected, FindThenWrite)  # fmt: skip


class TakesTheNumber(Records):
    """Gives a record the number that the client sends as its id, where no other has it."""

    endpoint = "records.create"

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        new, sent = super().new_row(table, row, now), request.get_json() if request.endpoint == self.endpoint else {}
        for each in sent.get("operations", [sent]):
            number = each.get("fields", {}).get("id")
            if type(number) is int and not table.uuid and self.store.get(table, number) is None:
                new["id"] = number
        return new


add("create-takes-the-number", "Gives a new record the number that the client sends as its id, in a create.",
    "AC-601", TakesTheNumber)  # fmt: skip
add("transaction-takes-the-number", "Gives a new record the number that the client sends as its id, in a transaction.",
    "AC-011", type("Within", (TakesTheNumber,), {"endpoint": "transactions.transact"}))  # fmt: skip


@broken("AC-011", "AC-101", using=(keeps("id"),))
class IdLeadsToTheRecord(NOT_THE_ID):  # type: ignore[misc, valid-type]  # a base that is made
    """Updates the record whose id was sent, whatever the match fields say."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        sent = self.store.get(plan.table, row["id"]) if "id" in row else None
        found: Row | None = sent or super().find_match(plan, row)
        return found


@broken("AC-601")
class BatchUpdatesWhatItCreates(Upserts):
    """Creates a record of a batch with its key, and then updates it: updated_at is later than created_at."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().create(plan, row, now)
        if not plan.batch or outcome.row is None:
            return outcome
        later = {"updated_at": self.store.later(now, outcome.row["updated_at"])}
        return replace(outcome, row=self.store.update(plan.table, outcome.row, later))
