"""Mistakes of matches, writes and their answers that users of other software reported in public."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite, changes, single_keys, then_writes, updates_with
from upsertspec_broken.records import Graves
from upsertspec_server import Server, jsontext
from upsertspec_server.errors import Problem, conflict, field_error
from upsertspec_server.records import Records
from upsertspec_server.schema import Row, Table
from upsertspec_server.store import TIME, Key, Matches, Store, quote
from upsertspec_server.upsert import Outcome, Plan, Upserts


def later_by(moment: str, hours: int) -> str:
    """The stored moment, some hours later."""
    return (dt.datetime.fromisoformat(moment) + dt.timedelta(hours=hours)).strftime(TIME)


def moments(table: Table, row: Row) -> Row:
    """The moments of a row that are not null."""
    kinds = {name: field.type.name for name, field in table.fields.items()}
    return {n: v for n, v in row.items() if kinds.get(n) == "datetime" and v is not None}


for name, violates, part, report, says in (
    ("update-fields-alone-are-set", "AC-104",
     then_writes(lambda plan, row, match, now: {"updated_at": match["updated_at"]} if plan.update_fields else {}),
     "https://github.com/sqlalchemy/sqlalchemy/issues/5900",
     "Sets nothing but the updateFields, so that updated_at does not move."),
    ("key-among-the-update-fields-clears", "AC-203",
     then_writes(
         lambda plan, row, match, now: {
             name: None for name, field in plan.table.fields.items() if name not in row and not field.required
         } if set(plan.key) & (plan.update_fields or set()) else {}
     ),
     "https://github.com/duckdb/duckdb/issues/16698",
     "Clears what a record does not mention where the match field is one of the updateFields."),
    ("updated-at-loses-its-fraction", "AC-104",
     then_writes(lambda plan, row, match, now: {"updated_at": f"{now[:19]}.000000Z"}),
     "https://github.com/rails/rails/issues/42992",
     "Writes updated_at in whole seconds where an upsert updates, though a create keeps the fraction."),
    ("created-at-goes-back", "AC-104",
     then_writes(lambda plan, row, match, now: {"created_at": later_by(match["created_at"], -3)}),
     "https://github.com/cosmopolitan-app/cosmopolitan/issues/55",
     "Reads created_at as local time and writes it as UTC: it goes back three hours with each update."),
    ("unmentioned-moments-move", "AC-105",
     then_writes(lambda plan, row, match, now: {
         n: later_by(v, 2) for n, v in moments(plan.table, match).items() if n not in row}),
     "https://github.com/nocodb/nocodb/issues/3004",
     "Writes the moments that are not mentioned two hours later with each update, as in its own time zone."),
    ("update-cuts-moments", "AC-105",
     updates_with(lambda plan, row: {**row, **{n: f"{v[:19]}.000000Z" for n, v in moments(plan.table, row).items()}}),
     "https://github.com/drizzle-team/drizzle-orm/issues/624",
     "Cuts the fraction of a second off the moments that an upsert writes to a match."),
    ("emoji-break-on-update", "AC-805",
     updates_with(lambda plan, row: {
         n: re.sub("[\U00010000-\U0010ffff]", "\ufffd", v) if isinstance(v, str) and n not in plan.key else v
         for n, v in row.items()}),
     "https://github.com/iwind/rockmongo/issues/118",
     "Stores an emoji in a new record, but a replacement character where an upsert updates one."),
):  # fmt: skip
    add(name, says, violates, part, report=report)


def names_its_key_alone(plan: Plan, row: Row) -> bool:
    """Whether an upsert writes nothing to a match but its key."""
    return plan.changes(row).keys() <= set(plan.key)


@broken("AC-104", report="https://github.com/rails/rails/issues/51771")
class KeyOnlyKeepsUpdatedAt(Upserts):
    """Moves updated_at only where an upsert names more than its key."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if names_its_key_alone(plan, row):
            return Outcome(plan.table, "updated", match["id"], match)
        return super().update(plan, row, match, now)


@broken("AC-104", report="https://github.com/nucleuscloud/neosync/pull/3431")
class KeyOnlyCrashes(Upserts):
    """Fails where an upsert of a match names nothing but its key, since there is nothing to set."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if names_its_key_alone(plan, row):
            raise RuntimeError("syntax error at the end of SET")
        return super().update(plan, row, match, now)


@broken("AC-014", "AC-106", report="https://github.com/typeorm/typeorm/issues/10187")
class SameAgainCrashes(Upserts):
    """Fails where an upsert finds a match that has all of its values already."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if all(match[name] == value for name, value in plan.changes(row).items()):
            raise RuntimeError("Cannot update: the id is not set")
        return super().update(plan, row, match, now)


