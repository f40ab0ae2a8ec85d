"""The shapes and the statuses of the answers (CONTRACT 3.1 to 3.3)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from upsertspec_server.errors import Problem
    from upsertspec_server.plans import Outcome, Row
    from upsertspec_server.schema import Table
    from upsertspec_server.values import Values


class Answer(NamedTuple):
    """Status, body (None for no body), and headers beside the content type."""

    status: int
    body: dict[str, Any] | None
    headers: Mapping[str, str] = {}


class Answers:
    """Builds answers, one method each."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def record(self, table: Table, row: Row) -> dict[str, Any]:
        """The stored record, whole."""
        return self.values.decode(table, row)

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        """`{"id", "operation", "record"}`."""
        return {
            "id": outcome.id,
            "operation": self.operation_name(outcome),
            "record": None if outcome.row is None else self.record(outcome.table, outcome.row),
        }

    def operation_name(self, outcome: Outcome) -> str:
        """What the answer says was done."""
        return outcome.operation

    def upserted(self, outcome: Outcome) -> Answer:
        """The answer to an upsert of one record: 200 in every case."""
        return Answer(self.upsert_status(outcome), self.outcome(outcome))

    def upsert_status(self, outcome: Outcome) -> int:  # noqa: ARG002 - a server may tell outcomes apart here
        """200, whether created, updated or ignored."""
        return HTTPStatus.OK

    def batch(self, outcomes: list[Outcome]) -> Answer:
        """The answer to a batch: the counts, and the outcomes in the order of the request."""
        return Answer(HTTPStatus.OK, {**self.counts(outcomes), "records": [self.outcome(each) for each in outcomes]})

    def counts(self, outcomes: list[Outcome]) -> dict[str, int]:
        """How many records were created, updated and ignored."""
        operations = [outcome.operation for outcome in outcomes]
        return {name: operations.count(name) for name in ("created", "updated", "ignored")}

    def transaction(self, operations: list[dict[str, Any]], outcomes: list[Outcome]) -> Answer:
        """`{"results": [{"op", "operation", "id", "record"}]}`."""
        results = [
            {"op": operation["op"], **self.outcome(outcome)}
            for operation, outcome in zip(operations, outcomes, strict=True)
        ]
        return Answer(HTTPStatus.OK, {"results": results})

    def created(self, outcome: Outcome) -> Answer:
        """201, the record, and where it is."""
        location = f"/api/tables/{outcome.table.name}/records/{outcome.id}"
        return Answer(HTTPStatus.CREATED, self.record(outcome.table, outcome.row or {}), {"Location": location})

    def updated(self, outcome: Outcome) -> Answer:
        """200 and the record."""
        return self.found(outcome.table, outcome.row or {})

    def found(self, table: Table, row: Row) -> Answer:
        """200 and the record."""
        return Answer(HTTPStatus.OK, self.record(table, row))

    def deleted(self) -> Answer:
        """204."""
        return Answer(HTTPStatus.NO_CONTENT, None)

    def listed(self, body: dict[str, Any]) -> Answer:
        """200 and a list, statistics, or another document."""
        return Answer(HTTPStatus.OK, body)

    def described(self, table: Table) -> Answer:
        """The table's description: its name, its fields, its unique keys."""
        fields = {field.name: field.describe() for field in table.fields.values()}
        keys = [list(key) for key in table.unique_keys]
        return Answer(HTTPStatus.OK, {"name": table.name, "fields": fields, "unique_keys": keys})

    def problem(self, problem: Problem) -> Answer:
        """An error, as application/problem+json."""
        return Answer(problem.status, problem.body(), problem.headers)
