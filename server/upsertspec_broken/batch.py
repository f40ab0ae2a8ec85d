"""Batches: their answer, limits, permissions and atomicity, and a key that is in one twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.bases import EmailWithoutAnIndex, FindThenWrite, changes, keep, planned
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server.errors import Problem, bad_field, conflict
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts, agrees
from upsertspec_server.validation import Validator
from upsertspec_server.views import request

MAX = 1000


def batch_body(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A part: the answer to a batch is changed."""

    @answers
    def rewrite(answer: Answer) -> None:
        if answer.endpoint == "records.upsert" and answer.status == HTTPStatus.OK and "records" in answer.body:
            answer.body = change(answer.body)

    return rewrite


def ordered(key: Callable[[dict[str, Any]], Any]) -> Any:
    """A part: the records in the answer to a batch are in another order."""
    return batch_body(lambda body: {**body, "records": sorted(body["records"], key=key)})


def counted_back(body: dict[str, Any]) -> dict[str, Any]:
    """The answer with ids that count back from the last one."""
    last, count = body["records"][-1]["id"], len(body["records"])
    return {**body, "records": [{**each, "id": last - count + n} for n, each in enumerate(body["records"], start=1)]}


for name, part, says in (
    ("counts-are-swapped", batch_body(lambda body: {**body, "created": body["updated"], "updated": body["created"]}),
     "Swaps the counts of a batch: it counts created records as updated."),
    ("updates-count-as-created",
     batch_body(lambda body: {**body, "created": body["created"] + body["updated"], "updated": 0}),
     "Counts every row that a batch has written as created."),
    ("batch-answers-in-id-order", ordered(lambda each: str(each["id"]).zfill(20)),
     "Reads the records of a batch back by their ids, and answers in the order of the ids."),
    ("batch-answers-the-created-first", ordered(lambda each: each["operation"] != "created"),
     "Inserts new records first, then updates the others, and answers in this order."),
    ("batch-answers-the-counts-only", batch_body(lambda body: {n: body[n] for n in ("created", "updated", "ignored")}),
     "Answers a batch with the counts, and without its records."),
    ("ids-counted-from-the-last", batch_body(counted_back),
     "Counts the ids of a batch back from the last written one, as if all rows were new."),
    ("batch-knows-no-ignore",
     planned(lambda plan, row: replace(plan, on_conflict="update") if plan.batch and plan.ignore else plan),
     "Updates the matches of a batch although onConflict says ignore."),
    ("bulk-insert-or-ignore", planned(lambda plan, row: replace(plan, on_conflict="ignore") if plan.batch else plan),
     "Leaves every match of a batch as it is, like a bulk insert that skips duplicates."),
):  # fmt: skip
    add(name, says, "AC-301", part)
add("batch-knows-no-update-where", "Updates every match of a batch, whatever updateWhere says.", "AC-301 AC-210",
    planned(lambda plan, row: replace(plan, update_where=None) if plan.batch else plan))  # fmt: skip


class BatchInserts(FindThenWrite):
    """Finds no matches for a batch."""

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return None if plan.batch else super().find_match(plan, row)


add("bulk-insert", "Only inserts the records of a batch: one that exists is refused with 409.", "AC-301", BatchInserts)
add("batch-inserts-every-time", "Inserts every record of a batch, without a unique index: each repeat adds a record.",
    "AC-308 AC-301 AC-305 AC-013", BatchInserts, EmailWithoutAnIndex)  # fmt: skip


@broken("AC-301")
class BatchIsASync(Upserts):
    """Makes the table equal to the batch: it deletes every record that is not in the batch."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes = super().upsert_batch(plan, now)
        kept = {outcome.id for outcome in outcomes}
        for row in self.store.rows(plan.table):
            if row["id"] not in kept:
                self.store.delete(plan.table, row["id"])
        return outcomes


@broken("AC-302", "AC-307")
class CommitsRecordByRecord(Upserts):
    """Writes a batch without a transaction: what comes before the bad record stays written."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if plan.batch:
            keep(self.store)
        return outcome