@broken("AC-002", "AC-205", report="https://github.com/elixir-ecto/ecto/issues/3091")
class AnswerHasANewCreatedAt(Upserts):
    """Keeps created_at where it updates a match, but answers with the time of the request."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update(plan, row, match, now)
        return replace(outcome, row={**(outcome.row or {}), "created_at": now})


@broken("AC-205", report="https://github.com/strongloop/loopback/issues/3517")
class AnswersInLocalTime(Upserts):
    """Stores the moments of an upsert as they are, but answers with its local time and calls it UTC."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        shown = outcome.row or {}
        return replace(outcome, row={**shown, **{n: later_by(v, 8) for n, v in moments(plan.table, shown).items()}})


@broken("AC-205", report="https://github.com/elixir-sqlite/exqlite/issues/80")
class IgnoredHasTheLastId(Upserts):
    """Answers with the last inserted id where a match is ignored."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if outcome.operation != "ignored" or plan.table.uuid:
            return outcome
        last = max(each["id"] for each in self.store.rows(plan.table))
        return replace(outcome, id=last, row={**(outcome.row or {}), "id": last})


@broken("AC-002", report="https://github.com/mongodb/mongo-php-library/issues/772")
class DigitsNeverMatch(FindThenWrite):
    """Takes a key that is a whole number in text as a number, which equals no text: it never matches."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        texts = [row[name] for name in plan.key if isinstance(row[name], str)]
        if any(re.fullmatch(r"0|-?[1-9][0-9]*", text) for text in texts):
            return None
        return super().find_match(plan, row)


class Folded(Store):
    """Compares the texts of a key after it has folded them, like a database with a collation."""

    def open(self) -> Database:
        db = super().open()
        db.conn.create_function("folded", 1, lambda v: self.fold(v) if isinstance(v, str) else v, deterministic=True)
        return db

    def equals(self, key: Key) -> str:
        return " AND ".join(f"folded({quote(name)}) = folded(?)" for name in key)

    def find_many(self, table: Table, key: Key, rows: Any) -> Matches:
        return {tuple(row[name] for name in key): self.find(table, key, row) for row in rows}

    def fold(self, text: str) -> str:
        """What texts that are taken as equal have in common."""
        return text


@broken("AC-101", using=(FindThenWrite,), report="https://github.com/brianmario/mysql2/issues/253")
class AccentsDoNotCount(Folded):
    """Matches text with other accents, or without."""

    def fold(self, text: str) -> str:
        return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@broken("AC-101", using=(FindThenWrite,), report="https://github.com/HubSpot/Blazar-Archive/pull/351")
class EmojiAreAllTheSame(Folded):
    """Matches text with another emoji in the place of each."""

    def fold(self, text: str) -> str:
        return re.sub("[\U00010000-\U0010ffff]", "\ufffd", text)


def buried(upserts: Upserts, plan: Plan, row: Row) -> Row | None:
    """The deleted record that had the key."""
    assert isinstance(upserts.records, Graves)
    graves = [grave for (table, _), grave in upserts.records.graves.items() if table == plan.table.name]
    return next((g for g in graves if plan.key and all(g[name] == row[name] for name in plan.key)), None)


@broken("AC-609", using=(Graves,), report="https://github.com/typeorm/typeorm/issues/9749")
class UpdatesTheDeleted(Upserts):
    """Finds a match among the records that are marked as deleted, and updates it: it stays hidden."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        grave = buried(self, plan, row)
        if grave is None:
            return super().create(plan, row, now)
        grave.update(row, updated_at=now)
        return Outcome(plan.table, "updated", grave["id"], grave)


@broken("AC-609", using=(Graves,), report="https://github.com/rubysherpas/paranoia/issues/570")
class BatchRestoresTheDeleted(Upserts):
    """Restores a record that is marked as deleted, with its old values, where a batch has its key."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        grave = buried(self, plan, row) if plan.batch else None
        if grave is None:
            return super().create(plan, row, now)
        self.store.insert(plan.table, {**grave, **row, "updated_at": now})
        return Outcome(plan.table, "updated", grave["id"], {**grave, **row, "updated_at": now})


@broken("AC-001", report="https://github.com/outmoded/penseur/issues/121")
class OldValueStaysReserved(Upserts):
    """Keeps a list of the unique values that are taken, from which it never removes one that was changed."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.reserved: set[tuple[str, str, Any]] = set()

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update(plan, row, match, now)
        changed = [name for name in single_keys(plan.table) if name in row and row[name] != match[name]]
        self.reserved |= {(plan.table.name, name, match[name]) for name in changed if match[name] is not None}
        return outcome

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        for name in single_keys(plan.table):
            if (plan.table.name, name, row.get(name)) in self.reserved:
                raise conflict("A unique key would be broken.", field_error(name, "is already taken"))
        return super().create(plan, row, now)


@broken("AC-608", report="https://github.com/baserow/baserow/issues/4979")
class PatchSkipsEmptyText(Records):
    """Leaves the fields that are empty text out of a partial update."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        return super().update(table, record_id, {name: row[name] for name in row if row[name] != ""}, where)


