"""Constraints that do not hold, hold too much, or are bypassed; and required fields."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite, Nullable, WithoutUniqueIndices, keep, reads_field, single_keys
from upsertspec_server.errors import Problem, bad_field, conflict
from upsertspec_server.schema import Field, Row, Schema, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator

TAKEN = "A value is already taken."


@broken("AC-013")
class OnDuplicateKeyUpdate(FindThenWrite):
    """Updates whichever record has one of the unique values, even of a key that was not named."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        others = [(name,) for name in single_keys(plan.table) if row.get(name) is not None]
        found = (self.store.find(plan.table, key, row) for key in others)
        return super().find_match(plan, row) or next(filter(None, found), None)


@broken("AC-013")
class InsertOrIgnore(Upserts):
    """Writes nothing where a unique key would be broken, and answers 200 all the same."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        try:
            return super().upsert_one(plan, row, now)
        except Problem as problem:
            if problem.status != 409:
                raise
        return Outcome(plan.table, "created", None, self.records.new_row(plan.table, row, now))


@broken("AC-013", using=(WithoutUniqueIndices,))
class UniqueOnCreateOnly(FindThenWrite):
    """Checks whether a value is taken when a record is created, but not when it is updated."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, single_keys(plan.table)):
            raise conflict(TAKEN)
        return super().create(plan, row, now)


@broken("AC-013", using=(WithoutUniqueIndices,))
class UniqueOnUpdateOnly(FindThenWrite):
    """Checks whether a value is taken when a record is updated, but not when it is created."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, single_keys(plan.table), but=match):
            raise conflict(TAKEN)
        return super().update(plan, row, match, now)


@broken("AC-001")
class PhonesAreDigits(Upserts):
    """Compares phone numbers by their digits alone: one with blanks is taken where it is stored without."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        sql = "SELECT 1 FROM contacts WHERE replace(phone, ' ', '') = ?"
        phone = str(row.get("phone") or "").replace(" ", "")
        if plan.table.name == "contacts" and phone and self.store.db.execute(sql, [phone]).fetchone():
            raise conflict("The number is taken.", {"field": "phone", "message": "is already taken"})
        return super().create(plan, row, now)


@broken("AC-402")
class PatternsAreUniqueInAllCategories(Upserts):
    """Has a unique index of the pattern alone, so that no two categories can have the same."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.table.name == "rules" and self.store.find(plan.table, ("pattern",), row):
            raise conflict("The pattern is taken.", {"field": "pattern", "message": "is already taken"})
        return super().create(plan, row, now)


@broken("AC-013", using=(WithoutUniqueIndices,))
class OnlyTheFirstKeyIsUnique(FindThenWrite):
    """Keeps only the first key of a table unique."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, single_keys(plan.table)[:1], but=self.find_match(plan, row)):
            raise conflict(TAKEN)
        return super().upsert_one(plan, row, now)


@broken("AC-002", "AC-013")
class ItsOwnValuesAreTaken(FindThenWrite):
    """Counts the record itself among those that already have its value."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, set(single_keys(plan.table)) - set(plan.key)):
            raise conflict(TAKEN)
        return super().update(plan, row, match, now)


@broken("AC-013")
class NullIsTaken(FindThenWrite):
    """Lets only one record have null in a unique field."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        empty = [name for name in single_keys(plan.table) if name in row and row[name] is None]
        if any(stored[name] is None for name in empty for stored in self.store.rows(plan.table)):
            raise conflict(TAKEN)
        return super().create(plan, row, now)


@broken("AC-013")
class TakesTheValueAway(FindThenWrite):
    """Sets the unique value of the other record to null, so that this one can have it."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row) or {"id": None}
        for name in set(single_keys(plan.table)) - set(plan.table.required) - set(plan.key):
            other = self.store.find(plan.table, (name,), row) if name in row else None
            if other and other["id"] != match["id"]:
                self.save(plan.table, other, {name: None}, now)
        return super().upsert_one(plan, row, now)


@broken("AC-013")
class WritesFieldByField(FindThenWrite):
    """Writes and commits each field by itself: the fields before a refused one stay written."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        for name, value in changes.items():
            match = super().save(table, match, {name: value}, now)
            keep(self.store)
        return match


