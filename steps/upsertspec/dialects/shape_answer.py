"""The answers of a shape in the target file: their status, and what is read of them for each kind of operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Response, plain_answer
from upsertspec.dialects.operations import Delete, Describe, Find, Operation, Read, UpsertBatch
from upsertspec.dialects.paths import MISSING, leads_to_nothing, walk
from upsertspec.dialects.shape_lists import batch_answer, found_answer
from upsertspec.dialects.shape_record import after_second, lacking_in, one
from upsertspec.dialects.shape_request import is_by_key
from upsertspec.dialects.sources import as_number, header, is_in_header, value_at
from upsertspec.spec.outcomes import GONE, OK, is_success
from upsertspec.spec.outcomes import MISSING as NOT_THERE

Part = Mapping[str, Any]


def answer(operation: Operation, part: Part, response: Response, read: Answer | None = None) -> Answer:
    """What the response says, by the description in the target file.

    `read` is the answer to a second request for the record, where there was one.
    """
    stated = {"record": ".", **part.get("answer", {})} if isinstance(operation, Read) else part.get("answer", {})
    said = plain_answer(response)
    if said.fault and (not is_success(said.status) or _is_read(operation, stated)):
        return said
    body = said.body
    location = header(response.headers, "location")
    said = replace(said, fault="", location="" if location is MISSING else location)
    said = replace(said, tag=read.tag if read and read.tag else _tag(stated, body, response))
    said = replace(said, status=_status(stated, said, response))
    if isinstance(operation, Find) and said.status in (*(GONE if is_by_key(part) else ()), *stated.get("missing", ())):
        return replace(said, status=OK)
    if not is_success(said.status) or isinstance(operation, Delete):
        return said
    match operation:
        case Find():
            return found_answer(stated, said, response, is_by_key(part))
        case Read() if response.body and leads_to_nothing(body, stated.get("record") or "."):
            return replace(said, status=NOT_THERE)
        case Describe():
            paths = {name: walk(body, stated[name]) for name in ("fields", "unique_keys") if name in stated}
            return replace(said, body=paths)
        case UpsertBatch():
            return batch_answer(operation, stated, said, response)
        case _:
            return one(operation, stated, said, response, body, read)


def lacking(operation: Operation, part: Part, status: int, done: str) -> dict[str, str]:
    """What an answer of this status to what was done does not report, with the reasons."""
    stated = part.get("answer", {})
    if isinstance(operation, (Find, Delete, Describe)):
        return {}
    lacks = lacking_in(operation, stated, status, done)
    if isinstance(operation, UpsertBatch):
        return dict(answer(operation, part, Response(status, {}, b"{}")).lacks)
    return after_second(stated, lacks) if "then" in stated and "record" in lacks else lacks


def _tag(stated: Part, body: Any, response: Response) -> str:
    """The record's tag in quotes, from where the shape says; empty where it says nothing, or nothing is there."""
    found = value_at(stated["tag"], body, response.headers) if "tag" in stated else MISSING
    if found is MISSING or found is None:
        return ""
    text = found if isinstance(found, str) else json.dumps(found)
    return text if text.endswith('"') else f'"{text}"'


def _status(stated: Part, said: Answer, response: Response) -> int:
    """The status: that in the body of a success, where the shape states one, else that of the response."""
    if "status" not in stated or not is_success(response.status):
        return response.status
    found = as_number(value_at(stated["status"], said.body, response.headers))
    return response.status if found is None else found


def _is_read(operation: Operation, stated: Part) -> bool:
    """Whether anything is looked for in the body."""
    told_by = stated.get("operation") or {"status": {}}
    looked_for = {name for name, source in stated.items() if source and not is_in_header(source)}
    looked_for -= {"operation", "empty", "missing", "then", "tag"}
    in_body = "status" not in told_by and not is_in_header(told_by)
    return isinstance(operation, (Find, Describe)) or in_body or bool(looked_for)
