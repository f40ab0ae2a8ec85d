"""The calls of the API: each takes the checks in the order that the contract gives, and answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import g, request

from upsertspec_server.errors import bad_request, not_found
from upsertspec_server.openapi import document
from upsertspec_server.responses import respond

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response

    from upsertspec_server.answers import Answer, Answers
    from upsertspec_server.auth import Auth
    from upsertspec_server.body import Body
    from upsertspec_server.operations import Operations
    from upsertspec_server.query import Query
    from upsertspec_server.reader import Reader
    from upsertspec_server.schema import Role, Table
    from upsertspec_server.store import Store
    from upsertspec_server.transactions import Transactions
    from upsertspec_server.validation import Validator

_INTEGER_ID = re.compile(r"[1-9][0-9]{0,18}")


class Api:
    """One method a call. They run within a Flask request."""

    def __init__(
        self,
        *,
        auth: Auth,
        body: Body,
        validator: Validator,
        store: Store,
        operations: Operations,
        transactions: Transactions,
        query: Query,
        reader: Reader,
        answers: Answers,
    ) -> None:
        self.auth = auth
        self.body = body
        self.validator = validator
        self.store = store
        self.operations = operations
        self.transactions = transactions
        self.query = query
        self.reader = reader
        self.answers = answers

    def calls(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        """Method, path and handler of every call."""
        records = "/api/tables/<table>/records"
        return [
            ("GET", "/api/health", self.health),
            ("GET", "/openapi.json", self.openapi),
            ("GET", "/api/tables/<table>", self.describe),
            ("GET", "/api/tables/<table>/stats", self.stats),
            ("GET", records, self.list_records),
            ("POST", records, self.create),
            ("POST", f"{records}/upsert", self.upsert),
            ("GET", f"{records}/<record_id>", self.read),
            ("PATCH", f"{records}/<record_id>", self.update),
            ("DELETE", f"{records}/<record_id>", self.delete),
            ("POST", "/api/transactions", self.transact),
        ]

    def register(self, app: Flask) -> None:
        """Add the calls to a Flask application."""
        app.before_request(self.authenticate)
        for method, path, handler in self.calls():
            app.add_url_rule(path, f"{method} {path}", self.view(handler), methods=[method])

    def view(self, handler: Callable[..., Answer]) -> Callable[..., Response]:
        """A handler as Flask calls it."""

        def call(**path: str) -> Response:
            return respond(handler(**path))

        return call

    def authenticate(self) -> None:
        """Before all else: 401 for every path under /api, whether it exists or not; 503 where the storage is gone."""
        if self.is_protected(request.path):
            g.role = self.auth.identify(request.headers.get("Authorization"))
            self.store.require_file()

    def is_protected(self, path: str) -> bool:
        """Whether a path asks for credentials."""
        return (path == "/api" or path.startswith("/api/")) and path != "/api/health"

    def enter(self, table: str, *actions: str) -> tuple[Role, Table]:
        """The caller and the table. Raises 404 for the table, then 403 where the role could do no part."""
        role: Role = g.role
        found = self.operations.find_table(table)
        self.auth.require(role, *actions)
        return role, found

    def read_body(self) -> dict[str, Any]:
        """The object in the body. Raises 413, 415, 400."""
        self.body.check_size(request.content_length or 0)
        self.body.check_type(request.mimetype)
        return self.body.parse(request.get_data(cache=False))

    def upsert(self, table: str) -> Answer:
        """POST /api/tables/{table}/records/upsert."""
        role, found = self.enter(table, "create", "update")
        plan = self.validator.upsert(found, self.read_body())
        with self.store.transaction():
            outcomes = self.operations.upsert(plan, role)
        return self.answers.batch(outcomes) if plan.batch else self.answers.upserted(outcomes[0])

    def transact(self) -> Answer:
        """POST /api/transactions."""
        role: Role = g.role
        self.auth.require(role, "create", "update", "delete")
        operations = self.transactions.check(self.read_body(), role)
        with self.store.transaction():
            outcomes = self.transactions.run(operations, role)
        return self.answers.transaction(operations, outcomes)

    def create(self, table: str) -> Answer:
        """POST /api/tables/{table}/records."""
        _, found = self.enter(table, "create")
        row = self.validator.fields(found, self.read_body())
        with self.store.transaction():
            outcome = self.operations.create(found, row)
        return self.answers.created(outcome)

    def read(self, table: str, record_id: str) -> Answer:
        """GET /api/tables/{table}/records/{id}."""
        _, found = self.enter(table, "read")
        self.refuse_parameters()
        return self.answers.found(found, self.operations.read(found, self.record_id(found, record_id)))

    def update(self, table: str, record_id: str) -> Answer:
        """PATCH /api/tables/{table}/records/{id}."""
        _, found = self.enter(table, "update")
        row = self.validator.fields(found, self.read_body())
        with self.store.transaction():
            outcome = self.operations.update(found, self.record_id(found, record_id), row)
        return self.answers.updated(outcome)

    def delete(self, table: str, record_id: str) -> Answer:
        """DELETE /api/tables/{table}/records/{id}."""
        _, found = self.enter(table, "delete")
        with self.store.transaction():
            self.operations.delete(found, self.record_id(found, record_id))
        return self.answers.deleted()

    def list_records(self, table: str) -> Answer:
        """GET /api/tables/{table}/records."""
        _, found = self.enter(table, "read")
        listing = self.query.listing(found, request.args.items(multi=True))
        with self.store.snapshot():
            return self.answers.listed(self.reader.page(listing))

    def stats(self, table: str) -> Answer:
        """GET /api/tables/{table}/stats."""
        _, found = self.enter(table, "read")
        grouping = self.query.grouping(found, request.args.items(multi=True))
        with self.store.snapshot():
            return self.answers.listed(self.reader.groups(grouping))

    def describe(self, table: str) -> Answer:
        """GET /api/tables/{table}."""
        _, found = self.enter(table, "read")
        self.refuse_parameters()
        return self.answers.described(found)

    def health(self) -> Answer:
        """GET /api/health."""
        return self.answers.listed({"status": "ok"})

    def openapi(self) -> Answer:
        """GET /openapi.json."""
        return self.answers.listed(document())

    def record_id(self, table: Table, text: str) -> Any:
        """The id in a path. One that is no id of this table names no record: 404."""
        if table.uuid:
            return text.lower()
        if not _INTEGER_ID.fullmatch(text) or int(text) >= 2**63:
            raise not_found("There is no such record.")
        return int(text)

    def refuse_parameters(self) -> None:
        """Raises 400 for a parameter where the call has none."""
        if request.query_string:
            raise bad_request("This call has no parameters.")
