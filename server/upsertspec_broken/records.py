"""Records by their id: created, read, changed and deleted in the wrong way."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.bases import key_fields, without
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server import Server
from upsertspec_server.errors import Problem, bad_request, conflict
from upsertspec_server.records import Records
from upsertspec_server.schema import Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome
from upsertspec_server.validation import Validator
from upsertspec_server.views import current_app, request


@broken("AC-601")
class CreateIsAnUpsert(Records):
    """Updates the record that has the key, where a POST should create one."""

    def create(self, table: Table, row: Row) -> Outcome:
        match = self.with_key_of(table, row)
        return self.update(table, match["id"], row) if match else super().create(table, row)

    def with_key_of(self, table: Table, row: Row) -> Row | None:
        """The stored record that has one of the row's unique keys."""
        found = (self.store.find(table, key, row) for key in table.unique_keys if row.keys() >= set(key))
        return next(filter(None, found), None)


@broken("AC-601")
class GetOrCreate(CreateIsAnUpsert):
    """Answers a POST with the record that already has the key, as if it had just been created."""

    def create(self, table: Table, row: Row) -> Outcome:
        match = self.with_key_of(table, row)
        return Outcome(table, "created", match["id"], match) if match else Records.create(self, table, row)


@broken("AC-601")
@answers
def post_is_200(answer: Answer) -> None:
    """Answers 200 where a POST has created a record."""
    if answer.endpoint == "records.create" and answer.status == HTTPStatus.CREATED:
        answer.status = HTTPStatus.OK


@broken("AC-601")
@answers
def no_location(answer: Answer) -> None:
    """Creates a record, but does not say where it is."""
    if answer.endpoint == "records.create":
        answer.headers.pop("Location", None)


@broken("AC-601")
@answers
def location_is_the_list(answer: Answer) -> None:
    """Puts the path of the list into Location."""
    if "Location" in answer.headers:
        answer.headers["Location"] = answer.headers["Location"].rpartition("/")[0]


@broken("AC-601")
@answers
def post_echoes_the_request(answer: Answer) -> None:
    """Answers a POST with the fields that were sent, without the id of the record."""
    if answer.endpoint == "records.create" and not answer.is_problem:
        del answer.body["id"]


@broken("AC-013", "AC-601")
@answers
def taken_is_500(answer: Answer) -> None:
    """Answers 500 where a unique key is taken."""
    if answer.status == HTTPStatus.CONFLICT and "unique key" in answer.body["detail"]:
        answer.status = HTTPStatus.INTERNAL_SERVER_ERROR


def for_readers(endpoint: str) -> Any:
    """A part: a view that everybody may call who may read."""

    @view(endpoint)
    def lets(original: Any, **path: str) -> Any:
        g.role = replace(g.role, create=g.role.read, delete=g.role.read)
        return original(**path)

    return lets


add("post-asks-nobody", "Creates a record for everybody who may read.", "AC-601 AC-051", for_readers("records.create"))
add("delete-asks-nobody", "Deletes a record for everybody who may read.", "AC-609", for_readers("records.delete"))


@broken("AC-601")
class MissingTextIsEmpty(Records):
    """Stores empty text for a required field that a POST does not mention."""

    def create(self, table: Table, row: Row) -> Outcome:
        texts = [name for name in table.required if table.fields[name].type.name == "text"]
        return super().create(table, {**dict.fromkeys(texts, ""), **row})


def where_not_found(endpoint: str, answer: Any) -> Any:
    """A part: the view answers this where it would answer 404 for a record."""

    @view(endpoint)
    def instead(original: Any, **path: str) -> Any:
        try:
            return original(**path)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND or "record" not in problem.detail:
                raise
        return answer(**path) if callable(answer) else answer

    return instead


add(
    "missing-is-null",
    "Answers 200 without a record where there is none.",
    "AC-602",
    where_not_found("records.read", {}),
)
add("missing-is-204", "Answers 204 where there is no record.", "AC-602", where_not_found("records.read", ("", 204)))
add("missing-can-be-deleted", "Answers 204 even where there is nothing to delete.", "AC-609",
    where_not_found("records.delete", ("", 204)))  # fmt: skip


def create_instead(table: str, record_id: str) -> Any:
    """Create a record in place of a partial update."""
    return current_app.view_functions["records.create"](table=table)


add("patch-creates", "Creates a record where a partial update finds none.", "AC-608",
    where_not_found("records.update", create_instead))  # fmt: skip


class PathIds(Server):
    """Reads the ids in paths in its own way."""

    def setup(self) -> None:
        super().setup()
        for name in ("read", "update", "delete"):
            original = self.view_functions[f"records.{name}"]
            self.view_functions[f"records.{name}"] = self.reading(original)

    def reading(self, original: Any) -> Any:
        """The view, with its id read first."""

        def instead(table: str, record_id: str) -> Any:
            found = self.schema.find(table)
            return original(table=table, record_id=record_id if found.uuid else str(self.read_id(record_id)))

        return instead

    def read_id(self, text: str) -> Any:
        """The id that a text stands for."""
        return text


