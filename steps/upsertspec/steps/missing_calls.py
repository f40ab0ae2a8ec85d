"""A 404 that is no answer to a scenario's request: the target lacks the table, or the call itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from upsertspec.dialects.operations import Change, Create, Delete, Find, Groups, Operation, Read, Transaction
from upsertspec.errors import Blocked, NotApplicable, NotTestable
from upsertspec.http.client import Client
from upsertspec.spec.criteria import defining
from upsertspec.spec.outcomes import MISSING, OK


def require_table(client: Client, table: str, missing: dict[str, bool]) -> None:
    """Raise NotTestable if the target does not have the table. `missing` keeps what was found."""
    if table not in missing:
        try:
            status = client.call("editor", Find(table, {}, limit=1)).status
        except (NotTestable, NotApplicable):
            status = OK
        missing[table] = status == MISSING
    if missing[table]:
        fix = f"create it, map its name in [tables], or state {table} = false there"
        raise NotTestable(f"the target has no table {client.bindings.of(table).name} ({MISSING}); {fix}")


def require_call(
    client: Client, operation: Operation, criterion: str, ids: Collection[Any], missing: dict[str, bool]
) -> None:
    """Raise Blocked if an operation was answered with 404 because the target does not have the call.

    That is a create, a read, a change or a deletion of a record with one of these stored ids, and a transaction or
    counts by group whose plainest request is answered with 404, too. A scenario of the criterion that defines the call
    goes on.
    """
    match operation:
        case Create():
            role = "create"
        case Read() if operation.id in ids:
            role = "create"
        case Change() if operation.id in ids:
            role = "change"
        case Delete() if operation.id in ids:
            role = "delete"
        case Transaction() if is_missing(client, Transaction([]), missing):
            role = "transaction"
        case Groups() if is_missing(client, plainest_groups(operation.table), missing):
            role = "groups"
        case _:
            return
    if criterion not in ("", defining(role)):
        raise Blocked(defining(role), "the call to be there", str(MISSING))


def plainest_groups(table: str) -> Groups:
    """Counts by group that every target can answer which has the call."""
    return Groups(table, {"group_by": "id"})


def is_missing(client: Client, plainest: Operation, missing: dict[str, bool]) -> bool:
    """Whether the target does not have a call: 404 to its plainest request. `missing` keeps what was found."""
    name = type(plainest).__name__
    if name not in missing:
        try:
            missing[name] = client.call("editor", plainest).status == MISSING
        except (NotTestable, NotApplicable):
            missing[name] = False
    return missing[name]
