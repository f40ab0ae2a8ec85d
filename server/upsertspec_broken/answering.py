"""The right thing is stored, but something else is answered."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import request

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers
from upsertspec_server import Server
from upsertspec_server.errors import not_found
from upsertspec_server.records import Records
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator


@broken("AC-001", "AC-012")
@answers
def created_is_201(answer: Answer) -> None:
    """Answers 201 where an upsert created a record, as for a plain POST."""
    if answer.endpoint == "records.upsert" and not answer.is_problem and answer.body.get("operation") == "created":
        answer.status = HTTPStatus.CREATED


@broken("AC-002", "AC-012")
@answers
def updated_is_204(answer: Answer) -> None:
    """Answers 204 without a body where an upsert updated a record."""
    if answer.endpoint == "records.upsert" and not answer.is_problem and answer.body.get("operation") == "updated":
        answer.status, answer.body = HTTPStatus.NO_CONTENT, None


@broken("AC-001", "AC-205")
@answers
def created_has_only_its_id(answer: Answer) -> None:
    """Answers a create with the new id only, like a driver without RETURNING."""
    for outcome in answer.outcomes:
        if outcome["operation"] == "created":
            outcome["record"] = {"id": outcome["id"]}


@broken("AC-001", "AC-002")
@answers
def answers_the_row_count(answer: Answer) -> None:
    """Answers with the number of written rows as the id of the record."""
    for outcome in answer.outcomes:
        outcome["id"] = 1


@broken("AC-012")
@answers
def no_operation(answer: Answer) -> None:
    """Answers with the id and the record only."""
    for outcome in answer.outcomes:
        del outcome["operation"]


def says(change: Callable[[str], str]) -> Any:
    """A part: the answer names another operation."""

    @answers
    def rename(answer: Answer) -> None:
        for outcome in answer.outcomes:
            outcome["operation"] = change(outcome["operation"])

    return rename


add("says-upserted", 'Says "upserted", whatever was done.', "AC-012", says(lambda operation: "upserted"))
add("says-insert-and-update", "Names the operations as SQL does: \"INSERT\" and \"UPDATE\".", "AC-012",
    says(lambda operation: {"created": "INSERT", "updated": "UPDATE"}.get(operation, operation)))  # fmt: skip
add("always-updated", "Says \"updated\" for a create too, since one statement did both.", "AC-012",
    says(lambda operation: operation.replace("created", "updated")))  # fmt: skip
add("always-created", "Says \"created\" whenever a row was written, since the row count is one either way.", "AC-012",
    says(lambda operation: operation.replace("updated", "created")))  # fmt: skip


@broken("AC-012")
@answers
def guesses_by_timestamps(answer: Answer) -> None:
    """Says "created" where created_at and updated_at are in the same second."""
    for outcome in answer.outcomes:
        record = outcome["record"] or {}
        is_new = record.get("created_at", "")[:19] == record.get("updated_at", "")[:19]
        if is_new and outcome["operation"] == "updated":
            outcome["operation"] = "created"


@broken("AC-006", "AC-012")
class UnchangedIsIgnored(Upserts):
    """Says "ignored", and writes nothing, where the match has the values already."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if all(match[name] == row[name] for name in row):
            return Outcome(plan.table, "ignored", match["id"], match)
        return super().update(plan, row, match, now)


class SaysByItsKey(Upserts):
    """Says "updated" of the keys that it knows, and "created" of all others, whatever was done."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        known = [self.is_known(plan, row) for row in plan.rows]
        done = zip(super().run(plan, role), known, strict=True)
        return [each if each.operation == "ignored" else self.said(each, is_known) for each, is_known in done]

    def is_known(self, plan: Plan, row: Row) -> bool:
        """Whether it knows the key of a row."""
        raise NotImplementedError

    def said(self, outcome: Outcome, is_known: bool) -> Outcome:
        """The outcome as it is answered."""
        return replace(outcome, operation="updated" if is_known else "created")


@broken("AC-012", "AC-002")
class OperationByTheFirstKey(SaysByItsKey):
    """Checks by the table's first key whether the record exists, but matches by the key that was named."""

    def is_known(self, plan: Plan, row: Row) -> bool:
        first = plan.table.unique_keys[0] if plan.key else ()
        is_whole = bool(first) and row.keys() >= set(first)
        return is_whole and self.store.find(plan.table, first, row) is not None


