"""Batches: what is answered, who may, and how many records are taken."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import request

from upsertspec_broken.bases import EmailWithoutAnIndex, FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.errors import Problem, bad_field
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Role
from upsertspec_server.validation import MAX_RECORDS, Validator


@fault("AC-301")
class CountsAreSwapped(Answers):
    """Swaps the counts of a batch: what it created it counts as updated."""

    def counts(self, outcomes: list[Outcome]) -> dict[str, int]:
        counts = super().counts(outcomes)
        return {**counts, "created": counts["updated"], "updated": counts["created"]}


@fault("AC-301")
class UpdatesCountAsCreated(Answers):
    """Counts every row that a batch has written as created."""

    def counts(self, outcomes: list[Outcome]) -> dict[str, int]:
        counts = super().counts(outcomes)
        return {**counts, "created": counts["created"] + counts["updated"], "updated": 0}


@fault("AC-301")
class BatchAnswersInIdOrder(Answers):
    """Reads the records of a batch back by their ids, and answers in the order of the ids."""

    def batch(self, outcomes: list[Outcome]) -> Answer:
        return super().batch(sorted(outcomes, key=lambda outcome: str(outcome.id).zfill(20)))


@fault("AC-301")
class BatchAnswersTheCreatedFirst(Answers):
    """Inserts what is new, then updates what is not, and answers in this order."""

    def batch(self, outcomes: list[Outcome]) -> Answer:
        return super().batch(sorted(outcomes, key=lambda outcome: outcome.operation != "created"))


@fault("AC-301")
class BatchAnswersTheCountsOnly(Answers):
    """Answers a batch with the counts, and without its records."""

    def batch(self, outcomes: list[Outcome]) -> Answer:
        return Answer(HTTPStatus.OK, {**self.counts(outcomes)})


@fault("AC-301")
class IdsCountedFromTheLast(Answers):
    """Counts the ids of a batch back from the last one that was written, as if all rows were new."""

    def batch(self, outcomes: list[Outcome]) -> Answer:
        last, count = outcomes[-1].id, len(outcomes)
        return super().batch([replace(each, id=last - count + place) for place, each in enumerate(outcomes, start=1)])


@fault("AC-301")
class BatchKnowsNoIgnore(Operations):
    """Updates the matches of a batch although they were to be ignored."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return super().leaves_untouched(replace(plan, ignore=plan.ignore and not plan.batch), row, match)


@fault("AC-301")
class BatchKnowsNoUpdateWhere(Operations):
    """Updates every match of a batch, whatever updateWhere says."""

    def where_agrees(self, plan: Upsert, match: Row) -> bool:
        return plan.batch or super().where_agrees(plan, match)


@fault("AC-301")
class BulkInsert(FindThenWrite):
    """Only ever inserts the records of a batch: a known one is refused with 409."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return None if plan.batch else super().find_match(plan, row)


@fault("AC-301")
class BulkInsertOrIgnore(Operations):
    """Leaves every match of a batch untouched: a bulk insert that skips duplicates."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return plan.batch or super().leaves_untouched(plan, row, match)


@fault("AC-301")
class BatchIsASync(FindThenWrite):
    """Makes the table what the batch is: it deletes every record that the batch doesn't hold."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        outcomes = super().upsert_batch(plan, now)
        kept = {outcome.id for outcome in outcomes}
        for row in self.all_rows(plan.table):
            if row["id"] not in kept:
                self.store.delete(plan.table, row["id"])
        return outcomes


@fault("AC-302", "AC-307")
class CommitsRecordByRecord(Operations):
    """Writes a batch without a transaction around it: what comes before the bad record stays written."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if plan.batch:
            self.store.commit()
            self.store.begin()
        return outcome