@broken("AC-302")
class CommitsInChunks(Upserts):
    """Writes a batch in chunks of 500, each in its own transaction."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for start in range(0, len(plan.rows), 500):
            if start:
                keep(self.store)
            outcomes += super().upsert_batch(replace(plan, rows=plan.rows[start : start + 500]), now)
        return outcomes


@broken("AC-302")
class SkipsBadRecords(Upserts):
    """Skips the records of a batch that cannot be written, and answers 200 with the others."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for row in plan.rows:
            try:
                outcomes.append(self.upsert_one(plan, row, now))
            except Problem:
                if self.stops:
                    break
        return outcomes

    stops = False


@broken("AC-302")
class StopsAtTheFirstBadRecord(SkipsBadRecords):
    """Stops a batch at the record that cannot be written, and answers 200 with those before it."""

    stops = True


@broken("AC-302")
class SkipsRecordsItCannotRead(Validator):
    """Skips the invalid records of a batch, like a lenient import."""

    def batch_rows(self, table: Table, key: tuple[str, ...], records: Any) -> list[Row]:
        rows: list[Row] = []
        for record in self.check_list("records", records):
            try:
                rows.append(self.upsert_row(table, key, record))
            except Problem:
                continue
        return rows


def lists(change: Callable[[str, Any], Any], allowed: int | None = None) -> type[Validator]:
    """A validator that changes a list of records or operations before it checks it, or has another limit."""

    class Lists(Validator):
        def check_list(self, member: str, value: Any) -> list[Any]:
            if isinstance(value, list) and len(value) == allowed:
                return value
            return super().check_list(member, change(member, value))

    return Lists


def first_exists(member: str, value: Any) -> Any:
    """The list, whose first entry is looked at."""
    if isinstance(value, list):
        value[0]
    return value


def at_most_500(member: str, value: Any) -> Any:
    """The list, which has at most 500 entries."""
    if isinstance(value, list) and len(value) > 500:
        raise bad_field(member, "must hold 1 to 500 entries")
    return value


def below_the_limit(member: str, value: Any) -> Any:
    """The list, which has fewer entries than the limit."""
    if isinstance(value, list) and len(value) == MAX:
        raise bad_field(member, "must hold less than 1000 entries")
    return value


for name, violates, parts, says in (
    ("empty-batch-is-200", "AC-304", [lists(lambda member, value: value, allowed=0)],
     "Answers 200 to an empty batch, since there is nothing to do."),
    ("empty-batch-crashes", "AC-304", [lists(first_exists)],
     "Looks at the first record of a batch without checking whether there is one, and answers 500."),
    ("no-batch-limit", "AC-304", [{"MAX_RECORDS": 10**9}], "Takes batches of any size."),
    ("one-over-the-limit", "AC-304", [{"MAX_RECORDS": MAX + 1}],
     "Takes one record more than the limit, because it counts from 0."),
    ("takes-the-first-thousand", "AC-304",
     [lists(lambda member, value: value[:MAX] if isinstance(value, list) else value)],
     "Silently cuts a batch off at the limit."),
    ("one-below-the-limit", "AC-306", [lists(below_the_limit)],
     "Refuses a batch that is as large as the limit: it writes < for <=."),
    ("limit-is-500", "AC-306", [lists(at_most_500)], "Takes at most 500 records in a batch."),
):  # fmt: skip
    add(name, says, violates, *parts)


@broken("AC-304")
class FieldsGoBeforeRecords(Validator):
    """Takes `fields` where both are given, and ignores `records`, which may be empty."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        known = {name: body[name] for name in body if name != "records"}
        return super().upsert(table, known if "fields" in body else body)


@broken("AC-306")
class TooManyVariables(Upserts):
    """Puts a batch into one statement, and answers 500 where that has more than 999 values."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        if len(plan.rows) * len(plan.table.columns) > 999:
            raise RuntimeError("too many SQL variables")
        return super().upsert_batch(plan, now)


@broken("AC-306")
class MatchesOnOnePage(FindThenWrite):
    """Reads the matches of a batch as one page of 100, takes the others as new, and answers 409."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        known = [row for row in plan.rows if self.find_match(plan, row)]
        for row in known[100:]:
            self.records.create(plan.table, row)
        return super().upsert_batch(plan, now)


@broken("AC-301")
class LongBatchIsSorted(Upserts):
    """Answers a batch of more than ten records with those first that it created."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes = super().upsert_batch(plan, now)
        return sorted(outcomes, key=lambda each: each.operation) if len(outcomes) > 10 else outcomes


