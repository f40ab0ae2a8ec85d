"""Mistakes with the children of a deleted record: those beyond a page, and those that a rollback brings back."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g

from upsertspec_broken import broken
from upsertspec_broken.bases import WITHOUT_FOREIGN_KEYS, AfterFailure
from upsertspec_broken.integrity import ByHand
from upsertspec_server import Server
from upsertspec_server.schema import Row, Table
from upsertspec_server.store import Store


@broken("AC-404", using=(WITHOUT_FOREIGN_KEYS,))
class CascadeIsOnePage(ByHand):
    """Deletes as many children of a deleted record as a page of a list has."""

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        return super().children(table, record_id)[:50]


@broken("AC-501", using=(WITHOUT_FOREIGN_KEYS,))
class CascadeIsOfBefore(ByHand):
    """Deletes those children of a deleted record that were there before the transaction."""

    def insert(self, table: Table, row: Row) -> Row:
        stored = super().insert(table, row)
        g.setdefault("made", set()).add((table.name, stored["id"]))
        return stored

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        made = g.get("made", set())
        return [each for each in super().children(table, record_id) if (each[0].name, each[1]) not in made]


class Undoes(AfterFailure, ByHand):
    """Does something to the children of deleted records where their transaction fails."""

    def delete(self, table: Table, record_id: Any) -> None:
        g.setdefault("below", []).extend(self.children(table, record_id))
        super().delete(table, record_id)

    def failed(self) -> None:
        self.undone(g.get("below", []))

    def undone(self, children: list[tuple[Table, Any]]) -> None:
        """The transaction has failed, which had deleted the parents of these."""


@broken("AC-502")
class OnePageIsRestored(Undoes):
    """Restores as many children as a page of a list has, where the transaction that deleted them fails."""

    def undone(self, children: list[tuple[Table, Any]]) -> None:
        for child, child_id in children[50:]:
            Store.delete(self, child, child_id)


@broken("AC-502", using=(WITHOUT_FOREIGN_KEYS,))
class RestoredChildrenAreOrphans(Undoes):
    """Restores the children where the transaction that deleted them fails, but no longer knows whose they are."""

    orphans: ClassVar[set[tuple[str, Any]]] = set()

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        return [each for each in super().children(table, record_id) if (each[0].name, each[1]) not in self.orphans]

    def undone(self, children: list[tuple[Table, Any]]) -> None:
        self.orphans.update((child.name, child_id) for child, child_id in children)


@broken("AC-404")
class FormerChildrenAreDeleted(Store):
    """Keeps a list of each record's children, from which it never takes one that has moved to another parent."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.moved: dict[tuple[str, Any], set[tuple[Table, Any]]] = {}

    def moves(self, table: Table, stored: Row, row: Row) -> None:
        """Remember the former parents of a child."""
        for field in table.fields.values():
            before = stored.get(field.name)
            if field.references and field.name in row and row[field.name] != before:
                self.moved.setdefault((field.references, before), set()).add((table, stored["id"]))

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        self.moves(table, stored, changes)
        return super().update(table, stored, changes)

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        if row["id"] is not None and (stored := self.get(table, row["id"])):
            self.moves(table, stored, row)
        return super().upsert(table, key, row, written)

    def delete(self, table: Table, record_id: Any) -> None:
        super().delete(table, record_id)
        for child, ident in self.moved.pop((table.name, record_id), ()):
            if self.get(child, ident):
                self.delete(child, ident)