@fault("AC-302")
class CommitsInChunks(Operations):
    """Writes a batch in chunks of 500, each in a transaction of its own."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for start in range(0, len(plan.rows), 500):
            outcomes += super().upsert_batch(replace(plan, rows=plan.rows[start : start + 500]), now)
            self.store.commit()
            self.store.begin()
        return outcomes


@fault("AC-302")
class SkipsBadRecords(Operations):
    """Leaves out the records of a batch that can't be written, and answers 200 with the others."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for row in plan.rows:
            try:
                outcomes.append(self.upsert_one(plan, row, now))
            except Problem:
                continue
        return outcomes


@fault("AC-302")
class StopsAtTheFirstBadRecord(Operations):
    """Stops a batch at the record that can't be written, and answers 200 with those before it."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            for row in plan.rows:
                outcomes.append(self.upsert_one(plan, row, now))  # noqa: PERF401 - those before the error are kept
        except Problem:
            pass
        return outcomes


@fault("AC-302")
class SkipsRecordsItCannotRead(Validator):
    """Leaves out the records of a batch that are not as the table wants them, as a lenient import does."""

    def upsert_rows(self, table: Any, key: tuple[str, ...], records: list[Any]) -> list[Row]:
        rows: list[Row] = []
        for record in records:
            try:
                rows.append(self.upsert_row(table, key, record))
            except Problem:
                continue
        return rows


@fault("AC-302")
class ErrorsWithoutIndex(Answers):
    """Says what is wrong with a batch, and not with which record of it."""

    def problem(self, problem: Problem) -> Answer:
        problem.index = None
        problem.errors = [{name: error[name] for name in error if name != "index"} for error in problem.errors]
        return super().problem(problem)


@fault("AC-302")
class IndexCountsFromOne(Answers):
    """Counts the records of a batch from 1 where it says which is wrong."""

    def problem(self, problem: Problem) -> Answer:
        return super().problem(problem if problem.index is None else problem.at(problem.index + 1))


@fault("AC-302")
class IndexWithinAChunk(Answers):
    """Writes a batch in chunks of 100, and counts from the beginning of its chunk which record is wrong."""

    def problem(self, problem: Problem) -> Answer:
        return super().problem(problem if problem.index is None else problem.at(problem.index % 100))


@fault("AC-304")
class EmptyBatchIs200(Validator):
    """Answers 200 to an empty batch: nothing was asked, and nothing was done."""

    def batch_records(self, records: Any) -> list[Any]:
        return [] if records == [] else super().batch_records(records)


@fault("AC-304")
class EmptyBatchCrashes(Validator):
    """Looks at the first record of a batch without asking whether there is one, and answers 500."""

    def batch_records(self, records: Any) -> list[Any]:
        if isinstance(records, list):
            records[0]
        return super().batch_records(records)


@fault("AC-304")
class NoBatchLimit(Validator):
    """Takes batches of any size."""

    def check_count(self, member: str, count: int) -> None:
        super().check_count(member, min(count, MAX_RECORDS))


@fault("AC-304")
class OneOverTheLimit(Validator):
    """Takes one record more than the limit: it counts from 0."""

    def check_count(self, member: str, count: int) -> None:
        super().check_count(member, min(count, MAX_RECORDS) if count == MAX_RECORDS + 1 else count)


@fault("AC-304")
class TakesTheFirstThousand(Validator):
    """Cuts a batch off at the limit, and says nothing of it."""

    def batch_records(self, records: Any) -> list[Any]:
        return super().batch_records(records[:MAX_RECORDS] if isinstance(records, list) else records)


@fault("AC-304")
class FieldsGoBeforeRecords(Validator):
    """Takes `fields` where both are given, and never looks at `records`, which may be empty."""

    def is_batch(self, body: dict[str, Any]) -> bool:
        return "fields" not in body and super().is_batch(body)


@fault("AC-306")
class OneBelowTheLimit(Validator):
    """Refuses a batch that is as large as the limit: it writes < for <=."""

    def check_count(self, member: str, count: int) -> None:
        super().check_count(member, count + 1 if count == MAX_RECORDS else count)


@fault("AC-306")
class LimitIs500(Validator):
    """Takes 500 records in a batch, and no more."""

    def check_count(self, member: str, count: int) -> None:
        if count > 500:
            raise bad_field(member, "must hold 1 to 500 entries")
        super().check_count(member, count)


@fault("AC-306")
class TooManyVariables(Operations):
    """Puts a batch into one statement, and answers 500 where that has more than 999 values."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        if len(plan.rows) * len(plan.table.columns) > 999:
            raise RuntimeError("too many SQL variables")
        return super().upsert_batch(plan, now)


