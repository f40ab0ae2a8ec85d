"""The application factory, the application, and how it answers errors."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Config, Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from upsertspec_server import config as defaults
from upsertspec_server import database
from upsertspec_server.auth import Auth
from upsertspec_server.conditions import Conditions
from upsertspec_server.errors import CONTENT_TYPE, LOG, Problem, StartError, database_problem
from upsertspec_server.fields import TYPES, FieldType
from upsertspec_server.idempotency import Idempotency
from upsertspec_server.jsontext import StrictJSON
from upsertspec_server.queries import Queries
from upsertspec_server.records import Records
from upsertspec_server.request import Request
from upsertspec_server.schema import Field, Role, Schema, Table, build_schema, schema_path
from upsertspec_server.store import Store
from upsertspec_server.transactions import Transactions
from upsertspec_server.upsert import Upserts
from upsertspec_server.validation import Validator
from upsertspec_server.views import blueprints


class Server(Flask):
    """The application. What it is made of are classes, which a subclass can replace as it can Flask's `request_class`.

    Each is made with the application as its argument, and kept under the name of its attribute without `_class`.
    """

    request_class = Request
    json_provider_class = StrictJSON
    auth_class: type[Auth] = Auth
    store_class: type[Store] = Store
    validator_class: type[Validator] = Validator
    records_class: type[Records] = Records
    upserts_class: type[Upserts] = Upserts
    transactions_class: type[Transactions] = Transactions
    queries_class: type[Queries] = Queries
    conditions_class: type[Conditions] = Conditions
    idempotency_class: type[Idempotency] = Idempotency
    schema_class: type[Schema] = Schema
    field_class: type[Field] = Field
    field_types: Mapping[str, FieldType] = TYPES

    temporary: tempfile.TemporaryDirectory[str] | None = None

    def setup(self) -> None:
        """Open the database, and build the parts. Raises StartError where the file cannot be used."""
        self.schema = self.load_schema()
        if self.config["DATABASE"] is None and self.config["ENVIRONMENT"] == "production":
            raise StartError("Production needs a database that stays. Name one with --database.")
        if self.config["DATABASE"] is None:
            self.temporary = temporary_folder()
            self.config["DATABASE"] = Path(self.temporary.name) / "records.db"
            self.config["DURABLE"] = False
        try:
            database.prepare(Path(self.config["DATABASE"]), self.schema, self.config["BUSY_SECONDS"])
        except BaseException:
            self.remove_temporary()
            raise
        self.auth = self.auth_class(self)
        self.store = self.store_class(self)
        self.validator = self.validator_class(self)
        self.records = self.records_class(self)
        self.upserts = self.upserts_class(self)
        self.transactions = self.transactions_class(self)
        self.queries = self.queries_class(self)
        self.conditions = self.conditions_class(self)
        self.idempotency = self.idempotency_class(self)

    def load_schema(self) -> Schema:
        """The tables and roles of `schema.toml`."""
        source = tomllib.loads(schema_path().read_text(encoding="utf-8"))
        return build_schema(source, self.field_types, self.field_class, self.schema_class)

    def close(self) -> None:
        """Close the connections, and remove a temporary database."""
        self.store.close()
        self.remove_temporary()

    def remove_temporary(self) -> None:
        """Remove the temporary database, if there is one."""
        if self.temporary is not None:
            self.temporary.cleanup()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: no view is a coroutine, and to look at each takes longer than some of them."""
        return func

    def authenticate(self) -> None:
        """Before each request: 401 for every path under /api, whether it exists or not, but for /api/health."""
        if self.is_protected(request.path):
            g.role = self.auth.identify(request.headers.get("Authorization"))
            self.store.require_file()

    def body_limit(self, environ: dict[str, Any]) -> int:
        """How many bytes of the body are worth reading, by the head of the request; none of a stranger's."""
        with self.request_context(environ):
            try:
                self.authenticate()
            except Exception:
                return 0  # the view will fail in the same way
            return sys.maxsize if request.max_content_length is None else request.max_content_length

    def secure(self, response: Response) -> Response:
        """The answer, with headers that keep browsers and caches from doing more with it than they should."""
        response.headers["X-Content-Type-Options"] = "nosniff"
        if self.is_protected(request.path):
            response.headers["Cache-Control"] = "no-store"
        return response

    def is_protected(self, path: str) -> bool:
        """Whether a path needs credentials."""
        return (path == "/api" or path.startswith("/api/")) and path != "/api/health"

    def enter(self, name: str, *actions: str) -> Table:
        """The table that a path names. Raises 404, then 403 where the caller may do none of the actions."""
        table = self.schema.find(name)
        role: Role = g.role
        self.auth.require(role, *actions)
        self.auth.require_table(role, table)
        return table


def create_app(config: Mapping[str, Any] | None = None, server_class: type[Server] = Server) -> Server:
    """An application with these settings (see `config`). Raises StartError where the database cannot be used."""
    app = server_class("upsertspec_server", static_folder=None)
    app.config.from_object(defaults)
    given = Config(app.root_path)
    given.from_prefixed_env(defaults.VARIABLES)
    given.from_mapping(config)
    app.config.from_mapping(defaults.settings_of(given.get("ENVIRONMENT", defaults.ENVIRONMENT)))
    app.config.from_mapping(given)
    if app.config["PROXIES"]:
        number = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)  # type: ignore[method-assign]  # as its docs say
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.before_request(app.authenticate)
    app.after_request(app.secure)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(sqlite3.Error, lambda error: problem_response(database_problem(error)))
    app.register_error_handler(Exception, internal_error)
    app.setup()
    return app


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that lives as long as the server. Raises StartError."""
    try:
        return tempfile.TemporaryDirectory(prefix="upsertspec-")
    except OSError as error:
        raise StartError(
            f"Can't make a temporary folder: {error.strerror}. Name one that can be written in TMPDIR, or a --database."
        ) from None


def problem_response(problem: Problem) -> Response:
    """A problem, as application/problem+json."""
    response = Response(current_app.json.dumps(problem.body()), problem.status, problem.headers)
    response.content_type = CONTENT_TYPE
    return response


def http_error(error: HTTPException) -> Response:
    """What Flask refuses by itself, such as a path or a method that does not exist."""
    allow = {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem_response(Problem(error.code or 500, error.description or error.name, headers=allow))


def internal_error(error: Exception) -> Response:
    """500, with the cause in the log only."""
    LOG.error("A request failed.", exc_info=error)
    return problem_response(Problem(500, "The server failed. Nothing was written."))
