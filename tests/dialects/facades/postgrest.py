"""PostgREST: an upsert is POST with `on_conflict` and `Prefer: resolution=merge-duplicates`."""

from __future__ import annotations

from typing import Any

from flask import request

from tests.dialects.facade import Said, with_status
from tests.dialects.facades.kit import Api

OBJECT = "application/vnd.pgrst.object+json"
CODES = {400: "22P02", 401: "PGRST301", 403: "42501", 404: "PGRST205", 409: "23505", 415: "PGRST107"}


class PostgREST(Api):
    """Answers with a list of rows; 201 where any was inserted, else 200."""

    def answered(self, path: list[str]) -> Said:
        table = path[0]
        if request.method == "POST":
            return self.posted(table, self.sent())
        status, rows = self.rows(table)
        if status != 200:
            return status, rows
        if request.method == "GET":
            return self.shown(rows)
        return self.changed(table, rows)

    def posted(self, table: str, body: Any) -> Said:
        prefer = request.headers.get("Prefer", "")
        if "resolution=" not in prefer:
            status, made = self.created(table, body)
            return status, [made] if status == 201 else made
        ignores = "ignore-duplicates" in prefer
        extra = {"onConflict": "ignore"} if ignores else {}
        several = isinstance(body, list)
        sent = {"records": body} if several else {"fields": body}
        status, done = self.upsert(table, {**sent, "matchFields": request.args["on_conflict"].split(","), **extra})
        if status != 200:
            return status, done
        parts = done["records"] if several else [done]
        rows = [part["record"] for part in parts if part["operation"] != "ignored"]
        merged = all(part["operation"] != "created" for part in parts) and not ignores
        return 200 if merged else 201, rows

    def rows(self, table: str) -> Said:
        names = {"limit": "_limit", "offset": "_offset"}
        query = {names.get(name, name): value.removeprefix("eq.") for name, value in request.args.items()}
        ident = query.pop("id", None)
        if ident is None:
            return self.found(table, query)
        status, row = self.ask("GET", f"{table}/records/{ident}")
        return (
            (200, [])
            if status == 404 and self.found(table, {})[0] == 200
            else (status, [row] if status == 200 else row)
        )

    def shown(self, rows: Any) -> Said:
        """The rows, or the one that was asked for as an object."""
        if request.headers.get("Accept") != OBJECT:
            return 200, rows
        if len(rows) == 1:
            return 200, rows[0]
        message = "Cannot coerce the result to a single JSON object"
        return 406, {"code": "PGRST116", "details": "The result contains 0 rows", "hint": None, "message": message}

    def changed(self, table: str, rows: Any) -> Said:
        """Each row written or deleted, and shown."""
        written = []
        for row in rows:
            body = {"fields": self.sent()} if request.method == "PATCH" else None
            status, said = self.record(table, row["id"], body)
            if status >= 400:
                return status, said
            written.append(said if request.method == "PATCH" else row)
        return self.shown(written)

    def refused(self, status: int, detail: str) -> Said:
        return status, {"code": CODES.get(status, "P0001"), "details": None, "hint": None, "message": detail}


AlwaysCreated = with_status("AlwaysCreated", PostgREST, "posted", {200: 201})
"""Answers 201 to an update too, as PostgREST did before version 12."""


class NoRepresentation(PostgREST):
    """Answers with no rows."""

    def posted(self, table: str, body: Any) -> Said:
        status, said = super().posted(table, body)
        return (status, []) if status < 300 else (status, said)