@broken("AC-602")
class NonsenseIdIs400(PathIds):
    """Answers 400 where an id is not a number."""

    def read_id(self, text: str) -> Any:
        if not text.isdecimal():
            raise bad_request("This is no id.")
        return text


@broken("AC-602")
class NonsenseIdCrashes(PathIds):
    """Converts the id to a number without checking whether it is one, and answers 500."""

    def read_id(self, text: str) -> Any:
        return int(text)


@broken("AC-602", "AC-804")
class IdsAreReadFromTheirBeginning(PathIds):
    """Reads the number at the beginning of an id, like parseInt(), and ignores the rest."""

    def read_id(self, text: str) -> Any:
        found = re.match(r"\d+", text)
        return found.group() if found else text


class Graves(Records):
    """Keeps what was deleted."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.graves: dict[tuple[str, Any], Row] = {}

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        outcome = super().delete(table, record_id, where)
        self.graves[table.name, record_id] = stored
        return outcome

    def with_key_of(self, table: Table, row: Row) -> Row | None:
        """The deleted record that had one of the row's unique keys."""
        for (name, _), grave in self.graves.items():
            for key in table.unique_keys:
                if name == table.name and all(row.get(field) == grave[field] is not None for field in key):
                    return grave
        return None


@broken("AC-602", "AC-609")
class DeletedIsStillRead(Graves):
    """Marks a record as deleted and hides it from lists, but not from reads by the id."""

    def read(self, table: Table, record_id: Any) -> Row:
        return self.graves.get((table.name, record_id)) or super().read(table, record_id)

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        is_there = self.store.get(table, record_id)
        return super().delete(table, record_id, where) if is_there else Outcome(table, "deleted", record_id, None)


@broken("AC-602")
class DeletedIs410(Graves):
    """Answers 410 for a record that was deleted."""

    def read(self, table: Table, record_id: Any) -> Row:
        if (table.name, record_id) in self.graves:
            raise Problem(HTTPStatus.GONE, "The record was deleted.")
        return super().read(table, record_id)


@broken("AC-609")
class DeletedKeepsItsKey(Graves):
    """Marks a record as deleted, so its unique values stay taken."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        if self.with_key_of(table, row):
            raise conflict("A unique key would be broken.")
        return super().new_row(table, row, now)


@broken("AC-609")
class DeletedComesBack(Graves):
    """Marks a record as deleted, and restores it with its old values where its key is created again."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        new, grave = super().new_row(table, row, now), self.with_key_of(table, row)
        known = {name: value for name, value in new.items() if value is not None}
        return {"id": None, **{name: grave[name] for name in table.fields}, **known} if grave else new


@broken("AC-609", "AC-404", "AC-613")
class DeletedIsStillListed(Store):
    """Marks a record and its children as deleted and no longer finds them by the id, but still lists them."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.gone: set[tuple[str, Any]] = set()

    def delete(self, table: Table, record_id: Any) -> None:
        self.gone.add((table.name, record_id))
        for child in self.app.schema.children(table).values():
            field = str(child.parent_field(table))
            for row in self.rows(child, f'"{field}" = ?', [record_id]):
                self.delete(child, row["id"])

    def get(self, table: Table, record_id: Any) -> Row | None:
        return None if (table.name, record_id) in self.gone else super().get(table, record_id)


@broken("AC-609")
class DeletesTheNeighboursToo(Store):
    """Deletes by the first reference instead of the id: all children of the same parent go."""

    def delete(self, table: Table, record_id: Any) -> None:
        field = next((name for name, field in table.fields.items() if field.references), "id")
        stored = self.get(table, record_id) or {}
        self.db.table(table.name).delete_where(f'"{field}" = ?', [stored.get(field)])


@broken("AC-609", "AC-404", "AC-613")
class DeleteIsAccepted(Store):
    """Answers a delete, and leaves the record where it is."""

    def delete(self, table: Table, record_id: Any) -> None:
        pass


@broken("AC-608")
class PatchIsAPut(Records):
    """Sets every field that a partial update does not mention to its default or null."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        blank = {name: value for name, value in table.defaults.items() if name not in table.required}
        return super().update(table, record_id, {**blank, **row}, where)


