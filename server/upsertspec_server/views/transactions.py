"""Transactions (CONTRACT 3.3)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from upsertspec_server.views.common import current_app, request

bp = Blueprint("transactions", __name__, url_prefix="/api/transactions")


@bp.post("")
def transact() -> dict[str, Any]:
    """Several operations, all or nothing."""
    current_app.auth.require(g.role, "create", "update", "delete")
    operations = current_app.transactions.check(request.read_object(), g.role)
    with current_app.store.transaction():
        outcomes = current_app.transactions.run(operations, g.role)
    done = zip(operations, outcomes, strict=True)
    return {"results": [{"op": operation["op"], **outcome.body()} for operation, outcome in done]}
