"""A 404 that is no answer to a scenario's request: the target lacks the table, or the call itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from upsertspec.dialects.operations import Create, Delete, Find, Operation
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


def require_call(operation: Operation, criterion: str, ids: Collection[Any]) -> None:
    """Raise Blocked for a create that was answered with 404, or a delete of a record with one of these stored ids.

    A scenario of the criterion that defines it goes on.
    """
    if isinstance(operation, Create):
        role = "create"
    elif isinstance(operation, Delete) and operation.id in ids:
        role = "delete"
    else:
        return
    if criterion not in ("", defining(role)):
        raise Blocked(defining(role), "the call to be there", str(MISSING))