@broken("AC-608")
class PatchSkipsNull(Records):
    """Leaves the fields that are null out of a partial update."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        return super().update(table, record_id, {name: row[name] for name in row if row[name] is not None}, where)


@broken("AC-608")
@view("records.update")
def patch_needs_all_that_is_required(original: Any, table: str, record_id: str) -> Any:
    """Refuses a partial update that does not mention every required field."""
    found = current_app.schema.find(table)
    current_app.validator.check_required(found, current_app.validator.fields(found, request.read_object()))
    return original(table=table, record_id=record_id)


class ChecksChanges(Validator):
    """Checks the fields of a partial update in its own way."""

    def fields(self, table: Table, body: dict[str, Any]) -> Row:
        given = body.get("fields")
        if request.endpoint != "records.update" or not isinstance(given, dict):
            return super().fields(table, body)
        return self.changes(table, given)

    def changes(self, table: Table, given: dict[str, Any]) -> Row:
        """The fields that are written."""
        raise NotImplementedError


@broken("AC-608")
class PatchTakesAnyOption(ChecksChanges):
    """Checks options when a record is created, but not in a partial update."""

    def changes(self, table: Table, given: dict[str, Any]) -> Row:
        loose = {name: given[name] for name in given if name in table.fields and table.fields[name].options}
        return {**self.row(table, without(given, loose)), **loose}


@broken("AC-608")
class PatchDropsWhatIsWrong(ChecksChanges):
    """Writes the valid fields of a partial update, and silently drops the others."""

    def changes(self, table: Table, given: dict[str, Any]) -> Row:
        row: Row = {}
        for name, value in given.items():
            try:
                row |= self.row(table, {name: value})
            except Problem:
                continue
        return row


@broken("AC-608")
class PatchForgetsTheWhere(Records):
    """Writes a partial update to every record of the table, unless it names a unique field."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        for other in self.store.rows(table):
            if other["id"] != record_id and not key_fields(table).intersection(row):
                super().update(table, other["id"], row)
        return super().update(table, record_id, row, where)


@broken("AC-104")
class PatchLeavesUpdatedAt(Records):
    """Does not move updated_at in a partial update."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        before = self.read(table, record_id)["updated_at"]
        changed = super().update(table, record_id, row, where).row or {}
        return Outcome(table, "updated", record_id, self.store.update(table, changed, {"updated_at": before}))


@broken("AC-608")
class PatchAnswersTheOldRecord(Records):
    """Answers a partial update with the record as it was before."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        before = self.read(table, record_id)
        super().update(table, record_id, row, where)
        return Outcome(table, "updated", record_id, before)


@broken("AC-612", "AC-601")
class DefaultsGoFirst(Records):
    """Gives a new record its defaults, whatever was sent."""

    def create(self, table: Table, row: Row) -> Outcome:
        defaults = {name: value for name, value in table.defaults.items() if value is not None}
        return super().create(table, {**row, **defaults})


@broken("AC-612")
class NullIsTheDefault(Records):
    """Gives a new record the default of a field that was given as null."""

    def create(self, table: Table, row: Row) -> Outcome:
        return super().create(table, {name: row[name] for name in row if row[name] is not None})


@broken("AC-612")
class ZeroIsNoDefault(Records):
    """Tests `if default`, so that a default of 0 is none."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        zeros = [name for name, value in table.defaults.items() if value is not None and not value]
        return super().new_row(table, {**dict.fromkeys(zeros), **row}, now)


@broken("AC-612")
class PostForgetsDefaults(Records):
    """Gives no default to a field that a POST does not mention, though an upsert does."""

    def create(self, table: Table, row: Row) -> Outcome:
        return super().create(table, {**dict.fromkeys(table.defaults.keys() - set(table.required)), **row})


@broken("AC-608")
class PatchOfATakenKeyOfSeveralFields(Records):
    """Leaves a key of several fields as it is in a partial update where another record has it, and answers 200."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        new = {**self.read(table, record_id), **row}
        for key in table.unique_keys:
            match = self.store.find(table, key, new) if len(key) > 1 and key_fields(table).intersection(row) else None
            if match and match["id"] != record_id:
                row = {name: value for name, value in row.items() if name not in key}
        return super().update(table, record_id, row, where)


@broken("AC-806")
class PatchTakesIntegersAsDoubles(Records):
    """Reads the integers of a partial update as doubles: beyond 2^53 they are rounded."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        kinds = {name: table.fields[name].type.name for name in row}
        read = {n: int(float(v)) if kinds[n] == "integer" and v is not None else v for n, v in row.items()}
        return super().update(table, record_id, read, where)


@broken("AC-601")
class CreateDropsUnknownFields(Validator):
    """Drops the fields that the table does not have from a create, though an upsert refuses them."""

    def fields(self, table: Table, body: dict[str, Any]) -> Row:
        sent = body.get("fields")
        if request.endpoint == "records.create" and isinstance(sent, dict):
            body = {**body, "fields": {name: value for name, value in sent.items() if name in table.all_fields}}
        return super().fields(table, body)
