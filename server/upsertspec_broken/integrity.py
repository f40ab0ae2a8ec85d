"""Records that refer to others: lost by an upsert of their parent, or kept when they should be deleted."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.bases import WITHOUT_FOREIGN_KEYS, FindThenWrite, Nullable, Rebuilt, matches_by, planned
from upsertspec_broken.ways import is_within
from upsertspec_server.errors import conflict
from upsertspec_server.records import Records
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.store import Store, quote
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator

CASCADE = "ON DELETE CASCADE"
Child = tuple[Table, Row]


class Replaced(FindThenWrite):
    """Deletes the match and inserts it again with its old id, and then the children that it puts back."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        back = list(self.put_back(table, match))
        self.store.delete(table, match["id"])
        updated_at = self.store.later(now, match["updated_at"])
        stored = self.store.insert(table, {**match, **changes, "updated_at": updated_at})
        for child, row in back:
            self.store.insert(child, row)
        return stored

    def put_back(self, table: Table, match: Row) -> Iterator[Child]:
        """The children that are inserted again."""
        return iter(())

    def children(self, table: Table, parent: Row) -> Iterator[Child]:
        """The rows that refer to a row."""
        for child in self.app.schema.children(table).values():
            field = str(child.parent_field(table))
            yield from ((child, row) for row in self.store.rows(child, f"{quote(field)} = ?", [parent["id"]]))


@broken("AC-401", "AC-402", "AC-406")
class DeletesAndInsertsAgain(Replaced):
    """Deletes the match and inserts it again with its old id: its children are deleted by cascade."""


class OrReplace(Store):
    """Writes INSERT OR REPLACE for every upsert."""

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        try:
            stored = self.db.table(table.name).insert(row, replace=True)
        except sqlite3.IntegrityError as error:
            raise self.refused(table, row, error) from error
        return {**row, "id": stored.last_rowid} if row["id"] is None else row


@broken("AC-401", "AC-402", "AC-406", "AC-013")
class InsertOrReplaceWithTheId(OrReplace):
    """Writes INSERT OR REPLACE with the id of the match: the id stays, but its children are deleted by cascade."""

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        return super().upsert(table, key, row, written) if written else Store.upsert(self, table, key, row, written)


@broken(
    "AC-002",
    "AC-103",
    "AC-104",
    "AC-106",
    "AC-013",
    "AC-308",
    "AC-401",
    "AC-402",
    "AC-405",
    "AC-406",
    using=(OrReplace,),
)
class InsertOrReplace(Upserts):
    """Deletes whatever conflicts with any unique key, and inserts the record again."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        changed = plan.changes(row)
        new = self.records.new_row(plan.table, {**match, **changed, "id": self.store.new_id(plan.table)}, now)
        stored = self.store.upsert(plan.table, plan.key, new, ())
        return Outcome(plan.table, "updated", stored["id"], stored)


@broken("AC-401", "AC-402", "AC-406")
class ChildrenNotSentAreRemoved(Replaced):
    """Replaces the children of the match with those in the request, which are none."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        for child, row in list(self.children(table, match)):
            self.store.delete(child, row["id"])
        return FindThenWrite.save(self, table, match, changes, now)


@broken("AC-401", "AC-402", "AC-406")
class PutsTheChildrenBackAnew(Replaced):
    """Deletes the match, and inserts it and its children again: the children get new ids."""

    def put_back(self, table: Table, match: Row) -> Iterator[Child]:
        return ((child, {**row, "id": self.store.new_id(child)}) for child, row in self.children(table, match))


@broken("AC-402")
class PutsTheChildrenBack(Replaced):
    """Deletes the match, and inserts it and its children again, but not the children of these."""

    def put_back(self, table: Table, match: Row) -> Iterator[Child]:
        return self.children(table, match)


@broken("AC-406", "AC-211")
class PutsOneKindBack(Replaced):
    """Deletes the match, and inserts it again with its descendants in the first of the tables that refer to it."""

    def put_back(self, table: Table, match: Row) -> Iterator[Child]:
        first = next(iter(self.app.schema.children(table)), None)
        for child, row in self.children(table, match):
            if child.name == first:
                yield child, row
                yield from self.put_back(child, row)