@broken("AC-013")
class NoMinimum(Field):
    """Checks no minimum."""

    def check_rules(self, value: Any) -> None:
        if self.minimum is None:
            super().check_rules(value)


@broken("AC-001", "AC-013")
class MinimumIsOutside(Field):
    """Refuses the minimum itself: it writes <= for <."""

    def check_rules(self, value: Any) -> None:
        super().check_rules(value - 1 if self.minimum is not None else value)


@broken("AC-013")
class BelowIsTheMinimum(Field):
    """Stores the minimum for any value below it."""

    def parse(self, value: Any) -> Any:
        is_below = self.minimum is not None and isinstance(value, int) and value < self.minimum
        return super().parse(self.minimum if is_below else value)


@broken("AC-013")
class OptionsInAnyCase(Field):
    """Accepts an option in any case."""

    def parse(self, value: Any) -> Any:
        return super().parse(value.lower() if self.options and isinstance(value, str) else value)


@broken("AC-013")
class OptionsByTheirBeginning(Field):
    """Takes the beginning of an option as the option."""

    def parse(self, value: Any) -> Any:
        text = value if isinstance(value, str) else ""
        return super().parse(next((each for each in self.options or () if text and each.startswith(text)), value))


@broken("AC-302")
class PatternEndsAtTheLine(Field):
    """Checks a pattern with `$` at its end: a line end may follow."""

    def check_rules(self, value: Any) -> None:
        super().check_rules(value.removesuffix("\n") if self.pattern is not None else value)


@broken("AC-013")
class UnknownOptionIsTheDefault(Field):
    """Stores the default for an option that it does not know."""

    def parse(self, value: Any) -> Any:
        unknown = self.options is not None and isinstance(value, str) and value not in self.options
        return super().parse(self.default if unknown and self.default else value)


def refuses(table: str, name: str, is_wrong: Callable[[Any], bool]) -> type[Validator]:
    """A validator that refuses some values of one field, which has no such rule."""

    def check(value: Any) -> Any:
        if value is not None and is_wrong(value):
            raise bad_field(name, "must be another value")
        return value

    return reads_field(table, name, check)


add("imports-have-a-row", "Refuses an import of no rows.", "AC-806",
    refuses("import_batches", "row_count", lambda value: value == 0))  # fmt: skip
add("messages-have-4000-letters", "Refuses a message of more than 4,000 letters.", "AC-601",
    refuses("messages", "content", lambda value: len(value) > 4000))  # fmt: skip
add("log-entries-are-of-uuids", "Takes a UUID only for a project.", "AC-501",
    refuses("activity_log", "project_id", lambda value: not re.fullmatch(r"[0-9a-f-]{36}", value)))  # fmt: skip


def forgets(table_name: str, name: str, rule: str) -> type[Schema]:
    """A schema in which one field lacks a rule."""

    class Forgets(Schema):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            table = self.tables[table_name]
            none: dict[str, Any] = {rule: False if rule == "required" else None}
            self.tables[table_name] = replace(table, fields={**table.fields, name: replace(table.fields[name], **none)})

    return Forgets


add("accounts-need-no-currency", "Lets an account have no currency.", "AC-608",
    forgets("accounts", "currency", "required"))  # fmt: skip
add("messages-need-no-content", "Lets a message have no content.", "AC-608",
    forgets("messages", "content", "required"))  # fmt: skip
add("anybody-says-a-message", "Takes any text for the role of a message.", "AC-608",
    forgets("messages", "role", "options"))  # fmt: skip
add("flows-are-any-text", "Takes any text for the flow of a transaction.", "AC-608",
    forgets("transactions", "flow", "options"))  # fmt: skip
add("imports-count-below-zero", "Lets an import have less than no rows.", "AC-608",
    forgets("import_batches", "row_count", "minimum"))  # fmt: skip


class NoRules(Field):
    """Checks the type only."""

    def check_rules(self, value: Any) -> None:
        pass


