"""Constraints that don't hold, hold too much, or are got round."""

from __future__ import annotations

from typing import Any

from upsertspec_broken.bases import FindThenWrite, WithoutChecks, WithoutUniqueIndices, single_keys
from upsertspec_broken.catalogue import fault
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Field, Table
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-013")
class OnDuplicateKeyUpdate(FindThenWrite):
    """Updates whatever record has one of the unique values, also of a key that was not asked for."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        others = [(name,) for name in single_keys(plan.table) if row.get(name) is not None]
        found = (self.store.find_match(plan.table, key, row) for key in others)
        return super().find_match(plan, row) or next(filter(None, found), None)


@fault("AC-013")
class InsertOrIgnore(Operations):
    """Writes nothing where a unique key would be broken, says nothing of it, and answers 200."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        try:
            return super().upsert_one(plan, row, now)
        except Problem as problem:
            if problem.status != 409:
                raise
        return Outcome(plan.table, "created", None, self.new_row(plan.table, row, now))


@fault("AC-013", using=(WithoutUniqueIndices,))
class UniqueOnCreateOnly(FindThenWrite):
    """Asks whether a value is taken when a record is created, and never again."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, single_keys(plan.table)):
            raise conflict("A value is already taken.")
        return super().create_new(plan, row, now)


@fault("AC-013", using=(WithoutUniqueIndices,))
class UniqueOnUpdateOnly(FindThenWrite):
    """Asks whether a value is taken when a record is updated, but not when it is created."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, single_keys(plan.table), but=match):
            raise conflict("A value is already taken.")
        return super().update_match(plan, row, match, now)


@fault("AC-013", using=(WithoutUniqueIndices,))
class OnlyTheFirstKeyIsUnique(FindThenWrite):
    """Keeps the first key of a table unique, and no other."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, single_keys(plan.table)[:1], but=self.find_match(plan, row)):
            raise conflict("A value is already taken.")
        return super().upsert_one(plan, row, now)


@fault("AC-013")
class ItsOwnValuesAreTaken(FindThenWrite):
    """Counts the record itself among those that have its value already."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        if self.is_taken(plan.table, row, set(single_keys(plan.table)) - set(plan.key)):
            raise conflict("A value is already taken.")
        return super().update_match(plan, row, match, now)


@fault("AC-013")
class NullIsTaken(FindThenWrite):
    """Lets one record only have no value in a unique field."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        empty = [name for name in single_keys(plan.table) if name in row and row[name] is None]
        if any(stored[name] is None for name in empty for stored in self.all_rows(plan.table)):
            raise conflict("A value is already taken.")
        return super().create_new(plan, row, now)


@fault("AC-013")
class TakesTheValueAway(FindThenWrite):
    """Sets the unique value of the other record to null, so that this one can have it."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row) or {"id": None}
        for name in set(single_keys(plan.table)) - set(plan.table.required) - set(plan.key):
            other = self.store.find_match(plan.table, (name,), row) if name in row else None
            if other and other["id"] != match["id"]:
                self.save(plan.table, other, {name: None}, now)
        return super().upsert_one(plan, row, now)


@fault("AC-013")
class WritesFieldByField(FindThenWrite):
    """Writes and commits each field for itself: what comes before the one that is refused stays written."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        for name, value in changes.items():
            match = super().save(table, match, {name: value}, now)
            self.store.commit()
            self.store.begin()
        return match


@fault("AC-013", using=(WithoutChecks,))
class NoMinimum(Values):
    """Knows no minimum."""

    def check_minimum(self, field: Field, value: Any) -> None:
        pass


@fault("AC-013")
class MinimumIsOutside(Values):
    """Refuses the minimum itself: it writes <= for <."""

    def check_minimum(self, field: Field, value: Any) -> None:
        super().check_minimum(field, value - 1)


@fault("AC-013")
class BelowIsTheMinimum(Values):
    """Stores the minimum for whatever is below it."""

    def encode(self, field: Field, value: Any) -> Any:
        is_below = field.minimum is not None and isinstance(value, int) and value < field.minimum
        return super().encode(field, field.minimum if is_below else value)


@fault("AC-013")
class OptionsInAnyCase(Values):
    """Finds an option whatever its case."""

    def encode(self, field: Field, value: Any) -> Any:
        return super().encode(field, value.lower() if field.options and isinstance(value, str) else value)


@fault("AC-013")
class OptionsByTheirBeginning(Values):
    """Takes the beginning of an option for the option."""

    def encode(self, field: Field, value: Any) -> Any:
        fits = [
            option for option in field.options or () if isinstance(value, str) and value and option.startswith(value)
        ]
        return super().encode(field, fits[0] if fits else value)


@fault("AC-013")
class UnknownOptionIsTheDefault(Values):
    """Stores the default for an option that it doesn't know."""

    def encode(self, field: Field, value: Any) -> Any:
        unknown = field.options is not None and isinstance(value, str) and value not in field.options
        return super().encode(field, field.default if unknown and field.default else value)


class NoRules(Validator):
    """Checks types only, and leaves what they hold to the write."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, value) if value is None else self.values.checks[field.type](value)


@fault("AC-013", using=(NoRules, WithoutChecks))
class RulesOnCreateOnly(FindThenWrite):
    """Checks options and minimum when a record is created, and never again."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        for name, value in row.items():
            field = plan.table.fields[name]
            if value is not None and field.options is not None and value not in field.options:
                raise conflict(f"{name} has no such option.")
            if value is not None and field.minimum is not None and value < field.minimum:
                raise conflict(f"{name} is below the minimum.")
        return super().create_new(plan, row, now)
