"""Deleted records that are still there for some way to write or to read."""

from __future__ import annotations

from typing import Any

from upsertspec_broken import add, broken
from upsertspec_broken.ways import When, is_within
from upsertspec_server import Server
from upsertspec_server.queries import Grouping, Listing, Queries, Record
from upsertspec_server.schema import Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome, Plan, Upserts


class Trash(Store):
    """Remembers deleted rows, and the children that were deleted with them."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.deleted: dict[str, list[Row]] = {}
        self.cascaded: dict[str, list[Row]] = {}

    def delete(self, table: Table, record_id: Any) -> None:
        if row := self.get(table, record_id):
            self.deleted.setdefault(table.name, []).append(row)
        for child in self.app.schema.tables.values():
            if name := child.parent_field(table):
                self.cascaded.setdefault(child.name, []).extend(self.rows(child, f'"{name}" = ?', [record_id]))
        super().delete(table, record_id)


def matches_deleted(when: When) -> type[Upserts]:
    """An upsert that on some ways matches a deleted record, which stays invisible."""

    class MatchesDeleted(Upserts):
        store: Trash

        def create(self, plan: Plan, row: Row, now: str) -> Outcome:
            for old in self.store.deleted.get(plan.table.name, []) if plan.key and when(plan, row) else []:
                if all(old[name] == row[name] for name in plan.key):
                    done = "ignored" if plan.ignore else "updated"
                    return Outcome(plan.table, done, old["id"], {**old, **row})
            return super().create(plan, row, now)

    return MatchesDeleted


for name, violates, when, says in (
    ("batch-writes-to-the-deleted", "AC-609", lambda plan, row: plan.batch,
     "Finds the matches of a batch without the mark of deletion: it writes to records that nobody sees any more."),
    ("ignores-for-the-deleted", "AC-609", lambda plan, row: plan.ignore and not plan.batch,
     "Ignores a match that has been deleted: nothing is created."),
    ("upsert-within-writes-to-the-deleted", "AC-609 AC-501", is_within,
     "Writes to a deleted record where the upsert is one of a transaction."),
):  # fmt: skip
    add(name, says, violates, Trash, matches_deleted(when))


@broken("AC-404", using=(Trash,))
class ChildrenKeepTheirKeys(Upserts):
    """Marks the children of a deleted record as deleted, and lets them keep their keys: an upsert writes to them."""

    store: Trash

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        for old in self.store.cascaded.get(plan.table.name, []) if plan.key else []:
            if all(old[name] == row[name] for name in plan.key):
                return Outcome(plan.table, "updated", old["id"], {**old, **row})
        return super().create(plan, row, now)


@broken("AC-604", using=(Trash,))
class ContainsFindsTheDeleted(Queries):
    """Searches an index of words from which deleted records are not taken out."""

    store: Trash

    def page(self, listing: Listing) -> Record:
        page = super().page(listing)
        words = [values[0] for sql, values in listing.conditions if sql.startswith("instr(")]
        for row in self.store.deleted.get(listing.table.name, []) if words else []:
            if any(word in str(value) for word in words for value in row.values()):
                page["records"].append(listing.table.show(row))
                page["total"] += 1
        return page


@broken("AC-610", using=(Trash,))
class StatisticsCountTheDeleted(Queries):
    """Keeps the counts of its groups by itself, and does not count down when a record is deleted."""

    store: Trash

    def groups(self, grouping: Grouping) -> Record:
        groups = super().groups(grouping)
        for row in self.store.deleted.get(grouping.table.name, []):
            shown = grouping.table.show(row)
            for group in groups["groups"]:
                group["count"] += all(group[name] == shown[name] for name in grouping.group_by)
        return groups


@broken("AC-609")
class IdsAreUsedAgain(Store):
    """Gives the highest integer id of a table again when its record was deleted, the default of SQLite."""

    def new_id(self, table: Table) -> Any:
        highest = f'SELECT coalesce(max("id"), 0) + 1 FROM "{table.name}"'  # noqa: S608 - a name of the schema
        return super().new_id(table) or self.db.execute(highest).fetchone()[0]
