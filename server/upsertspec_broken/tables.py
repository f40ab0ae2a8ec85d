"""Tables that don't exist."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import g

from upsertspec_broken.catalogue import fault
from upsertspec_server.api import Api
from upsertspec_server.auth import Auth
from upsertspec_server.ddl import create_table
from upsertspec_server.errors import Problem, bad_field
from upsertspec_server.operations import Operations
from upsertspec_server.schema import Field, Role, Schema, Table
from upsertspec_server.store import Store
from upsertspec_server.validation import Validator
from upsertspec_server.values import Values


@fault("AC-003")
class UnknownTableIs400(Operations):
    """Answers 400 for a table that does not exist, as for any other bad parameter."""

    def find_table(self, name: str) -> Table:
        try:
            return super().find_table(name)
        except Problem:
            raise bad_field("table", "is not a table") from None


@fault("AC-003")
class UnknownTableCrashes(Operations):
    """Looks the table up without asking whether it is there, and answers 500."""

    def find_table(self, name: str) -> Table:
        return self.schema.tables_by_path[name]


@fault("AC-003")
class TableIsMadeOnFirstUse(Operations):
    """Makes a table that is missing, and writes into it."""

    def __init__(self, schema: Schema, auth: Auth, values: Values, validator: Validator, store: Store) -> None:
        super().__init__(schema, auth, values, validator, store)
        self.made: dict[str, Table] = {}

    def find_table(self, name: str) -> Table:
        if name not in self.schema.tables_by_path and name not in self.made:
            like_contacts = replace(self.schema.tables["contacts"], name=name)
            self.store.connections.get().execute(create_table(like_contacts))
            self.made[name] = like_contacts
        return self.made.get(name) or super().find_table(name)


@fault("AC-003")
class BodyBeforeTable(Api):
    """Looks at the request first: 400 for what is wrong with it, and 404 only for a good one."""

    def read_body(self) -> dict[str, Any]:
        if "body" not in g:
            g.body = super().read_body()
        body: dict[str, Any] = g.body
        return body

    def enter(self, table: str, *actions: str) -> tuple[Role, Table]:
        if actions == ("create", "update"):
            fields, names = self.read_body().get("fields", {}), self.read_body().get("matchFields", [])
            if not all(name in fields for name in names):
                raise bad_field("matchFields", "names a field that is not in fields")
        return super().enter(table, *actions)


@fault("AC-003")
class RoleBeforeTable(Api):
    """Asks for the permission first: 403, where the role may do nothing, also for a table that does not exist."""

    def enter(self, table: str, *actions: str) -> tuple[Role, Table]:
        self.auth.require(g.role, *actions)
        return super().enter(table, *actions)


@fault("AC-003")
class SingularTableName(Operations):
    """Finds a table by its singular too."""

    def find_table(self, name: str) -> Table:
        return super().find_table(f"{name}s" if f"{name}s" in self.schema.tables else name)


@fault("AC-003")
class TableNumberAsIndex(Operations):
    """Takes the number in the path as a place in a list, and answers 500 past its end."""

    def find_table(self, name: str) -> Table:
        return list(self.schema.tables.values())[int(name) - 1] if name.isdecimal() else super().find_table(name)


@fault("AC-003")
class AsksTheDatabaseForTables(Operations):
    """Asks the database what tables there are, and finds its own inner ones: they are answered with 400."""

    def find_table(self, name: str) -> Table:
        columns = self.store.rows("SELECT name FROM pragma_table_info(?)", [name])
        if name in self.schema.tables_by_path or not columns:
            return super().find_table(name)
        return Table(name, 0, False, {column: Field(column, "text") for (column,) in columns}, ())


@fault("AC-003")
class UnknownTableIs403(Operations):
    """Answers 403 for a table that does not exist, since nobody has a permission there."""

    def find_table(self, name: str) -> Table:
        try:
            return super().find_table(name)
        except Problem:
            raise Problem(HTTPStatus.FORBIDDEN, "You have no permission for this table.") from None
