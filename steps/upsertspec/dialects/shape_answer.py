"""The answers of a shape in the target file: where id, record and operation are found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Response, Stated
from upsertspec.dialects.operations import Delete, Describe, Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.dialects.paths import MISSING, leads_to_nothing, named, walk
from upsertspec.dialects.shape_request import is_by_key
from upsertspec.dialects.sources import as_number, header, value_at
from upsertspec.dialects.told import is_listed, listed, told
from upsertspec.spec.outcomes import GONE, OK, UPSERTED, is_success

SHOWN = 400

Part = Mapping[str, Any]


def answer(operation: Operation, part: Part, response: Response, read: Answer | None = None) -> Answer:
    """What the response says, by the description in the target file.

    `read` is the answer to a second request for the record, where there was one.
    """
    stated = part.get("answer", {})
    said = Answer(response.status, text=response.body[:SHOWN].decode("utf-8", "replace"))
    try:
        body = response.parsed() if response.body else None
    except (ValueError, RecursionError) as wrong:
        body = None
        if not is_success(response.status) or _is_read(operation, stated):
            return replace(said, fault=f"the body is no JSON ({wrong})")
    location = header(response.headers, "location")
    said = replace(said, body=body, location="" if location is MISSING else location)
    said = replace(said, status=_status(stated, said, response))
    if isinstance(operation, Find) and said.status in (*(GONE if is_by_key(part) else ()), *stated.get("missing", ())):
        return replace(said, status=OK)
    if not is_success(said.status) or isinstance(operation, Delete):
        return said
    match operation:
        case Find():
            return _found(stated, said, response, is_by_key(part))
        case Read() if leads_to_nothing(body, stated.get("record") or "."):
            return said
        case Describe():
            paths = {name: walk(body, stated[name]) for name in ("fields", "unique_keys") if name in stated}
            return replace(said, body=paths)
        case UpsertBatch():
            return _batch(operation, stated, said, response)
        case _:
            return _one(operation, stated, said, response, body, read)


def lacking(operation: Operation, part: Part, status: int, done: str) -> dict[str, str]:
    """What an answer of this status to what was done does not report, with the reasons."""
    stated = part.get("answer", {})
    if isinstance(operation, (Find, Delete, Describe)):
        return {}
    lacks = _lacks(operation, stated, status, done)
    if isinstance(operation, UpsertBatch):
        return dict(answer(operation, part, Response(status, {}, b"{}")).lacks)
    return _after_second(stated, lacks) if "then" in stated and "record" in lacks else lacks


def _status(stated: Part, said: Answer, response: Response) -> int:
    """The status: that in the body of a success, where the shape states one, else that of the response."""
    if "status" not in stated or not is_success(response.status):
        return response.status
    found = as_number(value_at(stated["status"], said.body, response.headers))
    return response.status if found is None else found


def _is_read(operation: Operation, stated: Part) -> bool:
    """Whether anything is looked for in the body."""
    told_by = stated.get("operation") or {"status": {}}
    looked_for = {name for name, source in stated.items() if source and not _in_header(source)}
    looked_for -= {"operation", "empty", "missing", "then"}
    in_body = "status" not in told_by and not _in_header(told_by)
    return isinstance(operation, (Find, Describe)) or in_body or bool(looked_for)


def _in_header(source: Any) -> bool:
    return isinstance(source, Mapping) and "header" in source


def _one(
    operation: Operation, stated: Part, said: Answer, response: Response, whole: Any, read: Answer | None = None
) -> Answer:
    """One record's answer, or that of one record of a batch: `whole` is the body that lists of ids stand in."""
    ways = stated.get("operation") or {}
    done = None if not ways or is_listed(ways) else told(ways, said.status, said.body, response.headers)
    lacks = _lacks(operation, stated, said.status, done)
    record: Part | None
    record, fault = _record(stated, said.body, lacks)
    if read is not None:
        record, lacks = _second(stated, record, read, lacks)
    ident = _ident(stated, said, response, record, lacks)
    if "operation" not in lacks and done is None:
        by_member = told(ways, said.status, said.body, response.headers, record)
        done = listed(ways, whole, ident) if is_listed(ways) else by_member
    return replace(said, id=ident, operation=done, record=record, fault=fault, lacks=lacks)


def _ident(stated: Part, said: Answer, response: Response, record: Part | None, lacks: dict[str, str]) -> Any:
    """The id, from where the shape says, or from the record. In a header it is a text, whatever the record's own is."""
    own = (record or {}).get("id")
    if "id" in lacks:
        return None
    found = value_at(stated["id"], said.body, response.headers) if stated.get("id") else own
    return own if found is MISSING or str(own) == found else found


def _lacks(operation: Operation, stated: Part, status: int, done: Any) -> dict[str, str]:
    """What this answer does not report, with the reason."""
    empty = stated.get("empty", ())
    lacking = [name for name in ("operation", "record", "id") if not stated.get(name)]
    if stated.get("record") and stated.get("id") is None:
        lacking.remove("id")
    lacks = {name: _reason(name, name in stated) for name in lacking}
    if status in empty or done in empty:
        why = Stated(f"the target file states that an answer of {status if status in empty else done} is empty")
        names = ["record"] if _in_header(stated.get("id")) else ["record", "id"]
        in_body = "operation" in stated and not ("status" in (stated["operation"] or {}) or done)
        lacks |= dict.fromkeys([*names, *(["operation"] if in_body and isinstance(operation, Upsert) else [])], why)
    return lacks


