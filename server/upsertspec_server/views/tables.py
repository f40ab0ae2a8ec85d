"""Tables: their description, and counts and averages of their records (CONTRACT 3.2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from upsertspec_server.views.common import current_app, refuse_parameters, request

bp = Blueprint("tables", __name__, url_prefix="/api/tables/<table>")


@bp.get("")
def describe(table: str) -> dict[str, Any]:
    """The fields of a table, and its unique keys."""
    found = current_app.enter(table, "read")
    refuse_parameters()
    return found.describe()


@bp.get("/stats")
def stats(table: str) -> dict[str, Any]:
    """Counts and averages, by group."""
    found = current_app.enter(table, "read")
    grouping = current_app.queries.grouping(found, request.args.items(multi=True))
    with current_app.store.snapshot():
        return current_app.queries.groups(grouping)
