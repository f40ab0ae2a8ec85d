"""kintone: its query language, and records without what kintone adds to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Find, Operation
from upsertspec.dialects.ready_made import ReadyShape, sent_as
from upsertspec.errors import NotApplicable

IDENT = "$id"
ADDED = ("$revision",)


class Ready(ReadyShape):
    """kintone's REST API."""

    def request(self, operation: Operation) -> Request:
        """The request. Raises NotApplicable for an empty text, which is how kintone writes no value."""
        if empty := sent_as(operation, ""):
            raise NotApplicable(f"an empty text is how kintone writes no value, also of {empty}")
        request = super().request(operation)
        if not isinstance(operation, Find):
            return request
        named = {IDENT if name == "id" else name: value for name, value in operation.where.items()}
        conditions = [f"{name} = {_literal(value)}" for name, value in named.items() if value is not None]
        page = f" limit {operation.limit or 500}" + (f" offset {operation.offset}" if operation.offset else "")
        query = f"{' and '.join(conditions)} order by {IDENT} asc{page}".strip()
        return replace(request, query=[*request.query, ("query", query)])

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says."""
        answer = super().answer(operation, response)
        bound = frozenset(self.setup.fields.get(operation.table, ()))
        record = None if answer.record is None else _plain(answer.record, bound)
        return replace(answer, record=record, records=[_plain(each, bound) for each in answer.records])


def _literal(value: Any) -> str:
    """The value in a query: in double quotes, of whatever type it is."""
    return json.dumps(value if isinstance(value, str) else json.dumps(value), ensure_ascii=False)


def _plain(record: Mapping[str, Any], bound: frozenset[str]) -> dict[str, Any]:
    names = {} if IDENT in bound else {IDENT: "id"}
    return {names.get(k, k): None if v == "" else v for k, v in record.items() if k not in ADDED}
