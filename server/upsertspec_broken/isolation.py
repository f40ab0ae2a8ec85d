"""Members of an organization who see, write or learn of what belongs to another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite, keep
from upsertspec_broken.ways import is_within
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.queries import Condition, Grouping, Listing, Queries
from upsertspec_server.records import Records
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.views import current_app, parse_id, request


@contextmanager
def as_editor() -> Iterator[None]:
    """The caller of this block belongs to no organization."""
    member = g.role
    g.role = replace(member, organization=None)
    try:
        yield
    finally:
        g.role = member


@broken("AC-931")
class ListsAreOfEverybody(Queries):
    """Lists the records of all organizations."""

    def own(self, table: Table) -> list[Condition]:
        return []


@broken("AC-931")
class TotalIsOfEverybody(Queries):
    """Shows the records of the caller's organization, and counts those of all."""

    def total(self, listing: Listing) -> int:
        others = len(self.own(listing.table))
        return super().total(replace(listing, conditions=listing.conditions[others:]))


@broken("AC-931")
class StatisticsAreOfEverybody(Queries):
    """Counts the records of all organizations in statistics."""

    def groups(self, grouping: Grouping) -> Any:
        others = len(self.own(grouping.table))
        return super().groups(replace(grouping, conditions=grouping.conditions[others:]))


@broken("AC-931")
class FilterTakesThePlaceOfTheOwn(Queries):
    """Adds the caller's organization as a default: a filter by organization takes its place."""

    def listing(self, table: Table, parameters: Any) -> Listing:
        pairs = list(parameters)
        found = super().listing(table, pairs)
        named = any(name.startswith("organization_id") for name, _ in pairs)
        return replace(found, conditions=found.conditions[len(self.own(table)) :]) if named else found


@broken("AC-931")
class PagesAreCutFirst(Queries):
    """Cuts the page out of the records of all organizations, and then leaves out what belongs to others."""

    def records(self, table: Table, where: str | None, values: list[Any], **options: Any) -> list[dict[str, Any]]:
        own = self.own(table)
        if not own or "limit" not in options:
            return super().records(table, where, values, **options)
        alone = str(where).removeprefix(own[0][0]).removeprefix(" AND ") or None
        found = super().records(table, alone, values[1:], **options)
        return [record for record in found if record[str(table.organization)] == g.role.organization]


@broken("AC-931", "AC-934")
@view("records.read")
def reads_by_id_are_open(original: Any, **path: str) -> Any:
    """Checks the organization in lists, but not where a record is read by its id."""
    with as_editor():
        return original(**path)


@broken("AC-932", "AC-934", "AC-935", "AC-936")
class MembersWriteAnywhere(Auth):
    """Checks the organization when a member reads, but not when it writes."""

    def require_own(self, table: Table, row: Row) -> None:
        pass


@broken("AC-932")
class OrganizationsByTheirBeginning(Auth):
    """Takes an organization for the member's own if its name begins with that."""

    def sees(self, table: Table, row: Row) -> bool:
        own = g.role.organization
        return super().sees(table, row) or str(row.get(str(table.organization), "")).startswith(str(own))


@broken("AC-932", "AC-934")
@view("records.upsert")
def upserts_are_open(original: Any, table: str) -> Any:
    """Checks the organization everywhere but in an upsert."""
    found = current_app.enter(table, "create", "update")
    with as_editor():
        return original(table=found.name)


def open_by_id(endpoint: str) -> Any:
    """A part: the view does not ask whose record it is."""

    @view(endpoint)
    def opened(original: Any, table: str, record_id: str) -> Any:
        found = current_app.enter(table, "update")
        with as_editor():
            return original(table=found.name, record_id=record_id)

    return opened


add("patch-by-id-is-open", "Changes the record of any organization by its id.", "AC-932 AC-934 AC-935",
    open_by_id("records.update"))  # fmt: skip
add("delete-by-id-is-open", "Deletes the record of any organization by its id.", "AC-932 AC-934",
    open_by_id("records.delete"))  # fmt: skip


@broken("AC-931", "AC-932")
class MembersHaveEveryTable(Auth):
    """Lets a member into tables that have no organization."""

    def require_table(self, role: Role, table: Table) -> None:
        pass


@broken("AC-932", "AC-936")
class RefusedAfterTheWrite(Upserts):
    """Refuses a record of another organization when it is written already."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if self.app.auth.sees(plan.table, row):
            return super().upsert_one(plan, row, now)
        with as_editor():
            super().upsert_one(plan, row, now)
        keep(self.store)
        self.app.auth.require_own(plan.table, row)
        raise AssertionError


def of_another(store: Store, plan: Plan, row: Row) -> Row | None:
    """The record with the same key in another organization."""
    return store.find(plan.table, tuple(name for name in plan.key if name != plan.table.organization), row)


class WithoutOrganization(FindThenWrite):
    """Finds the match of a member's image whatever organization it belongs to."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        if g.role.organization is None or plan.table.organization not in plan.key:
            return super().find_match(plan, row)
        return super().find_match(plan, row) or of_another(self.store, plan, row)


@broken("AC-933")
class ItemBelongsToTheLast(WithoutOrganization):
    """Matches the item without its organization: the second member takes over the first one's record."""


@broken("AC-933")
class ItemBelongsToTheFirst(WithoutOrganization):
    """Keeps an item unique across organizations: the second member is refused."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        organization = plan.table.organization
        if organization in row and match[str(organization)] != row[str(organization)]:
            raise conflict("A unique key would be broken.")
        return super().update(plan, row, match, now)


@broken("AC-102", "AC-933")
class SaysUpdatedForAnothersItem(Upserts):
    """Creates the second member's record, but says "updated", since the item is known."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        known = of_another(self.store, plan, row) if plan.table.organization else None
        outcome = super().create(plan, row, now)
        return replace(outcome, operation="updated") if known else outcome


