"""Salesforce: SOQL, batches with types, and records without what Salesforce adds to them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Find, Operation, Upsert, UpsertBatch
from upsertspec.dialects.ready_made import ReadyShape
from upsertspec.errors import NotApplicable
from upsertspec.spec.outcomes import INVALID, MISSING

NAME = re.compile(r"\w+")
MOST = 200
"""The most records that `FIELDS(ALL)` can be asked for."""
PROTECTED = {"Id": "id", "CreatedDate": "created_at", "LastModifiedDate": "updated_at"}
ADDED = ("attributes", "SystemModstamp", "LastViewedDate", "LastReferencedDate", "LastActivityDate")


class Ready(ReadyShape):
    """Salesforce's REST API."""

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        request = super().request(operation)
        match operation:
            case Find():
                return replace(request, query=[("q", self._soql(operation))])
            case UpsertBatch(records=records):
                listed = [{"attributes": {"type": operation.table}, **record} for record in records]
                return replace(request, json={"allOrNone": True, "records": listed})
        return request

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says. That an external id does not exist is the fault of the request: 400, not 404."""
        answer = super().answer(operation, response)
        is_upsert = isinstance(operation, (Upsert, UpsertBatch))
        if is_upsert and answer.status == MISSING and operation.table in self.setup.tables:
            return replace(answer, status=INVALID)
        if isinstance(operation, UpsertBatch) and any(part.body.get("success") is False for part in answer.parts):
            return replace(answer, status=INVALID, parts=())
        record = None if answer.record is None else self._plain(operation.table, answer.record)
        return replace(answer, record=record, records=[self._plain(operation.table, each) for each in answer.records])

    def _soql(self, find: Find) -> str:
        """The query. Raises NotApplicable for a name that SOQL has no room for."""
        names = {**PROTECTED, **{ours: theirs for theirs, ours in PROTECTED.items()}}
        stated = frozenset(self.setup.fields.get(find.table, ()))
        if wrong := next((name for name in (find.table, *find.where) if not NAME.fullmatch(name)), ""):
            raise NotApplicable(f"a name in SOQL is made of letters, digits and _, which {wrong!r} is not")
        theirs = {name: name if name in stated and name not in names else names.get(name, name) for name in find.where}
        conditions = [f"{theirs[name]} = {self._literal(name, value)}" for name, value in find.where.items()]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        page = f" LIMIT {find.limit or MOST}" + (f" OFFSET {find.offset}" if find.offset else "")
        return f"SELECT FIELDS(ALL) FROM {find.table}{where}{page}"  # noqa: S608  (names are checked, values escaped)

    def _literal(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            return json.dumps(value)
        if name in self.options["unquoted"]:
            return value
        return "'" + re.sub(r"(['\\])", r"\\\1", value) + "'"

    def _plain(self, table: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record without what Salesforce adds, with the names of the protected fields, unless those are bound."""
        bound = frozenset(self.setup.fields.get(table, ()))
        kept = {name: value for name, value in record.items() if name not in ADDED or name in bound}
        return {name if name in bound else PROTECTED.get(name, name): value for name, value in kept.items()}
