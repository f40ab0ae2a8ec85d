"""Answers that are kept: what was read once is answered again after a write."""

from __future__ import annotations

from typing import Any

from upsertspec_broken import broken
from upsertspec_server import Server
from upsertspec_server.queries import Grouping, Include, Listing, Queries, Record
from upsertspec_server.schema import Table


class Keeps(Queries):
    """Keeps what it has answered, and has a place for it."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.kept: dict[str, Any] = {}


class KeepsNested(Keeps):
    """Keeps what is nested in a record until the record itself is written."""

    parents: bool

    def nest(self, parent: Table, child: Include, records: list[Record]) -> None:
        super().nest(parent, child, records)
        for record in records if child.is_parent is self.parents else ():
            key = repr((record["id"], record.get("updated_at"), child))
            record[child.name] = self.kept.setdefault(key, record[child.name])


@broken("AC-607", report="https://github.com/Asjas/prisma-redis-middleware/issues/105")
class NestedChildrenAreKept(KeepsNested):
    """Nests the children that a record had when it was last written: a write to a child is no write to its parent."""

    parents = False


@broken("AC-614", report="https://github.com/dropbox/nsot/issues/344")
class NestedParentsAreKept(KeepsNested):
    """Nests the parent as it was when the record was last written."""

    parents = True


@broken("AC-604", "AC-607")
class ListsAreKeptByTheLastWrite(Keeps):
    """Keeps a list until the newest updated_at of its table is another one: a deletion seldom changes that."""

    def page(self, listing: Listing) -> Record:
        newest = self.store.db.execute(f'SELECT max("updated_at") FROM "{listing.table.name}"').fetchone()  # noqa: S608
        key = repr((newest, listing))
        if key not in self.kept:
            self.kept[key] = super().page(listing)
        return dict(self.kept[key])


@broken("AC-610", report="https://github.com/cubecart/v6/issues/4054")
class GroupsAreKeptByTheirTotal(Keeps):
    """Keeps statistics until there is another number of records: an update does not renew them."""

    def groups(self, grouping: Grouping) -> Record:
        key = repr((self.store.db.table(grouping.table.name).count_where(*self.where(grouping)), grouping))
        if key not in self.kept:
            self.kept[key] = super().groups(grouping)
        return dict(self.kept[key])
