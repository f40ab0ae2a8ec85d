"""HTTP: a WSGI application. The order of its checks is the contract's: credentials, table, role, body."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from service import conditions
from service.access import MEMBERS, caller, permissions
from service.api import Api, Call, Reply
from service.database import Database
from service.jsontext import UNKEPT, decoded
from service.problems import Problem
from service.retries import key_of, once

LARGEST = 8 * 1024 * 1024
OPENAPI = Path(__file__).with_name("openapi.json")

TABLE = re.compile(r"/api/tables/([^/]+)(/stats|/records|/records/upsert|/records/[^/]+)?")

Environ = Mapping[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]


@dataclass(frozen=True)
class Service:
    """The application: a call for each path and method."""

    api: Api
    database: Database
    tokens: Mapping[str, str]

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request."""
        try:
            return _sent(environ, start, self._reply(environ))
        except Problem as problem:
            return _refused(environ, start, problem)
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return _refused(environ, start, Problem(500, "The service failed; nothing has been written."))

    def _reply(self, environ: Environ) -> Reply:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
        method = "GET" if environ["REQUEST_METHOD"] == "HEAD" else environ["REQUEST_METHOD"]
        if path in ("/api/health", "/openapi.json"):
            return _chosen({"GET": lambda: _public(path)}, method)
        if not path.startswith("/api/"):
            raise Problem(404, "There is nothing here.")
        role = caller(self.tokens, environ.get("HTTP_AUTHORIZATION", ""))
        raw = cache(lambda: environ["wsgi.input"].read())
        call = Call(
            may=permissions(role),
            organization=MEMBERS.get(role),
            parameters=_parameters(environ),
            body=lambda: _body(environ, raw()),
            condition=lambda: conditions.read(environ),
        )
        calls = self._calls(path, call)
        if method == "POST" and "HTTP_IDEMPOTENCY_KEY" in environ and method in calls:
            header = environ["HTTP_IDEMPOTENCY_KEY"]
            key = key_of(environ.get("HTTP_AUTHORIZATION", ""), path, header, raw())
            return once(self.database, key, calls[method])
        return _chosen(calls, method)

    def _calls(self, path: str, call: Call) -> Mapping[str, Callable[[], Reply]]:
        api = self.api
        if path == "/api/transactions":
            return {"POST": lambda: api.transact(call)}
        parts = TABLE.fullmatch(path)
        if not parts:
            raise Problem(404, "There is nothing here.")
        table, rest = api.table(parts[1]), parts[2]
        if rest is None:
            return {"GET": lambda: api.describe(call, table)}
        if rest == "/stats":
            return {"GET": lambda: api.stats(call, table)}
        if rest == "/records":
            return {"GET": lambda: api.find(call, table), "POST": lambda: api.create(call, table)}
        if rest == "/records/upsert":
            return {"POST": lambda: api.upsert(call, table)}
        ident = rest.removeprefix("/records/")
        return {
            "GET": lambda: api.read(call, table, ident),
            "PATCH": lambda: api.change(call, table, ident),
            "DELETE": lambda: api.delete(call, table, ident),
        }


def _chosen(calls: Mapping[str, Callable[[], Reply]], method: str) -> Reply:
    if method not in calls:
        raise Problem(405, "This can't be done here.", headers={"Allow": ", ".join(calls)})
    return calls[method]()


def _public(path: str) -> Reply:
    return Reply(200, {"status": "ok"} if path == "/api/health" else json.loads(OPENAPI.read_text("utf-8")))


def _parameters(environ: Environ) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, errors="strict")
    except ValueError as wrong:
        raise Problem(400, "The query string can't be read.") from wrong
    if any(UNKEPT.search(text) for pair in pairs for text in pair):
        raise Problem(400, "The query string can't be read.")
    return pairs


def _body(environ: Environ, raw: bytes) -> Any:
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(415, "The body has to be declared as application/json.")
    if int(environ.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise Problem(413, f"The body must not be over {LARGEST} bytes.")
    try:
        return decoded(raw)
    except (ValueError, RecursionError) as wrong:
        raise Problem(400, "The body is no JSON that can be kept as it is.") from wrong


def _refused(environ: Environ, start: Start, problem: Problem) -> Iterable[bytes]:
    headers = {**problem.headers, "Content-Type": "application/problem+json"}
    return _sent(environ, start, Reply(problem.status, problem.body(), headers))


def _sent(environ: Environ, start: Start, reply: Reply) -> Iterable[bytes]:
    headers = dict(reply.headers)
    text = b""
    if reply.content is not None:
        text = json.dumps(reply.content, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(text)), **headers}
    start(f"{reply.status} {HTTPStatus(reply.status).phrase}", list(headers.items()))
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else text]
