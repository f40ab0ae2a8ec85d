"""Servers of other shapes: each translates its requests and passes them to the reference server."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, request

from tests.kit import TOKENS
from upsertspec_catalogue import Entry
from upsertspec_server import create_app

Said = tuple[int, Any]

CONDITION = re.compile(r"\{(\w+)\}='((?:[^'\\]|\\.)*)'")


class Facade(Flask):
    """A server with another shape in front of the reference server, or of an entry of a catalogue."""

    methods = ("GET", "POST", "PUT", "PATCH", "DELETE", "MERGE")

    def __init__(self, entry: Entry | None = None) -> None:
        super().__init__("facade", static_folder=None)
        self.reference = (entry.create_app if entry else create_app)({"TOKENS": TOKENS})
        self.add_url_rule("/<path:path>", "all", self.respond, methods=list(self.methods))

    def close(self) -> None:
        """Close the reference."""
        self.reference.close()

    def respond(self, path: str) -> Response:
        """Answer a request of this shape."""
        g.headers, g.tag = {}, ""
        status, body = self.answered(path.split("/"))
        content = b"" if body is None else json.dumps(body).encode()
        return Response(content, status, g.headers, content_type="application/json")

    def answered(self, path: list[str]) -> Said:
        """Status and body for a path, by its segments. Further headers of the answer go into `g.headers`."""
        raise NotImplementedError

    def ask(self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = None) -> Said:
        """Send a request to the reference, with the credential that came. The tag of its answer goes into `g.tag`."""
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        got = self.reference.test_client().open(
            f"/api/tables/{path}", method=method, query_string=dict(query or {}), headers=self.caller(), **sent
        )
        g.tag = got.headers.get("ETag", "").strip('"')
        return got.status_code, got.get_json() if got.data else None

    def caller(self) -> dict[str, str]:
        """The credential that came, and a condition that came as the contract has it."""
        return {k: v for k, v in request.headers if k in ("Authorization", "If-Match", "If-None-Match")}

    def sent(self) -> Any:
        """The body that came; null if it is not JSON."""
        return request.get_json(force=True, silent=True)

    def record(self, table: str, ident: str, body: Any = None) -> Said:
        """The call of the same method on a record by its id."""
        return self.ask(request.method, f"{table}/records/{ident}", body=body)

    def found(self, table: str, where: Mapping[str, Any]) -> Said:
        """The records whose fields have these values; 200 with a list, or the reference's refusal."""
        values = {name: value if isinstance(value, str) else json.dumps(value) for name, value in where.items()}
        status, found = self.ask("GET", f"{table}/records", query=values)
        return status, found["records"] if status == 200 else found

    def upsert(self, table: str, body: Mapping[str, Any]) -> Said:
        """An upsert of the contract."""
        return self.ask("POST", f"{table}/records/upsert", body=body)


class RecordsEnvelope(Facade):
    """`{"records": [{"fields": …}]}`, by `fieldsToMergeOn`; 422 for invalid requests."""

    def answered(self, path: list[str]) -> Said:
        status, body = self.asked(path[2], path[3:])
        return (422, body) if status == 400 else (status, body)

    def asked(self, table: str, ident: list[str]) -> Said:
        body = self.sent()
        if ident:
            status, found = self.record(table, ident[0], {"fields": body["fields"]} if body else None)
            if request.method == "DELETE":
                return (200, {"id": ident[0], "deleted": True}) if status == 204 else (status, found)
            return (status, self.enveloped(found)) if status < 300 else (status, found)
        if request.method == "GET":
            return self.listed(table)
        if request.method == "POST":
            status, made = self.ask("POST", f"{table}/records", body=body)
            return (200 if status == 201 else status), self.enveloped(made) if status == 201 else made
        return self.merged(table, body)

    def listed(self, table: str) -> Said:
        formula = request.args.get("filterByFormula", "")
        query = {name: re.sub(r"\\(.)", r"\1", value) for name, value in CONDITION.findall(formula)}
        size = {"_limit": request.args["pageSize"]} if "pageSize" in request.args else {}
        status, found = self.ask("GET", f"{table}/records", query={**query, **size})
        return status, {"records": list(map(self.enveloped, found["records"]))} if status == 200 else found

    def merged(self, table: str, body: Any) -> Said:
        match = {"matchFields": body["performUpsert"]["fieldsToMergeOn"]} if body["performUpsert"] else {}
        records = [each["fields"] for each in body["records"]]
        single = len(records) == 1
        status, done = self.upsert(table, {**({"fields": records[0]} if single else {"records": records}), **match})
        if status != 200:
            return status, done
        parts = [done] if single else done["records"]
        ids = {kind: [p["id"] for p in parts if p["operation"] == kind] for kind in ("created", "updated")}
        lists = {"createdRecords": ids["created"], "updatedRecords": ids["updated"]}
        return 200, {"records": [self.enveloped(part["record"]) for part in parts], **lists}

    def enveloped(self, record: Any) -> Any:
        fields = {k: v for k, v in record.items() if k not in ("id", "created_at")}
        return {"id": record["id"], "createdTime": record["created_at"], "fields": fields}


