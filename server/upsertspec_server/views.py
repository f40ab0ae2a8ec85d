"""The views, in a blueprint for each part of the API. Each checks in the order of the contract: 404, 403, the rest."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import flask
from flask import Blueprint, Response, g

from upsertspec_server import home
from upsertspec_server.errors import bad_request, not_found
from upsertspec_server.openapi import document
from upsertspec_server.request import Request
from upsertspec_server.schema import Table
from upsertspec_server.upsert import Outcome

if TYPE_CHECKING:
    from upsertspec_server.app import Server

Json = dict[str, Any]
current_app = cast("Server", flask.current_app)
request = cast(Request, flask.request)

records = Blueprint("records", __name__, url_prefix="/api/tables/<table>/records")
tables = Blueprint("tables", __name__, url_prefix="/api/tables/<table>")
transactions = Blueprint("transactions", __name__, url_prefix="/api/transactions")
meta = Blueprint("meta", __name__)
blueprints = (records, tables, transactions, meta)


@records.post("/upsert")
def upsert(table: str) -> Response:
    """Create or update a record, or a batch of records (CONTRACT 3.1)."""
    app: Server = flask.current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy looks it up each time
    found = app.enter(table, "create", "update")
    plan = app.validator.upsert(found, request.read_object())
    condition = app.conditions.read(request, is_about_one=not plan.batch)

    def write() -> Json | tuple[Json, dict[str, str]]:
        before = app.upserts.find_match(plan, plan.rows[0]) if condition else None
        outcomes = app.upserts.run(plan, g.role)
        app.conditions.check(condition, found, before)
        if plan.batch:
            return batch_body(outcomes)
        return outcomes[0].body(), app.conditions.header(found, outcomes[0].row)

    return app.idempotency.once(write)


def batch_body(outcomes: list[Outcome]) -> Json:
    """How many records were created, updated and ignored, and the outcomes in the order of the request."""
    operations = [outcome.operation for outcome in outcomes]
    counts = {name: operations.count(name) for name in ("created", "updated", "ignored")}
    return {**counts, "records": [outcome.body() for outcome in outcomes]}


@records.get("")
def list_records(table: str) -> Json:
    """A page of records: filtered, sorted, with chosen fields and nested children."""
    found = current_app.enter(table, "read")
    listing = current_app.queries.listing(found, request.args.items(multi=True))
    with current_app.store.snapshot():
        return current_app.queries.page(listing)


@records.post("")
def create(table: str) -> Response:
    """Create a record."""
    found = current_app.enter(table, "create")
    row = current_app.validator.fields(found, request.read_object())
    current_app.conditions.read(request, is_about_one=False)

    def write() -> tuple[Json, int, dict[str, str]]:
        outcome = current_app.records.create(found, row)
        body = outcome.body()
        path = f"/api/tables/{found.name}/records/{quote(str(body['id']), safe='')}"
        return (
            body["record"],
            HTTPStatus.CREATED,
            {"Location": path, **current_app.conditions.header(found, outcome.row)},
        )

    return current_app.idempotency.once(write)


@records.get("/<record_id>")
def read(table: str, record_id: str) -> tuple[Json | str, int, dict[str, str]]:
    """Read a record; 304 where the caller has it already. With nested records it has no tag: they may change alone."""
    found = current_app.enter(table, "read")
    queries = current_app.queries
    include = queries.reading(found, request.args.items(multi=True))
    condition = current_app.conditions.read(request)
    with current_app.store.snapshot():
        row = current_app.records.read(found, parse_id(found, record_id))
        headers = {} if include else current_app.conditions.header(found, row)
        if headers and current_app.conditions.is_known(condition, found, row):
            return "", HTTPStatus.NOT_MODIFIED, headers
        current_app.conditions.check(replace(condition, none_match=None) if include else condition, found, row)
        record = found.show(row)
        queries.nest_all(found, include, [record])
    return record, HTTPStatus.OK, headers


@records.patch("/<record_id>")
def update(table: str, record_id: str) -> tuple[Json, dict[str, str]]:
    """Change the given fields of a record."""
    found = current_app.enter(table, "update")
    row = current_app.validator.fields(found, request.read_object())
    condition = current_app.conditions.read(request)
    ident = parse_id(found, record_id)
    with current_app.store.transaction():
        before = current_app.store.get(found, ident) if condition else None
        outcome = current_app.records.update(found, ident, row)
        current_app.conditions.check(condition, found, before)
    return found.show(outcome.row or {}), current_app.conditions.header(found, outcome.row)


@records.delete("/<record_id>")
def delete(table: str, record_id: str) -> tuple[str, int]:
    """Delete a record and its children."""
    found = current_app.enter(table, "delete")
    condition = current_app.conditions.read(request)
    ident = parse_id(found, record_id)
    with current_app.store.transaction():
        before = current_app.store.get(found, ident) if condition else None
        current_app.records.delete(found, ident)
        current_app.conditions.check(condition, found, before)
    return "", HTTPStatus.NO_CONTENT


def parse_id(table: Table, text: str) -> Any:
    """The id in a path. Raises 404 for a text that cannot be an id of this table."""
    try:
        return table.id_type.parse(table.id_type.read(text))
    except ValueError:
        raise not_found() from None


def refuse_parameters() -> None:
    """Raises 400 for a parameter where the call has none."""
    if request.query_string:
        raise bad_request("This call has no parameters.")


@tables.get("")
def describe(table: str) -> Json:
    """The fields of a table, and its unique keys."""
    found = current_app.enter(table, "read")
    refuse_parameters()
    return found.describe()


@tables.get("/stats")
def stats(table: str) -> Json:
    """Counts and averages, by group."""
    found = current_app.enter(table, "read")
    grouping = current_app.queries.grouping(found, request.args.items(multi=True))
    with current_app.store.snapshot():
        return current_app.queries.groups(grouping)


@transactions.post("")
def transact() -> Response:
    """Several operations, all or nothing (CONTRACT 3.3)."""
    current_app.auth.require(g.role, "create", "update", "delete")
    operations = current_app.transactions.check(request.read_object(), g.role)
    current_app.conditions.read(request, is_about_one=False)

    def write() -> Json:
        outcomes = current_app.transactions.run(operations, g.role)
        done = zip(operations, outcomes, strict=True)
        return {"results": [{"op": operation["op"], **outcome.body()} for operation, outcome in done]}

    return current_app.idempotency.once(write)


@meta.get("/")
def page() -> Response:
    """The server, for people with a browser."""
    return home.page(current_app.schema, request.host_url)


@meta.get("/api/health")
def health() -> dict[str, str]:
    """Whether the server runs."""
    return {"status": "ok"}


@meta.get("/openapi.json")
def openapi() -> Json:
    """The OpenAPI document."""
    return document()
