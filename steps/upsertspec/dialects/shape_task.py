"""`[shape.task]`: a write that is answered before it is done, and the task that says when it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Request, Response
from upsertspec.dialects.operations import Operation
from upsertspec.dialects.paths import MISSING, walk
from upsertspec.dialects.sources import value_at
from upsertspec.spec.outcomes import INVALID, is_success

Task = Mapping[str, Any]


def follow_up(operation: Operation, response: Response, last: Request | None, task: Task | None) -> Request | None:
    """The request that asks for the task of a write, or None where there is none, or where it is done."""
    if task is None or not operation.changes or not is_success(response.status):
        return None
    body = _body(response)
    if last is not None:
        return last if _is(body, task["pending"]) else None
    ident = value_at(task["id"], body, response.headers)
    if not isinstance(ident, (str, int)):
        return None
    return Request("GET", task["path"].replace("{task}", quote(str(ident), safe="")))


def ended(operation: Operation, response: Response, task: Task | None) -> Response:
    """The response, as a refusal where it says that the task failed."""
    if task is None or "failed" not in task or not operation.changes or not _is(_body(response), task["failed"]):
        return response
    return replace(response, status=task.get("refusal", INVALID))


def _is(body: Any, state: Mapping[str, Any]) -> bool:
    found = walk(body, state["at"])
    return found is not MISSING and found in state["values"]


def _body(response: Response) -> Any:
    try:
        return response.parsed()
    except (ValueError, RecursionError):
        return None
