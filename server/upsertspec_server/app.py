"""The application: builds the parts, joins them, and answers errors."""

from __future__ import annotations

import logging
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import HTTPException

from upsertspec_server import database as database_file
from upsertspec_server import home
from upsertspec_server.answers import Answers
from upsertspec_server.api import Api
from upsertspec_server.auth import Auth
from upsertspec_server.body import Body
from upsertspec_server.connections import Connections
from upsertspec_server.errors import Problem, StartError
from upsertspec_server.filters import Filters
from upsertspec_server.operations import Operations
from upsertspec_server.query import Query
from upsertspec_server.reader import Reader
from upsertspec_server.refusals import store_problem
from upsertspec_server.responses import respond
from upsertspec_server.statements import Statements
from upsertspec_server.store import Store
from upsertspec_server.transactions import Transactions
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from upsertspec_server.schema import Schema

LOG = logging.getLogger("upsertspec_server")


@dataclass(frozen=True)
class Parts:
    """The classes that an application is made of. Give a subclass to change one decision."""

    auth: type[Auth] = Auth
    body: type[Body] = Body
    values: type[Values] = Values
    validator: type[Validator] = Validator
    connections: type[Connections] = Connections
    statements: type[Statements] = Statements
    store: type[Store] = Store
    operations: type[Operations] = Operations
    transactions: type[Transactions] = Transactions
    filters: type[Filters] = Filters
    query: type[Query] = Query
    reader: type[Reader] = Reader
    answers: type[Answers] = Answers
    api: type[Api] = Api


class Application(Flask):
    """A Flask application that owns its database connections."""

    def __init__(self, connections: Connections, folder: tempfile.TemporaryDirectory[str] | None) -> None:
        super().__init__("upsertspec_server", static_folder=None)
        self.connections = connections
        self.folder = folder
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.url_map.merge_slashes = False

    def close(self) -> None:
        """Close the connections, and remove a temporary database."""
        self.connections.close()
        if self.folder is not None:
            self.folder.cleanup()


def create_app(
    schema: Schema, tokens: Mapping[str, str], database: Path | None = None, parts: Parts | None = None
) -> Application:
    """An application on a database file, or on a temporary one that `close` removes.

    `tokens` maps the name of a role to its token. Raises StartError where the file can't be used.
    """
    folder = temporary_folder() if database is None else None
    path = database if folder is None else Path(folder.name) / "records.db"
    assert path is not None
    try:
        database_file.prepare(path, schema)
    except BaseException:
        if folder is not None:
            folder.cleanup()
        raise
    parts = parts or Parts()
    connections = parts.connections(path, "NORMAL" if folder else "FULL")
    app = Application(connections, folder)
    api = assemble(schema, tokens, connections, parts)
    api.register(app)
    home.register(app, schema)
    register_errors(app, api.answers)
    return app


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for the time that the server runs. Raises StartError."""
    try:
        return tempfile.TemporaryDirectory(prefix="upsertspec-")
    except OSError as error:
        raise StartError(
            f"Can't make a temporary folder: {error.strerror}. Name one that can be written in TMPDIR, or a --database."
        ) from None


def assemble(schema: Schema, tokens: Mapping[str, str], connections: Connections, parts: Parts) -> Api:
    """The parts, joined."""
    auth, body, values = parts.auth(schema, tokens), parts.body(), parts.values()
    validator = parts.validator(schema, values, body)
    store = parts.store(schema, connections, parts.statements())
    operations = parts.operations(schema, auth, values, validator, store)
    query = parts.query(schema, parts.filters(values))
    return parts.api(
        auth=auth,
        body=body,
        validator=validator,
        store=store,
        operations=operations,
        transactions=parts.transactions(operations),
        query=query,
        reader=parts.reader(query, store, values),
        answers=parts.answers(values),
    )


def register_errors(app: Flask, answers: Answers) -> None:
    """Every error is a problem, and tells nothing of the server's inside."""

    @app.errorhandler(Problem)
    def refused(problem: Problem) -> Response:
        return respond(answers.problem(problem))

    @app.errorhandler(HTTPException)
    def refused_by_flask(error: HTTPException) -> Response:
        allow = {name: value for name, value in error.get_headers() if name == "Allow"}
        return respond(answers.problem(Problem(error.code or 500, error.description or error.name, headers=allow)))

    @app.errorhandler(sqlite3.Error)
    def store_failed(error: sqlite3.Error) -> Response:
        return respond(answers.problem(store_problem(error)))

    @app.errorhandler(Exception)
    def failed(error: Exception) -> Response:
        LOG.error("A request failed.", exc_info=error)
        return respond(answers.problem(Problem(500, "The server failed. Nothing was written.")))
