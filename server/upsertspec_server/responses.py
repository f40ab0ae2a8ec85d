"""Answers as Flask sends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from upsertspec_server import jsontext
from upsertspec_server.errors import CONTENT_TYPE

if TYPE_CHECKING:
    from upsertspec_server.answers import Answer


def respond(answer: Answer) -> Response:
    """An answer as a response: JSON, or for an error application/problem+json."""
    if answer.body is None:
        return Response(status=answer.status, headers=answer.headers)
    kind = CONTENT_TYPE if answer.status >= 400 else "application/json"
    text = jsontext.write(answer.body)
    return Response(text.encode(), status=answer.status, headers=answer.headers, content_type=kind)
