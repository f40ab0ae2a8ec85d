"""Match fields that are no unique key, or a key that is not known for one."""

from __future__ import annotations

from typing import Any

from upsertspec_broken.bases import FindThenWrite, key_fields
from upsertspec_broken.catalogue import fault
from upsertspec_server.errors import bad_field
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.validation import Validator


@fault("AC-107")
class KeysAreLists(Validator):
    """Knows a key only in the order in which the table declares it."""

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        key = super().unique_key(table, names)
        if key != tuple(names):
            raise bad_field("matchFields", "together are not a unique key of this table")
        return key


class AnyFields(Validator):
    """Asks only whether the match fields are fields."""

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        return tuple(names)


@fault("AC-108", using=(AnyFields,))
class AnyFieldWillMatch(FindThenWrite):
    """Matches by any fields, and updates the first record that it finds."""


@fault("AC-108", using=(AnyFields,))
class EveryRecordThatMatches(FindThenWrite):
    """Matches by any fields, and updates all records that it finds."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Any:
        for other in self.all_rows(plan.table):
            if all(other[name] == row[name] for name in plan.key):
                keys = key_fields(plan.table)
                self.save(plan.table, other, {name: row[name] for name in row if name not in keys}, now)
        return super().update_match(plan, row, match, now)


@fault("AC-108")
class NoIndexForTheKey(AnyFields):
    """Puts any fields into ON CONFLICT, and answers 500 where no unique index has them."""


@fault("AC-108", using=(FindThenWrite,))
class MoreThanAKey(Validator):
    """Takes more fields than a key for a key, and matches by all of them."""

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        is_more = any(set(names) > set(key) for key in table.unique_keys)
        return tuple(names) if is_more else super().unique_key(table, names)


@fault("AC-108", using=(FindThenWrite,))
class PartOfAKey(Validator):
    """Takes a part of a key for a key."""

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        is_part = any(set(names) < set(key) for key in table.unique_keys)
        return tuple(names) if is_part else super().unique_key(table, names)
