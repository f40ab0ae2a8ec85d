"""The calls: what each needs, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from service import conditions, operations, query, records, upsert
from service.access import TABLES_OF_MEMBERS
from service.catalog import Table
from service.database import Connection, Database
from service.problems import Problem, forbidden, from_database
from service.values import Record, shown, typed_fields

MOST = 1000
NEEDS = {"created": "create", "updated": "update"}


@dataclass(frozen=True)
class Call:
    """An authenticated request, perhaps by a member of an organization.

    `body` and `condition` read it, when it is their turn to be checked.
    """

    may: Mapping[str, bool]
    organization: str | None
    parameters: query.Parameters
    body: Callable[[], Any]
    condition: Callable[[], conditions.Condition]


@dataclass(frozen=True)
class Reply:
    """An answer: JSON, or nothing where `content` is None."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Api:
    """The calls on one database."""

    def __init__(self, database: Database, tables: Mapping[str, Table]) -> None:
        self._database = database
        self._tables = tables

    def table(self, name: str) -> Table:
        """The table of this name. Raises Problem (404) if there is none."""
        if name not in self._tables:
            raise Problem(404, "There is no such table.")
        return self._tables[name]

    def describe(self, call: Call, table: Table) -> Reply:
        """The table's fields and keys."""
        _need(call, table, "read")
        return Reply(200, table.description())

    def find(self, call: Call, table: Table) -> Reply:
        """A page of records."""
        _need(call, table, "read")
        return Reply(200, self._database.read(query.listed(self._tables, table, call.parameters), call.organization))

    def stats(self, call: Call, table: Table) -> Reply:
        """Counts and averages by group."""
        _need(call, table, "read")
        return Reply(200, self._database.read(query.figures(table, call.parameters), call.organization))

    def read(self, call: Call, table: Table, ident: str) -> Reply:
        """One record."""
        _need(call, table, "read")
        include = query.included(self._tables, table, call.parameters)
        condition = call.condition()
        number = records.ident(table, ident)

        def work(conn: Connection) -> tuple[Record, bool]:
            return include(conn, records.read(conn, table, number))

        record, has_more = self._database.read(work, call.organization)
        if condition.match is None and condition.knows(conditions.tag_of(record)) and not has_more:
            return Reply(304, None, {"ETag": conditions.tag_of(record)})
        if not has_more or condition.match:
            condition.require(conditions.tag_of(record))
        return Reply(200, record) if has_more else _tagged(Reply(200, record), record)

    def create(self, call: Call, table: Table) -> Reply:
        """A new record."""
        _need(call, table, "create")
        fields = typed_fields(table, _only_fields(call.body()))
        _without_condition(call)
        record = shown(table, self._database.write(lambda conn: records.create(conn, table, fields), call.organization))
        return _tagged(Reply(201, record, {"Location": f"/api/tables/{table.name}/records/{record['id']}"}), record)

    def change(self, call: Call, table: Table, ident: str) -> Reply:
        """Some fields of a record."""
        _need(call, table, "update")
        fields = typed_fields(table, _only_fields(call.body()))
        condition = call.condition()
        number = records.ident(table, ident)

        def changed(conn: Connection) -> Record:
            _require(conn, condition, table, number)
            return records.update(conn, table, number, fields)

        record = shown(table, self._database.write(changed, call.organization))
        return _tagged(Reply(200, record), record)

    def delete(self, call: Call, table: Table, ident: str) -> Reply:
        """A record and its children."""
        _need(call, table, "delete")
        condition = call.condition()
        number = records.ident(table, ident)

        def deleted(conn: Connection) -> None:
            _require(conn, condition, table, number)
            records.delete(conn, table, number)

        self._database.write(deleted, call.organization)
        return Reply(204, None)

    def upsert(self, call: Call, table: Table) -> Reply:
        """One record, or a batch of them, created or updated."""
        _need(call, table, "create", "update")
        plan, every, is_batch = _upserts(table, call.body())
        condition = _without_condition(call) if is_batch else call.condition()
        outcomes = self._database.write(
            lambda conn: _all_upserted(conn, call, condition, plan, every, is_batch), call.organization
        )
        answers = [_answer(table, outcome) for outcome in outcomes]
        if not is_batch:
            return _tagged(Reply(200, answers[0]), answers[0]["record"])
        counts = {o: sum(outcome.operation == o for outcome in outcomes) for o in ("created", "updated", "ignored")}
        return Reply(200, {"records": answers, **counts})

    def transact(self, call: Call) -> Reply:
        """Several operations at once. A role without write permission learns only which tables do not exist."""
        allowed = any(call.may[p] for p in ("create", "update", "delete"))
        try:
            steps = operations.checked(self._tables, call.body())
        except Problem as problem:
            if allowed or problem.status == 404:
                raise
            raise forbidden("write") from problem
        for step in steps:
            _need_table(call, step["table"])
        operations.permit(call.may, steps)
        _without_condition(call)
        results = self._database.write(
            lambda conn: operations.run(conn, self._tables, call.may, steps), call.organization
        )
        return Reply(200, results)


