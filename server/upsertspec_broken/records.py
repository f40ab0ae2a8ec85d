"""Records by their id: created, read, changed and deleted in a way of their own."""

# ruff: noqa: S608 - the names come from the schema
from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from flask import request

from upsertspec_broken.bases import FindThenWrite, WithoutChecks
from upsertspec_broken.catalogue import fault
from upsertspec_server.answers import Answer, Answers
from upsertspec_server.api import Api
from upsertspec_server.auth import Auth
from upsertspec_server.errors import Problem, bad_request, conflict
from upsertspec_server.operations import Operations
from upsertspec_server.plans import Outcome, Row
from upsertspec_server.schema import Schema, Table
from upsertspec_server.statements import Statements
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-601")
class CreateIsAnUpsert(Operations):
    """Updates the record that has the key, where a POST should create one."""

    def create(self, table: Table, row: Row) -> Outcome:
        for key in table.unique_keys:
            match = self.store.find_match(table, key, row) if row.keys() >= set(key) else None
            if match:
                return self.update(table, match["id"], row)
        return super().create(table, row)


@fault("AC-601")
class GetOrCreate(Operations):
    """Answers a POST with the record that has the key already, as if it had just been created."""

    def create(self, table: Table, row: Row) -> Outcome:
        for key in table.unique_keys:
            match = self.store.find_match(table, key, row) if row.keys() >= set(key) else None
            if match:
                return Outcome(table, "created", match["id"], match)
        return super().create(table, row)


@fault("AC-601")
class PostIs200(Answers):
    """Answers 200 where a POST has created a record."""

    def created(self, outcome: Outcome) -> Answer:
        return super().created(outcome)._replace(status=HTTPStatus.OK)


@fault("AC-601")
class NoLocation(Answers):
    """Creates a record, and doesn't say where it is."""

    def created(self, outcome: Outcome) -> Answer:
        return super().created(outcome)._replace(headers={})


@fault("AC-601")
class LocationIsTheList(Answers):
    """Puts the path of the list into Location."""

    def created(self, outcome: Outcome) -> Answer:
        return super().created(outcome)._replace(headers={"Location": f"/api/tables/{outcome.table.name}/records"})


@fault("AC-601")
class PostEchoesTheRequest(Answers):
    """Answers a POST with the fields that were sent, and without the id that the record was given."""

    def created(self, outcome: Outcome) -> Answer:
        answer = super().created(outcome)
        return answer._replace(body={name: value for name, value in (answer.body or {}).items() if name != "id"})


@fault("AC-601")
class TakenIs500(Answers):
    """Answers 500 where a unique key is taken."""

    def problem(self, problem: Problem) -> Answer:
        is_taken = problem.status == HTTPStatus.CONFLICT and "unique key" in problem.detail
        return super().problem(problem)._replace(status=500) if is_taken else super().problem(problem)


@fault("AC-601")
class PostAsksNobody(Api):
    """Creates a record for whoever may read."""

    def create(self, table: str) -> Answer:
        _, found = self.enter(table, "read")
        row = self.validator.fields(found, self.read_body())
        with self.store.transaction():
            outcome = self.operations.create(found, row)
        return self.answers.created(outcome)


@fault("AC-601")
class MissingTextIsEmpty(Operations):
    """Stores empty text for a required field that a POST doesn't mention."""

    def create(self, table: Table, row: Row) -> Outcome:
        texts = [name for name in table.required if table.fields[name].type == "text"]
        return super().create(table, {**dict.fromkeys(texts, ""), **row})


@fault("AC-602")
class MissingIsNull(Api):
    """Answers 200 without a record where there is none."""

    def read(self, table: str, record_id: str) -> Answer:
        try:
            return super().read(table, record_id)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
        return self.answers.listed({})


@fault("AC-602")
class MissingIs204(Api):
    """Answers 204 where there is no record."""

    def read(self, table: str, record_id: str) -> Answer:
        try:
            return super().read(table, record_id)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
        return self.answers.deleted()


@fault("AC-602")
class NonsenseIdIs400(Api):
    """Answers 400 where an id is none."""

    def record_id(self, table: Table, text: str) -> Any:
        if not table.uuid and not text.isdecimal():
            raise bad_request("This is no id.")
        return super().record_id(table, text)


@fault("AC-602")
class NonsenseIdCrashes(Api):
    """Makes a number of the id without asking whether it is one, and answers 500."""

    def record_id(self, table: Table, text: str) -> Any:
        return super().record_id(table, text) if table.uuid else int(text)


