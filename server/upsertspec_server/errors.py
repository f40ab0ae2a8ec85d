"""Problems: the one shape of every error answer (RFC 9457, CONTRACT 3)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that is refused.

    `errors` is a list of `{"field", "message"}`, in a batch or a transaction with `"index"`.
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

    def at(self, index: int) -> Problem:
        """The same problem, with the place in the batch or the transaction where it arose."""
        self.index = index
        self.errors = [{**error, "index": index} for error in self.errors] or [{"message": self.detail, "index": index}]
        return self

    def body(self) -> dict[str, Any]:
        """`{"type", "title", "status", "detail"}`, and `index` and `errors` where there are any."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.index is not None:
            body["index"] = self.index
        if self.errors:
            body["errors"] = self.errors
        return body


def field_error(field: str, message: str) -> dict[str, Any]:
    """One entry of `errors`."""
    return {"field": field, "message": message}


def bad_request(detail: str, *errors: dict[str, Any]) -> Problem:
    """400: the request breaks a rule that can be told without looking at what is stored."""
    return Problem(HTTPStatus.BAD_REQUEST, detail, list(errors))


def bad_field(field: str, message: str) -> Problem:
    """400 for one member or field."""
    return bad_request(f"{field}: {message}", field_error(field, message))


def not_found(detail: str) -> Problem:
    """404: no such table, or no such record."""
    return Problem(HTTPStatus.NOT_FOUND, detail)


def conflict(detail: str, *errors: dict[str, Any]) -> Problem:
    """409: a unique key, a reference or a guard would be broken."""
    return Problem(HTTPStatus.CONFLICT, detail, list(errors))


class StartError(Exception):
    """The server can't start. The message is one line that says why, and how to mend it."""
