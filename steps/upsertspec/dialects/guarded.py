"""A dialect with a guard around it: a mistake of the dialect is told as one, and never held against the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from upsertspec.dialects.base import Answer, Dialect, Request, Response
from upsertspec.dialects.operations import Operation
from upsertspec.errors import DialectError, NotTestable

Made = TypeVar("Made", Request, Answer)


class Guarded:
    """Calls a dialect. Raises DialectError where it raises what it must not, or gives what is none."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.name = dialect.name
        self.lacks: Mapping[str, str] = dialect.lacks
        self.cannot: Mapping[str, str] = getattr(dialect, "cannot", {})

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation. Raises NotTestable where the dialect can't express it."""
        request = self._called("request", operation, lambda: self._dialect.request(operation), Request)
        try:
            request.body()
        except (TypeError, ValueError, RecursionError) as wrong:
            raise self._mistake("request", operation, f"its content is no JSON: {wrong}") from wrong
        return request

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        return self._called("answer", operation, lambda: self._dialect.answer(operation, response), Answer)

    def _called(self, method: str, operation: Operation, call: Callable[[], Made], kind: type[Made]) -> Made:
        try:
            made = call()
        except NotTestable:
            raise
        except Exception as wrong:
            raise self._mistake(method, operation, f"{type(wrong).__name__}: {wrong}") from wrong
        if not isinstance(made, kind):
            raise self._mistake(method, operation, f"it gives {type(made).__name__}, and not {kind.__name__}")
        return made

    def _mistake(self, method: str, operation: Operation, what: str) -> DialectError:
        return DialectError(self.name, method, type(operation).__name__, what)
