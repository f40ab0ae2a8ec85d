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
from upsertspec.spec.schema import PROTECTED


def require_room(client: Client, who: str, operation: Operation, answer: Answer) -> None:
    """Raise NotApplicable if a request is refused because it names a field that stands beside the record.

    The contract asks for that: the name is unknown there. The same request without it shows whether it was the reason.
    """
    beside = _named(client, operation) if is_refusal(answer.status) else []
    if beside and is_success(client.call(who, _without(operation, beside)).status):
        raise _no_room(client, operation, beside)


def require_none(client: Client, operation: Operation) -> None:
    """Raise NotApplicable if a request names a field that stands beside the record, whether it is refused or not."""
    if beside := _named(client, operation):
        raise _no_room(client, operation, beside)


def _named(client: Client, operation: Operation) -> list[str]:
    sent = {name for row in getattr(operation, "sent", ()) for name in row}
    return sorted(sent & client.beside(operation)) if sent & {*PROTECTED} else []


def _no_room(client: Client, operation: Operation, beside: Collection[str]) -> NotApplicable:
    words = client.words(operation.table)
    names = " and ".join(map(words.label, beside))
    return NotApplicable(f"{words.called} has {names} beside its fields, where a request has no place for it")


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
