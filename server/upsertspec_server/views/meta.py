"""What anybody may see: health, the OpenAPI document, and the page at `/`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from upsertspec_server import home
from upsertspec_server.openapi import document
from upsertspec_server.views.common import current_app, request

bp = Blueprint("meta", __name__, template_folder="../templates")


@bp.get("/")
def page() -> Response:
    """The server, for people with a browser."""
    return home.page(current_app.schema, request.host_url)


@bp.get("/api/health")
def health() -> dict[str, str]:
    """Whether the server runs."""
    return {"status": "ok"}


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """The OpenAPI document."""
    return document()
