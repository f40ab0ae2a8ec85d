"""kintone: records of an app, each value below `value`; the number of an app stands for a table."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import request

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api

CONDITION = re.compile(r'(\$?\w+) = ("(?:[^"\\]|\\.)*")')
PAGE = re.compile(r" limit (\d+)(?: offset (\d+))?$")
CODES = {400: "CB_VA01", 401: "CB_WA01", 403: "CB_NO02", 404: "GAIA_RE01", 409: "CB_VA01"}
NUMBERS = ("age",)
FLAGS = ("vip",)


class Kintone(Api):
    """The REST API of one domain."""

    def answered(self, path: list[str]) -> Said:
        body = self.sent()
        if request.method in ("POST", "PUT") and not isinstance(body, dict):
            return self.refused(400, "Missing or invalid input.")
        if request.method == "GET":
            return self.one() if path[-1] == "record.json" else self.many()
        if request.method == "DELETE":
            status, said = self.ask("DELETE", f"{request.args['app']}/records/{request.args['ids[0]']}")
            return (200, {}) if status == 204 else (status, said)
        if path[-1] == "records.json":
            return self.upserted(body)
        return self.written(body)

    def upserted(self, body: Any) -> Said:
        keys = [each["updateKey"] for each in body["records"]]
        by = [{key["field"]: key["value"]} if "value" in key else {} for key in keys]
        rows = [{**plain(each["record"]), **key} for each, key in zip(body["records"], by, strict=True)]
        match = [keys[0]["field"]]
        status, done = self.upsert(body["app"], {"records": rows, "matchFields": match})
        return status, {"records": list(map(self.result, done["records"]))} if status == 200 else done

    def result(self, done: Any) -> Any:
        operation = "INSERT" if done["operation"] == "created" else "UPDATE"
        return {"id": str(done["id"]), "revision": "1", "operation": operation}

    def written(self, body: Any) -> Said:
        if request.method == "POST":
            status, made = self.created(body["app"], plain(body["record"]))
            return (200, {"id": str(made["id"]), "revision": "1"}) if status == 201 else (status, made)
        status, said = self.ask("PUT", f"{body['app']}/records/{body['id']}", body={"fields": plain(body["record"])})
        return status, {"revision": "2"} if status == 200 else said

    def one(self) -> Said:
        status, record = self.ask("GET", f"{request.args['app']}/records/{request.args['id']}")
        return status, {"record": shown(record)} if status == 200 else record

    def many(self) -> Said:
        query = request.args["query"]
        wanted = {name: json.loads(literal) for name, literal in CONDITION.findall(query)}
        limit, offset = PAGE.search(query).groups()
        if ident := wanted.pop("$id", None):
            status, record = self.ask("GET", f"{request.args['app']}/records/{ident}")
            found: Any = [record] if status == 200 else record
            status, found = (200, []) if status == 404 else (status, found)
        else:
            page = {"_limit": limit, **({"_offset": offset} if offset else {})}
            status, found = self.found(request.args["app"], {**wanted, **page})
        return status, {"records": list(map(shown, found)), "totalCount": None} if status == 200 else found

    def refused(self, status: int, detail: str) -> Said:
        code = "GAIA_AP01" if status == 404 and "table" in detail else CODES.get(status, "CB_IN01")
        return (400 if status == 409 else status), {"code": code, "id": "1505999166-897850006", "message": detail}


def plain(record: Any) -> Any:
    """The values of a record that was sent."""
    if not isinstance(record, dict):
        return record
    return {name: value_of(name, each["value"]) for name, each in record.items()}


def value_of(name: str, value: Any) -> Any:
    if name in NUMBERS and isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    return value == "true" if name in FLAGS and value in ("true", "false") else value


def shown(record: Any) -> Any:
    """A record as it is answered: numbers as texts, no value as an empty text."""
    own = {"$id": {"type": "__ID__", "value": str(record["id"])}, "$revision": {"type": "__REVISION__", "value": "1"}}
    values = {name: value for name, value in record.items() if name != "id"}
    return {**own, **{name: {"type": "SINGLE_LINE_TEXT", "value": text(value)} for name, value in values.items()}}


def text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


class NeverInserted(Kintone):
    """Says of every record that it was updated."""

    def result(self, done: Any) -> Any:
        return {**super().result(done), "operation": "UPDATE"}


class AnotherId(Kintone):
    """Answers with an id that no record has."""

    def result(self, done: Any) -> Any:
        return {**super().result(done), "id": "999999999"}
