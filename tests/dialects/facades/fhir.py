"""FHIR: `PUT /contacts?email=…` replaces the resource that is found; errors are an OperationOutcome."""

from __future__ import annotations

from typing import Any

from flask import request

from tests.dialects.facade import Said, with_status
from tests.dialects.facades.kit import Api

FIELDS = ("email", "name", "status", "age", "phone", "vip", "birthday", "notes")
DEFAULTS = {"status": "active"}
CODES = {400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 409: "conflict"}


class Fhir(Api):
    """Resources of one version, without references."""

    def answered(self, path: list[str]) -> Said:
        table, rest = path[0], path[1:]
        if request.method == "PUT":
            return self.put(table, self.sent())
        if rest:
            return self.record(table, rest[0])
        if request.method == "POST":
            return self.created(table, self.sent())
        query = {("_limit" if name == "_count" else name): value for name, value in request.args.items()}
        if "id" in query:
            status, record = self.ask("GET", f"{table}/records/{query['id']}")
            found: Any = [record] if status == 200 else []
        else:
            status, found = self.found(table, query)
            if status != 200:
                return status, found
        return 200, {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in found]}

    def put(self, table: str, body: Any) -> Said:
        match = list(request.args)
        status, found = self.found(table, dict(request.args))
        there = bool(found) if status == 200 else False
        whole = self.whole(body) if there and isinstance(body, dict) else body
        status, done = self.upsert(table, {"fields": whole, "matchFields": match})
        if status != 200:
            return status, done
        return (201 if done["operation"] == "created" else 200), done["record"]

    def whole(self, body: Any) -> Any:
        """All fields of a resource that replaces another one."""
        return {**dict.fromkeys(FIELDS), **DEFAULTS, **body}

    def refused(self, status: int, detail: str) -> Said:
        issue = {"severity": "error", "code": CODES.get(status, "exception"), "diagnostics": detail}
        return status, {"resourceType": "OperationOutcome", "issue": [issue]}


AlwaysCreated = with_status("AlwaysCreated", Fhir, "put", {200: 201})
"""Answers 201 to an update too."""


class Forgetful(Fhir):
    """Answers with the resource that is there, and does not replace it."""

    def put(self, table: str, body: Any) -> Said:
        status, found = self.found(table, dict(request.args))
        return (200, found[0]) if status == 200 and found else super().put(table, body)
