"""Servers whose answers say little, or say it in another place: in a header, in a status in the body, per record."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar
from urllib.parse import unquote

from flask import g, request

from tests.dialects.facade import Facade, Said
from tests.kit import TOKENS
from upsertspec.spec.schema import tables
from upsertspec_catalogue import Entry

LITERAL = re.compile(r"(\w+)=('(?:[^']|'')*'|[^,]*)")
NO_RECORD = {"title": "no such record"}


class KeysInParentheses(Facade):
    """`PATCH /odata/contacts(email='ada@example.com')?api-version=4`: 204 and `OData-EntityId`, created or updated."""

    def answered(self, path: list[str]) -> Said:
        found = re.fullmatch(r"(\w+)(?:\((.*)\))?", unquote("/".join(path[1:])))
        if request.args.get("api-version") != "4" or found is None:
            return 400, {"title": "which version?"}
        table, inside = found[1], found[2]
        if inside is None:
            return self.named(table, self.ask("POST", f"{table}/records", body={"fields": self.sent()}))
        pairs = [(name, self.literal(text)) for name, text in LITERAL.findall(inside)]
        if not pairs:
            return self.record(table, inside)
        key = dict(pairs)
        if request.method == "PATCH":
            body = {"fields": {**self.sent(), **key}, "matchFields": [name for name, _ in pairs]}
            return self.named(table, self.upsert(table, body))
        status, records = self.found(table, key)
        return (status, records) if status != 200 else (200, records[0]) if records else (404, NO_RECORD)

    def named(self, table: str, done: Said) -> Said:
        """No body; the record's address in a header."""
        if done[0] not in (200, 201):
            return done
        g.headers["OData-EntityId"] = f"https://host/odata/{table}({done[1]['id']})"
        return 204, None

    def literal(self, text: str) -> Any:
        return text[1:-1].replace("''", "'") if text.startswith("'") else json.loads(text)


class GraphQL(Facade):
    """`POST /graphql`: always 200, with `data` or with `errors`."""

    codes: ClassVar = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT"}

    def answered(self, path: list[str]) -> Said:
        body = self.sent()
        name = re.search(r"\{ (\w+)", body["query"])
        assert name is not None
        status, found = getattr(self, f"do_{name[1]}")(**body["variables"])
        if status < 300:
            return 200, {"data": {name[1]: found}}
        extensions = {"extensions": {"code": self.codes[status]}} if status in self.codes else {}
        why = found.get("errors", [{}])[0]
        return 200, {"data": None, "errors": [{"message": found["title"], **extensions, "path": [why.get("index")]}]}

    def do_upsert(self, table: str, objects: list[Any], match: Any = None) -> Said:
        more = {} if match is None else {"matchFields": match}
        single = len(objects) == 1
        status, done = self.upsert(table, {**({"fields": objects[0]} if single else {"records": objects}), **more})
        return status, (done if status != 200 else [done] if single else done["records"])

    def do_find(self, table: str, where: list[dict[str, Any]]) -> Said:
        return self.found(table, {each["field"]: each["equals"] for each in where})

    def do_one(self, table: str, id: Any) -> Said:  # noqa: A002 - the name of its member
        status, found = self.ask("GET", f"{table}/records/{id}")
        return (200, None) if status == 404 else (status, found)


class StatusInBody(Facade):
    """`{"code": 200, "record": {"email": {"value": …}}}`. A header says what was done; in a batch each part does."""

    def __init__(self, entry: Entry | None = None) -> None:
        super().__init__(entry)
        self.tags: dict[str, str] = {}

    def answered(self, path: list[str]) -> Said:
        status, body = self.asked(path[0], path[1:])
        revision = {"revision": int(g.tag[:12], 16)} if g.tag else {}
        self.tags |= {str(each): g.tag for each in revision.values()}
        return 200, {"code": status, **revision, **(body if isinstance(body, dict) else {})}

    def caller(self) -> dict[str, str]:
        sent = self.sent() or {}
        asked = {"If-Match": request.args.get("if"), "If-None-Match": request.args.get("unless")}
        if "revision" in sent:
            asked["If-Match"] = f'"{sent["revision"]}"'
        tagged = {name: re.sub(r"\d+", self.tag_of, text) for name, text in asked.items() if text is not None}
        return super().caller() | tagged

    def tag_of(self, revision: re.Match[str]) -> str:
        """The reference's tag of a record of this revision."""
        return self.tags.get(revision[0], revision[0])

    def asked(self, table: str, rest: list[str]) -> Said:
        match rest, self.sent():
            case ["upsert"], sent:
                return self.merged(table, sent)
            case ["upsert", "batch"], sent:
                return self.merged_batch(table, sent)
            case [ident], {"record": record} if request.method == "MERGE":
                done = self.ask("PATCH", f"{table}/records/{ident}", body={"fields": plain(record)})
                return wrapped_in("record", done)
            case [], {"record": record}:
                status, made = self.ask("POST", f"{table}/records", body={"fields": plain(record)})
                return wrapped_in("record", (200 if status == 201 else status, made))
            case [ident], _:
                return wrapped_in("record", self.record(table, ident))
            case _:
                status, found = self.found(table, json.loads(request.args["match"]))
                return status, {"records": list(map(wrapped, found))} if status == 200 else found

    def merged(self, table: str, sent: Any) -> Said:
        ignores = {"onConflict": "ignore"} if sent.get("keep") else {}
        match = {"matchFields": [sent["key"]["field"]]}
        status, done = self.upsert(table, {"fields": fields_of(sent), **match, **ignores})
        if status != 200 or done["operation"] == "ignored":
            return status, done if status != 200 else {}
        g.headers["X-Result"] = {"created": "inserted", "updated": "merged"}[done["operation"]]
        return 200, {"record": wrapped(done["record"])}

    def merged_batch(self, table: str, sent: Any) -> Said:
        match = {"matchFields": [each["key"]["field"] for each in sent["records"]][:1]}
        status, done = self.upsert(table, {"records": list(map(fields_of, sent["records"])), **match})
        bad = {error.get("index") for error in done.get("errors", ())}
        if status == 400 and bad - {None}:
            return 200, {"results": [{"code": 400 if at in bad else 200} for at in range(len(sent["records"]))]}
        if status != 200:
            return status, done
        each = [(part["operation"] == "created", wrapped(part["record"])) for part in done["records"]]
        return 200, {"results": [{"code": 200, "new": is_new, "record": record} for is_new, record in each]}


