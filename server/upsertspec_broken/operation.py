"""The answer says something else than what was done."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answers
from upsertspec_server.body import Body
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Schema, Table
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-012")
class SaysUpserted(Answers):
    """Says "upserted" whatever was done."""

    def operation_name(self, outcome: Outcome) -> str:
        return "upserted"


@fault("AC-012")
class SaysInsertAndUpdate(Answers):
    """Names the operations as SQL does: "INSERT" and "UPDATE"."""

    def operation_name(self, outcome: Outcome) -> str:
        return {"created": "INSERT", "updated": "UPDATE"}.get(outcome.operation, outcome.operation)


@fault("AC-012")
class NoOperation(Answers):
    """Answers with the id and the record only."""

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        answer = super().outcome(outcome)
        return {name: answer[name] for name in ("id", "record")}


@fault("AC-012")
class AlwaysUpdated(Answers):
    """Says "updated" for a create too: in the end one statement did both."""

    def operation_name(self, outcome: Outcome) -> str:
        return outcome.operation.replace("created", "updated")


@fault("AC-012")
class AlwaysCreated(Answers):
    """Says "created" whenever a row was written: an upsert counts one row either way."""

    def operation_name(self, outcome: Outcome) -> str:
        return outcome.operation.replace("updated", "created")


@fault("AC-012")
class UnchangedIsIgnored(Operations):
    """Says "ignored", and writes nothing, where the match has the values already."""

    def leaves_untouched(self, plan: Upsert, row: Row, match: Row) -> bool:
        return super().leaves_untouched(plan, row, match) or all(match[name] == row[name] for name in row)


@fault("AC-012")
class GuessesByTimestamps(Answers):
    """Says "created" where created_at and updated_at are of the same second."""

    def operation_name(self, outcome: Outcome) -> str:
        row = outcome.row or {}
        is_new = row.get("created_at", "")[:19] == row.get("updated_at", "")[:19]
        return "created" if is_new and outcome.operation == "updated" else outcome.operation


@fault("AC-012")
class OperationByTheFirstKey(Operations):
    """Looks by the table's first key whether the record is known, and matches by the key that was asked for."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        first = plan.table.unique_keys[0]
        known = row.keys() >= set(first) and self.store.find_match(plan.table, first, row)
        outcome = super().upsert_one(plan, row, now)
        return Outcome(plan.table, "updated" if known else "created", outcome.id, outcome.row)


class Asked(Validator):
    """Notes each key that it is asked for, before it looks at the values."""

    def __init__(self, schema: Schema, values: Values, body: Body) -> None:
        super().__init__(schema, values, body)
        self.times: Counter[str] = Counter()

    def upsert_row(self, table: Table, key: tuple[str, ...], fields: Any) -> Row:
        if isinstance(fields, dict):
            self.times[self.name(table, key, fields)] += 1
        return super().upsert_row(table, key, fields)

    def name(self, table: Table, key: tuple[str, ...], fields: Row) -> str:
        """One text for a key and its values."""
        return repr([table.name, key, *(fields.get(name) for name in key)])


@fault("AC-012", using=(Asked,))
class RemembersWhatWasAsked(Operations):
    """Says "updated" for each key that it was asked for before, also where the request was refused."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        assert isinstance(self.validator, Asked)
        again = self.validator.times[self.validator.name(plan.table, plan.key, row)] > 1
        return replace(outcome, operation="updated") if again else outcome
