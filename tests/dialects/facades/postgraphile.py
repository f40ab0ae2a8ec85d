"""PostGraphile 4 with the upsert plugin: `upsertContact(where, input)`, with PostgreSQL's errors in a 200."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import request

from tests.dialects.facade import Said
from tests.dialects.facades.kit import Api
from tests.kit import TOKENS

FIELD = re.compile(r"done: (upsert|create|update|delete|all)(\w+?)(?:ById)?\(([^)]*)\)")
BEARER = re.compile(r"(?i)\s*bearer\s+([a-z0-9\-._~+/]+=*)\s*")
ANONYMOUS = "anonymous"
UNIQUE = ("id", "email", "phone")
BIGINTS = ("id", "age")
TEXTS = ("email", "name", "status", "phone", "birthday", "notes")
MESSAGES = {
    403: "permission denied for table contacts",
    409: 'duplicate key value violates unique constraint "contacts_phone_key"',
}


class PostGraphile(Api):
    """One table, contacts: what has no type of that name is refused before anything is done."""

    def answered(self, path: list[str]) -> Said:
        sent, shown = self.sent(), BEARER.fullmatch(request.headers.get("Authorization", f"Bearer {ANONYMOUS}"))
        if shown is None:
            return self.wrong(400, "Authorization header is not of the correct bearer scheme format.")
        if shown[1] not in (ANONYMOUS, *TOKENS.values()):
            return self.wrong(403, "jwt malformed")
        if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
            return self.wrong(400, "Must provide query string.")
        [(verb, kind, arguments)] = FIELD.findall(sent["query"])
        if kind not in ("Contact", "Contacts"):
            root = "Query" if verb == "all" else "Mutation"
            return self.wrong(400, f'Cannot query field "{verb}{kind}" on type "{root}".')
        given = {name: int(value) for name, value in re.findall(r"(first|offset): (\d+)", arguments)}
        status, said = getattr(self, verb)(**sent["variables"], **given)
        status = 403 if status == 401 else status
        if status == 400 and "detail" in said:
            return self.wrong(200, f'Variable "$i" got invalid value; {said["detail"]}')
        if status >= 400:
            error = {"message": MESSAGES.get(status, said), "path": ["done"]}
            return 200, {"errors": [error], "data": {"done": None}}
        return 200, {"data": {"done": said}}

    def upsert(self, w: Any, i: Any) -> Said:
        if strange := set(w) - {*UNIQUE}:
            return 400, {"detail": f'Field "{min(strange)}" is not defined by type "UpsertContactWhere".'}
        status, done = self.ask(
            "POST", "contacts/records/upsert", body={"fields": snake(i["contact"]), "matchFields": list(w)}
        )
        return status, {"row": self.row(done)} if status == 200 else done

    def row(self, done: Any) -> Any:
        return camel(done["record"])

    def create(self, i: Any) -> Said:
        status, made = self.created("contacts", snake(i["contact"]))
        return status, {"row": camel(made)} if status == 201 else made

    def update(self, i: Any) -> Said:
        return self.by_id("PATCH", "updated", i["id"], {"fields": snake(i["contactPatch"])})

    def delete(self, i: Any) -> Said:
        _, before = self.ask("GET", f"contacts/records/{i['id']}")
        status, said = self.by_id("DELETE", "deleted", i["id"])
        return status, {"row": camel(before)} if status == 204 else said

    def by_id(self, method: str, done: str, ident: Any, body: Any = None) -> Said:
        status, record = self.ask(method, f"contacts/records/{ident}", body=body)
        if status == 404:
            return 400, f"No values were {done} in collection 'contacts' because no values were found."
        return status, {"row": camel(record)} if status == 200 else record

    def all(self, c: Any, first: int = 0, offset: int = 0) -> Said:
        if strange := [name for name in TEXTS if not isinstance(c.get(name, ""), str | None)]:
            return 400, {"detail": f"String cannot represent a non string value at {strange[0]}"}
        if "id" in c:
            status, record = self.ask("GET", f"contacts/records/{c['id']}")
            return (200, {"nodes": []}) if status == 404 else (status, {"nodes": [camel(record)]})
        query = {name: v if isinstance(v, str) else json.dumps(v) for name, v in snake(c).items() if v is not None}
        page = {name: size for name, size in (("_limit", first), ("_offset", offset)) if size}
        status, found = self.found("contacts", {**query, **page})
        return status, {"nodes": list(map(camel, found))} if status == 200 else found

    def wrong(self, status: int, message: str) -> Said:
        """An error of the request as a whole."""
        return status, {"errors": [{"message": message, "locations": [{"line": 1, "column": 1}]}]}


def camel(record: Any) -> Any:
    """The record with names in camel case. A bigint is a text."""
    texts = {name: None if record[name] is None else str(record[name]) for name in BIGINTS}
    return {re.sub(r"_(\w)", lambda m: m[1].upper(), name): value for name, value in {**record, **texts}.items()}


def snake(fields: Any) -> Any:
    """The fields with the names of the columns."""
    whole = {name: int(v) if name in BIGINTS and is_numeral(v) else v for name, v in fields.items()}
    return {re.sub(r"([A-Z])", lambda m: f"_{m[1].lower()}", name): value for name, value in whole.items()}


def is_numeral(value: Any) -> bool:
    return isinstance(value, str) and value.removeprefix("-").isdigit()


class NoRow(PostGraphile):
    """Answers an upsert without the row."""

    def row(self, done: Any) -> Any:
        return None


class Forgetful(PostGraphile):
    """Answers an upsert, and writes nothing of it."""

    def upsert(self, w: Any, i: Any) -> Said:
        status, found = self.all(w)
        return (200, {"row": found["nodes"][0]}) if status == 200 and found["nodes"] else super().upsert(w, i)
