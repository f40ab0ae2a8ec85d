"""Refusals: what goes back as application/problem+json."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
from psycopg import errors

KEY = re.compile(r"Key \(([^)]*)\)=")

Faults = Sequence[Mapping[str, Any]]


class Problem(Exception):
    """A request that is refused. `index` is the record or operation at fault."""

    def __init__(self, status: int, detail: str, faults: Faults = (), headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.faults = [dict(fault) for fault in faults]
        self.headers = headers or {}
        self.index: int | None = None
        super().__init__(detail)

    def at(self, index: int) -> Problem:
        """The same problem, with the place where it arose."""
        self.index = index
        for fault in self.faults:
            fault["index"] = index
        return self

    def body(self) -> dict[str, Any]:
        """The problem in the form of RFC 9457."""
        content: dict[str, Any] = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.faults:
            content["errors"] = self.faults
        if self.index is not None:
            content["index"] = self.index
        return content


def invalid(field: str, message: str) -> Problem:
    """One field is wrong."""
    return Problem(400, "The request can't be done as it is.", [{"field": field, "message": message}])


def forbidden(permission: str) -> Problem:
    """The role may not do this."""
    return Problem(403, f"This role may not {permission} records.")


def from_database(wrong: psycopg.Error) -> Problem | None:
    """What PostgreSQL refused, without internal details; None if it is another kind of error."""
    match wrong:
        case errors.UniqueViolation():
            return Problem(409, "Another record has this value already.", _fault(wrong, "is taken"))
        case errors.ForeignKeyViolation():
            return Problem(422, "A record that is referred to does not exist.", _fault(wrong, "refers to nothing"))
        case errors.CheckViolation() if (wrong.diag.constraint_name or "").endswith("_schema"):
            return Problem(400, "A value does not keep to its field's JSON Schema.", _fault(wrong, "has another shape"))
        case errors.CheckViolation():
            return Problem(422, "A value is outside of what its field allows.", _fault(wrong, "is not allowed"))
        case errors.DataError() | errors.NotNullViolation():
            return Problem(400, "A value can't be stored in its field.")
        case errors.InsufficientPrivilege():
            return Problem(403, "This belongs to another organization.")
        case errors.ProgramLimitExceeded() | errors.StatementTooComplex():
            return Problem(400, "A value is too long or too deep for its field.")
        case _:
            return None


def _fault(wrong: psycopg.Error, message: str) -> Faults:
    """The columns at fault: from the key in PostgreSQL's detail, or from the constraint's name, table_column_check."""
    diag = wrong.diag
    if key := KEY.match(diag.message_detail or ""):
        return [{"field": name.strip(' "'), "message": message} for name in key[1].split(",")]
    column = (diag.constraint_name or "").removeprefix(f"{diag.table_name}_").rpartition("_")[0]
    return [{"field": column, "message": message}] if column else []
