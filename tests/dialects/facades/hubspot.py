"""HubSpot: batch/upsert by idProperty; an input that is refused is an error inside an answer of 207."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api

CATEGORIES = {
    400: "VALIDATION_ERROR",
    401: "INVALID_AUTHENTICATION",
    403: "MISSING_SCOPES",
    404: "OBJECT_NOT_FOUND",
    409: "CONFLICT",
}
OWN = ("id", "created_at", "updated_at")
NUMBERS = ("age",)
FLAGS = ("vip",)


class HubSpot(Api):
    """CRM objects, whose properties are texts."""

    def answered(self, path: list[str]) -> Said:
        table, rest = path[3], path[4:]
        if rest == ["batch", "upsert"]:
            return self.upserted(table, self.sent())
        if request.method == "POST":
            status, made = self.created(table, typed(self.sent()["properties"]))
            return status, self.shown(made) if status == 201 else made
        ident: Any = rest[0]
        if key := request.args.get("idProperty"):
            status, found = self.found(table, {key: ident})
            if status != 200 or not found:
                return (status, found) if status != 200 else self.refused(404, "resource not found")
            ident = found[0]["id"]
        sent = {"fields": typed(self.sent()["properties"])} if request.method == "PATCH" else None
        status, record = self.record(table, ident, sent)
        return status, self.shown(record) if status == 200 else record

    def upserted(self, table: str, body: Any) -> Said:
        if not isinstance(body, dict) or not isinstance(body.get("inputs"), list):
            return self.refused(400, "Invalid input JSON")
        [each] = body["inputs"]
        fields = {**typed(each["properties"]), **({each["idProperty"]: each["id"]} if "id" in each else {})}
        status, done = self.upsert(table, {"fields": fields, "matchFields": [each["idProperty"]]})
        if status in (401, 403, 404):
            return status, done
        if status != 200:
            error = {"status": "error", "category": CATEGORIES.get(status, "INTERNAL"), "message": done["detail"]}
            return 207, {"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [error]}
        properties = {name: text(done["record"][name]) for name in fields if name in done["record"]}
        record = self.shown(done["record"])
        return 200, {"status": "COMPLETE", "results": [self.result({**record, "properties": properties}, done)]}

    def result(self, record: Any, done: Any) -> Any:
        return {**record, "new": done["operation"] == "created"}

    def shown(self, record: Any) -> Any:
        """An object with its properties as texts; only those that were asked for, and some of HubSpot's."""
        asked = request.args.get("properties", "").split(",")
        properties = {name: text(record[name]) for name in asked if name in record and name not in OWN}
        times = {"createdAt": record["created_at"], "updatedAt": record["updated_at"]}
        properties |= {"hs_object_id": str(record["id"]), "lastmodifieddate": record["updated_at"]}
        return {"id": str(record["id"]), "properties": properties, **times, "archived": False}

    def refused(self, status: int, detail: str) -> Said:
        if status == 404 and "table" in detail:
            status, detail = 400, "Unable to infer object type"
        return status, {"status": "error", "message": detail, "category": CATEGORIES.get(status, "INTERNAL")}


def text(value: Any) -> Any:
    """A value as a property's text."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def typed(properties: Any) -> Any:
    """The values of properties: an empty text is none, and a numeral is a number where one belongs."""
    if not isinstance(properties, dict):
        return properties
    return {name: value_of(name, value) for name, value in properties.items()}


def value_of(name: str, value: Any) -> Any:
    if value == "":
        return None
    if name in NUMBERS and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value == "true" if name in FLAGS and value in ("true", "false") else value


class NeverNew(HubSpot):
    """Says of every object that it was there."""

    def result(self, record: Any, done: Any) -> Any:
        return {**record, "new": False}


class Swallowed(HubSpot):
    """Answers 200 to what it refused."""

    def upserted(self, table: str, body: Any) -> Said:
        status, said = super().upserted(table, body)
        if status != 207:
            return status, said
        return 200, {"status": "COMPLETE", "results": [{"id": "1", "properties": {}, "new": True}]}
