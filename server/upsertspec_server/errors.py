"""Errors: each is answered as application/problem+json (RFC 9457, CONTRACT 3)."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"
LOG = logging.getLogger("upsertspec_server")


class StartError(Exception):
    """The server cannot start. The message is one line: what is wrong, and how to fix it."""


class Problem(Exception):
    """A refused request.

    `errors` is a list of `{"field", "message"}`; in a batch or a transaction each also has an `"index"`.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        self.index: int | None = None

    def body(self) -> dict[str, Any]:
        """`{"type", "title", "status", "detail"}`, with `index` and `errors` where there are any."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.index is not None:
            body["index"] = self.index
            body["errors"] = [{**error, "index": self.index} for error in self.errors or [{"message": self.detail}]]
        elif self.errors:
            body["errors"] = self.errors
        return body


@contextmanager
def at_index(index: int | None) -> Iterator[None]:
    """A problem within the block names this record of the batch, or this operation of the transaction."""
    try:
        yield
    except Problem as problem:
        problem.index = index
        raise


def field_error(field: str, message: str) -> dict[str, Any]:
    """One entry of `errors`."""
    return {"field": field, "message": message}


def bad_request(detail: str, *errors: dict[str, Any]) -> Problem:
    """400: the request breaks a rule, whatever is stored."""
    return Problem(HTTPStatus.BAD_REQUEST, detail, list(errors))


def bad_field(field: str, message: str) -> Problem:
    """400 for one member or field."""
    return bad_request(f"{field}: {message}", field_error(field, message))


def not_found(detail: str = "There is no such record.") -> Problem:
    """404: no such table, or no such record."""
    return Problem(HTTPStatus.NOT_FOUND, detail)


def conflict(detail: str, *errors: dict[str, Any]) -> Problem:
    """409: the write would break a unique key or a reference, or a guard does not hold."""
    return Problem(HTTPStatus.CONFLICT, detail, list(errors))


def key_is_taken() -> Problem:
    """422: the Idempotency-Key belongs to a request with another body."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "This Idempotency-Key was used with another body. Take a new one.")


def busy() -> Problem:
    """503: another request has held the write lock for too long."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The database is busy. Try again.", headers={"Retry-After": "1"})


def database_problem(error: sqlite3.Error) -> Problem:
    """503 where the storage cannot be used now, 507 where it is full, else 500. The cause goes to the log only."""
    kind = getattr(error, "sqlite_errorname", "")
    LOG.error("The database failed: %s %s", kind, error)
    if kind.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy()
    if kind.startswith("SQLITE_FULL"):
        return Problem(HTTPStatus.INSUFFICIENT_STORAGE, "The storage is full. Nothing was written.")
    if kind.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The storage can't be written now. Nothing was written.")
    if kind.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The storage is damaged. Nothing was written.")
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The storage failed. Nothing was written.")
