"""One record in an answer of a shape: its id, what was done with it, the record itself, and what is lacking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Response, Stated
from upsertspec.dialects.operations import Operation, Upsert
from upsertspec.dialects.paths import MISSING, named, walk
from upsertspec.dialects.shape_operation import is_listed, listed, reported
from upsertspec.dialects.sources import as_number, is_in_header, value_at

Part = Mapping[str, Any]


def one(
    operation: Operation, stated: Part, said: Answer, response: Response, whole: Any, read: Answer | None = None
) -> Answer:
    """One record's answer, or that of one record of a batch: `whole` is the body that lists of ids stand in."""
    ways = stated.get("operation") or {}
    done = None if not ways or is_listed(ways) else reported(ways, said.status, said.body, response.headers)
    lacks = lacking_in(operation, stated, said.status, done)
    record: Part | None
    record, fault = _record(stated, said.body, lacks)
    if read is not None:
        record, lacks = _second(stated, record, read, lacks)
    ident = _ident(stated, said, response, record, lacks)
    if "operation" not in lacks and done is None:
        by_member = reported(ways, said.status, said.body, response.headers, record)
        done = listed(ways, whole, ident) if is_listed(ways) else by_member
    return replace(said, id=ident, operation=done, record=record, fault=fault, lacks=lacks)


def _ident(stated: Part, said: Answer, response: Response, record: Part | None, lacks: dict[str, str]) -> Any:
    """The id, from where the shape says, or from the record. Digits in a header are a number, unless it says `text`."""
    if "id" in lacks:
        return None
    source = stated.get("id")
    found = value_at(source, said.body, response.headers) if source else MISSING
    if found is MISSING:
        return (record or {}).get("id")
    is_text = not is_in_header(source) or bool(source and source.get("text"))
    return found if is_text or as_number(found) is None else as_number(found)


def lacking_in(operation: Operation, stated: Part, status: int, done: Any) -> dict[str, str]:
    """What this answer does not report, with the reason."""
    empty = stated.get("empty", ())
    lacking = [name for name in ("operation", "record", "id") if not stated.get(name)]
    if stated.get("record") and stated.get("id") is None:
        lacking.remove("id")
    lacks = {name: reason(name, name in stated) for name in lacking}
    if status in empty or done in empty:
        why = Stated(f"the target file states that an answer of {status if status in empty else done} is empty")
        names = ["record"] if is_in_header(stated.get("id")) else ["record", "id"]
        in_body = "operation" in stated and not ("status" in (stated["operation"] or {}) or done)
        lacks |= dict.fromkeys([*names, *(["operation"] if in_body and isinstance(operation, Upsert) else [])], why)
    return lacks


def reason(name: str, is_stated: bool) -> str:
    """Why an answer lacks something: the file states that none has it, or does not say where it is."""
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
    return found, after_second(stated, lacks)


def after_second(stated: Part, lacks: dict[str, str]) -> dict[str, str]:
    """What is lacking once the record was read: the operation, where the file states no way to tell it."""
    return {} if stated.get("operation") else {name: why for name, why in lacks.items() if name == "operation"}


def _record(stated: Part, body: Any, lacks: Part) -> tuple[dict[str, Any] | None, str]:
    if "record" in lacks:
        return None, ""
    found = walk(body, stated["record"])
    if not isinstance(found, dict):
        return None, f"there is no object at {named(stated['record'])}"
    return whole_record(found, body, stated), ""


def whole_record(record: Part, around: Any, stated: Part) -> dict[str, Any]:
    """A record, with the fields next to it, and each value out of its wrapper."""
    member = stated.get("values_at")
    plain = {name: walk(value, member) for name, value in record.items()} if member else dict(record)
    kept = {name: record[name] if value is MISSING else value for name, value in plain.items()}
    beside = {name: walk(around, paths) for name, paths in stated.get("beside", {}).items()}
    return {**kept, **{name: value for name, value in beside.items() if value is not MISSING}}
