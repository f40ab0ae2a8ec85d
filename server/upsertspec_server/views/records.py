"""Upsert, and the records of a table (CONTRACT 3.1, 3.2)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Blueprint, g

from upsertspec_server.upsert import Outcome
from upsertspec_server.views.common import current_app, parse_id, refuse_parameters, request

bp = Blueprint("records", __name__, url_prefix="/api/tables/<table>/records")
Json = dict[str, Any]


@bp.post("/upsert")
def upsert(table: str) -> Json:
    """Create or update a record, or a batch of records."""
    found = current_app.enter(table, "create", "update")
    plan = current_app.validator.upsert(found, request.read_object())
    with current_app.store.transaction():
        outcomes = current_app.upserts.run(plan, g.role)
    return batch_body(outcomes) if plan.batch else outcomes[0].body()


def batch_body(outcomes: list[Outcome]) -> Json:
    """How many records were created, updated and ignored, and the outcomes in the order of the request."""
    operations = [outcome.operation for outcome in outcomes]
    counts = {name: operations.count(name) for name in ("created", "updated", "ignored")}
    return {**counts, "records": [outcome.body() for outcome in outcomes]}


@bp.get("")
def list_records(table: str) -> Json:
    """A page of records: filtered, sorted, with chosen fields and nested children."""
    found = current_app.enter(table, "read")
    listing = current_app.queries.listing(found, request.args.items(multi=True))
    with current_app.store.snapshot():
        return current_app.queries.page(listing)


@bp.post("")
def create(table: str) -> tuple[Json, int, dict[str, str]]:
    """Create a record."""
    found = current_app.enter(table, "create")
    row = current_app.validator.fields(found, request.read_object())
    with current_app.store.transaction():
        body = current_app.records.create(found, row).body()
    path = f"/api/tables/{found.name}/records/{quote(str(body['id']), safe='')}"
    return body["record"], HTTPStatus.CREATED, {"Location": path}


@bp.get("/<record_id>")
def read(table: str, record_id: str) -> Json:
    """Read a record."""
    found = current_app.enter(table, "read")
    refuse_parameters()
    return found.show(current_app.records.read(found, parse_id(found, record_id)))


@bp.patch("/<record_id>")
def update(table: str, record_id: str) -> Json:
    """Change the given fields of a record."""
    found = current_app.enter(table, "update")
    row = current_app.validator.fields(found, request.read_object())
    with current_app.store.transaction():
        outcome = current_app.records.update(found, parse_id(found, record_id), row)
    return found.show(outcome.row or {})


@bp.delete("/<record_id>")
def delete(table: str, record_id: str) -> tuple[str, int]:
    """Delete a record and its children."""
    found = current_app.enter(table, "delete")
    with current_app.store.transaction():
        current_app.records.delete(found, parse_id(found, record_id))
    return "", HTTPStatus.NO_CONTENT
