"""A match that is to be ignored is not, or nothing else is."""

from __future__ import annotations

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answers
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert


@fault("AC-201")
class IgnoreUpdates(Operations):
    """Updates the match although it was to be ignored."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return not self.where_agrees(plan, match)


@fault("AC-201")
class IgnoreTouches(FindThenWrite):
    """Moves updated_at of a match that it ignores, as SET id = id does to get a row back."""

    def ignore_match(self, plan: Upsert, match: Row) -> Outcome:
        touched = self.save(plan.table, match, {}, self.store.now())
        return Outcome(plan.table, "ignored", touched["id"], touched)


@fault("AC-201", "AC-204")
class IgnoredSaysUpdated(Answers):
    """Says "updated" of a match that it left untouched."""

    def operation_name(self, outcome: Outcome) -> str:
        return outcome.operation.replace("ignored", "updated")


@fault("AC-201")
class IgnoreIs409(Operations):
    """Answers 409 where there is a match to ignore."""

    def ignore_match(self, plan: Upsert, match: Row) -> Outcome:
        if plan.ignore:
            raise conflict("The record is there already.")
        return super().ignore_match(plan, match)


@fault("AC-201")
class IgnoreFillsGaps(FindThenWrite):
    """Writes to a match that it ignores what is still null there."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        gaps = {name: row[name] for name in row if match[name] is None} if plan.ignore else {}
        if gaps:
            match.update(self.save(plan.table, match, gaps, self.store.now()))
        return super().leaves_untouched(plan, row, match)


@fault("AC-201")
class IgnoreFirstChecks(Operations):
    """Refuses with 409 what a match that it ignores could not have: it checks the constraints before it ignores."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        for key in plan.table.unique_keys:
            other = self.store.find_match(plan.table, key, row) if row.keys() >= set(key) else None
            if plan.ignore and other and other["id"] != match["id"]:
                raise conflict("A value is already taken.")
        return super().leaves_untouched(plan, row, match)


@fault("AC-202")
class IgnoreNeverCreates(Operations):
    """Says "ignored" where nothing matches, and creates nothing."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if not plan.ignore:
            return super().create_new(plan, row, now)
        return Outcome(plan.table, "ignored", None, None)


@fault("AC-202")
class IgnoreNeverSaysCreated(Operations):
    """Says "ignored" of a record that it has just created."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        done = super().create_new(plan, row, now)
        return Outcome(done.table, "ignored", done.id, done.row) if plan.ignore else done


@fault("AC-202")
class IgnoreByAnyKey(Operations):
    """Writes DO NOTHING without a key: a record whose other unique value is taken is ignored as well."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        try:
            return super().create_new(plan, row, now)
        except Problem as problem:
            if problem.status != 409 or not plan.ignore:
                raise
        return Outcome(plan.table, "ignored", None, None)


@fault("AC-202")
class IgnoreCreatesTheKeyOnly(FindThenWrite):
    """Creates a record with the required fields only where matches are to be ignored."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        bare = {name: row[name] for name in row if name in plan.table.required}
        return super().create_new(plan, bare if plan.ignore else row, now)