@broken("AC-110")
class NullTwiceIsAKeyTwice(Upserts):
    """Refuses a batch in which two records have a null for their key."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        keys = [tuple([row[name] for name in plan.key]) for row in plan.rows]
        if any(None in key and keys.count(key) > 1 for key in keys[:100]):
            raise conflict("A key comes twice.")
        return super().upsert_batch(plan, now)


@broken("AC-307", "AC-505")
class FirstRecordsPermission(Upserts):
    """Checks the permission only for the first of several records, in a batch and in a transaction."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        super().check_permissions(role, outcomes[:1], batch)


@broken("AC-307")
class PermissionsOfTheFirstTwo(Upserts):
    """Checks the permission of the first two records of a batch."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        super().check_permissions(role, outcomes[:2], batch)


@broken("AC-307")
class BatchLeavesOutTheForbidden(Upserts):
    """Writes the records of a batch that the role may write, and skips the rest."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        if plan.batch:
            allowed = [row for row in plan.rows if (role.update if self.find_match(plan, row) else role.create)]
            return self.upsert_batch(replace(plan, rows=allowed), self.store.now())
        return super().run(plan, role)


@broken("AC-307")
class BatchIsAnImport(Upserts):
    """Checks the permission to create for a batch, whether it creates or updates."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        if plan.batch:
            self.app.auth.require(role, "create")
        return super().run(plan, replace(role, update=role.update or plan.batch))


@broken("AC-307")
@view("records.upsert")
def batch_asks_nobody(original: Any, table: str) -> Any:
    """Checks no permission for a batch, only for a single record."""
    if "records" in request.read_object():
        g.role = replace(g.role, create=True, update=True)
    return original(table=table)


@broken("AC-307")
class BatchAsksWhenAllIsDone(Upserts):
    """Checks the permissions of a batch after the commit: the answer is 403, but everything is written."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes = super().upsert_batch(plan, now)
        keep(self.store)
        return outcomes


@broken("AC-308")
class DeletesThenLoads(FindThenWrite):
    """Deletes the matches of a batch, and loads all records again, with other ids."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if not plan.batch:
            return super().update(plan, row, match, now)
        self.store.delete(plan.table, match["id"])
        new = {"id": self.store.new_id(plan.table), "updated_at": self.store.later(now, match["updated_at"])}
        stored = self.store.insert(plan.table, {**match, **self.changes(plan, row, match), **new})
        return Outcome(plan.table, "updated", stored["id"], stored)


@broken("AC-308")
class BatchGivesNewNumbers(FindThenWrite):
    """Writes the next number into the id of each match of a batch, as for a new record."""

    def changes(self, plan: Plan, row: Row, match: Row) -> Row:
        changes = super().changes(plan, row, match)
        if plan.batch and not plan.table.uuid:
            changes["id"] = max(each["id"] for each in self.store.rows(plan.table)) + 1
        return changes


def rows(change: Callable[[Plan], list[Row]]) -> type[Upserts]:
    """An upsert that changes the rows of a batch before it writes them."""

    class Rows(Upserts):
        def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
            return super().upsert_batch(replace(plan, rows=change(plan)), now)

    return Rows


def key_of(plan: Plan, row: Row) -> Row:
    """The match fields of a row."""
    return {name: row[name] for name in plan.key}


def with_all_columns(plan: Plan) -> list[Row]:
    """The rows, with null for the columns of other rows."""
    columns = {name for row in plan.rows for name in row} - set(plan.table.required)
    return [{**dict.fromkeys(columns), **row} for row in plan.rows]


def carried_over(plan: Plan) -> list[Row]:
    """The rows, each with the values of those before it that it does not have."""
    carried: Row = {}
    return [carried := {**carried, **row} for row in plan.rows]


def first_of_each_key(plan: Plan) -> list[Row]:
    """The first row of each key."""
    kept: dict[tuple[Any, ...], Row] = {}
    for row in plan.rows:
        kept.setdefault(tuple(key_of(plan, row).values()), row)
    return list(kept.values()) if plan.key else plan.rows


for name, violates, part, says in (
    ("values-of-the-last-record", "AC-303",
     rows(lambda plan: [{**plan.rows[-1], **key_of(plan, row)} for row in plan.rows]),
     "Gives every record of a batch the values of the last one, because it reads a loop variable too late."),
    ("columns-of-the-first-record", "AC-301 AC-303",
     rows(lambda plan: [{name: row.get(name) for name in plan.rows[0]} for row in plan.rows]),
     "Takes the columns of a batch from its first record: other columns are lost, missing ones become null."),
    ("columns-of-all-records", "AC-301 AC-303", rows(with_all_columns),
     "Writes all columns of a batch to each of its records: missing ones become null."),
    ("values-carry-over", "AC-303 AC-301", rows(carried_over),
     "Reuses one object for the records of a batch: what a record lacks is taken from the one before."),
    ("first-of-a-key-wins", "AC-305", rows(first_of_each_key),
     "Keeps the first record of each key in a batch, and drops the others."),
    ("set-from-the-first-record", "AC-303 AC-305",
     changes(lambda plan, row, match, given: {
         n: v if n in plan.key or not plan.batch else plan.rows[0].get(n, v) for n, v in given.items()}),
     "Writes the values of the batch's first record to every match, instead of `excluded`."),
):  # fmt: skip
    add(name, says, violates, part)


@broken("AC-303", "AC-301")
class MatchesInIdOrder(FindThenWrite):
    """Reads the matches of a batch in the order of their ids, and pairs them with its records as they come."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        matches = [match for row in plan.rows if (match := self.find_match(plan, row))]
        if len(matches) < len(plan.rows):
            return super().upsert_batch(plan, now)
        pairs = zip(plan.rows, sorted(matches, key=lambda match: str(match["id"]).zfill(20)), strict=True)
        paired = [{**row, **key_of(plan, match)} for row, match in pairs]
        return super().upsert_batch(replace(plan, rows=paired), now)


