"""Mistakes beside the path that is usually tried: a role, a header, an operator or a call that is seldom asked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from flask import g, request
from werkzeug.datastructures import ETags

from upsertspec_broken import add, broken
from upsertspec_broken.bases import planned
from upsertspec_broken.clients import AmongMany, ManyClients
from upsertspec_broken.isolation import as_editor
from upsertspec_broken.ways import is_within
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server import Server
from upsertspec_server.auth import Auth
from upsertspec_server.conditions import Condition, Conditions
from upsertspec_server.errors import Problem, bad_request, conflict
from upsertspec_server.idempotency import Idempotency
from upsertspec_server.queries import Condition as Filter
from upsertspec_server.queries import Grouping, Include, Queries, Record
from upsertspec_server.records import Records
from upsertspec_server.request import Request
from upsertspec_server.schema import Field, Role, Row, Table
from upsertspec_server.store import Store
from upsertspec_server.transactions import Operation, Results, Transactions
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.validation import Validator
from upsertspec_server.views import current_app, parse_id

# Upserts


@broken("AC-001")
class PhonesAreDigits(Upserts):
    """Compares phone numbers by their digits alone: one with blanks is taken where it is stored without."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        sql = "SELECT 1 FROM contacts WHERE replace(phone, ' ', '') = ?"
        phone = str(row.get("phone") or "").replace(" ", "")
        if plan.table.name == "contacts" and phone and self.store.db.execute(sql, [phone]).fetchone():
            raise conflict("The number is taken.", {"field": "phone", "message": "is already taken"})
        return super().create(plan, row, now)


add("no-condition-never-holds", "Leaves the match as it is where updateWhere has no conditions.", "AC-204",
    planned(lambda plan, row: replace(plan, on_conflict="ignore") if plan.update_where == {} else plan))  # fmt: skip


@broken("AC-211")
class ReplacingNeedsToDelete(Upserts):
    """Asks for the permission to delete where a match is replaced."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if plan.on_conflict == "replace":
            self.app.auth.require(g.role, "delete")
        return super().update(plan, row, match, now)


@broken("AC-601")
class BatchUpdatesWhatItCreates(Upserts):
    """Creates a record of a batch with its key, and then updates it: updated_at is later than created_at."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().create(plan, row, now)
        if not plan.batch or outcome.row is None:
            return outcome
        later = {"updated_at": self.store.later(now, outcome.row["updated_at"])}
        return replace(outcome, row=self.store.update(plan.table, outcome.row, later))


@broken("AC-404")
class FormerChildrenAreDeleted(Store):
    """Keeps a list of each record's children, from which it never takes one that has moved to another parent."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.moved: dict[tuple[str, Any], set[tuple[Table, Any]]] = {}

    def moves(self, table: Table, stored: Row, row: Row) -> None:
        """Remember the former parents of a child."""
        for field in table.fields.values():
            before = stored.get(field.name)
            if field.references and field.name in row and row[field.name] != before:
                self.moved.setdefault((field.references, before), set()).add((table, stored["id"]))

    def update(self, table: Table, stored: Row, changes: Row) -> Row:
        self.moves(table, stored, changes)
        return super().update(table, stored, changes)

    def upsert(self, table: Table, key: tuple[str, ...], row: Row, written: tuple[str, ...]) -> Row:
        if row["id"] is not None and (stored := self.get(table, row["id"])):
            self.moves(table, stored, row)
        return super().upsert(table, key, row, written)

    def delete(self, table: Table, record_id: Any) -> None:
        super().delete(table, record_id)
        for child, ident in self.moved.pop((table.name, record_id), ()):
            if self.get(child, ident):
                self.delete(child, ident)


@broken("AC-801")
class JsonBeginsAtOnce(Request):
    """Looks at the first byte of a body: a line end before the JSON is refused."""

    def parse(self, data: bytes) -> dict[str, Any]:
        if data[:1].isspace():
            raise bad_request("The body is not JSON.")
        return super().parse(data)


# Transactions


@broken("AC-501")
class RefsToNullAreRefused(Transactions):
    """Takes a $ref to a field that is null for one to nothing."""

    def resolve_value(self, value: Any, results: Results) -> Any:
        resolved = super().resolve_value(value, results)
        if resolved is None and value is not None:
            raise bad_request("A reference names nothing.")
        return resolved


@broken("AC-502")
@answers
def missing_within_has_no_index(answer: Answer) -> None:
    """Says that something is not there, but not for which operation of a transaction."""
    if answer.endpoint == "transactions.transact" and answer.status == 404:
        answer.body = {name: answer.body[name] for name in ("title", "status")}


@broken("AC-501")
class ResultsShowTheEnd(Transactions):
    """Answers with the records as they are when the transaction is over, also for the operations before the last."""

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        done = super().run(operations, role)
        return [each if each.row is None else replace(each, row=self.store.get(each.table, each.id)) for each in done]


@broken("AC-502")
class FailedKeysStayTaken(Transactions):
    """Keeps a list of taken keys, from which it takes nothing out where a transaction fails."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.taken: set[str] = set()

    def run(self, operations: list[Operation], role: Role) -> list[Outcome]:
        sent = {str(each["fields"].get("email")) for each in operations if each["op"] == "create"} - {"None"}
        if sent & self.taken:
            raise conflict("A key is taken.")
        try:
            return super().run(operations, role)
        except Problem:
            self.taken |= sent
            raise


