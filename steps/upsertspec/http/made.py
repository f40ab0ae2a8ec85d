"""Which records a request made, as far as a later request can tell that they are the run's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Change, Create, Delete, Find, Operation, Transaction, Upsert, UpsertBatch
from upsertspec.spec.schema import tables
from upsertspec.target.bindings import Bindings

Made = dict[str, Any]
"""A record: its `table`, `where` it is found (a key, or its id), and which fields were `sent`: the key, or all.

`created` says whether the answer says that it was created; None where it does not say. `id` is the one in the answer,
`seen` the one that the record had when it was last found by its key. `deleted` is there once an answer says that the
record was deleted.
"""


def made_by(operation: Operation, answer: Answer, bindings: Bindings) -> Iterator[Made]:
    """The records that a successful operation may have made, or to which it may have given another key."""
    for table, row, part in _rows(operation, answer):
        if table not in tables() or table in bindings.absent:
            continue
        said = None if part.operation is None else bool(part.operation == "created")
        created = isinstance(operation, Create) or said
        kept = {"table": table, "created": created, "id": part.id if _is_plain(part.id) else None, "seen": None}
        keys = (key for key in bindings.table(table).unique_keys if all(_is_plain(row.get(name)) for name in key))
        if key := next(keys, None):
            where = {name: row[name] for name in key}
            yield {**kept, "where": where, "sent": where}
        elif created and kept["id"] is not None and all(value is None or _is_plain(value) for value in row.values()):
            yield {**kept, "where": {"id": part.id}, "sent": dict(row)}


def look(listed: Iterable[Made], operation: Operation, answer: Answer) -> None:
    """Note which records a list shows under their key, and which were deleted: then none is known to be there."""
    if isinstance(operation, (Delete, Transaction)):
        for made in listed:
            made["seen"] = None
            if isinstance(operation, Delete) and (made["table"], made["id"]) == (operation.table, operation.id):
                made["deleted"] = True
    elif isinstance(operation, Find) and not answer.fault:
        fitting = [r for r in answer.records if all(r.get(n) == value for n, value in operation.where.items())]
        ident = fitting[0].get("id") if len(fitting) == 1 else None
        for made in listed:
            if (made["table"], made["where"]) == (operation.table, operation.where):
                made["seen"] = ident if _is_plain(ident) else None


def _rows(operation: Operation, answer: Answer) -> Iterator[tuple[str, Mapping[str, Any], Answer]]:
    """Each record that was sent, with its table and what the answer says of it."""
    silent = Answer(answer.status)
    if isinstance(operation, (Upsert, Create)):
        yield from ((operation.table, row, answer) for row in operation.sent)
    elif isinstance(operation, Change):
        yield operation.table, operation.fields, Answer(answer.status, id=operation.id, operation="updated")
    elif isinstance(operation, UpsertBatch):
        parts = [*answer.parts, *[silent] * len(operation.sent)]
        yield from ((operation.table, row, part) for row, part in zip(operation.sent, parts, strict=False))
    elif isinstance(operation, Transaction):
        parts = [*answer.parts, *[silent] * len(operation.operations)]
        for sent, part in zip(operation.operations, parts, strict=False):
            if isinstance(sent.get("fields"), dict):
                yield str(sent.get("table")), sent["fields"], part


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float))