@broken("AC-305")
class TwiceInABatchIs500(Upserts):
    """Puts a batch into one statement, which the database refuses where a key is in it twice, and answers 500."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        if len(first_of_each_key(plan)) < len(plan.rows):
            raise RuntimeError("ON CONFLICT DO UPDATE command cannot affect row a second time")
        return super().upsert_batch(plan, now)


@broken("AC-305")
class LastRecordIsWrittenFirst(Upserts):
    """Works through a batch backwards, so that of two records with one key the first wins."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        try:
            return super().upsert_batch(replace(plan, rows=plan.rows[::-1]), now)[::-1]
        except Problem as problem:
            problem.index = len(plan.rows) - 1 - (problem.index or 0)
            raise


@broken("AC-013", "AC-305", using=(EmailWithoutAnIndex,))
class MatchesAreFoundFirst(FindThenWrite):
    """Finds all matches of a batch before it writes: a new key that is in it twice becomes two records."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        self.found = [FindThenWrite.find_match(self, plan, row) for row in plan.rows]
        return super().upsert_batch(plan, now)

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return self.found.pop(0) if plan.batch else super().find_match(plan, row)


@broken("AC-305")
class ConditionsOfTheBatchAsItCame(Upserts):
    """Compares updateWhere with the matches as they were before the batch, also for a key that is in it twice."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        g.matched = {self.values(plan, row): self.find_match(plan, row) for row in plan.rows}
        return super().upsert_batch(plan, now)

    def values(self, plan: Plan, row: Row) -> tuple[Any, ...]:
        """The values of the key."""
        return tuple([row.get(name) for name in plan.key])

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        before = g.matched.get(self.values(plan, row)) if plan.batch and plan.key and plan.update_where else None
        holds = before is not None and agrees(plan.table, before, plan.update_where)
        return super().upsert_one(replace(plan, update_where=None) if holds else plan, row, now)


@broken("AC-303")
class ValuesByPosition(Upserts):
    """Writes the texts of a record in the order of the first one's fields: where one is missing, the rest move up."""

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        free = [n for n, f in plan.table.fields.items() if f.type.name == "text" and not (f.required or f.unique)]
        columns = [name for name in plan.rows[0] if name in free and not plan.table.fields[name].options]

        def written(row: Row) -> Row:
            values = [row[name] for name in columns if name in row]
            return {**{n: v for n, v in row.items() if n not in columns}, **dict(zip(columns, values, strict=False))}

        return super().upsert_batch(replace(plan, rows=[written(row) for row in plan.rows]), now)
