"""Calls a dialect, and reports its bugs as errors of the dialect, never as failures of the target."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.operations import Operation
from upsertspec.errors import DialectError, NotApplicable, NotTestable

METHOD = re.compile("[A-Z]+(-[A-Z]+)*")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~\w-]+", re.ASCII)


class Guarded:
    """A dialect whose bugs raise DialectError: an exception that is not NotTestable, or a wrong result."""

    def __init__(self, dialect: Dialect) -> None:
        self.inner = dialect
        self.name = dialect.name
        self.lacks: Mapping[str, str] = dialect.lacks
        self.cannot: Mapping[str, str] = getattr(dialect, "cannot", {})
        self._follow_up = getattr(dialect, "follow_up", None)

    def request(self, operation: Operation) -> Request:
        """The request for this operation. Raises NotTestable where the dialect can't express it."""
        try:
            request = self.inner.request(operation)
        except (NotTestable, NotApplicable):
            raise
        except (Exception, SystemExit) as wrong:
            self._mistake("request", operation, said(wrong), wrong)
        return self._checked("request", operation, request)

    def then(self, operation: Operation, response: Response) -> Request | None:
        """The request that reads what this response does not hold, if the dialect has one."""
        second = getattr(self.inner, "then", None)
        try:
            request = second(operation, response) if second else None
        except (NotTestable, NotApplicable):
            return None
        except (Exception, SystemExit) as wrong:
            self._mistake("then", operation, said(wrong), wrong)
        return None if request is None else self._checked("then", operation, request)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        try:
            answer = self.inner.answer(operation, response)
        except (NotTestable, NotApplicable):
            raise
        except (Exception, SystemExit) as wrong:
            self._mistake("answer", operation, said(wrong), wrong)
        if not isinstance(answer, Answer):
            self._mistake("answer", operation, f"it returns {type(answer).__name__}, not Answer")
        return answer

    def follow_up(self, operation: Operation, response: Response, last: Request | None) -> Request | None:
        """The request that asks whether a write is done, or None where it is."""
        if self._follow_up is None:
            return None
        try:
            request: Request | None = self._follow_up(operation, response, last)
        except Exception as wrong:
            self._mistake("follow_up", operation, f"{type(wrong).__name__}: {wrong}", wrong)
        return None if request is None else self._checked("follow_up", operation, request)

    def _checked(self, method: str, operation: Operation, request: Any) -> Request:
        if not isinstance(request, Request):
            self._mistake(method, operation, f"it returns {type(request).__name__}, not Request")
        try:
            request.body()
        except (Exception, SystemExit) as wrong:
            self._mistake(method, operation, f"its content is not JSON: {said(wrong)}", wrong)
        if wrong_part := _unsendable(request):
            self._mistake(method, operation, wrong_part)
        return request

    def _mistake(self, method: str, operation: Operation, what: str, cause: BaseException | None = None) -> NoReturn:
        raise DialectError(self.name, method, type(operation).__name__, what) from cause


def said(wrong: BaseException) -> str:
    """What an exception says, on one line."""
    return " ".join(f"{type(wrong).__name__}: {wrong}".split())


def _header_value(value: Any) -> bool:
    """Whether a header can hold the value. An entity tag may have any byte that is no control character."""
    return isinstance(value, str) and not re.search(r"[^ -~\x80-\xff]", value)


def _unsendable(request: Request) -> str:
    """What is wrong with a request, or an empty text. A path without a slash at its start would name another host."""
    if not METHOD.fullmatch(request.method):
        return f"its method is {request.method!r}; write a word in capitals, such as PUT"
    if not isinstance(request.path, str) or not request.path.startswith("/") or not request.path.isprintable():
        return f"its path is {request.path!r}; start it with a slash, and use printable characters only"
    if not all(HEADER_NAME.fullmatch(str(name)) and _header_value(value) for name, value in request.headers.items()):
        return "its headers are not all printable text in Latin-1"
    if not all(isinstance(text, str) for pair in request.query for text in pair):
        return "its query is not all text"
    return ""