class Graves(Operations):
    """Keeps what was deleted."""

    def __init__(self, schema: Schema, auth: Auth, values: Values, validator: Validator, store: Store) -> None:
        super().__init__(schema, auth, values, validator, store)
        self.graves: dict[tuple[str, Any], Row] = {}

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        stored = self.read(table, record_id)
        outcome = super().delete(table, record_id, where)
        self.graves[table.name, record_id] = stored
        return outcome


@fault("AC-602", "AC-609")
class DeletedIsStillRead(Graves):
    """Marks a record as deleted, and leaves it out of lists, but not of reading by the id."""

    def read(self, table: Table, record_id: Any) -> Row:
        return self.graves.get((table.name, record_id)) or super().read(table, record_id)

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        is_there = self.store.get(table, record_id)
        return super().delete(table, record_id, where) if is_there else Outcome(table, "deleted", record_id, None)


@fault("AC-602")
class DeletedIs410(Graves):
    """Answers 410 for a record that was deleted."""

    def read(self, table: Table, record_id: Any) -> Row:
        if (table.name, record_id) in self.graves:
            raise Problem(HTTPStatus.GONE, "The record was deleted.")
        return super().read(table, record_id)


@fault("AC-609")
class DeletedKeepsItsKey(Graves):
    """Marks a record as deleted, and so keeps its unique values taken: nobody can have them again."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        for (name, _), grave in self.graves.items():
            for key in table.unique_keys:
                if name == table.name and all(row.get(field) == grave[field] is not None for field in key):
                    raise conflict("A unique key would be broken.")
        return super().new_row(table, row, now)


@fault("AC-609")
class DeletedComesBack(Graves):
    """Marks a record as deleted, and takes the mark away where its key comes again: what it held is there again."""

    def new_row(self, table: Table, row: Row, now: str) -> Row:
        made = super().new_row(table, row, now)
        for (name, _), grave in self.graves.items():
            for key in table.unique_keys:
                if name == table.name and all(row.get(field) == grave[field] is not None for field in key):
                    known = {field: value for field, value in made.items() if value is not None}
                    return {field: grave[field] for field in table.fields} | known
        return made


@fault("AC-609", "AC-404", "AC-613")
class DeletedIsStillListed(Store):
    """Marks a record as deleted, and what hangs on it, and finds them no more by the id; the lists forget to ask."""

    def delete(self, table: Table, record_id: Any) -> None:
        self.gone = {*getattr(self, "gone", ()), (table.name, record_id)}
        for child in self.schema.children(table).values():
            for row in self.rows(self.find_statement(child, (str(child.parent_field(table)),)), [record_id]):
                self.delete(child, row[0])

    def get(self, table: Table, record_id: Any) -> Row | None:
        return None if (table.name, record_id) in getattr(self, "gone", ()) else super().get(table, record_id)


@fault("AC-609")
class DeletesTheNeighboursToo(Statements):
    """Deletes by the first reference in place of the id: all that hangs on the same parent goes."""

    def delete(self, table: Table) -> str:
        field = next((f'"{name}"' for name, field in table.fields.items() if field.references), '"id"')
        return f'DELETE FROM "{table.name}" WHERE {field} = (SELECT {field} FROM "{table.name}" WHERE "id" = ?)'


@fault("AC-609")
class MissingCanBeDeleted(Api):
    """Answers 204 also where there was nothing to delete."""

    def delete(self, table: str, record_id: str) -> Answer:
        try:
            return super().delete(table, record_id)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
        return self.answers.deleted()


@fault("AC-609", "AC-404", "AC-613")
class DeleteIsAccepted(Store):
    """Answers a delete, and leaves the record where it is."""

    def delete(self, table: Table, record_id: Any) -> None:
        pass


@fault("AC-609")
class DeleteAsksNobody(Api):
    """Deletes a record for whoever may read."""

    def delete(self, table: str, record_id: str) -> Answer:
        _, found = self.enter(table, "read")
        with self.store.transaction():
            self.operations.delete(found, self.record_id(found, record_id))
        return self.answers.deleted()


@fault("AC-608")
class PatchIsAPut(Operations):
    """Sets every field that a partial update doesn't mention to its default or null."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        blank = {name: value for name, value in table.defaults.items() if name not in table.required}
        return super().update(table, record_id, {**blank, **row}, where)


