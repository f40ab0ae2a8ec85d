"""Match fields that have no value."""

from __future__ import annotations

from typing import Any

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.plans import Row
from upsertspec_server.schema import Table
from upsertspec_server.validation import Validator


class NullForNoValue(Validator):
    """Takes null for a match field that is not in `fields`."""

    def check_match_given(self, key: tuple[str, ...], row: Row) -> None:
        row.update(dict.fromkeys(name for name in key if name not in row))


@fault("AC-109", using=(NullForNoValue,))
class NoValueIsNull(FindThenWrite):
    """Takes null for a match field that is not in `fields`: nothing matches, and a record is created."""


@fault("AC-109")
class NoValueNoMatchField(Validator):
    """Matches by those of the match fields that are in `fields`, and by any key where none is."""

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        return self.row(table, fields)


@fault("AC-109")
class NoValueCrashes(Validator):
    """Takes the value of a match field without asking whether there is one, and answers 500."""

    def check_match_given(self, key: tuple[str, ...], row: Row) -> None:
        pass
