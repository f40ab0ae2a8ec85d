"""Fields that a target has beside a record, as in `{"id": 7, "attributes": {…}}`: no request can name them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Operation, Upsert, UpsertBatch
from upsertspec.errors import NotApplicable
from upsertspec.http.client import Client
from upsertspec.spec.outcomes import is_refusal, is_success


def require_room(client: Client, who: str, operation: Operation, answer: Answer) -> None:
    """Raise NotApplicable if a request is refused because it names a field that stands beside the record.

    The contract asks for that: the name is unknown there. The same request without it shows whether it was the reason.
    """
    if not is_refusal(answer.status):
        return
    sent = {name for row in getattr(operation, "sent", ()) for name in row}
    beside = sorted(sent & client.beside(operation)) if sent else []
    if beside and is_success(client.call(who, _without(operation, beside)).status):
        names = " and ".join(client.words(operation.table).label(name) for name in beside)
        called = client.words(operation.table).called
        raise NotApplicable(f"{called} has {names} beside its fields, where a request has no place for it")


def _without(operation: Operation, names: Collection[str]) -> Operation:
    """The operation without these fields."""

    def left(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if name not in names}

    match operation:
        case UpsertBatch(records=records):
            return replace(operation, records=[left(row) for row in records])
        case Upsert(fields=fields) | Create(fields=fields) | Change(fields=fields):
            return replace(operation, fields=left(fields))
    return operation
