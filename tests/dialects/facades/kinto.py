"""Kinto: `PUT …/records/{id}` replaces the record of an id that the client chose."""

from __future__ import annotations

from typing import Any

from flask import request

from tests.dialects.facade import Said, with_status
from tests.dialects.facades.kit import Api

FIELDS = ("email", "name", "status", "age", "phone", "vip", "birthday", "notes")
DEFAULTS = {"status": "active"}
TIMES = ("created_at", "updated_at")
ERRORS = {
    400: (107, "Invalid parameters"),
    401: (104, "Unauthorized"),
    403: (121, "Forbidden"),
    404: (110, "Not Found"),
}


class Kinto(Api):
    """The records of one bucket. An id is the email address in hexadecimal digits."""

    def answered(self, path: list[str]) -> Said:
        table, ident = path[3], path[5]
        body = self.sent()
        data = body.get("data") if isinstance(body, dict) else None
        if request.method in ("PUT", "PATCH") and not isinstance(data, dict):
            return self.refused(400, "data is missing")
        email = bytes.fromhex(ident).decode()
        if request.method == "PUT":
            return self.put(table, ident, {**data, "email": data.get("email", email)})
        status, found = self.found(table, {"email": email})
        if status != 200 or not found:
            return (status, found) if status != 200 else self.refused(404, "Not Found")
        sent = {"fields": data} if request.method == "PATCH" else None
        status, record = self.record(table, found[0]["id"], sent)
        if status == 204:
            return 200, {"data": {"id": ident, "deleted": True}}
        return status, {"data": self.shown(ident, record)} if status == 200 else record

    def put(self, table: str, ident: str, fields: Any) -> Said:
        status, found = self.found(table, {"email": fields["email"]}) if isinstance(fields["email"], str) else (0, [])
        there = status == 200 and bool(found)
        whole = {**dict.fromkeys(FIELDS), **DEFAULTS, **fields} if there else fields
        status, done = self.upsert(table, {"fields": whole, "matchFields": ["email"]})
        if status != 200:
            return status, done
        return (201 if done["operation"] == "created" else 200), {"data": self.shown(ident, done["record"])}

    def shown(self, ident: str, record: Any) -> Any:
        own = {name: value for name, value in record.items() if name not in ("id", *TIMES)}
        return {"id": ident, **own}

    def refused(self, status: int, detail: str) -> Said:
        status = 400 if status == 409 else status
        number, name = ERRORS.get(status, (110, "Not Found"))
        return status, {"code": status, "errno": number, "error": name, "message": detail}


AlwaysCreated = with_status("AlwaysCreated", Kinto, "put", {200: 201})
"""Answers 201 to an update too."""


class NoData(Kinto):
    """Answers with the id alone."""

    def shown(self, ident: str, record: Any) -> Any:
        return {"id": ident}
