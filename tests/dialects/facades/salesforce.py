"""Salesforce: an external id in the path, SOQL, and errors as a list with an errorCode."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import request

from tests.dialects.facade import Said, with_status
from tests.dialects.facades.kit import Api

SOQL = re.compile(r"SELECT FIELDS\(ALL\) FROM (\w+)(?: WHERE (.*?))? LIMIT (\d+)(?: OFFSET (\d+))?", re.DOTALL)
CONDITION = re.compile(r"(\w+) = ('(?:[^'\\]|\\.)*'|[^\s]+)(?: AND |$)", re.DOTALL)
EXTERNAL = ("email", "phone")
CODES = {400: "INVALID_FIELD", 401: "INVALID_SESSION_ID", 403: "INSUFFICIENT_ACCESS", 404: "NOT_FOUND"}
NAMES = {"id": "Id", "created_at": "CreatedDate", "updated_at": "LastModifiedDate"}


class Salesforce(Api):
    """The REST API of one version."""

    def answered(self, path: list[str]) -> Said:
        if path == ["query"]:
            return self.query(request.args["q"])
        if path[:2] == ["composite", "sobjects"]:
            return self.collection(path[2], path[3], self.sent()["records"])
        _, table, *rest = path
        match rest:
            case [field, value] if request.method == "PATCH":
                return self.upserted(table, field, value)
            case [ident]:
                return self.by_id(table, ident)
        status, made = self.created(table, self.sent())
        return status, self.done(made, True) if status == 201 else made

    def upserted(self, table: str, field: str, value: str) -> Said:
        fields = self.sent()
        if not isinstance(fields, dict):
            return self.refused(400, "the body is no object")
        status, done = self.upsert(table, {"fields": {**fields, field: value}, "matchFields": [field]})
        if status == 400 and field not in EXTERNAL:
            return self.refused(404, f"Provided external ID field does not exist or is not accessible: {field}")
        if status != 200:
            return status, done
        created = done["operation"] == "created"
        return (201 if created else 200), self.done(done, created)

    def collection(self, table: str, field: str, records: Any) -> Said:
        """Several records, all or none of them."""
        rows = [{name: value for name, value in each.items() if name != "attributes"} for each in records]
        status, done = self.upsert(table, {"records": rows, "matchFields": [field]})
        if status in (401, 403, 404) or not rows:
            return status, done
        if status != 200:
            error = {"statusCode": "INVALID_FIELD", "message": done["detail"], "fields": []}
            undone = {"statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": "", "fields": []}
            bad = done.get("index", 0)
            return 200, [{"success": False, "errors": [error if n == bad else undone]} for n in range(len(rows))]
        return 200, [self.done(part, part["operation"] == "created") for part in done["records"]]

    def done(self, made: Any, created: bool) -> Any:
        return {"id": made["id"], "success": True, "errors": [], "created": created}

    def by_id(self, table: str, ident: str) -> Said:
        body = {"fields": self.sent()} if request.method == "PATCH" else None
        status, record = self.record(table, ident, body)
        if request.method == "PATCH" and status == 200:
            return 204, None
        return status, self.shown(table, record) if status == 200 else record

    def query(self, soql: str) -> Said:
        table, where, limit, offset = SOQL.fullmatch(soql).groups()
        ours = {theirs: name for name, theirs in NAMES.items()}
        wanted = {ours.get(name, name): value_of(literal) for name, literal in CONDITION.findall(where or "")}
        if "id" in wanted:
            status, record = self.ask("GET", f"{table}/records/{wanted['id']}")
            found: Any = [record] if status == 200 else []
            status = 200 if status == 404 else status
        else:
            status, found = self.found(table, {**wanted, "_limit": limit, **({"_offset": offset} if offset else {})})
        if status != 200:
            return status, record if "id" in wanted else found
        records = [self.shown(table, each) for each in found]
        return 200, {"totalSize": len(records), "done": True, "records": records}

    def shown(self, table: str, record: Any) -> Any:
        """The record with what Salesforce adds."""
        named = {NAMES.get(name, name): value for name, value in record.items()}
        url = f"/services/data/v60.0/sobjects/{table}/{record['id']}"
        return {"attributes": {"type": table, "url": url}, **named, "SystemModstamp": record["updated_at"]}

    def refused(self, status: int, detail: str) -> Said:
        code = "DUPLICATE_VALUE" if status == 409 else CODES.get(status, "UNKNOWN_EXCEPTION")
        return (400 if status == 409 else status), [{"message": detail, "errorCode": code}]


def value_of(literal: str) -> str:
    """The text of a literal."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1]) if literal.startswith("'") else str(json.loads(literal))


AlwaysCreated = with_status("AlwaysCreated", Salesforce, "upserted", {200: 201})
"""Answers 201 to an update too."""


class AnotherId(Salesforce):
    """Answers with an id that no record has."""

    def done(self, made: Any, created: bool) -> Any:
        return {**super().done(made, created), "id": 999999999}
