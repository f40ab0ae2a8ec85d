"""What SQLite refuses, as problems that tell nothing of its inside."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from upsertspec_server.errors import Problem, bad_request, conflict, field_error

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from upsertspec_server.schema import Table

LOG = logging.getLogger("upsertspec_server")


def integrity_problem(error: sqlite3.IntegrityError, table: Table, missing_parents: list[str]) -> Problem:
    """409 for a unique key or a reference; 400 for another rule that validation let through."""
    kind = error.sqlite_errorname
    if kind in ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"):
        fields = [name for name in table.columns if f"{table.name}.{name}" in str(error).replace(",", " ").split()]
        return conflict("A unique key would be broken.", *(field_error(name, "is already taken") for name in fields))
    if kind == "SQLITE_CONSTRAINT_FOREIGNKEY":
        errors = [field_error(name, "names a record that does not exist") for name in missing_parents]
        return conflict("A reference would be broken.", *errors)
    return bad_request("A value breaks a rule of the table.")


def busy_problem() -> Problem:
    """503: another has the write lock for too long."""
    headers = {"Retry-After": "1"}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The database is busy. Try again.", headers=headers)


def gone_problem(path: Path) -> Problem:
    """503: nothing can be stored any more, and who runs the server has to do something."""
    LOG.error(
        "%s was deleted or replaced while it was in use. Stop the server; put the file back, or remove its -wal and "
        "-shm files too, which belong to the old one; start again.",
        path,
    )
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The storage is gone. Nothing was written.")


def store_problem(error: sqlite3.Error) -> Problem:
    """503 where the storage can't be used now, 507 where it is full, else 500. The cause goes to the log alone."""
    kind = getattr(error, "sqlite_errorname", "")
    LOG.error("The database failed: %s %s", kind, error)
    if kind.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return busy_problem()
    if kind.startswith("SQLITE_FULL"):
        return Problem(HTTPStatus.INSUFFICIENT_STORAGE, "The storage is full. Nothing was written.")
    if kind.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The storage can't be written now. Nothing was written.")
    if kind.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The storage is damaged. Nothing was written.")
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The storage failed. Nothing was written.")