def fields_of(sent: Any) -> dict[str, Any]:
    key = {sent["key"]["field"]: sent["key"]["value"]} if "value" in sent["key"] else {}
    return {**plain(sent["record"]), **key}


def wrapped_in(member: str, done: Said) -> Said:
    return done[0], {member: wrapped(done[1])} if done[0] == 200 else done[1]


def wrapped(record: Any) -> Any:
    return {name: {"value": value} for name, value in record.items()}


def plain(record: Any) -> Any:
    return {name: each["value"] for name, each in record.items()}


class Positional(Facade):
    """`{"columns": ["id", "email"], "row": [7, "ada@example.com"]}`."""

    def answered(self, path: list[str]) -> Said:
        table, rest = path[0], path[1:]
        if rest:
            status, found = self.record(table, rest[0])
            return status, found
        if request.method == "GET":
            return self.found(table, dict(request.args))
        body = self.sent()
        match = {"matchFields": body["on"]} if "on" in body else {}
        status, done = self.upsert(table, {"fields": body["row"], **match})
        if status != 200:
            return status, done
        columns = list(done["record"])
        return 201 if done["operation"] == "created" else 200, {
            "columns": columns,
            "row": [done["record"][name] for name in columns],
        }


class Constraint(Facade):
    """`{"constraint": "contacts_email", "columns": […], "update": […], "row": {…}}`, answered with a `Location`."""

    def answered(self, path: list[str]) -> Said:
        if request.args.get("api-version") != "3" or request.headers.get("X-Tenant") != "acme":
            return 400, {"title": "which version, and whose data?"}
        match path:
            case ["login"]:
                sent = self.sent()
                known = TOKENS[sent["user"]] == sent["password"]
                return (200, {"data": {"token": sent["password"]}}) if known else (401, None)
            case [table, "upsert"]:
                return self.merged(table, self.sent())
            case [table, "columns"]:
                status, said = self.ask("GET", table)
                shown = {"columns": said["fields"], "constraints": said["unique_keys"]} if status == 200 else said
                return status, shown
            case [table, ident]:
                status, found = self.record(table, ident)
                return status, {**found, "id": str(found["id"])} if status == 200 else found
            case [table]:
                return self.rows(table)
        return 404, None

    def merged(self, table: str, sent: Any) -> Said:
        named = sent.get("constraint")
        match = {} if named is None else {"matchFields": columns_of(table, named.removeprefix(f"{table}_"))}
        if set(sent["update"]) != set(sent["columns"]) - set(match.get("matchFields", ())):
            return 400, {"title": "which columns?"}
        status, done = self.upsert(table, {"fields": sent["row"], **match})
        if status != 200:
            return status, done
        g.headers["Location"] = f"/{table}/{done['id']}"
        return (201 if done["operation"] == "created" else 200), None

    def rows(self, table: str) -> Said:
        where = {name: each["eq"] for name, each in json.loads(request.args.get("where", "{}")).items()}
        page = {f"_{ours}": request.args[each] for ours, each in PAGE.items() if each in request.args}
        status, found = self.found(table, {**where, **page})
        if status != 200:
            return status, found
        if not found:
            return 410, {"title": "no such rows"}
        shown = request.args.getlist("select")
        return 200, {
            "count": len(found),
            "rows": [{name: {**row, "id": str(row["id"])}[name] for name in shown} for row in found],
        }


PAGE = {"limit": "first", "offset": "skip"}


def columns_of(table: str, joined: str) -> list[str]:
    """The columns whose names a constraint's name is made of, and what else is in it."""
    fields = tables()[table].fields if table in tables() else ()
    known = [*sorted(fields, key=len, reverse=True), r"[^_]\w*?"]
    return re.findall("|".join(f"{name}(?=_|$)" for name in known), joined)