@fault("AC-608")
class PatchSkipsNull(Operations):
    """Leaves out of a partial update the fields that are null."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        return super().update(table, record_id, {name: row[name] for name in row if row[name] is not None}, where)


@fault("AC-608")
class PatchNeedsAllThatIsRequired(Api):
    """Refuses a partial update that doesn't mention every required field."""

    def update(self, table: str, record_id: str) -> Answer:
        found = self.operations.find_table(table)
        self.validator.check_required(found, self.validator.fields(found, self.body.parse(request.get_data())))
        return super().update(table, record_id)


@fault("AC-608", using=(WithoutChecks,))
class PatchTakesAnyOption(Api):
    """Checks options when a record is created, and never again: a partial update writes what it is given."""

    def update(self, table: str, record_id: str) -> Answer:
        _, found = self.enter(table, "update")
        given = self.read_body().get("fields", {})
        loose = {name: given[name] for name in given if name in found.fields and found.fields[name].options}
        checked = self.validator.row(found, {name: given[name] for name in given if name not in loose})
        with self.store.transaction():
            outcome = self.operations.update(found, self.record_id(found, record_id), {**checked, **loose})
        return self.answers.updated(outcome)


@fault("AC-608")
class PatchDropsWhatIsWrong(Api):
    """Writes the fields of a partial update that are right, and says nothing of the others."""

    def update(self, table: str, record_id: str) -> Answer:
        _, found = self.enter(table, "update")
        row: Row = {}
        for name, value in self.read_body().get("fields", {}).items():
            try:
                row |= self.validator.row(found, {name: value})
            except Problem:
                continue
        with self.store.transaction():
            outcome = self.operations.update(found, self.record_id(found, record_id), row)
        return self.answers.updated(outcome)


@fault("AC-608")
class PatchForgetsTheWhere(FindThenWrite):
    """Writes a partial update to every record of the table, where no unique key forbids it."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        keys = {name for key in table.unique_keys for name in key}
        for other in self.all_rows(table):
            if not keys.intersection(row):
                super().update(table, other["id"], row)
        return super().update(table, record_id, row, where)


@fault("AC-608")
class PatchLeavesUpdatedAt(Operations):
    """Leaves updated_at as it is where a record is changed by its id."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        before = self.read(table, record_id)["updated_at"]
        super().update(table, record_id, row, where)
        stored = self.store.update(table, record_id, {}, before)
        return Outcome(table, "updated", record_id, stored)


@fault("AC-608")
class PatchAnswersTheOldRecord(Operations):
    """Answers a partial update with the record as it was before."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        before = self.read(table, record_id)
        super().update(table, record_id, row, where)
        return Outcome(table, "updated", record_id, before)


@fault("AC-608")
class PatchCreates(Api):
    """Creates a record where a partial update finds none."""

    def update(self, table: str, record_id: str) -> Answer:
        try:
            return super().update(table, record_id)
        except Problem as problem:
            if problem.status != HTTPStatus.NOT_FOUND:
                raise
        return self.create(table)


@fault("AC-612")
class DefaultsGoFirst(Operations):
    """Gives a new record its defaults, whatever was sent."""

    def create(self, table: Table, row: Row) -> Outcome:
        defaults = {name: value for name, value in table.defaults.items() if value is not None}
        return super().create(table, {**row, **defaults})


@fault("AC-612")
class NullIsTheDefault(Operations):
    """Gives a new record the default of a field that was given as null."""

    def create(self, table: Table, row: Row) -> Outcome:
        return super().create(table, {name: row[name] for name in row if row[name] is not None})


@fault("AC-612")
class ZeroIsNoDefault(Operations):
    """Asks `if default` where it should ask whether there is one: a default of 0 is none."""

    def default_values(self, table: Table) -> Row:
        return {name: value or None for name, value in table.defaults.items()}


@fault("AC-612")
class PostForgetsDefaults(Operations):
    """Gives no default to a field that a POST doesn't mention, though an upsert does."""

    def create(self, table: Table, row: Row) -> Outcome:
        return super().create(table, {**dict.fromkeys(table.defaults.keys() - set(table.required)), **row})


@fault("AC-612", using=(WithoutChecks,))
class OptionsAreAdvice(Values):
    """Describes the options of a field, and stores whatever is given."""

    def check_options(self, field: Any, value: Any) -> None:
        pass


@fault("AC-602", "AC-804")
class IdsAreReadFromTheirBeginning(Api):
    """Reads the number that an id begins with, as parseInt() does, and leaves what comes behind it."""

    def record_id(self, table: Table, text: str) -> Any:
        found = re.match(r"\d+", text)
        return int(found.group()) if found and not table.uuid else super().record_id(table, text)
