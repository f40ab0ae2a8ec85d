"""JSON:API with an upsert in `meta`: 201 or 200 and the resource; errors as a list."""

from __future__ import annotations

import re
from typing import Any

from flask import request

from tests.dialects.facade import Said, with_status
from tests.dialects.facades.kit import Api

FILTER = re.compile(r"filter\[(\w+)\]")


class JsonApi(Api):
    """Resources with attributes."""

    def answered(self, path: list[str]) -> Said:
        table, rest = path[0], path[1:]
        if request.method == "GET" and not rest:
            return self.listed(table)
        body = self.sent()
        data = body.get("data") if isinstance(body, dict) else None
        if request.method in ("POST", "PATCH") and (not isinstance(data, dict) or "attributes" not in data):
            return self.refused(400, "The primary data object should exist")
        if rest:
            sent = {"fields": data["attributes"]} if data else None
            return self.resource(table, *self.record(table, rest[0], sent))
        assert data is not None
        if "upsert" not in data.get("meta", {}):
            return self.resource(table, *self.created(table, data["attributes"]))
        return self.upserted(table, data["attributes"], data["meta"]["upsert"])

    def upserted(self, table: str, fields: Any, match: Any) -> Said:
        status, done = self.upsert(table, {"fields": fields, "matchFields": match})
        if status != 200:
            return status, done
        return self.resource(table, 201 if done["operation"] == "created" else 200, done["record"])

    def listed(self, table: str) -> Said:
        query = {found[1]: value for name, value in request.args.items() if (found := FILTER.fullmatch(name))}
        ident = query.pop("id", None)
        size = {"_limit": request.args["page[size]"]} if "page[size]" in request.args else {}
        if ident is not None:
            status, record = self.ask("GET", f"{table}/records/{ident}")
            return 200, {"data": [self.shown(table, record)] if status == 200 else []}
        status, found = self.found(table, {**query, **size})
        return status, {"data": [self.shown(table, each) for each in found]} if status == 200 else found

    def resource(self, table: str, status: int, record: Any) -> Said:
        return status, {"data": self.shown(table, record)} if status in (200, 201) else record

    def shown(self, table: str, record: Any) -> Any:
        attributes = {name: value for name, value in record.items() if name != "id"}
        return {"type": table, "id": str(record["id"]), "attributes": attributes}

    def refused(self, status: int, detail: str) -> Said:
        return status, {"errors": [{"status": str(status), "title": "request refused", "detail": detail}]}


AlwaysOk = with_status("AlwaysOk", JsonApi, "upserted", {201: 200})
"""Answers 200 to a create too."""


class NoAttributes(JsonApi):
    """Answers with resources that have no attributes."""

    def shown(self, table: str, record: Any) -> Any:
        return {**super().shown(table, record), "attributes": {}}
