"""Match fields that are no fields of the table."""

from __future__ import annotations

from typing import Any

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.statements import Statements
from upsertspec_server.validation import Validator


class Renamed(Validator):
    """Looks for a match field under another name than the one it was given."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        texts = isinstance(names, list) and all(isinstance(name, str) for name in names)
        return super().match_key(table, [self.known_as(table, name) for name in names] if texts else names)

    def known_as(self, table: Table, name: str) -> str:
        """The name to look for."""
        return name


@fault("AC-008")
class AnyCaseOfAName(Renamed):
    """Finds a match field whatever the case of its name."""

    def known_as(self, table: Table, name: str) -> str:
        return name.lower()


@fault("AC-008")
class TrimsNames(Renamed):
    """Strips the names of match fields."""

    def known_as(self, table: Table, name: str) -> str:
        return name.strip()


@fault("AC-008")
class QualifiedNames(Renamed):
    """Takes what follows the last point for the name."""

    def known_as(self, table: Table, name: str) -> str:
        return name.rpartition(".")[2]


@fault("AC-008")
class UnderscoresDontCount(Renamed):
    """Finds a match field with underscores elsewhere, as one does who turns camelCase into snake_case and back."""

    def known_as(self, table: Table, name: str) -> str:
        return next((field for field in table.fields if field.replace("_", "") == name.replace("_", "")), name)


@fault("AC-008")
class NamesByPosition(Renamed):
    """Takes a number for the place of a field, as ORDER BY does."""

    def known_as(self, table: Table, name: str) -> str:
        return table.columns[int(name)] if name.isdecimal() and int(name) < len(table.columns) else name


@fault("AC-008")
class UnknownNamesAreSkipped(Validator):
    """Matches by those of the match fields that it knows."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        known = [name for name in names if name in table.fields] if isinstance(names, list) else names
        return super().match_key(table, known or names)


@fault("AC-008")
class OnlyTheFirstNameIsChecked(Validator):
    """Checks the first match field, and matches by it."""

    def match_key(self, table: Table, names: Any) -> tuple[str, ...]:
        return super().match_key(table, names[:1] if isinstance(names, list) else names)


class AnyNames(Validator):
    """Asks only whether the match fields are names."""

    def check_match_field(self, table: Table, name: str) -> None:
        pass

    def unique_key(self, table: Table, names: list[str]) -> tuple[str, ...]:
        return tuple(names)

    def check_match_given(self, key: tuple[str, ...], row: Row) -> None:
        row.update(dict.fromkeys(name for name in key if name not in row))


class BareNames(Statements):
    """Writes names into the SQL as they are."""

    def equals(self, columns: tuple[str, ...]) -> str:
        return " AND ".join(f"{column} = ?" for column in columns)


@fault("AC-008", "AC-108", using=(AnyNames, BareNames))
class NamesGoIntoTheSql(FindThenWrite):
    """Writes the match fields into the statement as they came: what is no field is a failure, or an injection."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return {name: value for name, value in super().changes(plan, row, match).items() if name in plan.table.fields}


@fault("AC-008")
class RequestKnowsItsFields(Validator):
    """Asks whether a match field is in `fields`, and drops the fields that the table doesn't have."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Upsert:
        fields, names = body.get("fields"), body.get("matchFields")
        if isinstance(fields, dict) and isinstance(names, list) and names and all(name in fields for name in names):
            known = {name: value for name, value in fields.items() if name in table.fields}
            key = [name for name in names if name in table.fields] or list(table.unique_keys[0])
            return super().upsert(table, {**body, "fields": known, "matchFields": key})
        return super().upsert(table, body)
