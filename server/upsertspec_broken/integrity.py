"""What hangs on a record: lost by its upsert, or kept when it should go."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from upsertspec_broken.bases import FindThenWrite, Nullable, Rebuilt, WithoutUniqueIndices
from upsertspec_broken.catalogue import fault
from upsertspec_server.connections import Connections
from upsertspec_server.errors import conflict
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Row, Upsert
from upsertspec_server.schema import Table
from upsertspec_server.statements import Statements
from upsertspec_server.store import Store

CASCADE = "ON DELETE CASCADE"


class Replaced(FindThenWrite):
    """Deletes the match and inserts it again, with its old id, and with those children that it puts back."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        back = list(self.put_back(table, match))
        self.store.delete(table, match["id"])
        stored = self.store.insert(table, {**match, **changes, "updated_at": self.updated_at(now, match)})
        for child, row in back:
            self.store.insert(child, row)
        return stored

    def put_back(self, table: Table, match: Row) -> Iterator[tuple[Table, Row]]:
        """The rows that are inserted again, too."""
        return iter(())

    def children(self, table: Table, parent: Row) -> Iterator[tuple[Table, Row]]:
        """The rows that refer to a row."""
        for child in self.schema.children(table).values():
            field = str(child.parent_field(table))
            yield from ((child, row) for row in self.all_rows(child) if row[field] == parent["id"])


@fault("AC-401", "AC-402", "AC-406")
class DeletesAndInsertsAgain(Replaced):
    """Deletes the match and inserts it again with its old id: all that hangs on it goes by cascade."""


@fault("AC-401", "AC-402", "AC-406", "AC-013")
class InsertOrReplaceWithTheId(Statements):
    """Writes INSERT OR REPLACE with the id of the match: the id stays, and its children go by cascade."""

    def upsert(self, table: Table, key: tuple[str, ...], written: tuple[str, ...]) -> str:
        statement = super().insert(table)
        return statement.replace("INSERT", "INSERT OR REPLACE", 1) if written else super().upsert(table, key, written)


@fault("AC-401", "AC-402", "AC-406")
class ChildrenNotSentAreRemoved(Replaced):
    """Makes the children of the match what the request holds of them, which is none."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        for child, row in list(self.children(table, match)):
            self.store.delete(child, row["id"])
        return self.store.update(table, match["id"], changes, self.updated_at(now, match))


@fault("AC-401", "AC-402", "AC-406")
class PutsTheChildrenBackAnew(Replaced):
    """Deletes the match, and inserts it and its children again: the children have new ids."""

    def put_back(self, table: Table, match: Row) -> Iterator[tuple[Table, Row]]:
        return ((child, {**row, "id": self.store.new_id(child)}) for child, row in self.children(table, match))


@fault("AC-402")
class PutsTheChildrenBack(Replaced):
    """Deletes the match, and inserts it and its children again, but not what hangs on the children."""

    def put_back(self, table: Table, match: Row) -> Iterator[tuple[Table, Row]]:
        return self.children(table, match)


@fault("AC-406")
class PutsOneKindBack(Replaced):
    """Deletes the match and inserts it again, with all that hangs on it in the first of the tables that refer to it."""

    def put_back(self, table: Table, match: Row) -> Iterator[tuple[Table, Row]]:
        first = next(iter(self.schema.children(table)), None)
        for child, row in self.children(table, match):
            if child.name == first:
                yield child, row
                yield from self.put_back(child, row)


def is_link(table: Table) -> bool:
    """Whether a table joins others: it has more than one reference."""
    return sum(field.references is not None for field in table.fields.values()) > 1


class LinksWithoutAnIndex(WithoutUniqueIndices):
    """No unique index on the links between records."""

    def drop_unique_indices(self, database: sqlite3.Connection) -> None:
        database.execute("DROP INDEX transaction_category_mappings_transaction_id_ledger_id")


@fault("AC-405", using=(LinksWithoutAnIndex,))
class LinksPileUp(FindThenWrite):
    """Matches a link between records by all of its fields: one that leads elsewhere is another link."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        match = super().find_match(plan, row)
        same = match is not None and all(match[name] == row[name] for name in row)
        return match if same or not is_link(plan.table) else None


@fault("AC-405")
class OneLinkForEachParent(FindThenWrite):
    """Matches a link between records by its first reference alone: that of another ledger takes its place."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return super().find_match(replace(plan, key=plan.key[:1]) if is_link(plan.table) else plan, row)


@fault("AC-405")
class LinksAreReplaced(FindThenWrite):
    """Deletes a link between records and inserts the new one: a link needs no identity."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not is_link(table):
            return super().save(table, match, changes, now)
        self.store.delete(table, match["id"])
        return self.store.insert(table, {**match, **changes, "id": self.store.new_id(table), "updated_at": now})


@fault("AC-405")
class LinksAreInsertedOnly(FindThenWrite):
    """Only ever inserts a link between records: the second of a key is refused with 409."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return None if is_link(plan.table) else super().find_match(plan, row)


@fault("AC-405")
class LinksStayWhereTheyAre(Operations):
    """Leaves a link between records where it is, once it is there."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return is_link(plan.table) or super().leaves_untouched(plan, row, match)


