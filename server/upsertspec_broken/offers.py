"""401 without the way to authenticate, and 405 without the methods that the path has."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import request

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers
from upsertspec_catalogue.answers import Setup


def header(name: str, status: HTTPStatus, change: Callable[[str], str | None]) -> Setup:
    """Changes a header of the answers with this status; it is left out where the change gives None."""

    def changed(answer: Answer) -> None:
        if answer.status == status:
            value = change(answer.headers.pop(name, ""))
            if value is not None:
                answer.headers[name] = value

    return answers(changed)


change: Callable[[str], str | None]
for name, change, says in (
    ("challenge-is-missing", lambda said: None, "Answers 401 without WWW-Authenticate."),
    ("challenge-is-empty", lambda said: "", "Answers 401 with an empty WWW-Authenticate."),
    ("challenge-has-no-scheme", lambda said: 'realm="records"', "Names a realm in WWW-Authenticate, and no scheme."),
    ("challenge-for-writes-only", lambda said: said if request.method == "POST" else None,
     "Answers 401 with WWW-Authenticate where the request is a POST."),
    ("challenge-for-strangers-only", lambda said: None if "Authorization" in request.headers else said,
     "Answers 401 without WWW-Authenticate where a wrong credential came."),
):  # fmt: skip
    add(name, says, "AC-811", header("WWW-Authenticate", HTTPStatus.UNAUTHORIZED, change))

for name, change, says in (
    ("allow-is-missing", lambda said: None, "Answers 405 without Allow."),
    ("allow-is-the-same-everywhere", lambda said: "GET, POST, PUT, PATCH, DELETE, TRACE",
     "Lists every method in Allow, whatever the path."),
    ("allow-lists-reads-only", lambda said: "GET, HEAD, OPTIONS", "Leaves methods that write out of Allow."),
    ("allow-is-a-sentence", lambda said: f"use {said.split(', ')[0]}", "Says in words which method would do."),
    ("allow-has-the-refused-method", lambda said: f"{said}, {request.method}", "Lists the refused method in Allow."),
):  # fmt: skip
    add(name, says, "AC-812", header("Allow", HTTPStatus.METHOD_NOT_ALLOWED, change))


@broken("AC-812")
@answers
def other_methods_fail(answer: Answer) -> None:
    """Answers 500 where a path does not have the method of the request."""
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.status = HTTPStatus.INTERNAL_SERVER_ERROR