class KeyInUrl(Facade):
    """`PUT /contacts/email/ada@example.com`: 201 with the record, or 204; `PATCH` updates only."""

    def answered(self, path: list[str]) -> Said:
        table, rest = path[0], path[1:]
        if request.method == "PUT":
            return self.put(table, *rest)
        if rest and rest[0] == "id":
            return self.record(table, rest[1])
        if request.method == "PATCH":
            [field, value] = rest
            fields = {**self.sent(), field: value}
            status, done = self.upsert(table, {"fields": fields, "matchFields": [field], "onMissing": "error"})
            return status, done["record"] if status == 200 else done
        if request.method == "POST":
            return self.ask("POST", f"{table}/records", body={"fields": self.sent()})
        query = {"_limit" if name == "limit" else name: value for name, value in request.args.items()}
        return self.found(table, query)

    def put(self, table: str, field: str, value: str) -> Said:
        status, done = self.upsert(table, {"fields": {**self.sent(), field: value}, "matchFields": [field]})
        if status != 200:
            return status, done
        return (201, done["record"]) if done["operation"] == "created" else (204, None)


class PutAndGet(Facade):
    """`PUT` and `GET /contacts/ada@example.com`: 201 or 200 with the record, 404 where there is none."""

    def answered(self, path: list[str]) -> Said:
        table, email = path
        if request.method == "PUT":
            status, done = self.upsert(table, {"fields": {**self.sent(), "email": email}, "matchFields": ["email"]})
            return (201 if done["operation"] == "created" else 200, done["record"]) if status == 200 else (status, done)
        status, found = self.found(table, {"email": email})
        return (status, found) if status != 200 else (200, found[0]) if found else (404, {"title": "no such record"})


class OnConflict(Facade):
    """`POST /contacts?on_conflict=email` with a list, answered with 201 and a list."""

    def answered(self, path: list[str]) -> Said:
        table = path[0]
        if request.method == "GET":
            return self.listed(table)
        if "on_conflict" not in request.args and "resolution" not in request.headers.get("Prefer", ""):
            status, made = self.ask("POST", f"{table}/records", body={"fields": self.sent()[0]})
            return status, [made] if status == 201 else made
        return self.merged(table)

    def listed(self, table: str) -> Said:
        names = {"limit": "_limit", "offset": "_offset"}
        query = {names.get(name, name): value.removeprefix("eq.") for name, value in request.args.items()}
        ident = query.pop("id", None)
        if ident is not None:
            status, found = self.ask("GET", f"{table}/records/{ident}")
            return (200, [found] if status == 200 else []) if status in (200, 404) else (status, found)
        status, found = self.ask("GET", f"{table}/records", query=query)
        return status, found["records"] if status == 200 else found

    def merged(self, table: str) -> Said:
        records, ignores = self.sent(), "ignore-duplicates" in request.headers["Prefer"]
        key = request.args.get("on_conflict", "")
        match = {"matchFields": key.split(",") if key else []} if "on_conflict" in request.args else {}
        extra = {"onConflict": "ignore"} if ignores else {}
        status, done = self.upsert(table, {"records": records, **match, **extra})
        if status != 200:
            return status, done
        return 201, None if ignores else [part["record"] for part in done["records"]]


class MergeApi(Facade):
    """`{"new": 7}` after a create, `[{"id": 7}]` after an update."""

    def answered(self, path: list[str]) -> Said:
        table, rest = path[1], path[2:]
        if rest == ["merge"]:
            body = self.sent()
            status, done = self.upsert(table, {"fields": body["row"], "matchFields": body["on"]})
            if status != 200:
                return status, done
            return 200, {"new": done["id"]} if done["operation"] == "created" else [{"id": done["id"]}]
        if rest:
            return self.record(table, rest[0])
        return self.found(table, json.loads(request.args["where"]))


class Tasks(Facade):
    """`PUT /contacts/email/ada@example.com` gives a task; lists show what was written only after a while."""

    lag = 0.01

    def __init__(self, entry: Entry | None = None) -> None:
        super().__init__(entry)
        self.tasks: list[Said] = []
        self.asked: set[int] = set()
        self.visible = 0.0

    def answered(self, path: list[str]) -> Said:
        if path[0] == "tasks":
            return self.task(int(path[1]))
        if request.method == "GET":
            status, found = self.ask("GET", f"{path[0]}/records", query=request.args)
            is_late = time.monotonic() < self.visible
            return status, [] if is_late and status == 200 else found["records"] if status == 200 else found
        if request.method == "POST":
            status, made = self.ask("POST", f"{path[0]}/records", body={"fields": self.sent()})
            done = (200, {"id": made["id"], "record": made}) if status == 201 else (status, made)
        else:
            table, field, value = path
            done = self.upsert(table, {"fields": {**self.sent(), field: value}, "matchFields": [field]})
        self.visible = time.monotonic() + self.lag
        if done[0] in (401, 403, 404):
            return done
        self.tasks.append(done)
        return 202, {"task": len(self.tasks) - 1, "state": "waiting"}

    def task(self, number: int) -> Said:
        """Running when it is asked for the first time, then what became of it."""
        status, body = self.tasks[number]
        if number not in self.asked:
            self.asked.add(number)
            return 200, {"state": "running"}
        return 200, {"state": "done", "result": body} if status == 200 else {"state": "failed", "error": body}


def with_status(name: str, facade: type[Facade], method: str, changed: Mapping[int, int]) -> type[Facade]:
    """A façade of this name whose method answers with other statuses."""

    def answered(self: Facade, *arguments: Any) -> Said:
        status, said = getattr(facade, method)(self, *arguments)
        return changed.get(status, status), said

    return type(name, (facade,), {method: answered})
