"""Hypothesis strategies for the parts of operations: tables, keys, fields, values, and who sends a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import values
from upsertspec.explore.schema import Schema
from upsertspec.explore.values import Pick
from upsertspec.http.credentials import BROKEN
from upsertspec.spec.schema import Field, Table

Draw = Callable[..., Any]


@dataclass(frozen=True)
class Scope:
    """What a sequence is about: mostly one table, so that its operations meet.

    `must` leaves out what the contract only recommends (AC-110, AC-111).
    """

    schema: Schema
    table: Table
    must: bool = False

    def has(self, profile: str) -> bool:
        """Whether the profile is explored."""
        return profile in self.schema.profiles

    def plus_hostile(self, plain: Sequence[Any], hostile: Sequence[Any]) -> list[Any]:
        """The plain values, and the hostile ones if the profile is explored."""
        return [*plain, *(hostile if self.has("hostile") else ())]


def scopes(schema: Schema, must: bool) -> list[Scope]:
    """What a sequence can be about; contacts come first and most often."""
    favoured = [table for table in schema.explored if table.name in ("contacts", "projects")]
    return [Scope(schema, table, must) for table in [*favoured, *schema.explored, *favoured * 3]]


def any_table(scope: Scope) -> st.SearchStrategy[Table]:
    """Mostly the table that the sequence is about."""
    return _mostly(scope, scope.schema.explored)


def keyed_table(scope: Scope) -> st.SearchStrategy[Table]:
    """A table that has a unique key: mostly the one that the sequence is about."""
    return _mostly(scope, [table for table in scope.schema.explored if table.unique_keys])


def _mostly(scope: Scope, tables: Sequence[Table]) -> st.SearchStrategy[Table]:
    main = scope.table if scope.table in tables else tables[0]
    return st.sampled_from([main] * (2 * len(tables)) + list(tables))


def keys(table: Table) -> st.SearchStrategy[list[str]]:
    """A unique key of the table, its fields in any order."""
    return st.sampled_from(table.unique_keys).flatmap(st.permutations).map(list)


@st.composite
def rows(draw: Draw, scope: Scope, table: Table, match: Sequence[str] = (), partial: bool = False) -> dict[str, Any]:
    """Valid fields: all that are required (unless `partial`), and some or all of the others."""
    chosen = [f for f in table.fields.values() if f.name in match or (f.required and not partial)]
    rest = [f for f in table.fields.values() if f not in chosen]
    if rest and draw(st.sampled_from([False, False, True])):
        chosen += rest
    elif rest:
        chosen += draw(st.lists(st.sampled_from(rest), max_size=4, unique_by=lambda f: f.name))
    return {f.name: draw(valid_value(scope, table, f, f.name in match)) for f in chosen or rest[:1]}


def valid_value(scope: Scope, table: Table, field: Field, match: bool) -> st.SearchStrategy[Any]:
    """A value that the field accepts; for a field of a unique key, one of a few."""
    in_key = any(field.name in key for key in table.unique_keys)
    listed = values.keys_of(field) if in_key else values.good(field, scope.schema.profiles)
    is_nullable = scope.schema.binding(table.name).field(field.name).rules.get("null") is not False
    if not field.required and is_nullable and not (match and scope.must):
        listed = [*listed * (3 if match else 1), None]
    return st.sampled_from(listed)


@st.composite
def wrong_field(draw: Draw, scope: Scope, table: Table) -> dict[str, Any]:
    """One field with a value that it does not accept."""
    bad = {name: values.bad(field, scope.schema.profiles) for name, field in table.fields.items()}
    names = [name for name in bad if bad[name]]
    with_rules = [name for name in names if {"options", "minimum", "maximum", "schema"} & set(table.fields[name].rules)]
    name = draw(st.sampled_from(names + with_rules * 2))
    return {name: draw(st.sampled_from(bad[name]))}


@st.composite
def maybe_wrong(draw: Draw, scope: Scope, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The row; sometimes with a wrong value, an unknown field or a protected one."""
    if draw(st.sampled_from([True, True, False])):
        return row
    wrong = draw(wrong_field(scope, table))
    return {**row, **draw(st.sampled_from([wrong, wrong, *values.WRONG_FIELDS]))}


@st.composite
def conflict_members(
    draw: Draw,
    scope: Scope,
    table: Table,
    row: Mapping[str, Any],
    match: Sequence[str],
    stored: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of the profile conflict, sometimes wrong. Conditions are about `stored`, if it is known."""
    rest = [name for name in row if name not in match] or list(row)
    some = draw(st.lists(st.sampled_from(rest), min_size=1, max_size=3, unique=True))
    unsent = [name for name in table.fields if name not in row][:1]
    one, other = (draw(conditions(scope, table, stored or row)) for _ in range(2))
    others = {"updateValues": draw(maybe_wrong(scope, table, draw(rows(scope, table, partial=True))))}
    compared = {"updateWhere": draw(comparisons(table, stored or row))}
    chosen: dict[str, Any] = draw(st.sampled_from([
        {"onConflict": "ignore"}, {"onConflict": "update"}, {"updateFields": some}, {"updateFields": [*some, *unsent]},
        {"updateWhere": one}, {"updateWhere": one | other}, {"updateWhere": one, "updateFields": some},
        {"onConflict": "error"}, {"onConflict": "replace"}, {"onConflict": "replace"}, {"onMissing": "error"}, others,
        {**others, **compared}, compared, {"onConflict": "replace", **compared}, {"onMissing": "error", **others},
        *values.WRONG_MEMBERS,
    ]))  # fmt: skip
    return chosen


@st.composite
def comparisons(draw: Draw, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A field, and an operator with a value: the one in the row, or another. Only numbers and times have an order."""
    plain = [field for field in table.fields.values() if field.type.finding and not field.references]
    names = [field.name for field in plain if field.name not in table.marked]
    if not names:
        return {"updated_at": {"gt": "2001-02-03T04:05:06.789Z"}}
    name = draw(st.sampled_from(names))
    listed = [value for value in (row.get(name), *values.good(table.fields[name])) if value is not None]
    ordered = ["lt", "lte", "gt", "gte"] if "gte" in table.type_of(name).finding else []
    operator = draw(st.sampled_from(["ne", "in", *ordered]))
    some = st.lists(st.sampled_from(listed), min_size=1, max_size=2, unique_by=repr)
    return {name: {operator: draw(some if operator == "in" else st.sampled_from(listed))}}


@st.composite
def conditions(draw: Draw, scope: Scope, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A field, and a value that may be stored in it: the one in the row, or another."""
    name = draw(st.sampled_from(list(table.fields)))
    listed = [row.get(name), None, *values.good(table.fields[name], scope.schema.profiles)]
    return {name: draw(st.sampled_from(listed))}


def a_role() -> st.SearchStrategy[str]:
    """A role, mostly the editor."""
    return st.sampled_from(["editor"] * 8 + ["creator", "updater", "viewer"])


def anyone() -> st.SearchStrategy[str]:
    """A role, or a caller whose credential is broken."""
    return st.sampled_from(["editor"] * 10 + ["creator", "creator", "updater", "updater", "viewer", *BROKEN[:3]])


def picks(table: str) -> st.SearchStrategy[Pick]:
    """A record of the table, sometimes one that does not exist."""
    return st.sampled_from([0, 0, 0, 1, 1, 2, *[values.GONE] * 2, values.MISSING, values.STRANGE]).map(
        lambda place: Pick(table, place)
    )


def sometimes(odds: int) -> st.SearchStrategy[bool]:
    """True with a chance of one in `odds`."""
    return st.sampled_from([False] * (odds - 1) + [True])
