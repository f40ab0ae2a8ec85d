"""Mistakes on one way to write alone: in a batch, with updateFields, under a condition, within a transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, has_request_context, request

from upsertspec_broken import add, broken
from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.batch import batch_body
from upsertspec_server import Server
from upsertspec_server.errors import bad_field
from upsertspec_server.fields import DateTime
from upsertspec_server.queries import Condition, Queries
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator

When = Callable[[Plan, Row], bool]


def is_within(*_: Any) -> bool:
    """Whether the request is a transaction."""
    return has_request_context() and request.endpoint == "transactions.transact"


def keeps_updated_at(when: When) -> type[FindThenWrite]:
    """An upsert that does not move updated_at on some ways."""

    class KeepsUpdatedAt(FindThenWrite):
        def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
            outcome = super().update(plan, row, match, now)
            if not when(plan, row):
                return outcome
            stored = self.store.update(plan.table, outcome.row or match, {"updated_at": match["updated_at"]})
            return Outcome(plan.table, "updated", stored["id"], stored)

    return KeepsUpdatedAt


for name, when, says in (
    ("update-where-leaves-updated-at", lambda plan, row: plan.update_where is not None,
     "Does not move updated_at in an update under a condition."),
    ("upsert-within-leaves-updated-at", is_within, "Does not move updated_at in an upsert within a transaction."),
):  # fmt: skip
    add(name, says, "AC-104", keeps_updated_at(when))


@broken("AC-104")
class ClockIsTwoHoursAhead(Store):
    """Writes its local time, two hours ahead, and calls it UTC."""

    def now(self) -> str:
        return str(DateTime().parse(super().now().replace("Z", "-02:00")))


class RulesOfNewRecords(Upserts):
    """Checks options, minimum and pattern of records that are created."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        for name, value in row.items():
            field = plan.table.fields[name]
            try:
                if value is not None:
                    field.check_rules(field.type.show(value))
            except ValueError as error:
                raise bad_field(name, str(error)) from None
        return super().create(plan, row, now)


class OnlyTypes(Validator):
    """Checks nothing but the types where the request says so."""

    def value(self, field: Field, value: Any) -> Any:
        if value is None or not g.get("only_types"):
            return super().value(field, value)
        return field.type.parse(value)


@broken("AC-302", using=(RulesOfNewRecords,))
class BatchChecksNewRecordsOnly(OnlyTypes):
    """Checks options, minimum and pattern of a batch where records are created, not where they match."""

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        g.only_types = True
        return super().batch_rows(table, key, records)


@broken("AC-203", "AC-204", using=(RulesOfNewRecords,))
class ConflictMembersSkipTheRules(OnlyTypes):
    """Builds the update for updateFields and updateWhere by hand, past the checks of options, minimum and pattern."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        g.only_types = "updateFields" in body or "updateWhere" in body
        return super().upsert(table, body)


@broken("AC-101")
class KeyKeepsItsOldRecord(Upserts):
    """Remembers which record a key led to: after the key has changed, the old value still leads there."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.known: dict[tuple[Any, ...], Any] = {}

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        mark = (plan.table.name, *plan.key, *(row[name] for name in plan.key))
        by_key = plan.key and not plan.batch
        if by_key and mark in self.known and (known := self.store.get(plan.table, self.known[mark])):
            return known
        return super().find_match(plan, row)

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if None not in map(row.get, plan.key):
            self.known[(plan.table.name, *plan.key, *(row[name] for name in plan.key))] = outcome.id
        return outcome

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        updated_at = self.store.later(now, match["updated_at"])
        changes = plan.changes(row)
        stored = self.store.update(plan.table, match, {**changes, "updated_at": updated_at})
        return Outcome(plan.table, "updated", stored["id"], stored)


class Indexed(Upserts):
    """Knows which records a batch wrote last."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.not_indexed: set[tuple[str, Any]] = set()

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        (self.not_indexed.add if plan.batch else self.not_indexed.discard)((plan.table.name, outcome.id))
        return outcome


@broken("AC-604", using=(Indexed,))
class ContainsMissesBatches(Queries):
    """Searches an index of words that single writes keep up to date, and batches do not."""

    def condition(self, table: Table, name: str, text: str) -> Condition:
        sql, values = super().condition(table, name, text)
        indexed: Any = self.app.upserts
        missed = [ident for place, ident in indexed.not_indexed if place == table.name]
        if not name.endswith("__contains") or not missed:
            return sql, values
        return f'{sql} AND "id" NOT IN ({", ".join("?" * len(missed))})', [*values, *missed]


def created_twice(body: dict[str, Any]) -> dict[str, Any]:
    """The answer, in which every record is created that the batch created first."""
    new = {each["id"] for each in body["records"] if each["operation"] == "created"}
    said = [{**each, "operation": "created" if each["id"] in new else each["operation"]} for each in body["records"]]
    counts = {word: sum(each["operation"] == word for each in said) for word in ("created", "updated", "ignored")}
    return {**body, **counts, "records": said}


add("created-twice-in-a-batch", "Looks for all matches of a batch first: a key that is in it twice is created twice.",
    "AC-301", batch_body(created_twice))  # fmt: skip


def one_for_true(body: dict[str, Any]) -> dict[str, Any]:
    """The answer with numbers in place of true and false."""
    plain = [
        {**each, "record": {n: int(v) if isinstance(v, bool) else v for n, v in each["record"].items()}}
        for each in body["records"]
    ]
    return {**body, "records": plain}


add("batch-answers-one-for-true", "Answers a batch with what its database returned: 1 for true.", "AC-301 AC-303",
    batch_body(one_for_true))  # fmt: skip


class FreshAndOld(Upserts):
    """Remembers the words that records had before a batch changed them."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.old: list[tuple[str, str, Any, Any]] = []

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if plan.batch:
            self.old += [(plan.table.name, name, match[name], match["id"]) for name in plan.changes(row)]
        return super().update(plan, row, match, now)


@broken("AC-303", using=(FreshAndOld,))
class FiltersFindOldValues(Queries):
    """Adds the words of a batch to its index, and never takes the old ones out."""

    def compare(self, field: Field, operator: str, text: str) -> Condition:
        sql, values = super().compare(field, operator, text)
        known: Any = self.app.upserts
        ids = [ident for _, name, value, ident in known.old if (name, value) == (field.name, text)]
        if operator != "eq" or not ids:
            return sql, values
        return f'({sql} OR "id" IN ({", ".join("?" * len(ids))}))', [*values, *ids]
