"""What moves are made of: tables, keys, fields, values, and who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import values
from upsertspec.explore.values import Pick
from upsertspec.http.credentials import BROKEN
from upsertspec.spec.schema import Field, Table, tables, tables_of

Draw = Callable[..., Any]
FEW, ALL = "few", "all"


@dataclass(frozen=True)
class Scope:
    """What a sequence is about: the profiles that are asked for, and the table that most of its moves are about.

    `must` is whether it leaves out what the contract only recommends (AC-110, AC-111).
    """

    profiles: frozenset[str]
    table: Table
    must: bool = False

    @property
    def tables(self) -> list[Table]:
        """Every table of the profiles."""
        return tables_of(self.profiles)


@st.composite
def scope(draw: Draw, profiles: frozenset[str], must: bool) -> Scope:
    """A scope, contacts first and most often."""
    listed = tables_of(profiles)
    favoured = [table for table in listed if table.name in ("contacts", "projects")]
    return Scope(profiles, draw(st.sampled_from([*favoured, *listed, *favoured * 3])), must)


def keyed(within: Scope) -> st.SearchStrategy[Table]:
    """A table that has a unique key: the one that the sequence is about, mostly."""
    return _mostly(within, [table for table in within.tables if table.unique_keys])


def any_table(within: Scope) -> st.SearchStrategy[Table]:
    """A table: the one that the sequence is about, mostly."""
    return _mostly(within, within.tables)


def _mostly(within: Scope, listed: Sequence[Table]) -> st.SearchStrategy[Table]:
    mine = [within.table] if within.table in listed else [tables()["contacts"]]
    return st.sampled_from(mine * (2 * len(listed)) + list(listed))


def keys(table: Table) -> st.SearchStrategy[list[str]]:
    """A unique key of the table, in any order."""
    return st.sampled_from(table.unique_keys).flatmap(lambda key: st.permutations(key)).map(list)


@st.composite
def fields(draw: Draw, within: Scope, table: Table, match: Sequence[str] = (), partial: bool = False) -> dict[str, Any]:
    """Fields as the table wants them: those that must be there, and some or all of the others."""
    chosen = [f for f in table.fields.values() if f.name in match or (f.required and not partial)]
    rest = [f for f in table.fields.values() if f not in chosen]
    if rest and draw(st.sampled_from([FEW, FEW, ALL])) == ALL:
        chosen += rest
    elif rest:
        chosen += draw(st.lists(st.sampled_from(rest), max_size=4, unique_by=lambda f: f.name))
    return {f.name: draw(value(within, table, f, f.name in match)) for f in chosen or rest[:1]}


@st.composite
def value(draw: Draw, within: Scope, table: Table, field: Field, match: bool) -> Any:
    """A value that the field takes; of a field that records are found by, one of few."""
    if any(field.name in key for key in table.unique_keys):
        listed = values.keys_of(field)
    else:
        listed = values.good(field, within.profiles)
    if not field.required and not (match and within.must):
        listed = [*listed * (3 if match else 1), None]
    return draw(st.sampled_from(listed))


@st.composite
def wrong(draw: Draw, within: Scope, table: Table) -> dict[str, Any]:
    """One field with a value that it does not take."""
    names = [name for name, field in table.fields.items() if values.bad(field, within.profiles)]
    ruled = [name for name in names if {"options", "minimum", "schema"} & set(table.fields[name].rules)]
    name = draw(st.sampled_from(names + ruled * 2))
    field = table.fields[name]
    return {name: draw(st.sampled_from(values.bad(field, within.profiles)))}


@st.composite
def members(
    draw: Draw,
    within: Scope,
    table: Table,
    row: Mapping[str, Any],
    match: Sequence[str],
    stored: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of the profile conflict, now and then wrong; conditions are of what is stored, if that is known."""
    rest = [name for name in row if name not in match] or list(row)
    some = draw(st.lists(st.sampled_from(rest), min_size=1, max_size=3, unique=True))
    unsent = [name for name in table.fields if name not in row][:1]
    one, other = (draw(condition(within, table, stored or row)) for _ in range(2))
    chosen: dict[str, Any] = draw(st.sampled_from([
        {"onConflict": "ignore"}, {"onConflict": "update"}, {"updateFields": some}, {"updateFields": [*some, *unsent]},
        {"updateWhere": one}, {"updateWhere": one | other}, {"updateWhere": one, "updateFields": some},
        *values.ODD_MEMBERS,
    ]))  # fmt: skip
    return chosen


@st.composite
def condition(draw: Draw, within: Scope, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A field and a value that may be stored in it: the one that is sent, or another."""
    name = draw(st.sampled_from(list(table.fields)))
    listed = [row.get(name), None, *values.good(table.fields[name], within.profiles)]
    return {name: draw(st.sampled_from(listed))}


def who() -> st.SearchStrategy[str]:
    """A role that asks: the editor, mostly."""
    return st.sampled_from(["editor"] * 8 + ["creator", "updater", "viewer"])


def anyone() -> st.SearchStrategy[str]:
    """A role that asks, or somebody who is not known."""
    return st.sampled_from(["editor"] * 10 + ["creator", "creator", "updater", "updater", "viewer", *BROKEN[:3]])


def strangers() -> st.SearchStrategy[str]:
    """Somebody whose credentials are broken, in every way alike."""
    return st.sampled_from(BROKEN)


def picks(table: str) -> st.SearchStrategy[Pick]:
    """A record of the table, now and then one that is not there, or one that can't be."""
    return st.sampled_from([0, 0, 0, 1, 1, 2, -1, -2, -3]).map(lambda place: Pick(table, place))
