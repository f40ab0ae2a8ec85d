"""Servers that lack something: the reference server, with one thing taken away from what it answers or has.

Each says what the suite may make of it: the criteria that fail, since they are about just that, and those of which
nothing may pass, since there is nothing left to compare. Everything else passes, or is not judged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response

from tests.lacking.dialects import PACKAGE
from upsertspec.spec import criteria as spec
from upsertspec.target.bindings import bindings_from
from upsertspec_catalogue import Answer, Entry, answers, view
from upsertspec_server import Server
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Role, Row, Schema, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts

Setup = Callable[[Server], None]
UPSERTS = ("records.upsert", "transactions.transact")
EVERYTHING = frozenset(criterion.id for criterion in spec.criteria())
ACCOUNTS = ("accounts", "import_batches", "raw_transactions", "transactions")
OTHERS = ("image_metadata", "room_assets", "asset_variants", "product_recommendations", "category_templates",
          "categories", "rules", "transaction_category_mappings", "users", "projects", "conversations", "messages",
          "artifacts", "activity_log")  # fmt: skip


@dataclass(frozen=True)
class Lacking:
    """A server, which criteria fail on it, of which nothing passes, and what the target says of it.

    `aside` are scenarios of the silent criteria that are about something which the server has.
    """

    parts: tuple[Any, ...]
    failing: str = ""
    silent: str | frozenset[str] = ""
    stated: Mapping[str, Any] = field(default_factory=dict)
    aside: str = ""

    @property
    def entry(self) -> Entry:
        return Entry("lacking", "", self.parts)

    def allows(self, case: spec.Case) -> bool:
        """Whether the scenario may pass."""
        silent = self.silent.split() if isinstance(self.silent, str) else self.silent
        return case.criterion not in silent or case.scenario in self.aside.split()


def without(value: Any, is_left_out: Callable[[str, Any], bool]) -> Any:
    """The value, without some members at any depth."""
    if isinstance(value, list):
        return [without(each, is_left_out) for each in value]
    if isinstance(value, dict):
        return {n: without(inner, is_left_out) for n, inner in value.items() if not is_left_out(n, inner)}
    return value


def answered(change: Callable[[Answer], Any]) -> Setup:
    """What becomes of the body of each success that holds records."""

    def changed(answer: Answer) -> None:
        is_about_records = answer.endpoint.startswith(("records.", "transactions."))
        if not answer.is_problem and answer.body is not None and is_about_records:
            answer.body = change(answer)

    return answers(changed)


def no(*names: str, only: tuple[str, ...] = ()) -> Setup:
    """No answer has these members."""
    return answered(
        lambda a: without(a.body, lambda n, _: n in names) if not only or a.endpoint in only else a.body,
    )


def gone(endpoint: str) -> Setup:
    """The call is not there."""
    return view(endpoint)(
        lambda original, **path: Response(json.dumps({"title": "Not here"}), 404, content_type="application/json")
    )


def lists(change: Callable[[list[Any]], list[Any]]) -> Setup:
    """What becomes of the records of a list, whose total follows."""

    def changed(answer: Answer) -> Any:
        if answer.endpoint != "records.list_records":
            return answer.body
        records = change(answer.body["records"])
        return {**answer.body, "records": records, "total": len(records)}

    return answered(changed)


def no_tables(*names: str) -> type[Schema]:
    """These tables are not there."""

    class Without(Schema):
        def find(self, name: str) -> Table:
            return super().find("no_such_table" if name in names else name)

    return Without


class OneKey(Server):
    """Contacts have one key: a phone number may come twice."""

    def load_schema(self) -> Schema:
        schema = super().load_schema()
        contacts = schema.tables["contacts"]
        fields = {**contacts.fields, "phone": replace(contacts.fields["phone"], unique=False)}
        one = replace(contacts, fields=fields, unique_keys=contacts.unique_keys[:1])
        return replace(schema, tables={**schema.tables, "contacts": one})


class CreatorMayUpdate(Server):
    """Two permissions are one."""

    def load_schema(self) -> Schema:
        schema = super().load_schema()
        creator: Role = replace(schema.roles["creator"], update=True)
        return replace(schema, roles={**schema.roles, "creator": creator})


class Replacing(Upserts):
    """An update replaces the whole record."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if plan.update_fields is None and plan.update_where is None:
            self.app.validator.check_required(plan.table, row)
            row = {**plan.table.defaults, **row}
        return super().update(plan, row, match, now)