@broken("AC-608", report="https://github.com/directus/directus/issues/18511")
class PatchOfATakenValueDoesNothing(Records):
    """Answers a partial update with 200, and writes nothing, where a unique value is taken."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        try:
            return super().update(table, record_id, row, where)
        except Problem as problem:
            if "unique key" not in problem.detail:
                raise
            return Outcome(table, "updated", record_id, self.read(table, record_id))


@broken("AC-403", report="https://github.com/Azure/data-api-builder/issues/620")
class MissingParentCrashesACreate(Records):
    """Fails where a POST refers to a record that does not exist, though an upsert refuses it."""

    def create(self, table: Table, row: Row) -> Outcome:
        try:
            return super().create(table, row)
        except Problem as problem:
            if "reference" not in problem.detail:
                raise
            raise RuntimeError("The INSERT statement conflicted with the FOREIGN KEY constraint") from problem


@broken("AC-201", report="https://github.com/bloomberg/comdb2/pull/4109")
class IgnoredMatchHasTakenTheValue(Upserts):
    """Refuses to ignore a match where the request has another unique value that is taken, even by the match."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.ignore and plan.key and self.store.find(plan.table, plan.key, row):
            for key in plan.table.unique_keys:
                if key != plan.key and row.keys() >= set(key) and self.store.find(plan.table, key, row):
                    raise conflict("A unique key would be broken.", field_error(key[0], "is already taken"))
        return super().upsert_one(plan, row, now)


@broken("AC-209", report="https://github.com/drudge/mongoose-findorcreate/pull/10")
class ReadsBackByTheOldKey(Upserts):
    """Reads the record by the key of the request after the update, which may have changed it: the answer has none."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update(plan, row, match, now)
        return replace(outcome, row=self.store.find(plan.table, plan.key, row))


def is_nothing(value: Any) -> bool:
    """Whether a value is null, empty, or zero."""
    return value in (None, "", "0", 0)


def in_other_case(one: Any, other: Any) -> bool:
    """Whether two texts differ by the case of their letters alone."""
    return isinstance(one, str) and isinstance(other, str) and one != other and one.lower() == other.lower()


def outline(stored: str | None) -> Any:
    """A JSON value, without what is below its second level."""

    def shape(value: Any) -> Any:
        return type(value) if isinstance(value, (dict, list)) else value

    value = None if stored is None else jsontext.read(stored.encode())
    if isinstance(value, list):
        return [shape(each) for each in value]
    return {name: shape(each) for name, each in value.items()} if isinstance(value, dict) else value


def is_deep(table: Table, name: str, one: Any, other: Any) -> bool:
    """Whether a field has JSON, and two of its values differ below their second level alone."""
    return name in table.fields and table.fields[name].type.name == "json" and outline(one) == outline(other)


for name, violates, part, report, says in (
    ("nothing-is-all-the-same", "AC-002 AC-208 AC-209 AC-303",
     changes(lambda plan, row, match, given: {
         n: v for n, v in given.items() if not (is_nothing(v) and is_nothing(match[n]))}),
     "https://github.com/GranadaORM/Granada/pull/42",
     "Writes nothing to a field where the stored and the given value are two of null, empty text, 0 and false."),
    ("another-case-is-no-change", "AC-002 AC-303",
     changes(lambda plan, row, match, given: {n: v for n, v in given.items() if not in_other_case(v, match[n])}),
     "https://github.com/ArctosDB/arctos/issues/2420",
     "Writes no text that differs from the stored one by the case of its letters alone."),
    ("deep-json-is-no-change", "AC-611",
     changes(lambda plan, row, match, given: {
         n: v for n, v in given.items() if not is_deep(plan.table, n, v, match[n])}),
     "https://github.com/mongodb/mongoid/pull/2980",
     "Writes no JSON that differs from the stored one below its second level alone."),
):  # fmt: skip
    add(name, says, violates, part, report=report)


@broken("AC-901", report="https://github.com/lobsters/lobsters/pull/1469")
class ChildTouchesItsParent(Store):
    """Moves updated_at of the parent where a child is written."""

    def insert(self, table: Table, row: Row) -> Row:
        return self.touched(table, super().insert(table, row))

    def upsert(self, table: Table, key: Key, row: Row, written: Key) -> Row:
        return self.touched(table, super().upsert(table, key, row, written))

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        return self.touched(table, super().update(table, stored, changes))

    def touched(self, table: Table, row: Row) -> Row:
        """The row, after its parents have got a new time."""
        for name, field in table.fields.items():
            if field.references and row[name] is not None:
                self.db.table(field.references).update(row[name], {"updated_at": self.now()})
        return row