@broken("AC-013", using=(NoRules,))
class RulesOnCreateOnly(FindThenWrite):
    """Checks options and minimum when a record is created, but not when it is updated."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        for name, value in row.items():
            field = plan.table.fields[name]
            if value is not None and field.options is not None and value not in field.options:
                raise conflict(f"{name} has no such option.")
            if value is not None and field.minimum is not None and value < field.minimum:
                raise conflict(f"{name} is below the minimum.")
        return super().create(plan, row, now)


@broken("AC-612", "AC-013")
class OptionsAreAdvice(Field):
    """Describes the options of a field, and stores any value."""

    def check_rules(self, value: Any) -> None:
        if self.options is None:
            super().check_rules(value)


class NullIsGiven(Field):
    """Takes null in a required field."""

    def parse(self, value: Any) -> Any:
        return None if value is None else super().parse(value)


@broken("AC-052", using=(Nullable,))
class NullCountsAsGiven(NullIsGiven):
    """Checks only whether a required field is in the request; it may be null."""


@broken("AC-009", using=(Nullable,))
class NothingIsRequired(Validator):
    """Refuses null for a required field, but stores null where it is missing."""

    def check_required(self, table: Table, row: Row) -> None:
        row.update(dict.fromkeys(name for name in table.required if name not in row))


@broken("AC-009")
class RequiredIsFilledIn(Validator):
    """Stores empty text for a required field that is missing, like a database without strict mode."""

    def check_required(self, table: Table, row: Row) -> None:
        row.update(dict.fromkeys((name for name in table.required if name not in row), ""))


@broken("AC-009", "AC-002", "AC-014", "AC-105")
class RequiredOnEveryUpdate(FindThenWrite):
    """Demands every required field on an update too."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        self.app.validator.check_required(plan.table, row)
        return super().upsert_one(plan, row, now)


@broken("AC-601")
class AssetsHaveAType(Validator):
    """Requires the type of an asset, which is optional."""

    def check_required(self, table: Table, row: Row) -> None:
        super().check_required(table, row)
        if table.name == "room_assets" and row.get("asset_type") is None:
            raise bad_field("asset_type", "is required")


@broken("AC-052")
class NullIsLeftOutOnUpdate(Validator):
    """Silently leaves a required field out of the write where it is null."""

    def row(self, table: Table, fields: Any) -> Row:
        if isinstance(fields, dict):
            fields = {name: fields[name] for name in fields if fields[name] is not None or name not in table.required}
        return super().row(table, fields)


@broken("AC-052")
class NullBecomesEmpty(Validator):
    """Stores empty text for a required field that is null."""

    def row(self, table: Table, fields: Any) -> Row:
        if isinstance(fields, dict):
            fields = {n: "" if v is None and n in table.required else v for n, v in fields.items()}
        return super().row(table, fields)


@broken("AC-009")
class SavesBeforeItChecks(FindThenWrite):
    """Checks for missing fields after saving: the answer is 400, and half a record is stored."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        missing = [name for name in plan.table.required if name not in row]
        if missing:
            half = self.records.new_row(plan.table, {**row, **dict.fromkeys(missing, "")}, now)
            self.store.insert(plan.table, half)
            self.store.db.commit()
        return super().create(plan, row, now)


class RequiredByTheDatabase(Validator):
    """Leaves missing required fields to the database."""

    def check_required(self, table: Table, row: Row) -> None:
        pass


class Unhandled(Store):
    """Does not expect the database to refuse anything."""

    def refused(self, table: Table, row: Row, error: sqlite3.IntegrityError) -> Problem:
        raise error


@broken("AC-009", "AC-013", "AC-052", using=(Unhandled, NullIsGiven))
class ConstraintsAre500(RequiredByTheDatabase):
    """Leaves required fields and unique keys to the database, and answers 500 where it refuses."""


class EverythingConflicts(Store):
    """Answers 409 for whatever the database refuses."""

    def refused(self, table: Table, row: Row, error: sqlite3.IntegrityError) -> Problem:
        return conflict("A constraint would be broken.")


@broken("AC-009", "AC-052", using=(EverythingConflicts, NullIsGiven))
class ConstraintsAre409(RequiredByTheDatabase):
    """Leaves required fields to the database, and answers 409 where it refuses."""


@broken("AC-805")
class EmptyTextIsMissing(Validator):
    """Refuses an empty text in a required field of a new record, as if it were missing."""

    def check_required(self, table: Table, row: Row) -> None:
        super().check_required(table, row)
        for name in table.required:
            if row[name] == "":
                raise bad_field(name, "is required")
