"""Mistakes that only one role meets, which may do the request: a tag, a condition, a key or a record is not for it."""

from __future__ import annotations

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.overlooked import not_for
from upsertspec_server.conditions import Condition, Conditions
from upsertspec_server.idempotency import Idempotency, Key
from upsertspec_server.queries import Condition as Filter
from upsertspec_server.queries import Include, Queries, Record
from upsertspec_server.request import Request
from upsertspec_server.schema import Row, Table
from upsertspec_server.views import request


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


def without_key(role: str, endpoint: str) -> type[Idempotency]:
    """Keys that are not read in a role's requests to a view."""

    class WithoutKey(Idempotency):
        def key(self) -> Key | None:
            return None if is_from(role, endpoint) else super().key()

    return WithoutKey


for role, endpoint, call in (
    ("updater", "update", "a partial update"),
    ("updater", "upsert", "an upsert"),
    ("creator", "upsert", "an upsert"),
    ("updater", "read", "a read"),
):
    add(f"{role}s-get-no-tag-from-{call.split()[-1]}", f"Answers {call} by the {role} without a tag.", "AC-901",
        without_tag(role, f"records.{endpoint}"))  # fmt: skip

for name, endpoint, violates, is_alone, call in (
    ("change", "records.update", "AC-902", True, "a partial update"),
    ("upsert", "records.upsert", "AC-902", True, "an upsert"),
    ("batch", "records.upsert", "AC-907", False, "a batch"),
    ("transaction", "transactions.transact", "AC-907", False, "a transaction"),
):
    add(f"updaters-{name}-has-no-condition", f"Takes no notice of conditions in {call} by the updater.", violates,
        without_condition("updater", endpoint, is_alone))  # fmt: skip

for role, endpoint, call in (
    ("updater", "records.upsert", "upsert"),
    ("creator", "records.create", "create"),
    ("updater", "transactions.transact", "transaction"),
    ("creator", "transactions.transact", "transaction"),
):
    add(f"{role}s-{call}-has-no-key", f"Does not read the Idempotency-Key of a {call} by the {role}.", "AC-921",
        without_key(role, endpoint))  # fmt: skip

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
