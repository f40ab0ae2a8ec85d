"""A products API in front of a server of a catalogue: another shape and another schema, with the server's behaviour.

`PUT /api/products/by-sku/{sku}` becomes an upsert of a contact by email, and so on; `products.toml` is the target file
by which it is judged. No mistake of the server may be lost here, and none added. So nothing is checked, and names,
options and statuses are exchanged one to one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request

from upsertspec_catalogue.entries import Entry
from upsertspec_server.app import Server
from upsertspec_server.schema import Schema

TARGET_FILE = Path(__file__).with_name("products.toml")

FIELDS = {
    "sku": "email",
    "title": "name",
    "category": "status",
    "stock": "age",
    "barcode": "phone",
    "discontinued": "vip",
    "available_from": "birthday",
    "description": "notes",
}
CATEGORIES = {"tools": "active", "toys": "inactive", "books": "pending"}
STATUSES = {400: 422, 422: 409}
"""422 is right here for what is invalid, so that of a server becomes 409, which is as right or as wrong elsewhere."""
CREATED = {200: 201, 201: 200}
IGNORED = {200: 208, 208: 200}
"""Statuses of the server and of the products API: a wrong status stays a wrong one."""
PASSED_ON = ("Location", "Retry-After", "WWW-Authenticate")

Said = tuple[int, Any, Mapping[str, str]]
"""The status of an answer, its body as it was in JSON, and its headers."""


class Priced(Server):
    """The server with a price, which no scenario knows, in its contacts."""

    def load_schema(self) -> Schema:
        """The schema with a required price."""
        schema = super().load_schema()
        price = self.field_class("price", self.field_types["decimal"], required=True)
        schema.tables["contacts"].fields["price"] = price
        return schema


class Products(Flask):
    """The products API in front of a server."""

    def __init__(self, entry: Entry, tokens: Mapping[str, str]) -> None:
        """`tokens` maps a role to its API key. Raises StartError."""
        super().__init__("products", static_folder=None)
        self.server = entry.create_app({"TOKENS": tokens}, Priced)
        contacts = entry.tables.get("contacts", "contacts")
        self.tables = {"products": contacts, "product": "contact"}
        named = entry.fields.get("contacts", {})
        fields = {name: named.get(other, other) for name, other in FIELDS.items()}
        self.key = fields["sku"]
        self.theirs = Exchange(fields, "category", CATEGORIES)
        self.ours = self.theirs.reversed()
        self.url_map.merge_slashes = False
        self.add_url_rule("/api/<table>/by-sku/<path:sku>", "upsert", self.upsert_one, methods=["PUT"])
        self.add_url_rule("/api/<table>/batch", "batch", self.upsert_batch, methods=["POST"])
        self.add_url_rule("/api/<table>", "find", self.find, methods=["GET"])
        self.add_url_rule("/api/<table>/<ident>", "record", self.record, methods=["GET", "DELETE"])

    def close(self) -> None:
        """Close the server."""
        self.server.close()

    def upsert_one(self, table: str, sku: str) -> Response:
        """Create or update the product with this sku; with `on_match=ignore`, create it or leave it as it is."""
        fields = asked()
        if isinstance(fields, dict):
            fields = {**self.theirs(fields), self.key: sku}
        status, body, headers = self.upsert(table, {"fields": fields})
        operation = body.get("operation") if isinstance(body, dict) else None
        if operation == "created":
            status = CREATED.get(status, status)
        elif operation == "ignored":
            status = IGNORED.get(status, status)
        return answered(status, self.record_of(body), headers)

    def upsert_batch(self, table: str) -> Response:
        """Create or update several products: `{"products": [...]}`."""
        body = asked()
        listed = body.get("products") if isinstance(body, dict) else body
        records = [self.theirs(each) for each in listed] if isinstance(listed, list) else listed
        status, done, headers = self.upsert(table, {"records": records})
        if isinstance(done, dict) and isinstance(done.get("records"), list):
            items = [{"result": each.get("operation"), "product": self.record_of(each)} for each in done.pop("records")]
            done = {**done, "items": items}
        return answered(status, done, headers)

    def find(self, table: str) -> Response:
        """The products that have these values, at most `limit`."""
        values = dict(request.args)
        limit = {"_limit": values.pop("limit")} if "limit" in values else {}
        status, body, headers = self.ask("GET", table, "", {**self.theirs(values), **limit})
        listed = body.get("records") if isinstance(body, dict) else None
        return answered(status, [self.ours(each) for each in listed] if isinstance(listed, list) else body, headers)

    def record(self, table: str, ident: str) -> Response:
        """Read or delete a product by its id."""
        status, body, headers = self.ask(request.method, table, f"/{quote(ident, safe='')}")
        return answered(status, self.ours(body), headers)

    def record_of(self, body: Any) -> Any:
        """The product in the answer to an upsert; the whole answer where it has none."""
        if not isinstance(body, dict) or not {"operation", "record"} & set(body):
            return body
        record = self.ours(body.get("record"))
        return {**record, "id": body["id"]} if isinstance(record, dict) and "id" in body else record

    def upsert(self, table: str, body: dict[str, Any]) -> Said:
        """Upsert by the sku."""
        extra = {"onConflict": request.args["on_match"]} if "on_match" in request.args else {}
        return self.ask("POST", table, "/upsert", body={**body, "matchFields": [self.key], **extra})

    def ask(self, method: str, table: str, path: str, query: Mapping[str, str] | None = None, body: Any = None) -> Said:
        """Ask the server as the same client; gives the status, the body and the headers that are passed on."""
        key = request.headers.get("X-API-Key")
        sent: dict[str, Any] = {} if body is None else {"data": json.dumps(body), "content_type": request.content_type}
        name = self.tables.get(table, f"no_{table}" if table in self.tables.values() else table)
        got = self.server.test_client().open(
            f"/api/tables/{quote(name, safe='')}/records{path}",
            method=method,
            query_string=dict(query or {}),
            headers={} if key is None else {"Authorization": f"Bearer {key}"},
            environ_base={name: request.environ.get(name, "") for name in ("REMOTE_ADDR", "REMOTE_PORT")},
            **sent,
        )
        headers = {name: got.headers[name] for name in PASSED_ON if name in got.headers}
        try:
            answer = json.loads(got.data) if got.data else None
        except ValueError:
            answer = got.get_data(as_text=True)
        return got.status_code, answer, headers


def asked() -> Any:
    """The body that came; null where it is no JSON."""
    return request.get_json(force=True, silent=True)


def answered(status: int, body: Any, headers: Mapping[str, str]) -> Response:
    """An answer of the products API."""
    content = "" if body is None else json.dumps(body)
    return Response(content, STATUSES.get(status, status), headers, content_type="application/json")


class Exchange:
    """Exchanges the names of fields, and the options of one of them, for those of the other side."""

    def __init__(self, names: Mapping[str, str], option_field: str, options: Mapping[str, str]) -> None:
        self.names = names
        self.option_field = option_field
        self.options = options

    def reversed(self) -> Exchange:
        """The way back."""
        names = {other: name for name, other in self.names.items()}
        return Exchange(names, self.names[self.option_field], {other: o for o, other in self.options.items()})

    def __call__(self, fields: Any) -> Any:
        """The fields as the other side has them; what is no object is left as it is.

        A name or an option that only the other side has is made one that it has not.
        """
        if not isinstance(fields, dict):
            return fields
        made = {}
        for name, value in fields.items():
            other = self.names.get(name, f"no_{name}" if name in self.names.values() else name)
            is_option = isinstance(value, str) and name == self.option_field
            made[other] = option(value, self.options) if is_option else value
        return made


def option(text: str, options: Mapping[str, str]) -> str:
    """The option of the other side. What is nearly an option is nearly that one: in case, white space or length."""
    for name, other in options.items():
        if text.strip() == name:
            return text.replace(name, other)
        if text.lower() == name:
            return other.upper()
        if text and name.startswith(text):
            return other[: len(text)]
    return f"no-{text}" if text in options.values() else text