@broken("AC-934")
@view("records.read")
def reading_what_is_anothers_is_403(original: Any, table: str, record_id: str) -> Any:
    """Answers 403 to a read where the record is another organization's, and 404 where there is none."""
    found = current_app.enter(table, "read")
    row = current_app.store.get(found, parse_id(found, record_id))
    if row is not None:
        current_app.auth.require_own(found, row)
    return original(table=table, record_id=record_id)


@broken("AC-932", "AC-934")
class TakenKeysAreTold(Upserts):
    """Answers 409 to a member who names another organization's record, and 403 where there is none."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if not self.app.auth.sees(plan.table, row) and self.store.find(plan.table, plan.key, row):
            raise conflict("A unique key would be broken.")
        return super().upsert_one(plan, row, now)


@broken("AC-934")
@answers
def says_whose_it_is(answer: Answer) -> None:
    """Answers 404 to a change of another organization's record, and says in the body that it is another's."""
    if answer.endpoint != "records.update" or answer.status != HTTPStatus.NOT_FOUND:
        return
    path = request.view_args or {}
    found = current_app.schema.find(path["table"])
    row = current_app.store.get(found, parse_id(found, path["record_id"]))
    if row is not None:
        answer.body["detail"] = "This record belongs to another organization."


@broken("AC-935")
class OnlyTheOldOrganizationCounts(Records):
    """Asks whose the record is, but not whose it will be: a partial update gives it away."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        self.read(table, record_id)
        with as_editor():
            return super().update(table, record_id, row, where)


@broken("AC-935")
class MovedThenRefused(Records):
    """Writes the new organization, and then finds that the record is not the caller's any more."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        if not self.app.auth.sees(table, row):
            self.store.update(table, stored, row)
            keep(self.store)
        return super().update(table, record_id, row, where)


@broken("AC-935")
class MovesWithinATransaction(Transactions):
    """Lets an update in a transaction give a record away."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        if operation["op"] != "update":
            return super().run_one(operation, results)
        table = self.app.schema.find(operation["table"])
        self.records.read(table, self.record_id(table, self.resolve(operation, results)))
        with as_editor():
            return super().run_one(operation, results)


@broken("AC-936")
class BatchLeavesOutWhatIsAnothers(Upserts):
    """Writes the records of a batch that are the caller's, and leaves out the others."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        rows = [row for row in plan.rows if self.app.auth.sees(plan.table, row)]
        return super().upsert_batch(replace(plan, rows=rows), now)


@broken("AC-936")
class OnlyTheFirstOfABatchIsChecked(Upserts):
    """Checks the organization of the first record of a batch."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        self.app.auth.require_own(plan.table, plan.rows[0])
        with as_editor():
            return super().upsert_batch(plan, now)


@broken("AC-936")
class OwnPartOfABatchStays(Upserts):
    """Refuses a batch with another organization's record, but keeps what was written before it."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.batch and not self.app.auth.sees(plan.table, row):
            keep(self.store)
        return super().upsert_one(plan, row, now)


@broken("AC-936", "AC-935")
class TransactionsAreOpen(Transactions):
    """Checks no organization in a transaction."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        with as_editor():
            return super().run(operations, role)


@broken("AC-934")
@view("records.create")
def creates_tell_taken_keys(original: Any, table: str) -> Any:
    """Checks the unique key of a new record before the organization: 409 tells that the other has it."""
    found = current_app.enter(table, "create")
    row = current_app.validator.fields(found, request.read_object())
    for key in found.unique_keys if g.role.organization else ():
        if row.keys() >= set(key) and current_app.store.find(found, key, row):
            raise Problem(HTTPStatus.CONFLICT, "A unique key would be broken.")
    return original(table=table)


@broken("AC-935")
class UpdateValuesGiveAway(Upserts):
    """Looks whose the fields of an upsert are, but not whose its updateValues."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        self.app.auth.require_own(plan.table, row)
        with as_editor():
            return super().upsert_one(plan, row, now)


@broken("AC-936")
class DeletionsWithinAreOpen(Records):
    """Deletes a record of any organization where the deletion is one of a transaction."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        if not is_within():
            return super().delete(table, record_id, where)
        with as_editor():
            return super().delete(table, record_id, where)


def open_to_members(endpoint: str) -> type[Auth]:
    """Lets a member call one view of a table that has no organization."""

    class Open(Auth):
        def require_table(self, role: Role, table: Table) -> None:
            if request.endpoint != endpoint:
                super().require_table(role, table)

    return Open


for name, endpoint, what in (
    ("statistics-of-other-tables-are-open", "tables.stats", "statistics"),
    ("lists-of-other-tables-are-open", "records.list_records", "lists"),
    ("descriptions-of-other-tables-are-open", "tables.describe", "descriptions"),
):
    add(name, f"Answers a member who asks for {what} of a table that has no organization.", "AC-931",
        open_to_members(endpoint))  # fmt: skip


@broken("AC-934")
class ConditionTellsOfOthers(Records):
    """Looks at the tag before the organization: 412 tells that another has such a record."""

    def read(self, table: Table, record_id: Any) -> Row:
        row = self.store.get(table, record_id)
        if row and not self.app.auth.sees(table, row) and "If-Match" in request.headers:
            raise Problem(412, "The stored record does not meet the condition.")
        return super().read(table, record_id)