class CountsKeys(Validator):
    """Counts how often each key was asked for, before it looks at the values."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.times: Counter[str] = Counter()

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        if isinstance(fields, dict):
            self.times[self.text_of(table, key, fields)] += 1
        return super().upsert_row(table, key, fields)

    def text_of(self, table: Table, key: tuple[str, ...], fields: Row) -> str:
        """One text for a key and its values."""
        return repr([table.name, key, *(fields.get(name) for name in key)])


@broken("AC-012", using=(CountsKeys,))
class RemembersWhatWasAsked(SaysByItsKey):
    """Says "updated" for each key that was requested before, even where the request was refused."""

    def is_known(self, plan: Plan, row: Row) -> bool:
        counts = self.app.validator
        assert isinstance(counts, CountsKeys)
        is_whole = bool(plan.key) and None not in map(row.get, plan.key)
        return is_whole and counts.times[counts.text_of(plan.table, plan.key, row)] > 1

    def said(self, outcome: Outcome, is_known: bool) -> Outcome:
        return super().said(outcome, is_known) if is_known else outcome


@broken("AC-001", "AC-002", "AC-205")
class EchoesTheRequest(Upserts):
    """Answers with the fields that were sent; all other fields are null."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        return replace(outcome, row={**dict.fromkeys(plan.table.columns), **row, "id": outcome.id})


@broken("AC-002", "AC-205")
class AnswersTheOldRecord(Upserts):
    """Answers an update with the record as it was before the write."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        return replace(super().update(plan, row, match, now), row=match)


@broken("AC-002", "AC-014", "AC-205")
class AnswersTheLastInsert(Upserts):
    """Reads the record for the answer by the last inserted id, even after an update."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.last: dict[str, Any] = {}

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().create(plan, row, now)
        self.last[plan.table.name] = outcome.id
        return outcome

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update(plan, row, match, now)
        last = self.store.get(plan.table, self.last.get(plan.table.name)) or outcome.row or match
        return Outcome(plan.table, "updated", last["id"], last)


@broken("AC-205")
@answers
def ignored_has_no_record(answer: Answer) -> None:
    """Answers without a record where the match was left as it is, since DO NOTHING returns no row."""
    for outcome in answer.outcomes:
        if outcome["operation"] == "ignored":
            outcome["record"] = None


@broken("AC-205")
class IgnoredHasTheSentValues(Upserts):
    """Answers with the values that were sent where the match was left as it is."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        return replace(outcome, row={**(outcome.row or {}), **row}) if outcome.operation == "ignored" else outcome


@broken("AC-007", "AC-008", "AC-009", "AC-010", "AC-109", "AC-206", "AC-052", "AC-053", "AC-304", "AC-801")
@answers
def invalid_is_422(answer: Answer) -> None:
    """Answers 422 for an invalid request, as some frameworks do by default."""
    if answer.status == HTTPStatus.BAD_REQUEST:
        answer.status = 422


@broken("AC-001", "AC-601")
class LaggingReplica(Records):
    """Reads a record by its id from a replica that is a second behind: a new record is not there."""

    def read(self, table: Table, record_id: Any) -> Row:
        row = super().read(table, record_id)
        age = dt.datetime.fromisoformat(self.store.now()) - dt.datetime.fromisoformat(row["created_at"])
        if age < dt.timedelta(seconds=1):
            raise not_found()
        return row


@broken("AC-014")
class CacheIsNotCleared(Upserts):
    """Reads each record that it created from a cache, which an update does not clear."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.cache: dict[tuple[str, Any], Row] = {}
        read = self.records.read
        self.records.read = (  # type: ignore[method-assign]  # for this server alone
            lambda table, record_id: self.cache.get((table.name, record_id)) or read(table, record_id)
        )

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().create(plan, row, now)
        self.cache[plan.table.name, outcome.id] = outcome.row or {}
        return outcome


def error_bodies(change: Callable[[dict[str, Any]], None]) -> Any:
    """A part: the body of an error is changed."""

    @answers
    def rewrite(answer: Answer) -> None:
        if answer.is_problem and answer.body:
            change(answer.body)

    return rewrite


def drop_index(body: dict[str, Any]) -> None:
    """Take the index out of an error."""
    body.pop("index", None)
    for error in body.get("errors", []):
        error.pop("index", None)


def change_index(change: Callable[[int], int]) -> Callable[[dict[str, Any]], None]:
    """Change the index in an error."""

    def changed(body: dict[str, Any]) -> None:
        for each in (body, *body.get("errors", [])):
            if "index" in each:
                each["index"] = change(each["index"])

    return changed


add(
    "errors-without-index",
    "Says what is wrong with a batch, but not with which record.",
    "AC-302",
    error_bodies(drop_index),
)
add("index-counts-from-one", "Counts the records of a batch from 1 where it says which is wrong.", "AC-302",
    error_bodies(change_index(lambda index: index + 1)))  # fmt: skip
add("index-within-a-chunk", "Writes a batch in chunks of 100, and counts bad records within their chunk.", "AC-302",
    error_bodies(change_index(lambda index: index % 100)))  # fmt: skip


@broken("AC-503")
@answers
def guard_is_412(answer: Answer) -> None:
    """Answers 412 where a guard does not hold."""
    if answer.status == HTTPStatus.CONFLICT and "`where`" in answer.body["detail"]:
        answer.status = HTTPStatus.PRECONDITION_FAILED


@broken("AC-501")
@answers
def results_without_records(answer: Answer) -> None:
    """Answers a transaction with the ids only."""
    if request.path == "/api/transactions":
        for outcome in answer.outcomes:
            outcome["record"] = None
