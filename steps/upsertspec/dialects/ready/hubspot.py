"""HubSpot: properties are asked for by name and written as texts, and errors come inside an answer of 207."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Change, Create, Find, Operation, Read, Upsert
from upsertspec.dialects.ready_made import ReadyShape, sent_as
from upsertspec.errors import NotApplicable
from upsertspec.spec.outcomes import CONFLICT, FORBIDDEN, INVALID, MISSING, UNAUTHENTICATED

ADDED = ("hs_object_id", "createdate", "lastmodifieddate", "hs_lastmodifieddate", "hs_createdate")
STATUSES = {
    "VALIDATION_ERROR": INVALID,
    "OBJECT_NOT_FOUND": MISSING,
    "CONFLICT": CONFLICT,
    "MISSING_SCOPES": FORBIDDEN,
    "INVALID_AUTHENTICATION": UNAUTHENTICATED,
}
SEVERAL = 207


class Ready(ReadyShape):
    """HubSpot's CRM objects."""

    def request(self, operation: Operation) -> Request:
        """The request. An empty text is how HubSpot writes no value, so null is sent as that."""
        if empty := sent_as(operation, ""):
            raise NotApplicable(f"an empty text is how HubSpot writes no value, also of {empty}")
        match operation:
            case Upsert(fields=fields) | Create(fields=fields) | Change(fields=fields) if isinstance(fields, Mapping):
                return super().request(replace(operation, fields={k: _sent(v) for k, v in fields.items()}))
            case Find() | Read():
                request = super().request(operation)
                fields = self.setup.fields.get(operation.table, ())
                names = sorted(set(fields) - {"id", "created_at", "updated_at"})
                return replace(request, query=[*request.query, ("properties", ",".join(names))])
        return super().request(operation)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says; an answer of 207 is as the first of its errors."""
        answer = super().answer(operation, response)
        if response.status == SEVERAL and isinstance(answer.body, Mapping):
            errors = answer.body.get("errors") or [{}]
            status = STATUSES.get(str(errors[0].get("category")), INVALID)
            return Answer(status, body=answer.body, text=answer.text)
        record = None if answer.record is None else _plain(answer.record)
        return replace(answer, record=record, records=[_plain(each) for each in answer.records])


def _sent(value: Any) -> Any:
    return "" if value is None else value


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ADDED}
