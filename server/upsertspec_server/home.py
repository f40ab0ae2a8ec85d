"""The page at `/`: the calls of the OpenAPI document and the tables of the schema, for someone with a browser.

It is the same for every caller. It shows what is published anyway (the calls, and the tables and roles of the schema
file), and nothing of what is stored: no record, no count, no token.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, render_template, request

from upsertspec_server.home_calls import calls, shapes, upsert_line
from upsertspec_server.openapi import document

if TYPE_CHECKING:
    from flask import Flask

    from upsertspec_server.schema import Schema

STYLE = (Path(__file__).parent / "templates" / "home.css").read_text("utf-8")


def register(app: Flask, schema: Schema) -> None:
    """Add the page to an application."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule("/", "home", lambda: page(schema), methods=["GET"])


def page(schema: Schema) -> Response:
    """The page. It runs no script and loads nothing: its own policy forbids both."""
    described, table = document(), next(iter(schema.tables))
    html = render_template(
        "home.html",
        info=described["info"],
        calls=calls(described, request.host_url, table),
        shapes=shapes(described),
        try_it=upsert_line(described, request.host_url, table),
        schema=schema,
        style=STYLE,
    )
    return Response(html, headers=headers(), content_type="text/html; charset=utf-8")


def headers() -> dict[str, str]:
    """What a browser is told of the page: its one style sheet is known by its hash, and nothing else may be loaded."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    nothing = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; {nothing}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
