"""The right thing is stored, and something else is answered."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Schema, Table
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-001", "AC-012")
class CreatedIs201(Answers):
    """Answers 201 where a record was created, as for a plain POST."""

    def upsert_status(self, outcome: Outcome) -> int:
        return HTTPStatus.CREATED if outcome.operation == "created" else HTTPStatus.OK


@fault("AC-002", "AC-012", "AC-205")
class UpdatedIs204(Answers):
    """Answers 204 without a body where a record was updated."""

    def upserted(self, outcome: Outcome) -> Answer:
        return self.deleted() if outcome.operation == "updated" else super().upserted(outcome)


@fault("AC-001", "AC-205")
class CreatedHasOnlyItsId(Answers):
    """Answers a create with the new id and nothing else, as a driver does that has no RETURNING."""

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        answer = super().outcome(outcome)
        return {**answer, "record": {"id": outcome.id}} if outcome.operation == "created" else answer


@fault("AC-001", "AC-002", "AC-205")
class EchoesTheRequest(Operations):
    """Builds the record of the answer from the fields that were sent; what was not sent is missing from it."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        sent = {**dict.fromkeys(plan.table.columns), **row, "id": outcome.id}
        return Outcome(plan.table, outcome.operation, outcome.id, sent)


@fault("AC-001", "AC-002")
class AnswersTheRowCount(Answers):
    """Takes the number of rows that were written for the id of the record."""

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        return {**super().outcome(outcome), "id": 1}


@fault("AC-002", "AC-205")
class AnswersTheOldRecord(Operations):
    """Answers an update with the record as it was found, before the write."""

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        super().update_match(plan, row, match, now)
        return Outcome(plan.table, "updated", match["id"], match)


@fault("AC-002", "AC-014")
class AnswersTheLastInsert(Operations):
    """Reads the record of the answer by the last id that was inserted, also after an update."""

    def __init__(self, schema: Schema, auth: Auth, values: Values, validator: Validator, store: Store) -> None:
        super().__init__(schema, auth, values, validator, store)
        self.last: dict[str, Any] = {}

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().create_new(plan, row, now)
        self.last[plan.table.name] = outcome.id
        return outcome

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update_match(plan, row, match, now)
        last = self.store.get(plan.table, self.last.get(plan.table.name)) or outcome.row or match
        return Outcome(plan.table, "updated", last["id"], last)


@fault("AC-205")
class IgnoredHasNoRecord(Operations):
    """Answers without a record where the match was left untouched: DO NOTHING returns no row."""

    def ignore_match(self, plan: Upsert, match: Row) -> Outcome:
        return Outcome(plan.table, "ignored", match["id"], None)


@fault("AC-205")
class IgnoredHasTheSentValues(Operations):
    """Answers with the values that were sent where the match was left untouched."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if outcome.operation != "ignored":
            return outcome
        return Outcome(plan.table, "ignored", outcome.id, {**(outcome.row or {}), **row})


@fault("AC-007", "AC-008", "AC-009", "AC-010", "AC-109", "AC-206")
class InvalidIs422(Answers):
    """Answers 422 for whatever is wrong with the request, as some frameworks do by themselves."""

    def problem(self, problem: Problem) -> Answer:
        answer = super().problem(problem)
        return answer._replace(status=422) if answer.status == HTTPStatus.BAD_REQUEST else answer


@fault("AC-014", "AC-001")
class LaggingReplica(FindThenWrite):
    """Reads a record by its id from a replica that is a second behind: a record just created is not there."""

    def read(self, table: Table, record_id: Any) -> Row:
        row = super().read(table, record_id)
        age = dt.datetime.fromisoformat(self.store.now()) - dt.datetime.fromisoformat(row["created_at"])
        if age < dt.timedelta(seconds=1):
            raise Problem(HTTPStatus.NOT_FOUND, "There is no such record.")
        return row


@fault("AC-014")
class CacheIsNotCleared(Operations):
    """Keeps each record that it creates in a cache, reads it from there, and forgets to clear it at an update."""

    def __init__(self, schema: Schema, auth: Auth, values: Values, validator: Validator, store: Store) -> None:
        super().__init__(schema, auth, values, validator, store)
        self.cache: dict[tuple[str, Any], Row] = {}

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().create_new(plan, row, now)
        self.cache[plan.table.name, outcome.id] = outcome.row or {}
        return outcome

    def read(self, table: Table, record_id: Any) -> Row:
        return self.cache.get((table.name, record_id)) or super().read(table, record_id)
