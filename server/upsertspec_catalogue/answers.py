"""Parts that change a view, or what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, request

from upsertspec_server import jsontext
from upsertspec_server.app import Server

Setup = Callable[[Server], None]


@dataclass
class Answer:
    """An answer on its way out; what is changed here is sent. `body` is None where the answer has no JSON."""

    endpoint: str
    status: int
    body: Any
    headers: Any

    @property
    def outcomes(self) -> list[dict[str, Any]]:
        """The outcomes in the answer to an upsert, a batch or a transaction."""
        if self.endpoint not in ("records.upsert", "transactions.transact") or self.status >= 300:
            return []
        found: list[dict[str, Any]] = self.body.get("results") or self.body.get("records") or [self.body]
        return found

    @property
    def is_problem(self) -> bool:
        """Whether the answer is an error."""
        return self.status >= 400


def answers(change: Callable[[Answer], None]) -> Setup:
    """A function that changes every answer, as a part."""

    @wraps(change)
    def setup(app: Server) -> None:
        @app.after_request
        def rewrite(response: Response) -> Response:
            before = jsontext.read(response.data) if response.data and response.is_json else None
            answer = Answer(request.endpoint or "", response.status_code, before, response.headers)
            change(answer)
            response.status_code = answer.status
            if answer.body is not None:
                response.data = app.json.dumps(answer.body)
            elif before is not None:
                response.data = b""
            return response

    return setup


def view(endpoint: str) -> Callable[[Callable[..., Any]], Setup]:
    """A function that takes the place of a view, as a part. It gets the view, and then the arguments of the view."""

    def decorate(function: Callable[..., Any]) -> Setup:
        @wraps(function)
        def setup(app: Server) -> None:
            original = app.view_functions[endpoint]
            app.view_functions[endpoint] = lambda **path: function(original, **path)

        return setup

    return decorate
