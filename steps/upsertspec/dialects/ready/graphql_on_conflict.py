"""Hasura: mutations with `on_conflict`, answered with 200 whatever came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from upsertspec.dialects import graphql
from upsertspec.dialects.base import Answer, Request
from upsertspec.dialects.operations import Change, Create, Delete, Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.dialects.ready_made import ReadyApi
from upsertspec.errors import NotApplicable
from upsertspec.spec.outcomes import CONFLICT, FORBIDDEN, INVALID, MISSING, UNAUTHENTICATED

STATUSES = {
    "invalid-jwt": UNAUTHENTICATED,
    "invalid-headers": UNAUTHENTICATED,
    "access-denied": UNAUTHENTICATED,
    "jwt-missing-role-claims": UNAUTHENTICATED,
    "permission-error": FORBIDDEN,
    "permission-denied": FORBIDDEN,
    "constraint-violation": INVALID,
    "unexpected": 500,
    "postgres-error": 500,
}
"""The status that each code of an error stands for. Every other code says that the request is wrong."""
ROOTS = ("'mutation_root'", "'query_root'", "no mutations exist", "no queries are available")
NO_ARGUMENT = "has no argument named 'on_conflict'"


class Ready(ReadyApi):
    """Hasura's GraphQL API."""

    def asked(self, operation: Operation) -> Request:
        """The query or mutation."""
        table = operation.table
        graphql.require_names(table)
        shown = graphql.selection(self.setup.fields.get(table, ()))
        by_id = {"id": {"_eq": getattr(operation, "id", None)}}
        match operation:
            case Upsert(fields=fields, match_fields=names):
                return self._upserts(table, [fields], names, shown, updates=not operation.extra)
            case UpsertBatch(records=records, match_fields=names):
                return self._upserts(table, records, names, shown)
            case Create(fields=fields):
                query = f"mutation ($o: {table}_insert_input!) {{ r0: insert_{table}_one(object: $o) {{ {shown} }} }}"
                return self._sent(query, o=fields)
            case Find(where=where, limit=limit, offset=offset):
                chosen = {name: {"_eq": v} if v is not None else {"_is_null": True} for name, v in where.items()}
                return self._rows(table, shown, chosen, limit, offset)
            case Read():
                return self._rows(table, shown, by_id)
            case Change(fields=fields):
                query = (
                    f"mutation ($w: {table}_bool_exp!, $s: {table}_set_input!) "
                    f"{{ rows: update_{table}(where: $w, _set: $s) {{ returning {{ {shown} }} }} }}"
                )
                return self._sent(query, w=by_id, s=fields)
        query = f"mutation ($w: {table}_bool_exp!) {{ rows: delete_{table}(where: $w) {{ returning {{ {shown} }} }} }}"
        return self._sent(query, w=by_id)

    def said(self, operation: Operation, said: Answer) -> Answer:
        """The answer: its errors, or its rows."""
        if errors := graphql.errors_of(said.body):
            return replace(said, status=self._status(operation, errors[0], said.status))
        if said.status != 200:
            return said
        data = said.body["data"]
        match operation:
            case Find():
                return replace(said, records=[{**row} for row in data["rows"]])
            case Read() | Change() | Delete():
                rows = data["rows"] if isinstance(operation, Read) else data["rows"]["returning"]
                return _one(said, rows[0]) if rows else replace(said, status=MISSING)
            case UpsertBatch(records=records):
                return replace(said, parts=[_one(said, data[f"r{n}"]) for n in range(len(records))])
            case Upsert(extra=extra) if extra and data["r0"] is None:
                return replace(said, operation="ignored", lacks=dict.fromkeys(("record", "id"), "no row was written"))
            case Upsert(extra=extra) if extra:
                return replace(_one(said, data["r0"]), operation="created")
        return _one(said, data["r0"])

    def _upserts(self, table: str, records: Sequence[Any], names: Any, shown: str, updates: bool = True) -> Request:
        """A mutation for each record, in one request: Hasura does all of them or none."""
        constraint = self._constraint(table, names)
        arguments, fields = [], []
        variables: dict[str, Any] = {}
        for number, record in enumerate(records):
            columns = list(record) if isinstance(record, Mapping) and updates else []
            arguments.append(f"$o{number}: {table}_insert_input!, $c{number}: {table}_on_conflict!")
            call = f"insert_{table}_one(object: $o{number}, on_conflict: $c{number})"
            fields.append(f"r{number}: {call} {{ {shown} }}")
            conflict = {"constraint": constraint, "update_columns": columns}
            variables |= {f"o{number}": record, f"c{number}": conflict}
        return self._sent(f"mutation ({', '.join(arguments)}) {{ {' '.join(fields)} }}", **variables)

    def _constraint(self, table: str, names: Any) -> str:
        """The unique constraint of these fields. PostgreSQL names it after them, in the order of the columns."""
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise NotApplicable("Hasura matches by a constraint, which has fields with names")
        if len(set(names)) != len(names):
            raise NotApplicable("Hasura matches by a constraint, which has each field once")
        stated: Mapping[str, list[str]] = self.options["constraints"]
        found = (each for each, fields in stated.items() if set(fields) == set(names))
        columns = list(self.setup.fields.get(table, ()))
        ordered = sorted(names, key=lambda name: columns.index(name) if name in columns else len(columns))
        return next(found, f"{table}_pkey" if names == ["id"] else f"{table}_{'_'.join(ordered)}_key")

    def _rows(self, table: str, shown: str, where: Mapping[str, Any], limit: int = 0, offset: int = 0) -> Request:
        page = f"{f', limit: {limit}' if limit else ''}{f', offset: {offset}' if offset else ''}"
        rows = f"rows: {table}(where: $w, order_by: {{id: asc}}{page}) {{ {shown} }}"
        query = f"query ($w: {table}_bool_exp!) {{ {rows} }}"
        return self._sent(query, w=where)

    def _sent(self, query: str, **variables: Any) -> Request:
        return graphql.asked(self.options["path"], query, **variables)

    def _status(self, operation: Operation, error: Mapping[str, Any], status: int) -> int:
        """The status that an error stands for. Hasura hides from a role what it may not do, as if it did not exist."""
        extensions = error.get("extensions")
        code = extensions.get("code") if isinstance(extensions, Mapping) else None
        message = str(error.get("message", ""))
        if code == "validation-failed" and any(root in message for root in ROOTS):
            return FORBIDDEN if operation.table in self.setup.tables else MISSING
        if code == "validation-failed" and NO_ARGUMENT in message:
            return FORBIDDEN
        if message.startswith("Uniqueness violation"):
            return CONFLICT
        if message.startswith("Check constraint violation"):
            return INVALID
        return STATUSES.get(str(code), INVALID) if code else max(status, INVALID)


def _one(said: Answer, row: Mapping[str, Any]) -> Answer:
    return replace(said, id=row["id"], record={**row})