# Records and lists


@broken("AC-601")
class CreateDropsUnknownFields(Validator):
    """Drops the fields that the table does not have from a create, though an upsert refuses them."""

    def fields(self, table: Table, body: dict[str, Any]) -> Row:
        sent = body.get("fields")
        if request.endpoint == "records.create" and isinstance(sent, dict):
            body = {**body, "fields": {name: value for name, value in sent.items() if name in table.all_fields}}
        return super().fields(table, body)


class ChangesJson(Validator):
    """Stores another value than the one that was sent for JSON without a schema."""

    def value(self, field: Field, value: Any) -> Any:
        return super().value(field, self.changed(value) if field.type.name == "json" else value)

    def changed(self, value: Any) -> Any:
        """The value that is stored, with what is in it."""
        if isinstance(value, dict):
            return {self.name(name): self.changed(each) for name, each in value.items()}
        return [self.changed(each) for each in value] if isinstance(value, list) else value

    def name(self, name: str) -> str:
        """The name of a member."""
        return name if name in ("useCases",) else name.lower()


@broken("AC-611", "AC-601")
class NamesInLowerCase(ChangesJson):
    """Stores the names of JSON members in lower case, but for those that its schema knows."""


@broken("AC-611")
class DollarsAreOperators(ChangesJson):
    """Refuses JSON with a name that begins with a dollar, which its database takes for an operator."""

    def name(self, name: str) -> str:
        if name.startswith("$"):
            raise ValueError("holds an operator")
        return name


@broken("AC-603")
class LargestLimitIsRefused(Queries):
    """Refuses the largest limit itself: it writes < for <=."""

    def limit(self, text: str | None) -> int:
        limit = super().limit(text)
        if limit == self.max_limit:
            raise bad_request(f"The limit must be below {self.max_limit}.")
        return limit


@broken("AC-604")
class EmptyFiltersAreNone(Queries):
    """Tests `if value`, so that a filter with an empty text is none."""

    def conditions(self, table: Table, pairs: list[tuple[str, str]]) -> list[Filter]:
        return super().conditions(table, [(name, text) for name, text in pairs if text])


@broken("AC-604")
class IdIsNoFilter(Queries):
    """Knows no filter on a protected field."""

    def condition(self, table: Table, parameter: str, text: str) -> Filter:
        if parameter.partition("__")[0] not in table.fields:
            raise bad_request(f"{parameter} is not a parameter of this list.")
        return super().condition(table, parameter, text)


@broken("AC-604")
class TextsHaveNoOrder(Queries):
    """Takes gt, gte, lt and lte for numbers and times only."""

    def compare(self, field: Field, operator: str, text: str) -> Filter:
        if field.type.name == "text" and operator not in ("eq", "ne"):
            raise ValueError(f"{operator} needs a number or a time")
        return super().compare(field, operator, text)


@broken("AC-604")
class FiltersFoldAccents(Queries):
    """Finds a text by another one that lacks its accent, like a database with such a collation."""

    def compare(self, field: Field, operator: str, text: str) -> Filter:
        sql, values = super().compare(field, operator, text)
        if field.type.name != "text" or operator != "eq":
            return sql, values
        return f"replace({self.column(field)}, 'è', 'e') = ?", [text.replace("è", "e")]


@broken("AC-303", "AC-604")
class AmountsCompareAsText(Queries):
    """Keeps amounts as text, and filters and sorts them as text: 2.50 is more than 1000."""

    def column(self, field: Field) -> str:
        return super().column(field).partition(" COLLATE ")[0]


