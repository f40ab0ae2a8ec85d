"""Answers of a shape with several records: those that were found, and those of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Response
from upsertspec.dialects.operations import UpsertBatch
from upsertspec.dialects.paths import MISSING, leads_to_nothing, named, walk
from upsertspec.dialects.shape_operation import is_listed, reported_again
from upsertspec.dialects.shape_record import lacking_in, one, reason, whole_record
from upsertspec.dialects.sources import as_number, value_at
from upsertspec.spec.outcomes import UPSERTED, is_success

Part = Mapping[str, Any]


def batch_answer(operation: UpsertBatch, stated: Part, said: Answer, response: Response) -> Answer:
    """The answers to the records of a batch, with the counts; refused where one of them is."""
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
    parts = [one(operation, stated, part, response, said.body) for part in each]
    parts = _in_order(stated.get("operation") or {}, parts, said.body)
    missing = lacking_in(operation, stated, said.status, None)
    fault = next((part.fault for part in parts if part.fault), "")
    return replace(said, parts=parts, counts=counts, lacks={**missing, **lacks}, fault=fault)


def _in_order(ways: Part, parts: list[Answer], body: Any) -> list[Answer]:
    """The parts; a record that is in lists of ids for the second time was created before, and is updated now."""
    before = [part.id for part in parts]
    is_again = [is_listed(ways) and part.id in before[:number] for number, part in enumerate(parts)]
    return [
        replace(part, operation=reported_again(ways, body, part.id)) if again else part
        for part, again in zip(parts, is_again, strict=True)
    ]


def _status_of_part(stated: Part, said: Answer, item: Any) -> int:
    found = as_number(value_at(stated["part_status"], item, {})) if "part_status" in stated else None
    return said.status if found is None else found


def _counts(stated: Part, said: Answer) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """How many were created, updated and ignored: numbers, or lists that are counted."""
    if not stated.get("counts"):
        return None, {"counts": reason("counts", "counts" in stated)}
    found = {name: walk(said.body, stated["counts"][name]) for name in UPSERTED if name in stated["counts"]}
    counts = {name: len(value) if isinstance(value, list) else value for name, value in found.items()}
    return {name: 0 if counts.get(name, 0) is MISSING else counts.get(name, 0) for name in UPSERTED}, {}


def found_answer(stated: Part, said: Answer, response: Response, by_key: bool) -> Answer:
    """The records of a list. Where the shape has no list, the answer may be the record itself, or nothing."""
    alone = "records" not in stated and (by_key or ("record" in stated and not isinstance(said.body, list)))
    at, within = (stated.get("record", "."), ".") if alone else (stated.get("records", "."), stated.get("record", "."))
    found = walk(said.body, at)
    if alone and leads_to_nothing(said.body, at):
        return said
    if alone and isinstance(found, dict):
        return replace(said, records=[whole_record(found, said.body, stated)])
    if not isinstance(found, list):
        return replace(said, fault=f"there is no {'object' if alone else 'list'} at {named(at)}")
    records = []
    for item in found:
        record = walk(item, within)
        if not isinstance(record, dict):
            return replace(said, fault=f"there is no object at {named(within)} of each record")
        records.append(whole_record(record, item, stated))
    total = value_at(stated["total"], said.body, response.headers) if "total" in stated else None
    return replace(said, records=records, total=as_number(total))
