"""CKAN's DataStore: actions, answered with `{"success", "result"}`; the email address is the primary key."""

from __future__ import annotations

import json
from typing import Any

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api

TYPES = {
    400: (409, "Validation Error"),
    401: (403, "Authorization Error"),
    403: (403, "Authorization Error"),
    404: (404, "Not Found Error"),
    409: (409, "Validation Error"),
}
TIMES = ("created_at", "updated_at")


class Ckan(Api):
    """The action API."""

    def answered(self, path: list[str]) -> Said:
        body = self.sent()
        if not isinstance(body, dict) or "resource_id" not in body:
            return self.refused(400, "resource_id: Missing value")
        status, result = getattr(self, path[-1])(body["resource_id"], body)
        return status, {"help": "", "success": True, "result": result} if status == 200 else result

    def datastore_upsert(self, table: str, body: Any) -> Said:
        records = [without_id(record) for record in body["records"]]
        if body["method"] == "insert":
            status, made = self.created(table, records[0])
            return (200, {"records": records}) if status == 201 else (status, made)
        status, done = self.upsert(table, {"records": records, "matchFields": ["email"]})
        return status, {"records": records, "method": "upsert"} if status == 200 else done

    def datastore_search(self, table: str, body: Any) -> Said:
        filters = {name: v if isinstance(v, str) else json.dumps(v) for name, v in body["filters"].items()}
        page = {ours: body[name] for name, ours in (("limit", "_limit"), ("offset", "_offset")) if name in body}
        if "_id" in filters:
            status, record = self.ask("GET", f"{table}/records/{filters['_id']}")
            found: Any = [record] if status == 200 else []
            status, found = (200, found) if status in (200, 404) else (status, record)
        else:
            status, found = self.found(table, {**filters, **page})
        return status, {"records": list(map(shown, found)), "total": len(found)} if status == 200 else found

    def datastore_delete(self, table: str, body: Any) -> Said:
        status, said = self.ask("DELETE", f"{table}/records/{body['filters']['_id']}")
        return (200, {"resource_id": table}) if status in (204, 404) else (status, said)

    def refused(self, status: int, detail: str) -> Said:
        status, kind = TYPES.get(status, (status, "Internal Server Error"))
        return status, {"help": "", "success": False, "error": {"__type": kind, "message": detail}}


def without_id(record: Any) -> Any:
    """The record without the `_id`, which the server alone writes."""
    return {name: value for name, value in record.items() if name != "_id"} if isinstance(record, dict) else record


def shown(record: Any) -> Any:
    return {"_id": record["id"], **{name: v for name, v in record.items() if name not in ("id", *TIMES)}}


class Forgetful(Ckan):
    """Answers with success to what is there already, and writes nothing."""

    def datastore_upsert(self, table: str, body: Any) -> Said:
        key = body["records"][0].get("email") if isinstance(body["records"][0], dict) else None
        status, found = self.found(table, {"email": key}) if isinstance(key, str) else (0, [])
        return (200, {"records": []}) if status == 200 and found else super().datastore_upsert(table, body)


class FindsNothing(Ckan):
    """Answers a search with no records."""

    def datastore_search(self, table: str, body: Any) -> Said:
        status, found = super().datastore_search(table, body)
        return (200, {"records": [], "total": 0}) if status == 200 else (status, found)
