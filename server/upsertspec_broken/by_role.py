"""Mistakes that only one role meets, which may do the request: a tag, a condition, a key or a record is not for it."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.idempotency import without_key
from upsertspec_catalogue import view
from upsertspec_server.conditions import Condition, Conditions
from upsertspec_server.idempotency import Idempotency
from upsertspec_server.queries import Condition as Filter
from upsertspec_server.queries import Include, Queries, Record
from upsertspec_server.request import Request
from upsertspec_server.schema import Row, Table
from upsertspec_server.views import current_app, request


def is_from(role: str, endpoint: str) -> bool:
    """Whether this role sends the request, to this view."""
    return g.role.name == role and request.endpoint == endpoint


def without_tag(role: str, endpoint: str) -> type[Conditions]:
    """Conditions that give no tag to a role in the answers of a view."""

    class WithoutTag(Conditions):
        def header(self, table: Table, row: Row | None) -> dict[str, str]:
            return {} if is_from(role, endpoint) else super().header(table, row)

    return WithoutTag


def without_condition(role: str, endpoint: str, is_alone: bool = True) -> type[Conditions]:
    """Conditions that are not read in a role's requests to a view, which are about one record or about several."""

    class WithoutCondition(Conditions):
        def read(self, request: Request, is_about_one: bool = True) -> Condition:
            if is_from(role, endpoint) and is_about_one == is_alone:
                return Condition()
            return super().read(request, is_about_one)

    return WithoutCondition


def without_key_of(role: str, endpoint: str) -> type[Idempotency]:
    """Keys that are not read in a role's requests to a view."""
    return without_key(lambda: is_from(role, endpoint))


def not_for(role: str, endpoint: str) -> Any:
    """A part: a view that one role may not call."""

    @view(endpoint)
    def asks(original: Any, **path: Any) -> Any:
        current_app.auth.require(g.role, "delete" if g.role.name == role else "read")
        return original(**path)

    return asks


NO_TAG = without_tag, "Answers {call} by the {role} without a tag."
NO_CONDITION = without_condition, "Takes no notice of conditions in {call} by the {role}."
NO_CONDITION_FOR_SEVERAL = partial(without_condition, is_alone=False), NO_CONDITION[1]
NO_KEY = without_key_of, "Does not read the Idempotency-Key of {call} by the {role}."
for (part, says), violates, role, endpoint, name, call in (
    (NO_TAG, "AC-901", "updater", "records.update", "get-no-tag-from-update", "a partial update"),
    (NO_TAG, "AC-901", "updater", "records.upsert", "get-no-tag-from-upsert", "an upsert"),
    (NO_TAG, "AC-901", "creator", "records.upsert", "get-no-tag-from-upsert", "an upsert"),
    (NO_TAG, "AC-901", "updater", "records.read", "get-no-tag-from-read", "a read"),
    (NO_CONDITION, "AC-902", "updater", "records.update", "change-has-no-condition", "a partial update"),
    (NO_CONDITION, "AC-902", "updater", "records.upsert", "upsert-has-no-condition", "an upsert"),
    (NO_CONDITION_FOR_SEVERAL, "AC-907", "updater", "records.upsert", "batch-has-no-condition", "a batch"),
    (NO_CONDITION_FOR_SEVERAL, "AC-907", "updater", "transactions.transact", "transaction-has-no-condition",
     "a transaction"),
    (NO_KEY, "AC-921", "updater", "records.upsert", "upsert-has-no-key", "an upsert"),
    (NO_KEY, "AC-921", "creator", "records.create", "create-has-no-key", "a create"),
    (NO_KEY, "AC-921", "updater", "transactions.transact", "transaction-has-no-key", "a transaction"),
    (NO_KEY, "AC-921", "creator", "transactions.transact", "transaction-has-no-key", "a transaction"),
):  # fmt: skip
    add(f"{role}s-{name}", says.format(call=call, role=role), violates, part(role, endpoint))

add("viewers-get-no-statistics", "Answers 403 to a viewer who asks for statistics.", "AC-610",
    not_for("viewer", "tables.stats"))  # fmt: skip
add("viewers-get-no-lists", "Answers 403 to a viewer who asks for a list, but lets it read a record.", "AC-604",
    not_for("viewer", "records.list_records"))  # fmt: skip
add("updaters-get-no-lists", "Answers 403 to an updater who asks for a list.", "AC-604",
    not_for("updater", "records.list_records"))  # fmt: skip
add("creators-read-nothing", "Answers 403 to a creator who reads a record.", "AC-602",
    not_for("creator", "records.read"))  # fmt: skip


@broken("AC-604")
class CreatorsSeeNothingInactive(Queries):
    """Lists no inactive records to a creator."""

    def own(self, table: Table) -> list[Filter]:
        is_hidden = g.role.name == "creator" and table.name == "contacts"
        return [*super().own(table), *([("\"status\" <> 'inactive'", [])] if is_hidden else [])]


@broken("AC-614")
class ViewersSeeNoChildren(Queries):
    """Nests no children in what a viewer reads, only parents."""

    def nested(self, child: Include, name: str, values: list[object]) -> list[Record]:
        return super().nested(child, name, values) if child.is_parent or g.role.name != "viewer" else []
