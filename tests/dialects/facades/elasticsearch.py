"""Elasticsearch: documents by an `_id` that the client made out of the email address."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import request

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api

TYPES = {400: "document_parsing_exception", 401: "security_exception", 403: "security_exception"}
TIMES = ("created_at", "updated_at")


class Elasticsearch(Api):
    """One index, contacts, with a strict mapping, and no automatic creation of others."""

    def answered(self, path: list[str]) -> Said:
        table, call, ident = path
        if call == "_update":
            return self.updated(table, ident, self.sent())
        status, found = self.found(table, {"email": unquote(ident)})
        if status != 200:
            return status, found
        if call == "_create":
            return self.made(table, ident, self.sent(), found)
        if not found:
            return 404, {"_index": table, "_id": ident, **({"found": False} if request.method == "GET" else {})}
        if request.method == "GET":
            return 200, {"_index": table, "_id": ident, "found": True, "_source": self.source(found[0])}
        status, said = self.ask("DELETE", f"{table}/records/{found[0]['id']}")
        return (200, {"_index": table, "_id": ident, "result": "deleted"}) if status == 204 else (status, said)

    def made(self, table: str, ident: str, fields: Any, found: Any) -> Said:
        status, done = self.upsert(table, {"fields": fields, "matchFields": ["email"], "onConflict": "error"})
        if status == 409 and found:
            return 409, {"error": {"type": "version_conflict_engine_exception", "reason": f"[{ident}]"}, "status": 409}
        return (201, {"_index": table, "_id": ident, "result": "created"}) if status == 200 else (status, done)

    def updated(self, table: str, ident: str, body: Any) -> Said:
        if not isinstance(body, dict) or not isinstance(body.get("doc"), dict):
            return self.refused(400, "failed to parse")
        fields = {**body["doc"], "email": body["doc"].get("email", unquote(ident))}
        missing = {} if body.get("doc_as_upsert") else {"onMissing": "error"}
        if missing and self.found(table, {"email": unquote(ident)})[1] == []:
            return self.refused(404, f"[{ident}]: document missing")
        status, done = self.upsert(table, {"fields": fields, "matchFields": ["email"]})
        if status != 200:
            return status, done
        result = {"_index": table, "_id": ident, "_version": 1, "result": done["operation"]}
        source = {"get": {"found": True, "_source": self.source(done["record"])}} if "_source" in request.args else {}
        return (201 if done["operation"] == "created" else 200), {**result, **source}

    def source(self, record: Any) -> Any:
        return {name: value for name, value in record.items() if name not in ("id", *TIMES)}

    def refused(self, status: int, detail: str) -> Said:
        kind = "index_not_found_exception" if "table" in detail else TYPES.get(status, "document_missing_exception")
        status = 400 if status == 409 else status
        return status, {"error": {"type": kind, "reason": detail}, "status": status}


class AlwaysCreated(Elasticsearch):
    """Says of every document that it was created."""

    def updated(self, table: str, ident: str, body: Any) -> Said:
        status, said = super().updated(table, ident, body)
        return (201, {**said, "result": "created"}) if status == 200 else (status, said)


class NoSource(Elasticsearch):
    """Answers with an empty document."""

    def source(self, record: Any) -> Any:
        return {}
