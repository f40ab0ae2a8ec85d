"""Mistakes with the children of a deleted record: those beyond a page, and those that a rollback brings back."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g

from upsertspec_broken import broken
from upsertspec_broken.bases import WITHOUT_FOREIGN_KEYS, AfterFailure
from upsertspec_broken.integrity import ByHand
from upsertspec_server.schema import Table
from upsertspec_server.store import Store


@broken("AC-404", using=(WITHOUT_FOREIGN_KEYS,))
class CascadeIsOnePage(ByHand):
    """Deletes as many children of a deleted record as a page of a list has."""

    def children(self, table: Table, record_id: Any) -> list[tuple[Table, Any]]:
        return super().children(table, record_id)[:50]


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
