"""Mistakes that show where a request has more of something: a second reference, a longer batch, two changes of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, abort, g, request

from upsertspec_broken import add, broken
from upsertspec_broken.bases import WITHOUT_FOREIGN_KEYS, AfterFailure
from upsertspec_broken.integrity import ByHand
from upsertspec_broken.typed_json import of_members, utc
from upsertspec_catalogue import parsed
from upsertspec_server import Server, jsontext
from upsertspec_server.errors import conflict
from upsertspec_server.fields import Json, Text
from upsertspec_server.records import Records
from upsertspec_server.schema import Field, Row, Table
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator

# Values


def written_again(text: str) -> str:
    """A text that is a JSON object, as this language would write it."""
    try:
        return str(jsontext.read(text.encode())).replace("'", '"') if text[:1] == "{" else text
    except ValueError:
        return text


add("json-in-text-is-written-again", "Reads text that is a JSON object, and writes it with other blanks.", "AC-804",
    parsed(Text, lambda value: written_again(value) if isinstance(value, str) else value))  # fmt: skip
add("json-nulls-at-the-top-are-dropped", "Drops what is null among the members of a JSON value.", "AC-805",
    parsed(Json, lambda value: of_members(value, lambda m: {k: v for k, v in m.items() if v is not None})))  # fmt: skip
add("json-moments-at-the-top-are-utc", "Takes a member of a JSON value that looks like a moment for one.", "AC-805",
    parsed(Json, lambda value: of_members(value, lambda m: {k: utc(v) for k, v in m.items()})))  # fmt: skip


@broken("AC-803")
class UnknownNullsAreDropped(Validator):
    """Drops a field that the table does not have where its value is null, and refuses it only with another."""

    def row(self, table: Table, fields: Any) -> Row:
        is_known = {*table.all_fields}.__contains__
        kept = (
            fields
            if not isinstance(fields, dict)
            else {n: v for n, v in fields.items() if v is not None or is_known(n)}
        )
        return super().row(table, kept)


@broken("AC-302")
class PatternEndsAtTheLine(Field):
    """Checks a pattern with `$` at its end: a line end may follow."""

    def check_rules(self, value: Any) -> None:
        super().check_rules(value.removesuffix("\n") if self.pattern is not None else value)


@broken("AC-204")
class JsonConditionsKeepTheOrder(Json):
    """Compares JSON as text: the order of the members counts."""

    def equal(self, stored: Any, wanted: Any) -> bool:
        return bool(stored == wanted)


@broken("AC-210")
class EmptyListIsNoCondition(Validator):
    """Leaves out a condition whose list is empty, like a query builder that has nothing to bind."""

    def guard(self, table: Table, member: str, values: Any) -> Row:
        kept = {name: value for name, value in values.items() if value != {"in": []}} if values else values
        return super().guard(table, member, kept)


class TakesTheNumber(Records):
    """Gives a record the number that the client sends as its id, where no other has it."""

    endpoint = "records.create"

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        new, sent = super().new_row(table, row, now), request.get_json() if request.endpoint == self.endpoint else {}
        for each in sent.get("operations", [sent]):
            number = each.get("fields", {}).get("id")
            if type(number) is int and not table.uuid and self.store.get(table, number) is None:
                new["id"] = number
        return new


add("create-takes-the-number", "Gives a new record the number that the client sends as its id, in a create.",
    "AC-601", TakesTheNumber)  # fmt: skip
add("transaction-takes-the-number", "Gives a new record the number that the client sends as its id, in a transaction.",
    "AC-011", type("Within", (TakesTheNumber,), {"endpoint": "transactions.transact"}))  # fmt: skip


@broken("AC-403", using=(WITHOUT_FOREIGN_KEYS,))
class SecondReferenceIsNotChecked(ByHand):
    """Checks the first reference of a record, and no other."""

    def missing_parents(self, table: Table, row: Row) -> list[str]:
        first = next((field.name for field in table.fields.values() if field.references), None)
        return [name for name in super().missing_parents(table, row) if name == first]


# Callers


@broken("AC-810")
class HeadsAreOpen(Server):
    """Answers HEAD without credentials, like a health check: 200 for a table that exists."""

    def authenticate(self) -> None:
        if request.method == "HEAD":
            g.role = self.schema.roles["viewer"]
            return
        super().authenticate()


@broken("AC-810")
class PreflightKnowsTheTables(Server):
    """Answers OPTIONS without credentials, and 404 where the table does not exist."""

    def authenticate(self) -> None:
        if request.method == "OPTIONS":
            _, _, _, table, *_ = f"{request.path}///".split("/")
            self.schema.find(table)
            abort(Response(status=204))
        super().authenticate()


# Batches


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


# Transactions


@broken("AC-501")
class OnlyNewRecordsHaveNames(Transactions):
    """Forgets the name that `as` gives to an update."""

    def remember(self, operation: Operation, outcome: Outcome, results: Results) -> None:
        super().remember(operation, outcome, results)
        if operation["op"] == "update" and "as" in operation:
            results[operation["as"]] = {}


@broken("AC-502")
class UndoneInTheOrderOfTheChanges(AfterFailure):
    """Undoes the changes of a failed transaction one by one in their order: of two to one record the first stays."""

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        row = super().update(table, stored, changes)
        g.setdefault("changed", {}).setdefault((table.name, row["id"]), []).append((table, stored, row))
        return row

    def failed(self) -> None:
        twice = [rows for rows in g.get("changed", {}).values() if len(rows) > 1]
        for (table, before, after), *_ in twice:
            super().update(table, before, after)


@broken("AC-601")
class TransactionTakesTheTimeTwice(Transactions):
    """Takes the time once more where a transaction has created a record: updated_at is later than created_at."""

    def run_one(self, operation: Operation, results: Results) -> Outcome:
        outcome = super().run_one(operation, results)
        if outcome.operation != "created" or outcome.row is None:
            return outcome
        later = {"updated_at": self.store.later(self.store.now(), outcome.row["updated_at"])}
        return replace(outcome, row=self.store.update(outcome.table, outcome.row, later))
