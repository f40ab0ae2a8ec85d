"""Tables that do not exist, and descriptions that are not true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken import add, broken
from upsertspec_catalogue import Answer, answers, view
from upsertspec_server import Server
from upsertspec_server.database import bring_table_up_to_date
from upsertspec_server.errors import Problem, bad_field
from upsertspec_server.schema import Schema, Table
from upsertspec_server.views import current_app, request


@broken("AC-003")
class UnknownTableIs400(Schema):
    """Answers 400 for a table that does not exist, as for any other bad parameter."""

    def find(self, name: str) -> Table:
        try:
            return super().find(name)
        except Problem:
            raise bad_field("table", "is not a table") from None


@broken("AC-003")
class UnknownTableCrashes(Schema):
    """Looks the table up without checking whether it exists, and answers 500."""

    def find(self, name: str) -> Table:
        return self.tables_in_paths[name]


@broken("AC-003")
class TableIsMadeOnFirstUse(Schema):
    """Creates a table that does not exist, and writes into it."""

    def find(self, name: str) -> Table:
        if name not in self.tables_in_paths:
            like_contacts = replace(self.tables["contacts"], name=name)
            bring_table_up_to_date(current_app.store.db, like_contacts)
            self.tables_in_paths[name] = like_contacts
        return super().find(name)


@broken("AC-051")
class BodyBeforeTable(Server):
    """Checks the request before the table: 404 only for a request that is otherwise valid."""

    def enter(self, name: str, *actions: str) -> Table:
        try:
            return super().enter(name, *actions)
        except Problem as problem:
            if problem.status == HTTPStatus.NOT_FOUND and actions == ("create", "update"):
                self.validator.upsert(self.schema.tables["contacts"], request.read_object())
            raise


@broken("AC-051")
class RoleBeforeTable(Server):
    """Checks the permission before the table: 403 even for a table that does not exist."""

    def enter(self, name: str, *actions: str) -> Table:
        self.auth.require(g.role, *actions)
        return super().enter(name, *actions)


@broken("AC-003")
class SingularTableName(Schema):
    """Finds a table by its singular too."""

    def find(self, name: str) -> Table:
        return super().find(f"{name}s" if f"{name}s" in self.tables else name)


@broken("AC-003")
class TableNumberAsIndex(Schema):
    """Takes the number in the path as an index into a list, and answers 500 past its end."""

    def find(self, name: str) -> Table:
        return list(self.tables.values())[int(name) - 1] if name.isdecimal() else super().find(name)


@broken("AC-003")
class AsksTheDatabaseForTables(Schema):
    """Asks the database which tables exist, and so finds internal ones: they are answered with 400."""

    def find(self, name: str) -> Table:
        columns = current_app.store.db.execute("SELECT name FROM pragma_table_info(?)", [name]).fetchall()
        if name in self.tables_in_paths or not columns:
            return super().find(name)
        text = self.tables["contacts"].fields["notes"]
        fields = {column: replace(text, name=column) for (column,) in columns}
        return replace(self.tables["contacts"], name=name, fields=fields, unique_keys=())


@broken("AC-003")
class UnknownTableIs403(Schema):
    """Answers 403 for a table that does not exist, since nobody has a permission there."""

    def find(self, name: str) -> Table:
        try:
            return super().find(name)
        except Problem:
            raise Problem(HTTPStatus.FORBIDDEN, "You have no permission for this table.") from None


@broken("AC-807")
class TellsThePath(Schema):
    """Says in which file it looked for a table that does not exist."""

    def find(self, name: str) -> Table:
        try:
            return super().find(name)
        except Problem:
            raise Problem(HTTPStatus.NOT_FOUND, f"/var/lib/records/records.db has no {name!r}.") from None


@broken("AC-804")
class TableNameIsTrimmed(Schema):
    """Strips quotes, and everything after a semicolon, from the name of a table."""

    def find(self, name: str) -> Table:
        for separator in ";, ":
            name = name.strip("\"'").partition(separator)[0]
        return super().find(name.strip("\"'"))


def described(change: Callable[[Table], dict[str, Any]]) -> Any:
    """A part: the description of a table is that of another."""

    @view("tables.describe")
    def instead(original: Any, table: str) -> Any:
        original(table=table)
        found = current_app.schema.find(table)
        return replace(found, **change(found)).describe()

    return instead


for name, change, says in (
    ("no-keys-described", lambda table: {"unique_keys": ()},
     "Describes the fields, but not the unique keys."),
    ("keys-taken-apart", lambda table: {"unique_keys": tuple((name,) for key in table.unique_keys for name in key)},
     "Describes each field of a key as a key by itself."),
    ("only-single-keys-described",
     lambda table: {"unique_keys": tuple(key for key in table.unique_keys if len(key) == 1)},
     "Describes only the keys of one field."),
    ("description-of-an-old-version", lambda table: {"fields": dict(list(table.fields.items())[:-1])},
     "Describes a table as it was before its last field was added."),
    ("required-is-the-key", lambda table: {"unique_keys": (table.required,)},
     "Describes the required fields as the only key of the table."),
):  # fmt: skip
    add(name, says, "AC-112", described(change))


@broken("AC-112")
@answers
def tables_are_described_from_zero(answer: Answer) -> None:
    """Describes tables with numbers from 0, and takes numbers from 1 in paths."""
    if answer.endpoint == "tables.describe" and answer.status == HTTPStatus.OK:
        answer.body["id"] -= 1