def _reason(name: str, is_stated: bool) -> str:
    if is_stated:
        return Stated(f"the target file states that no answer reports the {name}")
    return f"the target file states no {name} in the answer; add it, or state {name} = false"


def _second(
    stated: Part, record: Part | None, read: Answer, lacks: dict[str, str]
) -> tuple[Part | None, dict[str, str]]:
    """The record that a second request read, with what is lacking even so."""
    if record is not None or "record" not in lacks:
        return record, lacks
    found = read.record if read.record is not None else next(iter(read.records), None)
    if found is None:
        why = read.fault or f"the request that reads the record was answered with {read.status} and no record"
        return None, {**lacks, "record": why}
    return found, _after_second(stated, lacks)


def _after_second(stated: Part, lacks: dict[str, str]) -> dict[str, str]:
    """What is lacking once the record was read: the operation, where the file states no way to tell it."""
    return {} if stated.get("operation") else {name: why for name, why in lacks.items() if name == "operation"}


def _record(stated: Part, body: Any, lacks: Part) -> tuple[dict[str, Any] | None, str]:
    if "record" in lacks:
        return None, ""
    found = walk(body, stated["record"])
    if not isinstance(found, dict):
        return None, f"there is no object at {named(stated['record'])}"
    return _whole(found, body, stated), ""


def _whole(record: Part, around: Any, stated: Part) -> dict[str, Any]:
    """A record, with the fields next to it, and each value out of its wrapper."""
    member = stated.get("values_at")
    plain = {name: walk(value, member) for name, value in record.items()} if member else dict(record)
    kept = {name: record[name] if value is MISSING else value for name, value in plain.items()}
    beside = {name: walk(around, paths) for name, paths in stated.get("beside", {}).items()}
    return {**kept, **{name: value for name, value in beside.items() if value is not MISSING}}


def _batch(batch: UpsertBatch, stated: Part, said: Answer, response: Response) -> Answer:
    counts, lacks = _counts(stated, said)
    if "parts" not in stated or said.status in stated.get("empty", ()):
        why = "the target file states no parts in the answer to a batch"
        return replace(said, lacks={**dict.fromkeys(("operation", "record", "id"), why), **lacks}, counts=counts)
    items = walk(said.body, stated["parts"])
    if not isinstance(items, list):
        return replace(said, fault=f"there is no list at {named(stated['parts'])}")
    each = [replace(said, body=item, status=_status_of_part(stated, said, item)) for item in items]
    refused = [None if is_success(part.status) else part.body for part in each]
    if worst := next((part.status for part in each if not is_success(part.status)), 0):
        return replace(said, status=worst, body=refused)  # the place of each error is that of its record
    parts = [_one(batch, stated, part, response, said.body) for part in each]
    missing = _lacks(batch, stated, said.status, None)
    fault = next((part.fault for part in parts if part.fault), "")
    return replace(said, parts=parts, counts=counts, lacks={**missing, **lacks}, fault=fault)


def _status_of_part(stated: Part, said: Answer, item: Any) -> int:
    found = as_number(value_at(stated["part_status"], item, {})) if "part_status" in stated else None
    return said.status if found is None else found


def _counts(stated: Part, said: Answer) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """How many were created, updated and ignored: numbers, or lists that are counted."""
    if "counts" not in stated:
        return None, {"counts": "the target file states no counts in the answer to a batch"}
    found = {name: walk(said.body, stated["counts"][name]) for name in UPSERTED if name in stated["counts"]}
    counts = {name: len(value) if isinstance(value, list) else value for name, value in found.items()}
    return {name: 0 if counts.get(name, 0) is MISSING else counts.get(name, 0) for name in UPSERTED}, {}


def _found(stated: Part, said: Answer, response: Response, by_key: bool) -> Answer:
    """The records of a list; where a record is found by its key, the answer may be the record itself, or nothing."""
    at = stated.get("records", stated.get("record", ".") if by_key else ".")
    within = stated.get("record", ".") if at != stated.get("record") or "records" in stated else "."
    found = walk(said.body, at)
    if by_key and leads_to_nothing(said.body, at):
        return said
    if by_key and isinstance(found, dict):
        return replace(said, records=[_whole(found, said.body, stated)])
    if not isinstance(found, list):
        return replace(said, fault=f"there is no {'object' if by_key else 'list'} at {named(at)}")
    records = []
    for item in found:
        record = walk(item, within)
        if not isinstance(record, dict):
            return replace(said, fault=f"there is no object at {named(within)} of each record")
        records.append(_whole(record, item, stated))
    total = value_at(stated["total"], said.body, response.headers) if "total" in stated else None
    return replace(said, records=records, total=as_number(total))
