"""Which records a request made, as far as a later request can tell that they are the run's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Create, Operation, Transaction, Upsert, UpsertBatch
from upsertspec.spec.schema import tables
from upsertspec.target.bindings import Bindings

Made = dict[str, Any]
"""A record: its `table`, `where` it is found (a key, or its id), and which fields were `sent`: the key, or all."""


def made_by(operation: Operation, answer: Answer, bindings: Bindings) -> Iterator[Made]:
    """The records that a successful operation may have made."""
    for table, row, ident in _rows(operation, answer):
        if table not in tables() or table in bindings.absent:
            continue
        keys = (key for key in bindings.table(table).unique_keys if all(_is_plain(row.get(name)) for name in key))
        if key := next(keys, None):
            where = {name: row[name] for name in key}
            yield {"table": table, "where": where, "sent": where}
        elif ident is not None and all(value is None or _is_plain(value) for value in row.values()):
            yield {"table": table, "where": {"id": ident}, "sent": dict(row)}


def _rows(operation: Operation, answer: Answer) -> Iterator[tuple[str, Mapping[str, Any], Any]]:
    """Each record that was sent, with its table, and with the id in the answer if that says that it was created."""
    if isinstance(operation, (Upsert, Create)):
        created = isinstance(operation, Create) or answer.operation == "created"
        yield from ((operation.table, row, answer.id if created else None) for row in operation.sent)
    elif isinstance(operation, UpsertBatch):
        for row, part in zip_longest(operation.sent, answer.parts[: len(operation.sent)]):
            yield operation.table, row, part.id if part and part.operation == "created" else None
    elif isinstance(operation, Transaction):
        for sent, part in zip_longest(operation.operations, answer.parts[: len(operation.operations)]):
            if isinstance(sent.get("fields"), dict):
                ident = part.id if part and part.operation == "created" else None
                yield str(sent.get("table")), sent["fields"], ident


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float))