def _need(call: Call, table: Table, *any_of: str) -> None:
    _need_table(call, table.name)
    if not any(call.may[permission] for permission in any_of):
        raise forbidden(" or ".join(any_of))


def _need_table(call: Call, name: str) -> None:
    if call.organization is not None and name not in TABLES_OF_MEMBERS:
        raise Problem(403, "This table is not your organization's.")


def _without_condition(call: Call) -> conditions.Condition:
    """The condition of a request that has none. Raises Problem (400) where it has: it is not about one record."""
    condition = call.condition()
    if condition.asks:
        raise Problem(400, "This request is not about one stored record, and can't be done under a condition.")
    return condition


def _require(conn: Connection, condition: conditions.Condition, table: Table, number: Any) -> None:
    """Lock the record. Raises Problem where there is none (404), or where it does not meet the condition (412)."""
    if condition.asks:
        records.check(conn, table, number, {})
        condition.require(conditions.tag_of(shown(table, records.read(conn, table, number))))


def _tagged(reply: Reply, record: Mapping[str, Any]) -> Reply:
    return replace(reply, headers={**reply.headers, "ETag": conditions.tag_of(record)})


def _only_fields(body: Any) -> Any:
    if not isinstance(body, dict) or set(body) != {"fields"}:
        raise Problem(400, "The body has to be an object with the one member fields.")
    return body["fields"]


def _upserts(table: Table, body: Any) -> tuple[upsert.Plan, list[Record], bool]:
    """The plan, the records, and whether it is a batch. Raises Problem if the body is malformed."""
    if not isinstance(body, dict) or set(body) - {"fields", "records", *upsert.MEMBERS}:
        raise Problem(400, "The body has to be an object with the members of an upsert, and no others.")
    is_batch = "records" in body
    if is_batch == ("fields" in body):
        raise Problem(400, "An upsert has either fields or records.")
    plan = upsert.read_plan(table, body)
    if not is_batch:
        return plan, [upsert.read_fields(plan, body["fields"])], False
    every = body["records"]
    if not isinstance(every, list) or not 1 <= len(every) <= MOST:
        raise Problem(400, f"records has to be a list of 1 to {MOST} objects.")
    return plan, _read_all(plan, every), True


def _read_all(plan: upsert.Plan, every: list[Any]) -> list[Record]:
    read, faults, first = [], [], None
    for index, fields in enumerate(every):
        try:
            read.append(upsert.read_fields(plan, fields))
        except Problem as problem:
            first = first or problem.at(index)
            faults += problem.at(index).faults
    if first:
        first.faults = faults
        raise first
    return read


def _all_upserted(
    conn: Connection,
    call: Call,
    condition: conditions.Condition,
    plan: upsert.Plan,
    every: list[Record],
    is_batch: bool,
) -> list[upsert.Outcome]:
    upsert.lock_keys(conn, plan, every)
    match = upsert.look(conn, plan, every[0])[0] if condition.asks else None
    outcomes = [_upserted(conn, plan, fields, index if is_batch else None) for index, fields in enumerate(every)]
    for index, outcome in enumerate(outcomes):
        needed = NEEDS.get(outcome.operation)
        if needed and not call.may[needed]:
            raise forbidden(needed).at(index) if is_batch else forbidden(needed)
    condition.require(conditions.tag_of(shown(plan.table, match)) if match else None)
    return outcomes


def _upserted(conn: Connection, plan: upsert.Plan, fields: Record, index: int | None) -> upsert.Outcome:
    try:
        return upsert.upsert(conn, plan, fields)
    except (Problem, psycopg.Error) as wrong:
        problem = wrong if isinstance(wrong, Problem) else from_database(wrong)
        if problem is None:
            raise
        raise (problem if index is None else problem.at(index)) from wrong


def _answer(table: Table, outcome: upsert.Outcome) -> dict[str, Any]:
    return {"operation": outcome.operation, "record": shown(table, outcome.row), "id": shown(table, outcome.row)["id"]}
