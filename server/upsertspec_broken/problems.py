"""Errors that are no problem documents, and a health and a description of the API that strangers can't read or use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers, view
from upsertspec_catalogue.answers import Setup
from upsertspec_server import Server
from upsertspec_server.views import current_app

Json = dict[str, Any]


@broken("AC-813")
@answers
def errors_are_plain_json(answer: Answer) -> None:
    """Declares an error as application/json."""
    if answer.is_problem:
        answer.headers["Content-Type"] = "application/json"


def problem(change: Callable[[Json], Json]) -> Setup:
    """Changes the body of each error."""

    def changed(answer: Answer) -> None:
        if answer.is_problem and answer.body:
            answer.body = change(answer.body)

    return answers(changed)


def without(member: str) -> Setup:
    """Leaves a member out of each error."""
    return problem(lambda body: {name: value for name, value in body.items() if name != member})


part: Any
for name, says, part in (
    ("errors-have-no-title", "Says what is wrong in `detail` alone.", without("title")),
    ("errors-have-no-status", "Leaves the status out of the body of an error.", without("status")),
    ("errors-state-their-status-as-text", "Writes the status of an error as text.",
     problem(lambda body: {**body, "status": str(body["status"])})),
    ("errors-state-another-status", "Says 400 in the body of every error, whatever the status of the answer.",
     problem(lambda body: {**body, "status": 400})),
):  # fmt: skip
    add(name, says, "AC-813", part)


def closed(path: str) -> type[Server]:
    """A server that asks for credentials under this path too."""

    class Closed(Server):
        def is_protected(self, asked: str) -> bool:
            return super().is_protected(asked) or asked == path

    return Closed


def with_tables(endpoint: str, to_strangers: bool = True) -> Setup:
    """Adds the names of the tables to what a view answers."""

    @view(endpoint)
    def tells(original: Any) -> Json:
        told = to_strangers or "Authorization" in request.headers
        return {**original(), "tables": list(current_app.schema.tables)} if told else original()

    return tells


for name, says, part in (
    ("health-needs-credentials", "Answers 401 to a stranger who asks whether the server runs.", closed("/api/health")),
    ("description-needs-credentials", "Answers 401 to a stranger who reads the OpenAPI document.",
     closed("/openapi.json")),
    ("health-names-tables", "Says how each table is where it is asked for its health.", with_tables("meta.health")),
    ("description-names-tables", "Lists the tables in the OpenAPI document.", with_tables("meta.openapi")),
    ("health-names-tables-to-callers", "Says how each table is to a caller with credentials who asks for the health.",
     with_tables("meta.health", to_strangers=False)),
):  # fmt: skip
    add(name, says, "AC-814", part)
