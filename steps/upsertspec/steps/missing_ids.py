"""Looks up the ids of written records by reading back, where the answers of a dialect do not report them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Operation, Upsert, UpsertBatch
from upsertspec.spec.outcomes import is_success
from upsertspec.steps.lookup import Reader

FEW = 20


def with_ids(reader: Reader, operation: Operation, answer: Answer, lacks: Mapping[str, str]) -> Answer:
    """The answer with the ids of the records that are stored now, where the dialect's answers have no ids.

    They are read right after the request, so that an id that changes with the next upsert is noticed.
    """
    lacking = "id" in lacks or "id" in answer.lacks
    if not lacking or not is_success(answer.status):
        return answer
    match operation:
        case Upsert() | Create():
            return replace(answer, id=_id(reader, operation.table, operation.sent))
        case UpsertBatch(records=records) if len(records) <= FEW:
            ids = [_id(reader, operation.table, [record]) for record in records]
            parts = answer.parts or [Answer(answer.status, lacks={**lacks, **answer.lacks}) for _ in ids]
            if len(parts) == len(ids):
                parts = [replace(part, id=ident) for part, ident in zip(parts, ids, strict=True)]
            return replace(answer, parts=parts)
    return answer


def can_be_found(reader: Reader, operation: Operation) -> bool:
    """Whether every record that was sent has all fields of a unique key."""
    return bool(operation.sent) and all(map(reader.table(operation.table).keys_in, operation.sent))


def _id(reader: Reader, table: str, sent: Any) -> Any:
    """The id of the one record with the sent key; None where not exactly one record has it."""
    keys = reader.table(table).keys_in(sent[-1]) if sent else []
    found = reader.find(table, keys[0]) if keys else []
    return found[0].get("id") if len(found) == 1 else None
