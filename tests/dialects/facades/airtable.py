"""Airtable: records in envelopes, without their empty fields; 422 for what is invalid."""

from __future__ import annotations

from typing import Any

from flask import request

from tests.dialects.facade import RecordsEnvelope, Said
from tests.dialects.facades.kit import Api

ERRORS = {
    400: (422, "INVALID_VALUE_FOR_COLUMN"),
    401: (401, "AUTHENTICATION_REQUIRED"),
    403: (403, "INVALID_PERMISSIONS"),
    404: (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"),
    409: (422, "INVALID_VALUE_FOR_COLUMN"),
}


class Airtable(Api, RecordsEnvelope):
    """The Web API of one base."""

    def answered(self, path: list[str]) -> Said:
        body = self.sent()
        if request.method == "PATCH" and not isinstance(body, dict):
            return 422, {"error": {"type": "INVALID_REQUEST_MISSING_FIELDS", "message": "Could not find field"}}
        if request.method == "PATCH" and len(path) == 1 and "performUpsert" not in body:
            return 422, {"error": {"type": "INVALID_RECORDS", "message": "each record must have an id"}}
        return self.asked(path[0], path[1:])

    def listed(self, table: str) -> Said:
        status, found = super().listed(table)
        most = request.args.get("maxRecords", type=int)
        return (status, {"records": found["records"][:most]}) if status == 200 else (status, found)

    def enveloped(self, record: Any) -> Any:
        whole = super().enveloped(record)
        kept = {k: v for k, v in whole["fields"].items() if v is not None and v is not False and v != ""}
        return {**whole, "fields": kept}

    def refused(self, status: int, detail: str) -> Said:
        status, kind = ERRORS.get(status, (status, "SERVER_ERROR"))
        return status, {"error": {"type": kind, "message": detail}}


class AllCreated(Airtable):
    """Lists every id among the created ones."""

    def merged(self, table: str, body: Any) -> Said:
        status, said = super().merged(table, body)
        if status == 200:
            said = {**said, "createdRecords": [each["id"] for each in said["records"]], "updatedRecords": []}
        return status, said


class NoFields(Airtable):
    """Answers with records that have no fields."""

    def enveloped(self, record: Any) -> Any:
        return {"id": record["id"], "createdTime": record["created_at"]}
