"""OData v4: `PATCH /contacts(email='ada@example.com')`, answered with 201 or 200 and the entity."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from flask import Response, request

from tests.dialects.facade import Said, with_status
from tests.dialects.facades.kit import Api

KEYED = re.compile(r"([^(]+)\((.*)\)", re.DOTALL)
LITERAL = r"'(?:[^']|'')*'|[^',()\s]+"
PAIR = re.compile(rf"\s*(\w+)\s*=\s*({LITERAL})\s*(?:,|$)")
CONDITION = re.compile(rf"(\w+) eq ({LITERAL})(?: and |$)")


class OData(Api):
    """Entities with annotations; errors as `{"error": {"code", "message"}}`."""

    def respond(self, path: str) -> Response:
        """Answer a request; the path is not cut at slashes, which a key may have."""
        response = super().respond(path)
        response.headers["OData-Version"] = "4.0"
        return response

    def answered(self, path: list[str]) -> Said:
        whole = "/".join(path)
        if whole == "$batch":
            return self.batch(self.sent()["requests"])
        if keyed := KEYED.fullmatch(whole):
            return self.entity(keyed[1], keyed[2])
        if request.method == "GET":
            return self.listed(whole)
        status, made = self.created(whole, self.sent())
        return status, self.shown(made) if status == 201 else made

    def entity(self, table: str, written: str) -> Said:
        pairs = PAIR.findall(written)
        if not pairs:
            return self.by_id(table, written)
        key = {name: value_of(literal) for name, literal in pairs}
        if request.method == "PATCH" and request.headers.get("If-Match") != "*":
            return self.upserted(table, key)
        status, found = self.found(table, key)
        if status != 200 or not found:
            return (status, found) if status != 200 else self.refused(404, "Not Found")
        return self.by_id(table, str(found[0]["id"]))

    def upserted(self, table: str, key: dict[str, Any]) -> Said:
        status, done = self.upsert(table, {"fields": {**self.sent(), **key}, "matchFields": list(key)})
        if status != 200:
            return status, done
        return (201 if done["operation"] == "created" else 200), self.shown(done["record"])

    def batch(self, requests: Any) -> Said:
        """The requests of one group: all are done, or one is refused and the others are undone."""
        addressed = [(each, KEYED.fullmatch(unquote(each["url"]))) for each in requests]
        if not all(found for _, found in addressed) or len({found[1] for _, found in addressed if found}) != 1:
            return self.refused(400, "the requests are not those of one entity set")
        keys = [{k: value_of(v) for k, v in PAIR.findall(found[2])} for _, found in addressed if found]
        records = [{**each["body"], **key} for (each, _), key in zip(addressed, keys, strict=True)]
        table = addressed[0][1][1]
        status, done = self.upsert(table, {"records": records, "matchFields": list(keys[0])})
        if status in (401, 403, 404):
            return status, done
        ids = [each["id"] for each in requests]
        if status != 200:
            bad = done.get("index", 0)
            answers = [self.refused(status if n == bad else 424, done["detail"]) for n in range(len(ids))]
        else:
            answers = [
                (201 if part["operation"] == "created" else 200, self.shown(part["record"])) for part in done["records"]
            ]
        listed = [{"id": i, "status": each, "body": body} for i, (each, body) in zip(ids, answers, strict=True)]
        return 200, {"responses": listed}

    def by_id(self, table: str, ident: str) -> Said:
        body = {"fields": self.sent()} if request.method == "PATCH" else None
        status, record = self.record(table, ident.strip("'"), body)
        return status, self.shown(record) if status == 200 else record

    def listed(self, table: str) -> Said:
        names = {"$top": "_limit", "$skip": "_offset"}
        query = {names[name]: value for name, value in request.args.items() if name in names}
        conditions = CONDITION.findall(request.args.get("$filter", ""))
        query |= {name: text(value_of(literal)) for name, literal in conditions if literal != "null"}
        status, found = self.found(table, query)
        context = "$metadata#" + table
        return status, {"@odata.context": context, "value": list(map(self.shown, found))} if status == 200 else found

    def shown(self, record: Any) -> Any:
        """The entity with an annotation that changes with it."""
        return {"@odata.etag": f'W/"{record["updated_at"]}"', **record}

    def refused(self, status: int, detail: str) -> Said:
        return status, {"error": {"code": str(status), "message": detail}}


def value_of(literal: str) -> Any:
    """The value of a literal in a URL."""
    return literal[1:-1].replace("''", "'") if literal.startswith("'") else json.loads(literal)


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class QuotesKept(OData):
    """Takes a doubled quote in a key for two quotes."""

    def entity(self, table: str, written: str) -> Said:
        return super().entity(table, written.replace("''", "''''"))


AlwaysOk = with_status("AlwaysOk", OData, "upserted", {201: 200})
"""Answers 200 to a create too."""
