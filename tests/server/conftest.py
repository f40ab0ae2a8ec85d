"""An application on a temporary database, and callers of each role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import TestResponse

from upsertspec_server import Server, create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TOKENS = {role: f"{role}-token" for role in ("editor", "creator", "updater", "viewer", "north", "south")}
Call = Callable[..., TestResponse]


@pytest.fixture
def app() -> Iterator[Server]:
    application = create_app({"TOKENS": TOKENS})
    yield application
    application.close()


@pytest.fixture
def client(app: Server) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def call(client: FlaskClient) -> Call:
    """`call("POST", path, body, role="viewer")`; the role is editor where none is given, None for no credentials."""

    def send(method: str, path: str, body: Any = None, role: str | None = "editor", **kwargs: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {TOKENS[role]}"} if role else {}
        if body is not None:
            kwargs |= {"data": json.dumps(body), "content_type": "application/json"}
        return client.open(path, method=method, headers=headers, **kwargs)

    return send


@pytest.fixture
def upsert(call: Call) -> Call:
    """`upsert("contacts", {"email": …}, ["email"], onConflict="ignore")`."""

    def send(table: str, fields: Any, match: Any, role: str | None = "editor", **members: Any) -> TestResponse:
        what = "records" if isinstance(fields, list) else "fields"
        body = {what: fields, "matchFields": match, **members}
        return call("POST", f"/api/tables/{table}/records/upsert", body, role)

    return send


@pytest.fixture
def contacts(call: Call) -> Callable[[], list[dict[str, Any]]]:
    """All stored contacts."""
    return lambda: call("GET", "/api/tables/contacts/records?_limit=1000").get_json()["records"]
