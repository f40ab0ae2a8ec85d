"""Hasura: `insert_contacts_one(object, on_conflict)`; every answer is a 200, errors have a code."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api
from upsertspec.spec.schema import tables

FIELD = re.compile(r"(\w+): (insert|update|delete)?_?(\w+?)(_one)?\(([^)]*)\)")
KEYS = {f"{name}_{'_'.join(key)}_key": list(key) for name, table in tables().items() for key in table.unique_keys}
"""The unique constraints, by the names that PostgreSQL gives them."""
CODES = {400: "constraint-violation", 401: "invalid-jwt", 409: "constraint-violation"}


class Hasura(Api):
    """One endpoint; the mutations of a request are done one after the other."""

    def answered(self, path: list[str]) -> Said:
        sent = self.sent()
        if path != ["v1", "graphql"] or not isinstance(sent, dict):
            return 404, {"error": "resource does not exist", "path": "$", "code": "not-found"}
        data = {}
        for alias, kind, table, _, arguments in FIELD.findall(sent["query"].split("{", 1)[1]):
            named = re.findall(r"(\w+): \$(\w+)", arguments)
            given = {name.replace("object", "record"): sent["variables"][value] for name, value in named}
            given |= {name: int(value) for name, value in re.findall(r"(limit|offset): (\d+)", arguments)}
            status, said = getattr(self, kind or "select")(table, **given)
            if status >= 400:
                return self.wrong(status, table, kind, said)
            data[alias] = said
        return 200, {"data": data}

    def insert(self, table: str, record: Any, on_conflict: Any = None) -> Said:
        if on_conflict is None:
            return self.created(table, record)
        columns = on_conflict["update_columns"]
        match = KEYS.get(on_conflict["constraint"], [on_conflict["constraint"]])
        extra = {} if columns else {"onConflict": "ignore"}
        status, done = self.upsert(table, {"fields": record, "matchFields": match, **extra})
        return status, self.row(done) if status == 200 else done

    def row(self, done: Any) -> Any:
        return None if done["operation"] == "ignored" else done["record"]

    def select(self, table: str, where: Any, limit: int = 0, offset: int = 0) -> Said:
        if set(where) == {"id"}:
            return self.by_id("GET", table, where)
        query = {name: text(test["_eq"]) for name, test in where.items() if "_eq" in test}
        page = {name: size for name, size in (("_limit", limit), ("_offset", offset)) if size}
        return self.found(table, {**query, **page})

    def update(self, table: str, where: Any, _set: Any) -> Said:
        status, rows = self.by_id("PATCH", table, where, {"fields": _set})
        return status, {"returning": rows} if status == 200 else rows

    def delete(self, table: str, where: Any) -> Said:
        before = self.by_id("GET", table, where)
        status, said = self.by_id("DELETE", table, where)
        return (
            (200, {"returning": before[1]}) if status == 204 else (status, {"returning": []} if status == 200 else said)
        )

    def by_id(self, method: str, table: str, where: Any, body: Any = None) -> Said:
        """The rows of this id, after this was done to them."""
        status, record = self.ask(method, f"{table}/records/{where['id']['_eq']}", body=body)
        if status == 404 and self.found(table, {"_limit": 1})[0] == 200:
            return 200, []
        return status, [record] if status == 200 else record

    def wrong(self, status: int, table: str, kind: str, said: Any) -> Said:
        """The error, as Hasura has it: a role does not see what it may not do."""
        detail = str(said.get("detail", ""))
        if status in (403, 404):
            root = "mutation_root" if kind else "query_root"
            return self.error("validation-failed", f"field '{kind}_{table}' not found in type: '{root}'")
        if status == 409:
            detail = f'Uniqueness violation. duplicate key value violates unique constraint "{table}_key"'
        return self.error(CODES.get(status, "unexpected"), detail)

    def error(self, code: str, message: str) -> Said:
        return 200, {"errors": [{"message": message, "extensions": {"path": "$", "code": code}}]}


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class NoRow(Hasura):
    """Answers an upsert with null."""

    def row(self, done: Any) -> Any:
        return None


class StaleRow(Hasura):
    """Answers an upsert with the row as it was before."""

    def insert(self, table: str, record: Any, on_conflict: Any = None) -> Said:
        match = KEYS.get((on_conflict or {}).get("constraint"), [])
        known = {name: record[name] for name in match if isinstance(record.get(name), str)}
        before = self.found(table, known)[1] if known else []
        status, said = super().insert(table, record, on_conflict)
        return status, before[0] if status == 200 and isinstance(before, list) and before else said