@broken("AC-604")
class AmountsFilterAsText(Queries):
    """Keeps amounts as text, sorts them as numbers, and compares them as text in a filter: 10 is less than 9."""

    def compare(self, field: Field, operator: str, text: str) -> Filter:
        sql, values = super().compare(field, operator, text)
        return (sql if operator in ("eq", "ne") else sql.replace(' COLLATE "decimal"', "")), values


@broken("AC-606")
class ProtectedCantBeChosen(Queries):
    """Knows no protected field but the id where fields are chosen."""

    def field(self, table: Table, parameter: str, name: str) -> str:
        if parameter == "_fields" and name not in table.fields and name != "id":
            raise bad_request(f"{name} can't be chosen.")
        return super().field(table, parameter, name)


@broken("AC-607")
class ChildrenAreAPage(Queries):
    """Nests as many children as a page of a list has records by default."""

    def nested(self, child: Include, name: str, values: list[Any]) -> list[Record]:
        is_whole = child.is_parent or child.limit is not None
        return super().nested(child if is_whole else replace(child, limit=self.default_limit), name, values)


@broken("AC-610")
class GroupsAreText(Queries):
    """Answers the value of each group as text, like the keys of an object."""

    def groups(self, grouping: Grouping) -> Any:
        body = super().groups(grouping)
        for group in body["groups"]:
            group |= {name: str(group[name]) for name in grouping.group_by if isinstance(group[name], int)}
        return body


@broken("AC-610")
class EmptyTextIsNoGroup(Queries):
    """Tests `if value`, so that the records with an empty text are in the group of those without a value."""

    def groups(self, grouping: Grouping) -> Any:
        body = super().groups(grouping)
        by, found = grouping.group_by[0], body["groups"]
        if empty := next((group for group in found if group[by] == ""), None):
            none = next((group for group in found if group[by] is None), None)
            found.remove(empty)
            if none:
                none["count"] += empty["count"]
            else:
                found.append({**empty, by: None})
        return body


def not_for(role: str, endpoint: str) -> Any:
    """A part: a view that one role may not call."""

    @view(endpoint)
    def asks(original: Any, **path: Any) -> Any:
        current_app.auth.require(g.role, "delete" if g.role.name == role else "read")
        return original(**path)

    return asks


add("viewers-get-no-statistics", "Answers 403 to a viewer who asks for statistics.", "AC-610",
    not_for("viewer", "tables.stats"))  # fmt: skip
add("viewers-get-no-lists", "Answers 403 to a viewer who asks for a list, but lets it read a record.", "AC-604",
    not_for("viewer", "records.list_records"))  # fmt: skip
add("updaters-get-no-lists", "Answers 403 to an updater who asks for a list.", "AC-604",
    not_for("updater", "records.list_records"))  # fmt: skip

# Conditions and keys


def conditions(change: Any) -> type[Conditions]:
    """Conditions that are read as `change(condition)`, where they can be read at all."""

    class Changed(Conditions):
        def read(self, request: Any, is_about_one: bool = True) -> Condition:
            return change(super().read(request, is_about_one))  # type: ignore[no-any-return]

    return Changed


def given(header: str) -> str:
    """What a header of the request says."""
    return request.headers.get(header, "")


def without(endpoint: str, member: str) -> type[Conditions]:
    """Conditions that one view takes no notice of."""
    return conditions(lambda found: replace(found, **{member: None}) if request.endpoint == endpoint else found)


add("change-ignores-if-none-match", "Takes no notice of If-None-Match in a partial update, since it is for reads.",
    "AC-907", without("records.update", "none_match"))  # fmt: skip
add("deletion-ignores-if-none-match", "Takes no notice of If-None-Match in a deletion, since it is for reads.",
    "AC-907", without("records.delete", "none_match"))  # fmt: skip
add("read-ignores-if-match", "Takes no notice of If-Match in a read, since it is for writes.", "AC-907",
    without("records.read", "match"))  # fmt: skip
add("tags-are-split-at-blanks", "Splits the tags of If-Match at a comma and a blank: without the blank none is found.",
    "AC-902", conditions(lambda found: replace(found, match=ETags()) if '","' in given("If-Match") else found)
    )  # fmt: skip


