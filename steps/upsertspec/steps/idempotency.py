"""Idempotency keys: which sender has one, and what is stored after the first request with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Operation, Transaction, Upsert, UpsertBatch

KEY = r' with (?:an empty key|the key (?:"[^"]+"|[^\s,]+)(?: of [\d,]+ characters)?)'
"""How a sender with a key ends."""

_SENDER = re.compile(
    r'(?P<who>.*) with (?:an empty key|the key (?P<key>"[^"]+"|[^\s,]+)(?: of (?P<length>[\d,]+) characters)?)'
)


def sender_and_key(who: str, mark: str) -> tuple[str, str | None]:
    """The sender, and its idempotency key if it has one.

    The mark is part of each key, so that scenarios and runs never share one. A key of a given length is filled up in
    front, so that it differs from others in its last characters.
    """
    found = _SENDER.fullmatch(who)
    if found is None:
        return who, None
    name = (found["key"] or "").strip('"')
    key = f"{mark}-{name}" if name else ""
    return found["who"], key.rjust(int((found["length"] or "0").replace(",", "")), "k")


def keyed(operation: Operation, key: str | None) -> Operation:
    """The operation with this key. Raises ValueError for one that takes none."""
    if key is None:
        return operation
    if not isinstance(operation, (Upsert, UpsertBatch, Create, Transaction)):
        raise ValueError(f"{type(operation).__name__} takes no idempotency key")
    return replace(operation, idempotency_key=key)


def is_keyed(operation: Operation) -> bool:
    """Whether the operation has a key."""
    return getattr(operation, "idempotency_key", None) is not None


def answered_rows(operation: Operation, answer: Answer) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """The table, the fields and the answered id of each record that an operation wrote."""
    if isinstance(operation, Transaction):
        steps = zip(operation.operations, answer.parts, strict=False)
        yield from ((step["table"], step.get("fields", {}), part.id) for step, part in steps)
    elif isinstance(operation, UpsertBatch):
        ids = [part.id for part in answer.parts] or [None] * len(operation.sent)
        yield from ((operation.table, row, ident) for row, ident in zip(operation.sent, ids, strict=False))
    else:
        yield from ((operation.table, row, answer.id) for row in operation.sent)
