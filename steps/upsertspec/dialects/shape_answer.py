"""The answers of a shape in the target file: where id, record and operation are found in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Response, Stated
from upsertspec.dialects.operations import (
    Delete,
    Describe,
    Find,
    Operation,
    Upsert,
    UpsertBatch,
)
from upsertspec.dialects.paths import MISSING, Paths, named, walk
from upsertspec.spec.outcomes import GONE, OK, UPSERTED, is_success
from upsertspec.target.placeholders import key_names, names_in

SHOWN = 400

Part = Mapping[str, Any]


def answer(operation: Operation, part: Part, response: Response) -> Answer:
    """What the response says, by the description in the target file."""
    said = Answer(response.status, text=response.body[:SHOWN].decode("utf-8", "replace"))
    try:
        body = response.parsed() if response.body else None
    except (ValueError, RecursionError) as wrong:
        body = None
        if not is_success(response.status) or _is_read(operation, part.get("answer", {})):
            return replace(said, fault=f"the body is no JSON ({wrong})")
    location = next((value for name, value in response.headers.items() if name.lower() == "location"), "")
    said = replace(said, body=body, location=location)
    if isinstance(operation, Find) and is_by_key(part) and response.status in GONE:
        return replace(said, status=OK)
    if not is_success(response.status) or isinstance(operation, Delete):
        return said
    stated = part.get("answer", {})
    match operation:
        case Find():
            return _alone(stated, said) if is_by_key(part) else _found(stated, said)
        case Describe():
            paths = {name: walk(body, stated[name]) for name in ("fields", "unique_keys") if name in stated}
            return replace(said, body=paths)
        case UpsertBatch():
            return _batch(operation, stated, said)
        case _:
            return _one(operation, stated, said, body)


def is_by_key(part: Part) -> bool:
    """Whether records are found one by one, by the key in the address: what is not there is 404, null or no list."""
    return bool(key_names(names_in([part.get("path"), part.get("query"), part.get("body")])))


def _is_read(operation: Operation, stated: Part) -> bool:
    """Whether anything is looked for in the body."""
    by_status = "status" in (stated.get("operation") or {"status": {}})
    looked_for = {name for name, paths in stated.items() if paths} - {"operation", "empty"}
    return isinstance(operation, (Find, Describe)) or not by_status or bool(looked_for)


def _one(operation: Operation, stated: Part, said: Answer, whole: Any) -> Answer:
    """One record's answer, or that of one record of a batch: `whole` is the body that lists of ids stand in."""
    lacks = _lacks(operation, stated, said.status)
    record, fault = _record(stated, said.body, lacks)
    ident = None if "id" in lacks else walk(said.body, stated["id"]) if stated.get("id") else (record or {}).get("id")
    ident = None if ident is MISSING else ident
    done = None if "operation" in lacks else _operation(stated["operation"], said, whole, ident)
    return replace(said, id=ident, operation=done, record=record, fault=fault, lacks=lacks)


def _lacks(operation: Operation, stated: Part, status: int) -> dict[str, str]:
    """What this answer does not report, with the reason."""
    if status in stated.get("empty", ()):
        why = Stated(f"the target file states that an answer of {status} is empty")
        bodiless: dict[str, str] = {"record": why, "id": why}
        by_status = "status" in (stated.get("operation") or {})
        return bodiless if by_status or not isinstance(operation, Upsert) else {**bodiless, "operation": why}
    lacking = [name for name in ("operation", "record", "id") if not stated.get(name)]
    if stated.get("record") and stated.get("id") is None:
        lacking.remove("id")
    return {name: _reason(name, name in stated) for name in lacking}


def _reason(name: str, is_stated: bool) -> str:
    if is_stated:
        return Stated(f"the target file states that no answer reports the {name}")
    return f"the target file states no {name} in the answer; add it, or state {name} = false"


def _record(stated: Part, body: Any, lacks: Part) -> tuple[dict[str, Any] | None, str]:
    if "record" in lacks:
        return None, ""
    found = walk(body, stated["record"])
    if not isinstance(found, dict):
        return None, f"there is no object at {named(stated['record'])}"
    return _whole(found, body, stated.get("beside", {})), ""


def _whole(record: Part, around: Any, beside: Mapping[str, Paths]) -> dict[str, Any]:
    """A record, with the fields next to it."""
    extra = {name: value for name, paths in beside.items() if (value := walk(around, paths)) is not MISSING}
    return {**record, **extra}


def _operation(stated: Part, said: Answer, whole: Any, ident: Any) -> Any:
    """The operation: from the status, from a member, or from the list that has the id."""
    if "status" in stated:
        return stated["status"].get(str(said.status))
    if "at" in stated:
        value = walk(said.body, stated["at"])
        text = value if isinstance(value, str) else None if value is MISSING else json.dumps(value)
        return stated.get("values", {}).get(text, text)
    lists = {name: walk(whole, stated[name]) for name in UPSERTED if name in stated}
    return next((name for name, ids in lists.items() if isinstance(ids, list) and ident in ids), None)


def _batch(batch: UpsertBatch, stated: Part, said: Answer) -> Answer:
    counts, lacks = _counts(stated, said)
    if "parts" not in stated or said.status in stated.get("empty", ()):
        why = "the target file states no parts in the answer to a batch"
        return replace(said, lacks={**dict.fromkeys(("operation", "record", "id"), why), **lacks}, counts=counts)
    listed = walk(said.body, stated["parts"])
    if not isinstance(listed, list):
        return replace(said, fault=f"there is no list at {named(stated['parts'])}")
    parts = [_one(batch, stated, replace(said, body=part), said.body) for part in listed]
    missing = _lacks(batch, stated, said.status)
    fault = next((part.fault for part in parts if part.fault), "")
    return replace(said, parts=parts, counts=counts, lacks={**missing, **lacks}, fault=fault)


def _counts(stated: Part, said: Answer) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """How many were created, updated and ignored: numbers, or lists that are counted."""
    if "counts" not in stated:
        return None, {"counts": "the target file states no counts in the answer to a batch"}
    found = {name: walk(said.body, stated["counts"][name]) for name in UPSERTED if name in stated["counts"]}
    counts = {name: len(value) if isinstance(value, list) else value for name, value in found.items()}
    return {name: 0 if counts.get(name, 0) is MISSING else counts.get(name, 0) for name in UPSERTED}, {}


def _alone(stated: Part, said: Answer) -> Answer:
    """The one record that was found, or none."""
    found = walk(said.body, stated.get("record", stated.get("records", ".")))
    if isinstance(found, list) and len(found) <= 1:
        found = found[0] if found else None
    if found is None or (found is MISSING and not said.body):
        return said
    if not isinstance(found, dict):
        return replace(said, fault=f"there is no object at {named(stated.get('record', '.'))}")
    return replace(said, records=[_whole(found, said.body, stated.get("beside", {}))])


def _found(stated: Part, said: Answer) -> Answer:
    listed = walk(said.body, stated.get("records", "."))
    if not isinstance(listed, list):
        return replace(said, fault=f"there is no list at {named(stated.get('records', '.'))}")
    records = []
    for item in listed:
        record = walk(item, stated.get("record", "."))
        if not isinstance(record, dict):
            return replace(said, fault=f"there is no object at {named(stated.get('record', '.'))} of each record")
        records.append(_whole(record, item, stated.get("beside", {})))
    total = walk(said.body, stated["total"]) if "total" in stated else None
    return replace(said, records=records, total=total if isinstance(total, int) else None)
