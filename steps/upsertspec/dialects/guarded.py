"""A dialect with a guard around it: a mistake of the dialect is told as one, and never held against the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.operations import Operation
from upsertspec.errors import DialectError, NotApplicable, NotTestable

Made = TypeVar("Made", Request, Answer)


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Guarded:
    """Calls a dialect. Raises DialectError where it raises what it must not, or gives what is none."""

    def __init__(self, dialect: Dialect) -> None:
        self.inner = dialect
        self.name = dialect.name
        self.lacks: Mapping[str, str] = dialect.lacks
        self.cannot: Mapping[str, str] = getattr(dialect, "cannot", {})

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation. Raises NotTestable where the dialect can't express it."""
        request = self._called("request", operation, lambda: self.inner.request(operation), Request)
        try:
            request.body()
        except (TypeError, ValueError, RecursionError) as wrong:
            raise self._mistake("request", operation, f"its content is no JSON: {wrong}") from wrong
        if wrong_part := _unsendable(request):
            raise self._mistake("request", operation, wrong_part)
        return request

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        return self._called("answer", operation, lambda: self.inner.answer(operation, response), Answer)

    def _called(self, method: str, operation: Operation, call: Callable[[], Made], kind: type[Made]) -> Made:
        try:
            made = call()
        except (NotTestable, NotApplicable):
            raise
        except Exception as wrong:
            raise self._mistake(method, operation, f"{type(wrong).__name__}: {wrong}") from wrong
        if not isinstance(made, kind):
            raise self._mistake(method, operation, f"it gives {type(made).__name__}, and not {kind.__name__}")
        return made

    def _mistake(self, method: str, operation: Operation, what: str) -> DialectError:
        return DialectError(self.name, method, type(operation).__name__, what)


def _unsendable(request: Request) -> str:
    """What is wrong with a request, or an empty text. A path without its slash would lead to another host."""
    if request.method not in METHODS:
        return f"its method is {request.method!r}; use one of {', '.join(METHODS)}"
    if not isinstance(request.path, str) or not request.path.startswith("/") or not request.path.isprintable():
        return f"its path is {request.path!r}; let it begin with a slash"
    texts = [text for pair in request.headers.items() for text in pair]
    if not all(isinstance(text, str) and text.isascii() and text.isprintable() for text in texts):
        return "its headers hold what no header can carry"
    if not all(isinstance(text, str) for pair in request.query for text in pair):
        return "its query holds what is no text"
    return ""