class WithoutForeignKeys(Connections):
    """The database keeps no reference."""

    def pragmas(self) -> list[str]:
        return [pragma.replace("foreign_keys = ON", "foreign_keys = OFF") for pragma in super().pragmas()]


class ByHand(Store):
    """Keeps the references in code, where the database does not."""

    def insert(self, table: Table, row: Row) -> Row:
        self.check_references(table, row, creating=True)
        return super().insert(table, row)

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        self.check_references(table, row, creating=not written)
        return super().upsert(table, key, row, written)

    def update(self, table: Table, record_id: Any, changes: Row, updated_at: str) -> Row:
        self.check_references(table, changes, creating=False)
        return super().update(table, record_id, changes, updated_at)

    def check_references(self, table: Table, row: Row, creating: bool) -> None:
        """Raises 409 for a reference to a record that is not there."""
        if self.missing_parents(table, row):
            raise conflict("A reference would be broken.")

    def delete(self, table: Table, record_id: Any) -> None:
        for child, child_id in self.children(table, record_id):
            self.delete(child, child_id)
        super().delete(table, record_id)

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        """The records that refer to a record."""
        found: list[tuple[Table, Any]] = []
        for child in self.schema.children(table).values():
            refers = self.find_statement(child, (str(child.parent_field(table)),))
            found += ((child, row[0]) for row in self.rows(refers, [record_id]))
        return found


@fault("AC-403", "AC-404", "AC-613")
class ForeignKeysAreOff(WithoutForeignKeys):
    """Declares its references and never turns them on: a connection to SQLite begins without them."""


@fault("AC-403", using=(WithoutForeignKeys,))
class ReferencesAreNotChecked(ByHand):
    """Deletes what hangs on a record, but stores a reference to one that is not there."""

    def check_references(self, table: Table, row: Row, creating: bool) -> None:
        pass


@fault("AC-403", using=(WithoutForeignKeys,))
class ReferencesCheckedOnCreate(ByHand):
    """Looks whether a reference holds when a record is created, and never again."""

    def check_references(self, table: Table, row: Row, creating: bool) -> None:
        if creating:
            super().check_references(table, row, creating)


@fault("AC-403", using=(WithoutForeignKeys,))
class ReferencesCheckedOnUpdate(ByHand):
    """Looks whether a reference holds when a record is updated, but not when it is created."""

    def check_references(self, table: Table, row: Row, creating: bool) -> None:
        if not creating:
            super().check_references(table, row, creating)


@fault("AC-403")
class ReferencesCheckedAtCommit(Rebuilt):
    """Has references that are checked at the commit, and answers 500 where one fails there."""

    replaced = ((CASCADE, f"{CASCADE} DEFERRABLE INITIALLY DEFERRED"),)


@fault("AC-403", using=(Nullable,))
class MissingParentIsNull(Store):
    """Stores null for a reference to a record that is not there."""

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        return super().upsert(table, key, {**row, **dict.fromkeys(self.missing_parents(table, row))}, written)


@fault("AC-404", "AC-613", using=(WithoutForeignKeys,))
class CascadeStopsAtTheChildren(ByHand):
    """Deletes the children of a deleted record, and leaves theirs behind."""

    def delete(self, table: Table, record_id: Any) -> None:
        for child, child_id in self.children(table, record_id):
            Store.delete(self, child, child_id)
        Store.delete(self, table, record_id)


@fault("AC-404", "AC-613", using=(WithoutForeignKeys,))
class CascadeForgetsWhose(ByHand):
    """Deletes every record of the tables that refer to a deleted one, whatever it refers to."""

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        found: list[tuple[Table, Any]] = []
        for child in self.schema.children(table).values():
            everything = self.statements.find(child, ()).removesuffix("WHERE ")
            found += ((child, row[0]) for row in self.rows(everything, []))
        return found


@fault("AC-404", "AC-613")
class ChildrenAreLetGo(Rebuilt):
    """Sets the reference to null where the parent is deleted, and keeps the children."""

    replaced = ((" NOT NULL", ""), (CASCADE, "ON DELETE SET NULL"))


class Restricted(Rebuilt):
    """A record that has children can't be deleted."""

    replaced = ((CASCADE, "ON DELETE RESTRICT"),)


@fault("AC-404", "AC-613", using=(Restricted,))
class ParentsCannotGo(Store):
    """Refuses with 409 to delete a record that has children."""

    def delete(self, table: Table, record_id: Any) -> None:
        try:
            super().delete(table, record_id)
        except sqlite3.IntegrityError:
            raise conflict("Other records refer to this one.") from None


@fault("AC-403", "AC-404")
class AccountsHaveNoReferences(Rebuilt):
    """Keeps what hangs on a deleted account, and takes any account: the tables declare no reference to it."""

    replaced = ((f' REFERENCES "accounts" ("id") {CASCADE}', ""),)


@fault("AC-613")
class CascadeStopsAtConversations(Rebuilt):
    """Keeps the messages of a deleted conversation: their table declares no reference."""

    replaced = ((f' REFERENCES "conversations" ("id") {CASCADE}', ""),)


@fault("AC-613", using=(WithoutForeignKeys,))
class OneKindOfChildrenGoes(ByHand):
    """Deletes what refers to a record from the first of the tables that do, and forgets the others."""

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        first = next(iter(self.schema.children(table)), None)
        return [(child, child_id) for child, child_id in super().children(table, record_id) if child.name == first]
