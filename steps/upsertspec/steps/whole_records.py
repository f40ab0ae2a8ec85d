"""Upserts of a target that replaces the whole record: they repeat what is stored, so that nothing is lost by them.

A scenario about fields that a request does not mention (`@asserts-unmentioned`) is sent as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.operations import Operation, Transaction, Upsert, UpsertBatch
from upsertspec.errors import NotApplicable, NotTestable
from upsertspec.http.client import Client
from upsertspec.spec.criteria import Case, asserted, defining
from upsertspec.spec.schema import tables
from upsertspec.steps.lookup import Reader

STATED = ("shape", "replaces")
UNMENTIONED = "unmentioned"


def require_kept(client: Client, case: Case) -> None:
    """Raise NotApplicable where a scenario relies on an update that keeps what it does not mention.

    The criteria that say so are judged.
    """
    if client.replaces and UNMENTIONED in asserted(case) and case.criterion not in _judged():
        why = "the target replaces the whole record, so that what a request does not mention is lost"
        raise NotApplicable(f"{why}; {' and '.join(_judged())} are about that", (STATED,))


def note_kept(client: Client, case: Case) -> None:
    """Note that the target replaces nothing, where a scenario that says so has passed."""
    if client.replaces and UNMENTIONED in asserted(case):
        client.untrue[STATED] = "an update kept the fields that it did not mention (see `replaces` in [shape.upsert])"


def whole(reader: Reader, operation: Operation) -> Operation:
    """The upsert with the stored values of the fields that it does not mention, where it matches a record."""
    if isinstance(operation, Transaction):
        return replace(operation, operations=[_completed_part(reader, each) for each in operation.operations])
    if not isinstance(operation, (Upsert, UpsertBatch)) or operation.extra.keys() - {"onMissing"}:
        return operation
    rows = [_completed(reader, operation.table, operation.match_fields, row) for row in operation.sent]
    if isinstance(operation, UpsertBatch):
        return replace(operation, records=rows)
    return replace(operation, fields=rows[0]) if rows else operation


def _completed_part(reader: Reader, part: Mapping[str, Any]) -> Mapping[str, Any]:
    """An operation of a transaction; an upsert without further members as whole as one outside."""
    is_plain = part.keys() <= {"op", "table", "fields", "matchFields", "as"} and isinstance(part.get("fields"), dict)
    if part.get("op") != "upsert" or not is_plain or part.get("table") not in tables():
        return part
    return {**part, "fields": _completed(reader, part["table"], part.get("matchFields"), part["fields"])}


def _completed(reader: Reader, table: str, match_fields: Any, row: Mapping[str, Any]) -> Mapping[str, Any]:
    names = match_fields if isinstance(match_fields, list) else []
    key = {name: row.get(name) for name in names if isinstance(name, str)}
    if not key or not all(isinstance(value, (str, int)) for value in key.values()):
        return row
    try:
        found = reader.find(table, key)
    except (NotTestable, NotApplicable):
        return row
    fields = reader.table(table).fields
    stored = {name: value for record in found[:1] for name, value in record.items() if name in fields}
    return {**stored, **row}


def _judged() -> tuple[str, str]:
    return defining("upsert-update"), defining(UNMENTIONED)
