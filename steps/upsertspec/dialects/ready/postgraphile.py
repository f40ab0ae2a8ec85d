"""PostGraphile 4: GraphQL with names in camel case, and PostgreSQL's errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects import graphql
from upsertspec.dialects.base import Answer, Request
from upsertspec.dialects.operations import Change, Create, Delete, Find, Operation, Read, Upsert
from upsertspec.dialects.ready_made import ReadyApi
from upsertspec.errors import NotApplicable
from upsertspec.spec.outcomes import CONFLICT, FORBIDDEN, INVALID, MISSING, is_success

STATUSES = (
    (r'^Cannot query field "\w+" on type "(Mutation|Query)"', MISSING),
    (r"^No values were (updated|deleted) in collection", MISSING),
    (r"duplicate key value violates unique constraint", CONFLICT),
    (r"violates foreign key constraint", CONFLICT),
    (r"permission denied|row-level security", FORBIDDEN),
    (r"violates (check|not-null) constraint|invalid input|out of range|Value passed in the input", INVALID),
)
"""What an error's message says, where PostGraphile does not show PostgreSQL's code (`extendedErrors`)."""
CODES = {"23505": CONFLICT, "23503": CONFLICT, "42501": FORBIDDEN}
UNKNOWN_TYPE = re.compile(r'^Unknown type "')


class Ready(ReadyApi):
    """PostGraphile's GraphQL API."""

    def asked(self, operation: Operation) -> Request:
        """The query or mutation."""
        kind, fields = self._type(operation.table), sorted(self.setup.fields.get(operation.table, ()))
        graphql.require_names(kind)
        shown, own = graphql.selection(map(camel, fields)), kind[0].lower() + kind[1:]
        match operation:
            case Upsert(fields=record, match_fields=names):
                query = (
                    f"mutation ($w: Upsert{kind}Where!, $i: Upsert{kind}Input!) "
                    f"{{ done: upsert{kind}(where: $w, input: $i) {{ row: {own} {{ {shown} }} }} }}"
                )
                return self._sent(query, w=_where(names, record), i={own: _camel(record)})
            case Create(fields=record):
                return self._sent(*self._mutation("create", kind, own, shown), i={own: _camel(record)})
            case Change(id=ident, fields=record):
                sent = {"id": ident, "patch" if self.options["simplified"] else f"{own}Patch": _camel(record)}
                return self._sent(*self._mutation("update", kind, own, shown), i=sent)
            case Delete(id=ident):
                return self._sent(*self._mutation("delete", kind, own, shown), i={"id": ident})
            case Read(id=ident):
                return self._rows(operation.table, kind, shown, {"id": ident})
            case Find(where=where, limit=limit, offset=offset):
                return self._rows(operation.table, kind, shown, where, limit, offset)
        raise NotApplicable(f"PostGraphile has no {type(operation).__name__.lower()}")

    def said(self, operation: Operation, said: Answer) -> Answer:
        """The answer: its errors, or its rows."""
        if errors := graphql.errors_of(said.body):
            return replace(said, status=_status(errors[0], said.status))
        if not is_success(said.status):
            return said
        done = said.body["data"]["done"]
        match operation:
            case Find():
                return replace(said, records=[self._row(operation.table, row) for row in done["nodes"]])
            case Read():
                if not done["nodes"]:
                    return replace(said, status=MISSING)
                row = self._row(operation.table, done["nodes"][0])
            case _:
                row = self._row(operation.table, done["row"])
        return replace(said, id=row["id"], record=row)

    def _type(self, table: str) -> str:
        """The GraphQL type of a table. Raises NotApplicable for a name that is only another spelling of a table's."""
        stated: Mapping[str, str] = self.options["types"]
        found = {each: stated.get(each, pascal(singular(each))) for each in {*self.setup.tables, table}}
        if table not in self.setup.tables and list(found.values()).count(found[table]) > 1:
            raise NotApplicable(f"PostGraphile names tables by their types, and {table} has one that is there")
        return found[table]

    def _mutation(self, verb: str, kind: str, own: str, shown: str) -> tuple[str]:
        """A mutation of one row, which has one argument."""
        name = f"{verb}{kind}{'' if verb == 'create' or self.options['simplified'] else 'ById'}"
        of_type = name[0].upper() + name[1:]
        return (f"mutation ($i: {of_type}Input!) {{ done: {name}(input: $i) {{ row: {own} {{ {shown} }} }} }}",)

    def _rows(
        self, table: str, kind: str, shown: str, where: Mapping[str, Any], limit: int = 0, offset: int = 0
    ) -> Request:
        name = camel(table) if self.options["simplified"] else f"all{pascal(table)}"
        graphql.require_names(name)
        page = f"{f', first: {limit}' if limit else ''}{f', offset: {offset}' if offset else ''}"
        rows = f"done: {name}(condition: $c, orderBy: [PRIMARY_KEY_ASC]{page}) {{ nodes {{ {shown} }} }}"
        return self._sent(f"query ($c: {kind}Condition!) {{ {rows} }}", c=_camel(where))

    def _row(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with the names of the columns."""
        columns = {camel(name): name for name in self.setup.fields.get(table, ())}
        return {columns.get(name, name): value for name, value in row.items()}

    def _sent(self, query: str, **variables: Any) -> Request:
        return graphql.asked(self.options["path"], query, **variables)


def _where(names: Any, record: Any) -> dict[str, Any]:
    """The values to match by. Raises NotApplicable for what `where` can't say."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise NotApplicable("the plugin's where is an object, and its members have names")
    if not isinstance(record, Mapping) or any(name not in record for name in names) or len(set(names)) != len(names):
        raise NotApplicable("the plugin's where has each field once, with its value")
    return {camel(name): record[name] for name in names}


def _camel(fields: Any) -> Any:
    return {camel(name): value for name, value in fields.items()} if isinstance(fields, Mapping) else fields


def camel(name: str) -> str:
    """The name of a column as GraphQL has it: `imageItemId`. What is no such name stays as it is."""
    if not graphql.NAME.fullmatch(name):
        return name
    first, *rest = [part for part in name.split("_") if part] or [name]
    return first[0].lower() + first[1:] + "".join(part[0].upper() + part[1:] for part in rest)


def pascal(name: str) -> str:
    """The name of a table as that of a type."""
    own = camel(name)
    return own[:1].upper() + own[1:]


def singular(name: str) -> str:
    """The table's name in the singular, as PostGraphile's inflection has it in the ordinary cases."""
    for ending, other in (("data", "datum"), ("ies", "y"), ("ss", "ss"), ("us", "us"), ("s", "")):
        if name.endswith(ending):
            one = name.removesuffix(ending) + other
            return one.removesuffix("e") if re.search(r"(x|ch|sh|ss)es$", name) else one
    return name


def _status(error: Mapping[str, Any], status: int) -> int:
    """The status that an error stands for: by PostgreSQL's code, or by the message. One of HTTP's own stays.

    A variable of a wrong type, or with an unknown field, is an error in a 200 too.
    """
    exception = (error.get("extensions") or {}).get("exception") or {}
    code = error.get("errcode") or exception.get("errcode")
    if code:
        return CODES.get(str(code), INVALID)
    message = str(error.get("message", ""))
    if UNKNOWN_TYPE.search(message):
        return MISSING
    if message.startswith("Variable "):
        return INVALID
    found = next((each for pattern, each in STATUSES if re.search(pattern, message)), 0)
    return found or (status if status >= INVALID else 500)