def is_link(table: Table) -> bool:
    """Whether a table links others: it has more than one reference."""
    return sum(field.references is not None for field in table.fields.values()) > 1


class LinksWithoutAnIndex(Rebuilt):
    """There is no unique index on the links between records."""

    dropped = "transaction_category_mappings_transaction_id_ledger_id"


@broken("AC-405", using=(LinksWithoutAnIndex,))
class LinksPileUp(FindThenWrite):
    """Matches a link between records by all of its fields: a link to another record is created beside it."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        match = super().find_match(plan, row)
        same = match is not None and all(match[name] == row[name] for name in row)
        return match if same or not is_link(plan.table) else None


add("one-link-for-each-parent", "Matches a link between records only by its first reference.", "AC-405",
    matches_by(lambda plan: plan.key[:1] if is_link(plan.table) else plan.key))  # fmt: skip


@broken("AC-405")
class LinksAreReplaced(FindThenWrite):
    """Deletes a link between records and inserts the new one, as if links had no identity."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not is_link(table):
            return super().save(table, match, changes, now)
        self.store.delete(table, match["id"])
        return self.store.insert(table, {**match, **changes, "id": self.store.new_id(table), "updated_at": now})


@broken("AC-405")
class LinksAreInsertedOnly(FindThenWrite):
    """Only inserts links between records: the second one with a key is refused with 409."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return None if is_link(plan.table) else super().find_match(plan, row)


add("links-stay-where-they-are", "Never updates a link between records.", "AC-405",
    planned(lambda plan, row: replace(plan, on_conflict="ignore") if is_link(plan.table) else plan))  # fmt: skip


class ByHand(Store):
    """Keeps references in code, where the database does not."""

    def insert(self, table: Table, row: Row) -> Row:
        self.check_references(table, row, creating=True)
        return super().insert(table, row)

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        self.check_references(table, row, creating=not written)
        return super().upsert(table, key, row, written)

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        self.check_references(table, changes, creating=False)
        return super().update(table, stored, changes)

    def check_references(self, table: Table, row: Row, creating: bool) -> None:
        """Raises 409 for a reference to a record that does not exist."""
        if self.missing_parents(table, row):
            raise conflict("A reference would be broken.")

    def delete(self, table: Table, record_id: Any) -> None:
        for child, child_id in self.children(table, record_id):
            self.delete(child, child_id)
        if self.get(table, record_id) is not None:
            super().delete(table, record_id)

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        """The records that refer to a record."""
        found: list[tuple[Table, Any]] = []
        for child in self.app.schema.children(table).values():
            field = quote(str(child.parent_field(table)))
            found += ((child, row["id"]) for row in self.rows(child, f"{field} = ?", [record_id]))
        return found


add("foreign-keys-are-off", "Declares references, but never turns them on for its connections to SQLite.",
    "AC-403 AC-404 AC-613", WITHOUT_FOREIGN_KEYS)  # fmt: skip


def checked_where(check: Callable[[bool], bool]) -> tuple[Any, ...]:
    """Parts: references are only checked on a create, or on an update."""

    class Checked(ByHand):
        def check_references(self, table: Table, row: Row, creating: bool) -> None:
            if check(creating):
                super().check_references(table, row, creating)

    return Checked, WITHOUT_FOREIGN_KEYS


for name, check, says in (
    ("references-are-not-checked", lambda creating: False,
     "Deletes the children of a record, but stores references to records that do not exist."),
    ("references-checked-on-create", lambda creating: creating,
     "Checks a reference when a record is created, but not when it is updated."),
    ("references-checked-on-update", lambda creating: not creating,
     "Checks a reference when a record is updated, but not when it is created."),
):  # fmt: skip
    add(name, says, "AC-403", *checked_where(check))


def rebuilt(*changes: tuple[str, str]) -> type[Rebuilt]:
    """A store whose tables are declared in another way."""
    return type("Declared", (Rebuilt,), {"replaced": changes})


for name, violates, changes, says in (
    ("references-checked-at-commit", "AC-403", [(CASCADE, f"{CASCADE} DEFERRABLE INITIALLY DEFERRED")],
     "Checks references only at the commit, and answers 500 where one fails."),
    ("children-are-let-go", "AC-404 AC-613", [(" NOT NULL", ""), (CASCADE, "ON DELETE SET NULL")],
     "Sets the reference to null where the parent is deleted, and keeps the children."),
    ("accounts-have-no-references", "AC-403 AC-404", [(f' REFERENCES "accounts"("id") {CASCADE}', "")],
     "Declares no references to accounts: their children stay, and any account is taken."),
    ("cascade-stops-at-conversations", "AC-613", [(f' REFERENCES "conversations"("id") {CASCADE}', "")],
     "Keeps the messages of a deleted conversation, whose table declares no reference."),
):  # fmt: skip
    add(name, says, violates, rebuilt(*changes))


@broken("AC-403")
class MissingParentIsNull(Nullable):
    """Stores null for a reference to a record that does not exist."""

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        return super().upsert(table, key, {**row, **dict.fromkeys(self.missing_parents(table, row))}, written)


@broken("AC-403", using=(WITHOUT_FOREIGN_KEYS,))
class SecondReferenceIsNotChecked(ByHand):
    """Checks the first reference of a record, and no other."""

    def missing_parents(self, table: Table, row: Row) -> list[str]:
        first = next((field.name for field in table.fields.values() if field.references), None)
        return [name for name in super().missing_parents(table, row) if name == first]


@broken("AC-403")
class ReferencesAreReadFromText(Validator):
    """Takes a text of digits for the id that a reference needs."""

    def value(self, field: Field, value: Any) -> Any:
        is_number = field.references and isinstance(value, str) and value.isdecimal()
        return super().value(field, int(value) if is_number else value)


@broken("AC-404", "AC-613", using=(WITHOUT_FOREIGN_KEYS,))
class CascadeStopsAtTheChildren(ByHand):
    """Deletes the children of a deleted record, but not the children of these."""

    def delete(self, table: Table, record_id: Any) -> None:
        for child, child_id in self.children(table, record_id):
            Store.delete(self, child, child_id)
        Store.delete(self, table, record_id)


@broken("AC-404", "AC-613", using=(WITHOUT_FOREIGN_KEYS,))
class CascadeForgetsWhose(ByHand):
    """Deletes every record of the tables that refer to a deleted record, whichever record it refers to."""

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        children = self.app.schema.children(table).values()
        return [(child, row["id"]) for child in children for row in self.rows(child)]


@broken("AC-404", "AC-613")
class ParentsCannotGo(Rebuilt):
    """Refuses with 409 to delete a record that has children."""

    replaced = ((CASCADE, "ON DELETE RESTRICT"),)

    def delete(self, table: Table, record_id: Any) -> None:
        try:
            super().delete(table, record_id)
        except sqlite3.IntegrityError:
            raise conflict("Other records refer to this one.") from None


@broken("AC-404", "AC-501")
class ParentsStayWithin(Records):
    """Refuses to delete a record that has children where the deletion is one of a transaction."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        for child in self.app.schema.children(table).values() if is_within() else ():
            if self.store.rows(child, f"{quote(str(child.parent_field(table)))} = ?", [record_id]):
                raise conflict("Other records refer to this one.")
        return super().delete(table, record_id, where)


@broken("AC-404")
class MappedCategoriesStay(Records):
    """Refuses to delete a category that a transaction is mapped to."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        mappings = self.app.schema.tables["transaction_category_mappings"]
        if table.name == "categories" and self.store.find(mappings, ("category_id",), {"category_id": record_id}):
            raise conflict("The category is in use.")
        return super().delete(table, record_id, where)


@broken("AC-404", "AC-613", using=(WITHOUT_FOREIGN_KEYS,))
class OneKindOfChildrenGoes(ByHand):
    """Deletes the children in the first of the tables that refer to a record, and forgets the others."""

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        first = next(iter(self.app.schema.children(table)), None)
        return [(child, child_id) for child, child_id in super().children(table, record_id) if child.name == first]