@fault("AC-306")
class MatchesOnOnePage(FindThenWrite):
    """Reads the matches of a batch as one page of 100, takes the others for new, and answers 409."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        known = [row for row in plan.rows if self.find_match(plan, row)]
        for row in known[100:]:
            self.create(plan.table, row)
        return super().upsert_batch(plan, now)


@fault("AC-307", "AC-505")
class FirstRecordsPermission(Operations):
    """Asks for the permission for the first of several records only, in a batch and in a transaction."""

    def check_permissions(self, role: Role, outcomes: list[Outcome], batch: bool) -> None:
        super().check_permissions(role, outcomes[:1], batch)


@fault("AC-307")
class BatchLeavesOutTheForbidden(Operations):
    """Does what the role may of a batch, and leaves out the rest."""

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        if not plan.batch:
            return super().upsert(plan, role)
        allowed = [
            row for row in plan.rows if self.auth.may(role, "update" if self.find_match(plan, row) else "create")
        ]
        return self.upsert_batch(replace(plan, rows=allowed), self.store.now())


@fault("AC-307")
class BatchIsAnImport(Operations):
    """Asks for the permission to create where a batch comes, whether it creates or updates."""

    def upsert(self, plan: Upsert, role: Role) -> list[Outcome]:
        if not plan.batch:
            return super().upsert(plan, role)
        self.auth.require(role, "create")
        return super().upsert(plan, replace(role, update=True))


@fault("AC-307")
class BatchAsksNobody(Api):
    """Asks for no permission where a batch comes: the check stands in the way of a single record only."""

    def upsert(self, table: str) -> Answer:
        body = self.body.parse(request.get_data())
        if "records" not in body:
            return super().upsert(table)
        plan = self.validator.upsert(self.operations.find_table(table), body)
        with self.store.transaction():
            outcomes = self.operations.upsert_batch(plan, self.store.now())
        return self.answers.batch(outcomes)


@fault("AC-307")
class BatchAsksWhenAllIsDone(Operations):
    """Asks for the permissions of a batch when it is committed: the answer is 403, and all is written."""

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        outcomes = super().upsert_batch(plan, now)
        self.store.commit()
        self.store.begin()
        return outcomes


@fault("AC-308", "AC-301", "AC-305", using=(EmailWithoutAnIndex,))
class BatchInsertsEveryTime(FindThenWrite):
    """Inserts every record of a batch, and no unique index forbids it: each repeat is another record."""

    def find_match(self, plan: Upsert, row: Row) -> Row | None:
        return None if plan.batch else super().find_match(plan, row)


@fault("AC-308")
class DeletesThenLoads(FindThenWrite):
    """Deletes the matches of a batch, and loads all of it anew: the ids are others."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        if not plan.batch:
            return super().update_match(plan, row, match, now)
        self.store.delete(plan.table, match["id"])
        new = {**match, **self.changes(plan, row, match), "id": self.store.new_id(plan.table)}
        stored = self.store.insert(plan.table, {**new, "updated_at": self.updated_at(now, match)})
        return Outcome(plan.table, "updated", stored["id"], stored)


@fault("AC-308")
class BatchGivesNewNumbers(FindThenWrite):
    """Writes the next number into the id of each match of a batch, as it does for a new record."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        changes = super().changes(plan, row, match)
        if plan.batch and not plan.table.uuid:
            changes["id"] = max(each["id"] for each in self.all_rows(plan.table)) + 1
        return changes