class RemembersWhatIsIgnored(Upserts):
    """Remembers whether a match was left as it is."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        g.ignored = outcome.operation == "ignored"
        return outcome


@broken("AC-902", using=(RemembersWhatIsIgnored,))
class IgnoredSkipsTheCondition(Conditions):
    """Looks at the condition where it writes: an upsert that leaves the match as it is answers 200."""

    def check(self, condition: Condition, table: Table, stored: Row | None) -> None:
        if not g.get("ignored"):
            super().check(condition, table, stored)


@broken("AC-901")
class TagCountsTheChildren(Conditions):
    """Makes the tag of the record with its children: a new child gives its parent another tag."""

    def tag(self, table: Table, row: Row) -> str:
        children = self.app.schema.children(table).values()
        counts = [
            self.app.store.db.table(each.name).count_where(f"{each.parent_field(table)} = ?", [row["id"]])
            for each in children
        ]
        return f"{super().tag(table, row)}-{sum(counts)}"


@broken("AC-921")
class RepetitionChecksTheCondition(Idempotency):
    """Looks at If-Match again where a request is repeated: the record has another tag now, and the answer is 412."""

    def replay(self, key: Any) -> Any:
        known = super().replay(key)
        if known is not None and "If-Match" in request.headers:
            table = current_app.schema.find(str((request.view_args or {})["table"]))
            row = self.store.get(table, parse_id(table, str(known.get_json()["id"])))
            current_app.conditions.check(current_app.conditions.read(request), table, row)  # type: ignore[arg-type]
        return known


@broken("AC-925")
class KeysAreUnquoted(Idempotency):
    """Decodes percent escapes in a key, so that two keys become one."""

    def text(self, value: str) -> str:
        return unquote(super().text(value))


@broken("AC-925")
class BlanksInAKeyAreOne(Idempotency):
    """Takes several blanks in a key for one."""

    def text(self, value: str) -> str:
        return re.sub(" +", " ", super().text(value))


@broken("AC-922")
class BatchesCompareInAnyOrder(Idempotency):
    """Compares the records of a batch without their order."""

    def digest(self) -> str:
        body = request.get_json(force=True)
        records = body.get("records") if isinstance(body, dict) else None
        return repr(sorted(map(repr, records))) if isinstance(records, list) else super().digest()


# Organizations


@broken("AC-935")
class UpdateValuesGiveAway(Upserts):
    """Looks whose the fields of an upsert are, but not whose its updateValues."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        self.app.auth.require_own(plan.table, row)
        done: Outcome = as_editor(lambda: super(UpdateValuesGiveAway, self).upsert_one(plan, row, now))
        return done


@broken("AC-936")
class DeletionsWithinAreOpen(Records):
    """Deletes a record of any organization where the deletion is one of a transaction."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        if not is_within():
            return super().delete(table, record_id, where)
        done: Outcome = as_editor(lambda: super(DeletionsWithinAreOpen, self).delete(table, record_id, where))
        return done


def open_to_members(endpoint: str) -> type[Auth]:
    """Lets a member call one view of a table that has no organization."""

    class Open(Auth):
        def require_table(self, role: Role, table: Table) -> None:
            if request.endpoint != endpoint:
                super().require_table(role, table)

    return Open


for name, endpoint, what in (
    ("statistics-of-other-tables-are-open", "tables.stats", "statistics"),
    ("lists-of-other-tables-are-open", "records.list_records", "lists"),
    ("descriptions-of-other-tables-are-open", "tables.describe", "descriptions"),
):
    add(name, f"Answers a member who asks for {what} of a table that has no organization.", "AC-931",
        open_to_members(endpoint))  # fmt: skip


@broken("AC-934")
class ConditionTellsOfOthers(Records):
    """Looks at the tag before the organization: 412 tells that another has such a record."""

    def read(self, table: Table, record_id: Any) -> Row:
        row = self.store.get(table, record_id)
        if row and not self.app.auth.sees(table, row) and "If-Match" in request.headers:
            raise Problem(412, "The stored record does not meet the condition.")
        return super().read(table, record_id)


# Many clients


class TakesTheTimeFirst(ManyClients):
    """Takes the time of a request when it comes. Among many clients, every third waits for its turn a little longer."""

    turn = 0

    def upsert(self, table: str) -> Any:
        g.began = self.store.now()
        self.turn += 1
        self.clients.slow_down(0.02 * (self.turn % 3))
        return super().upsert(table)


@broken("AC-702", using=(TakesTheTimeFirst,))
class TimeBeforeTheLock(AmongMany):
    """Takes the time before it waits for the lock: a write that waited longer sets updated_at back."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not self.clients.are_many():
            return super().save(table, match, changes, now)
        return self.store.update(table, match, {"updated_at": g.began, **changes})
