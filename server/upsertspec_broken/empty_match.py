"""Without match fields nobody can say which record is meant, and a server guesses."""

from __future__ import annotations

from typing import Any

from upsertspec_broken.bases import FindThenWrite, key_fields
from upsertspec_broken.catalogue import fault
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.statements import Statements
from upsertspec_server.validation import Validator


class EmptyIsLetThrough(Validator):
    """Lets an empty list of match fields through."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        return () if names == [] else super().match_key(table, names)


class AnythingWithoutKey(Statements):
    """Has no condition where there is no key."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return super().equals(columns) or "1"


@fault("AC-007", using=(EmptyIsLetThrough, AnythingWithoutKey))
class EmptyMatchIsTheFirstRow(FindThenWrite):
    """Without match fields every record matches, and the first one is overwritten."""


@fault("AC-007", using=(EmptyIsLetThrough,))
class EmptyMatchInserts(FindThenWrite):
    """Without match fields nothing matches, and a record is created."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return super().find_match(plan, row) if plan.key else None


@fault("AC-007", using=(EmptyIsLetThrough, AnythingWithoutKey))
class EmptyMatchIsEveryRow(FindThenWrite):
    """Without match fields every record matches, and all are overwritten."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if plan.key:
            return super().upsert_one(plan, row, now)
        keys = key_fields(plan.table)
        values = {name: value for name, value in row.items() if name not in keys}
        done = [self.save(plan.table, match, values, now) for match in self.all_rows(plan.table)]
        return Outcome(plan.table, "updated", done[0]["id"], done[0]) if done else self.create_new(plan, row, now)


@fault("AC-007")
class EmptyMatchIsTheFirstKey(Validator):
    """Takes the table's first key where the match fields are empty, null or missing."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        return super().match_key(table, names or list(table.unique_keys[0]))


@fault("AC-007")
class MissingMatchIsTheFirstKey(Validator):
    """Takes the table's first key where matchFields is missing, and refuses an empty list."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        return super().match_key(table, list(table.unique_keys[0]) if names is None else names)


@fault("AC-007")
class OneNameIsAList(Validator):
    """Takes a text for a list of one name."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        return super().match_key(table, [names] if isinstance(names, str) else names)


@fault("AC-007")
class EmptyMatchCrashes(Validator):
    """Takes the first of the match fields before it asks whether there is one, and answers 500."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        return super().match_key(table, names if names[0] else [])


@fault("AC-007", using=(EmptyIsLetThrough,))
class NoMatchFieldsNothingDone(Operations):
    """Answers 200 and "ignored" without match fields, since there is nothing to be done."""

    def upsert(self, plan: Upsert, role: Any) -> list[Outcome]:
        return super().upsert(plan, role) if plan.key else [Outcome(plan.table, "ignored", None, None)]
