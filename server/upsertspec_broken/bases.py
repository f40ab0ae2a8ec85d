"""What several broken servers are built on. By themselves these do what the reference does, or loosen the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from upsertspec_server import Server
from upsertspec_server.request import Request
from upsertspec_server.schema import Row, Table
from upsertspec_server.store import Store, quote
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator


class FindThenWrite(Upserts):
    """Looks for the match, then inserts, or updates by the id: what people write who do not know ON CONFLICT."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        return self.records.create(plan.table, row)

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        stored = self.save(plan.table, match, self.changes(plan, row, match), now)
        return Outcome(plan.table, "updated", stored["id"], stored)

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        """Write the changes to the match."""
        return self.store.update(table, match, {"updated_at": self.store.later(now, match["updated_at"]), **changes})

    def changes(self, plan: Plan, row: Row, match: Row) -> Row:
        """What is written to the match."""
        return dict(plan.changes(row))

    def is_taken(self, table: Table, row: Row, fields: Iterable[str], but: Row | None = None) -> bool:
        """Whether another row has one of these values."""
        found = [self.store.find(table, (name,), row) for name in fields if name in row]
        return any(other is not None and (but is None or other["id"] != but["id"]) for other in found)


def changes(change: Callable[[Plan, Row, Row, Row], Row]) -> type[FindThenWrite]:
    """An upsert whose changes to a match are `change(plan, row, match, changes)`."""

    class Changes(FindThenWrite):
        def changes(self, plan: Plan, row: Row, match: Row) -> Row:
            return change(plan, row, match, super().changes(plan, row, match))

    return Changes


def then_writes(more: Callable[[Plan, Row, Row, str], Row]) -> type[Upserts]:
    """An upsert that updates the match, and then writes `more(plan, row, match, now)` to it as well."""

    class ThenWrites(Upserts):
        def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
            outcome = super().update(plan, row, match, now)
            if changes := more(plan, row, match, now):
                return replace(outcome, row=self.store.update(plan.table, outcome.row or {}, changes))
            return outcome

    return ThenWrites


def updates_with(change: Callable[[Plan, Row], Row]) -> type[Upserts]:
    """An upsert that writes other values to a match: those of `change(plan, row)`."""

    class UpdatesWith(Upserts):
        def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
            return super().update(plan, change(plan, row), match, now)

    return UpdatesWith


def planned(change: Callable[[Plan, Row], Plan]) -> type[Upserts]:
    """An upsert that follows another plan for each row."""

    class Planned(Upserts):
        def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
            return super().upsert_one(change(plan, row), row, now)

    return Planned


def matches_by(change: Callable[[Plan], tuple[str, ...]]) -> type[FindThenWrite]:
    """An upsert that matches by other fields than those of the key."""

    class MatchesBy(FindThenWrite):
        def find_match(self, plan: Plan, row: Row) -> Row | None:
            key = change(plan)
            return super().find_match(plan, row) if key == plan.key else self.store.find(plan.table, key, row)

    return MatchesBy


def compares(condition: str, joined: str = " AND ") -> type[Store]:
    """A store that compares the columns of a key in another way; {} is the column."""

    class Compares(Store):
        def equals(self, key: tuple[str, ...]) -> str:
            return joined.join(condition.format(quote(name)) for name in key)

    return Compares


def reads(change: Callable[[bytes], bytes]) -> type[Request]:
    """A request whose body is changed before it is read as JSON."""

    class Reads(Request):
        def parse(self, data: bytes) -> dict[str, Any]:
            return super().parse(change(data))

    return Reads


def reads_field(table_name: str, name: str, change: Callable[[Any], Any]) -> type[Validator]:
    """A validator that changes the values of one field of one table."""

    class ReadsField(Validator):
        def row(self, table: Table, fields: Any) -> Row:
            row = super().row(table, fields)
            if table.name == table_name and name in row:
                row[name] = change(row[name])
            return row

    return ReadsField


class Rebuilt(Store):
    """A store whose database is changed at the start: pieces of SQL are replaced, and unique indices are dropped."""

    replaced: ClassVar[tuple[tuple[str, str], ...]] = ()
    dropped: ClassVar[str] = ""
    """The indices to drop: a pattern of SQL's LIKE for their names."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        with closing(sqlite3.connect(self.path)) as database, database:
            unique = (
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE %' AND name LIKE ?"
            )
            for (name,) in database.execute(unique, [self.dropped]).fetchall():
                database.execute(f"DROP INDEX {quote(name)}")
            database.execute("PRAGMA writable_schema = ON")
            for old, new in self.replaced:
                database.execute("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = 'table'", [old, new])


class Nullable(Rebuilt):
    """No column is NOT NULL."""

    replaced = ((" NOT NULL", ""),)


class WithoutUniqueIndices(Rebuilt):
    """There is no unique index: only the code keeps a value from being stored twice."""

    dropped = "%"


class EmailWithoutAnIndex(Rebuilt):
    """There is no unique index on the email of a contact."""

    dropped = "contacts_email"


class AfterFailure(Store):
    """Writes something where a transaction has failed and is undone."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            with super().transaction():
                yield
        except BaseException:
            with super().transaction():
                self.failed()
            raise

    def failed(self) -> None:
        """Write it."""


def keep(store: Store) -> None:
    """Commit what is written in the middle of a transaction, so that it stays when the rest fails."""
    store.db.commit()
    store.db.begin()


WITHOUT_FOREIGN_KEYS = {"PRAGMAS": ("foreign_keys = OFF", "synchronous = NORMAL")}


def single_keys(table: Table) -> list[str]:
    """The fields that are unique by themselves."""
    return [field.name for field in table.fields.values() if field.unique]


def key_fields(table: Table) -> set[str]:
    """The fields of all unique keys."""
    return {name for key in table.unique_keys for name in key}


def without(row: Row, names: Iterable[str]) -> Row:
    """The row without these fields."""
    left_out = set(names)
    return {name: value for name, value in row.items() if name not in left_out}


def of_type(table: Table, row: Mapping[str, Any], kind: str) -> Row:
    """The fields of a row that have this type, and a value."""
    return {
        name: value for name, value in row.items() if value is not None and table.all_fields[name].type.name == kind
    }
