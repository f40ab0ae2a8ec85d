"""Errors that tell of the inside."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.body import Body
from upsertspec_server.errors import Problem
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Row
from upsertspec_server.schema import Table
from upsertspec_server.store import Store


@fault("AC-807")
class DebugIsOn(Answers):
    """Adds a stack trace to every error, as it did while it was being written."""

    def problem(self, problem: Problem) -> Answer:
        answer = super().problem(problem)
        return answer._replace(body={**(answer.body or {}), "trace": "".join(traceback.format_exception(problem))})


@fault("AC-807")
class TellsTheConstraint(Store):
    """Answers a conflict with the message of the database."""

    def write(self, table: Table, statement: str, parameters: Sequence[Any], row: Row) -> Row:
        try:
            return super().write(table, statement, parameters, row)
        except Problem as problem:
            if isinstance(problem.__context__, sqlite3.IntegrityError):
                problem.detail = str(problem.__context__)
            raise


@fault("AC-807")
class TellsTheStatement(Store):
    """Answers a conflict with the statement that failed."""

    def write(self, table: Table, statement: str, parameters: Sequence[Any], row: Row) -> Row:
        try:
            return super().write(table, statement, parameters, row)
        except Problem as problem:
            problem.detail = f"Could not run: {statement}"
            raise


@fault("AC-807")
class TellsItsLibrary(Body):
    """Answers with the error of its JSON library, name and all."""

    def explain(self, error: ValueError) -> str:
        return f"json.decoder.JSONDecodeError: {super().explain(error)}"


@fault("AC-807")
class TellsTheDatabase(Answers):
    """Names its database and the version of it in a header."""

    def problem(self, problem: Problem) -> Answer:
        answer = super().problem(problem)
        return answer._replace(headers={**answer.headers, "X-Backed-By": f"SQLite {sqlite3.sqlite_version}"})


@fault("AC-807")
class TellsThePath(Operations):
    """Says in which file it looked for a table that does not exist."""

    def find_table(self, name: str) -> Table:
        try:
            return super().find_table(name)
        except Problem:
            raise Problem(HTTPStatus.NOT_FOUND, f"/var/lib/records/records.db has no {name!r}.") from None


@fault("AC-807", "AC-804")
class OddIdsFail(Api):
    """Fails where an id is no number."""

    def record_id(self, table: Table, text: str) -> Any:
        return text.lower() if table.uuid else int(text)