def full(app: Server) -> None:
    """There were contacts before."""
    table = app.schema.tables["contacts"]
    for number in range(300):
        row = {"email": f"old-{number}@example.org", "name": f"Old {number}"}
        app.store.insert(table, app.records.new_row(table, row, app.store.now()))


def says_nothing(answer: Answer) -> None:
    if answer.is_problem:
        answer.body = {}


@view("records.read")
def reading_crashes(original: Callable[..., Any], **path: Any) -> Any:
    """Reading a record that is not there is answered with 500."""
    try:
        return original(**path)
    except Problem as problem:
        raise RuntimeError from problem


SERVERS: dict[str, Lacking] = {
    "no created_at": Lacking(
        (no("created_at"),),
        "AC-011 AC-103 AC-104 AC-205 AC-601",
        "AC-104",
        aside="S-ykrg S-aw87 S-b6nb S-3hcz S-93xp S-6x6b",
    ),
    "no updated_at": Lacking((no("updated_at"),), "AC-011 AC-103 AC-104 AC-205 AC-601", "AC-104"),
    "no timestamps": Lacking((no("created_at", "updated_at"),), "AC-011 AC-103 AC-104 AC-205 AC-601", "AC-104"),
    "no operation": Lacking((no("operation"),), "AC-001 AC-002 AC-012 AC-201 AC-301", "AC-012 AC-204", aside="S-f8sa"),
    "no counts": Lacking((no("created", "updated", "ignored", only=UPSERTS),), "AC-301", ""),
    "no record": Lacking(
        (no("record", only=UPSERTS),),
        "AC-001 AC-002 AC-012 AC-112 AC-201 AC-301 AC-501",
        "AC-002 AC-205",
    ),
    "no id in upserts": Lacking(
        (no("id", only=UPSERTS),),
        "AC-001 AC-002 AC-012 AC-112 AC-201 AC-205 AC-301 AC-501",
        "",
    ),
    "no id": Lacking((no("id"),), "AC-001", EVERYTHING - {"AC-001"}),
    "no nulls": Lacking(
        (answered(lambda a: without(a.body, lambda _, inner: inner is None)),),
        "AC-203 AC-204 AC-205 AC-504 AC-601 AC-608 AC-805",
        "",
    ),
    "no total": Lacking((no("total"),), "AC-603", ""),
    "no description": Lacking((gone("tables.describe"),), "AC-112", ""),
    "no reading by id": Lacking((gone("records.read"),), "AC-001 AC-601 AC-931", ""),
    "no answer for a record that is not there": Lacking(
        (reading_crashes,), "AC-602 AC-614 AC-804 AC-807 AC-907 AC-931 AC-934", ""
    ),
    "no create": Lacking((gone("records.create"),), "AC-601", ""),
    "no delete": Lacking((gone("records.delete"),), "AC-609 AC-932", ""),
    "no change": Lacking((gone("records.update"),), "AC-608 AC-935", ""),
    "no stats": Lacking((gone("tables.stats"),), "AC-610 AC-931", ""),
    "no transactions": Lacking(
        (gone("transactions.transact"),),
        "AC-501",
        "",
    ),
    "no list": Lacking((gone("records.list_records"),), "", EVERYTHING),
    "empty lists": Lacking((lists(lambda records: []),), "AC-001", EVERYTHING),
    "one record in lists": Lacking(
        (lists(lambda records: records[:1]),), "AC-603 AC-604 AC-605 AC-606 AC-607 AC-614 AC-702 AC-704 AC-931", ""
    ),
    "no tables of accounts": Lacking((no_tables(*ACCOUNTS),), "", ""),
    "no category_templates": Lacking((no_tables("category_templates"),), "", ""),
    "contacts only": Lacking((no_tables(*ACCOUNTS, *OTHERS),), "", ""),
    "one key only, as stated": Lacking(
        (OneKey,), "", "", {"bindings": bindings_from({"contacts": {"fields": {"phone": {"unique": False}}}})}
    ),
    "a creator that may update": Lacking((CreatorMayUpdate,), "AC-006 AC-307 AC-505 AC-608 AC-924", ""),
    "no creator, as stated": Lacking((CreatorMayUpdate,), "", "", {"without": frozenset({"creator"})}),
    "never empty": Lacking((full,), "", ""),
    "errors that say nothing": Lacking((answers(says_nothing),), "AC-302 AC-502 AC-813", ""),
    "updates that replace, as stated": Lacking((Replacing,), "AC-002 AC-105", "", {"dialect": f"{PACKAGE}:Replacing"}),
}
