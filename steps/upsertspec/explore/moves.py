"""What can be done next: a move says who does what, with values that Hypothesis draws and shrinks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import values
from upsertspec.explore.values import Pick
from upsertspec.schema import ROLES, Field, Table, tables, tables_of
from upsertspec.transport.credentials import BROKEN

Draw = Callable[..., Any]


@dataclass(frozen=True)
class Move:
    """One request. Which members count is the matter of its kind."""

    kind: str
    who: str
    table: str
    rows: Sequence[Any] = ()
    match: Any = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    record: Pick | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    operations: Sequence[Mapping[str, Any]] = ()


def sequences(profiles: Sequence[str]) -> st.SearchStrategy[list[Move]]:
    """Sequences of moves that these profiles allow, the shortest and plainest first."""
    return st.lists(move(frozenset(profiles)), min_size=1, max_size=6)


@st.composite
def move(draw: Draw, profiles: frozenset[str]) -> Move:
    """One move."""
    weighted = [profile for profile, weight in WEIGHTS.items() if profile in profiles for _ in range(weight)]
    kinds = KINDS[draw(st.sampled_from(weighted))]
    made: Move = draw(draw(st.sampled_from(kinds))(profiles))
    return made


@st.composite
def upsert(draw: Draw, profiles: frozenset[str]) -> Move:
    """A plain upsert: it creates or it updates, by who may or may not."""
    table = draw(keyed(profiles))
    match = draw(keys(table))
    row = draw(fields(table, match))
    return Move("upsert", draw(who()), table.name, [row], match)


@st.composite
def wrong_value(draw: Draw, profiles: frozenset[str]) -> Move:
    """An upsert with one value that is not of its field's type, or breaks its rules."""
    table = draw(keyed(profiles))
    match = draw(keys(table))
    row = draw(fields(table, match))
    name = draw(st.sampled_from([n for n, f in table.fields.items() if values.bad(f)]))
    return Move(
        "upsert", "editor", table.name, [{**row, name: draw(st.sampled_from(values.bad(table.fields[name])))}], match
    )


@st.composite
def wrong_fields(draw: Draw, profiles: frozenset[str]) -> Move:
    """An upsert that lacks a field, has one too many, or one that is protected."""
    table = draw(keyed(profiles))
    match = draw(keys(table))
    row = draw(fields(table, match))
    extra = draw(st.sampled_from(values.ODD_FIELDS))
    lost = draw(st.sampled_from(["", *table.fields]))
    row = {n: v for n, v in row.items() if n != lost} | (extra if not lost else {})
    return Move("upsert", "editor", table.name, [row], match)


@st.composite
def wrong_match(draw: Draw, profiles: frozenset[str]) -> Move:
    """An upsert whose matchFields are not as they ought to be."""
    table = draw(keyed(profiles))
    key = draw(keys(table))
    row = draw(fields(table, key))
    some = draw(st.lists(st.sampled_from(list(table.fields)), min_size=1, max_size=3, unique=True))
    odd = [name.title() for name in key], [f" {name}" for name in key], [f"{table.name}.{name}" for name in key]
    match = draw(
        st.sampled_from(
            [
                [],
                None,
                values.LEFT_OUT,
                some,
                some[:1],
                [*key, *key],
                [*key, "nickname"],
                ["nickname"],
                *odd,
                ["id"],
                "".join(key),
                [""],
                [1],
                {},
                [*key, "status"],
                [*key, "id"],
            ]
        )
    )
    return Move("upsert", "editor", table.name, [row], match)


@st.composite
def other_table(draw: Draw, _: frozenset[str]) -> Move:
    """An upsert into a table that is not there."""
    row = {"email": "ada@example.com", "name": "Ada"}
    who_asks = draw(st.sampled_from([*ROLES, *BROKEN]))
    return Move("upsert", who_asks, draw(st.sampled_from(values.NO_TABLES)), [row], ["email"])


@st.composite
def stranger(draw: Draw, profiles: frozenset[str]) -> Move:
    """An upsert by nobody who is known."""
    table = draw(keyed(profiles))
    match = draw(keys(table))
    return Move("upsert", draw(st.sampled_from(BROKEN)), table.name, [draw(fields(table, match))], match)


@st.composite
def conflict(draw: Draw, profiles: frozenset[str]) -> Move:
    """An upsert that says what happens on a match."""
    made = draw(upsert(profiles))
    table, row = tables()[made.table], made.rows[0]
    return Move("upsert", made.who, made.table, made.rows, made.match, draw(members(table, row, made.match)))


@st.composite
def members(draw: Draw, table: Table, row: Mapping[str, Any], match: Sequence[str]) -> dict[str, Any]:
    """The members of the profile conflict, now and then wrong."""
    rest = [name for name in row if name not in match] or list(row)
    some = draw(st.lists(st.sampled_from(rest), min_size=1, max_size=3, unique=True))
    unsent = [name for name in table.fields if name not in row][:1]
    name = draw(st.sampled_from(list(table.fields)))
    stored = draw(st.sampled_from([None, *values.good(table.fields[name])]))
    other = draw(st.sampled_from(list(table.fields)))
    chosen: dict[str, Any] = draw(st.sampled_from([
        {"onConflict": "ignore"}, {"onConflict": "update"}, {"updateFields": some}, {"updateFields": [*some, *unsent]},
        {"updateWhere": {name: stored}},
        {"updateWhere": {name: stored, other: draw(st.sampled_from([None, *values.good(table.fields[other])]))}},
        {"updateWhere": {name: stored}, "updateFields": some},
        *values.ODD_MEMBERS,
    ]))  # fmt: skip
    return chosen


@st.composite
def batch(draw: Draw, profiles: frozenset[str]) -> Move:
    """An upsert of several records, one of them wrong now and then."""
    table = draw(keyed(profiles))
    match = draw(keys(table))
    rows = draw(st.lists(fields(table, match), min_size=0, max_size=4))
    name = draw(st.sampled_from([n for n, f in table.fields.items() if values.bad(f)]))
    wrong = draw(st.sampled_from([-1, -1, -1, 0, 1, 2]))
    if 0 <= wrong < len(rows):
        rows[wrong] = {**rows[wrong], name: draw(st.sampled_from(values.bad(table.fields[name])))}
    extra: dict[str, Any] = {}
    if "conflict" in profiles and rows and draw(st.sampled_from([False, False, True])):
        extra = draw(members(table, rows[0], match))
    return Move("batch", draw(who()), table.name, rows, match, extra)


@st.composite
def bulk(draw: Draw, _: frozenset[str]) -> Move:
    """A batch at the limit, or over it."""
    return Move("bulk", "editor", "contacts", [draw(st.sampled_from([3, 3, 3, 3, 1000, 1001]))], ["email"])


@st.composite
def create(draw: Draw, profiles: frozenset[str]) -> Move:
    """A create."""
    table = draw(any_table(profiles))
    row = draw(fields(table, ()))
    return Move("create", draw(who()), table.name, [draw(perhaps_wrong(table, row))])


@st.composite
def change(draw: Draw, profiles: frozenset[str]) -> Move:
    """A partial update by the id."""
    table = draw(any_table(profiles))
    row = draw(fields(table, (), partial=True))
    return Move("change", draw(who()), table.name, [draw(perhaps_wrong(table, row))], record=draw(picks(table.name)))


@st.composite
def delete(draw: Draw, profiles: frozenset[str]) -> Move:
    """A delete by the id."""
    table = draw(any_table(profiles))
    return Move("delete", draw(who()), table.name, record=draw(picks(table.name)))


@st.composite
def read(draw: Draw, profiles: frozenset[str]) -> Move:
    """A record is read by its id."""
    table = draw(any_table(profiles))
    return Move("read", draw(who()), table.name, record=draw(picks(table.name)))


@st.composite
def describe(draw: Draw, profiles: frozenset[str]) -> Move:
    """A table's description."""
    return Move("describe", "editor", draw(any_table(profiles)).name)


@st.composite
def lists(draw: Draw, _: frozenset[str]) -> Move:
    """A user's projects, some of them new, then a list: filtered, sorted, with some of their fields and children."""
    rows = draw(st.lists(fields(tables()["projects"], ()), max_size=4))
    query: dict[str, Any] = {}
    for choices in draw(st.lists(st.sampled_from(values.FILTERS), max_size=2)):
        query |= dict([draw(st.sampled_from(choices))])
    for name, listed in values.PARAMETERS.items():
        if draw(st.sampled_from([False, False, True])):
            query[name] = draw(st.sampled_from(listed))
    return Move(
        "list", draw(st.sampled_from(["editor", "viewer"])), "projects", rows, query=query, record=Pick("users", 0)
    )


@st.composite
def groups(draw: Draw, _: frozenset[str]) -> Move:
    """Counts and averages of projects by user."""
    return Move("groups", "editor", "projects", query=draw(st.sampled_from(values.GROUPS)))


@st.composite
def wrong_create(draw: Draw, profiles: frozenset[str]) -> Move:
    """A create, or a partial update, with one wrong value."""
    table = draw(any_table(profiles))
    names = [n for n, f in table.fields.items() if values.bad(f)]
    name = draw(st.sampled_from(names + [n for n in names if "schema" in table.fields[n].rules] * 3))
    kind = draw(st.sampled_from(["create", "change"]))
    row = {
        **draw(fields(table, (), partial=kind == "change")),
        name: draw(st.sampled_from(values.bad(table.fields[name]))),
    }
    return Move(kind, "editor", table.name, [row], record=Pick(table.name, 0))


@st.composite
def family(draw: Draw, profiles: frozenset[str]) -> Move:
    """A record and all that can hang on it, down to the last generation."""
    parent = draw(st.sampled_from(["users", "accounts", "category_templates", "room_assets"]))
    known = {table.name for table in tables_of(profiles)}
    return Move("family", "editor", parent if parent in known else draw(any_table(profiles)).name)


@st.composite
def transaction(draw: Draw, _: frozenset[str]) -> Move:
    """Several operations, some of which refer to what came before."""
    operations = [draw(operation(number)) for number in range(draw(st.integers(1, 4)))]
    return Move("transaction", draw(who()), "", operations=operations)


@st.composite
def operation(draw: Draw, number: int) -> dict[str, Any]:
    """One operation of a transaction; what it may refer to is named `a0`, `a1`, …"""
    names = [name for name in ("users", "projects", "conversations", "contacts") if name in tables()]
    table = tables()[draw(st.sampled_from(names))]
    op = draw(st.sampled_from(["create", "update", "upsert", "delete", "create", "replace"]))
    if op == "upsert":
        table = tables()[draw(st.sampled_from(["contacts", "users"]))]
    match = draw(keys(table)) if op == "upsert" else ()
    row = draw(perhaps_wrong(table, draw(fields(table, match, partial=op == "update"))))
    made: dict[str, Any] = {"op": op, "table": table.name}
    if op != "delete":
        made["fields"] = {n: draw(perhaps_a_ref(v, number)) for n, v in row.items()}
    if op == "upsert":
        made["matchFields"] = draw(st.sampled_from([match] * 6 + [[], ["nickname"]]))
        if draw(st.sampled_from([False, True])):
            made |= draw(members(table, row, match))
    if op in ("update", "delete"):
        made["id"] = draw(perhaps_a_ref(draw(picks(table.name)), number))
    if op == "update" and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(list(table.fields)), min_size=1, max_size=2, unique=True))
        made["where"] = {name: draw(st.sampled_from([None, *values.good(table.fields[name])])) for name in names}
    return made | ({"as": f"a{number}"} if op in ("create", "upsert") else {})


@st.composite
def perhaps_a_ref(draw: Draw, value: Any, number: int) -> Any:
    """A reference to an earlier operation where a record is meant, now and then."""
    if number and isinstance(value, Pick) and draw(st.booleans()):
        return {"$ref": f"a{draw(st.integers(0, number - 1))}.id"}
    return value


@st.composite
def perhaps_wrong(draw: Draw, table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row, with one wrong value, one field too many or one that is protected, now and then."""
    if draw(st.sampled_from([True, True, False])):
        return dict(row)
    name = draw(st.sampled_from([n for n, f in table.fields.items() if values.bad(f)]))
    wrong = {name: draw(st.sampled_from(values.bad(table.fields[name])))}
    return {**row, **draw(st.sampled_from([wrong, wrong, *values.ODD_FIELDS]))}


@st.composite
def fields(draw: Draw, table: Table, match: Sequence[str], partial: bool = False) -> dict[str, Any]:
    """Fields as the table wants them: those that must be there, and some of the others."""
    chosen = [f for f in table.fields.values() if f.name in match or (f.required and not partial)]
    rest = [f for f in table.fields.values() if f not in chosen]
    chosen += draw(st.lists(st.sampled_from(rest), max_size=4, unique_by=lambda f: f.name)) if rest else []
    return {f.name: draw(value(f, f.name in match)) for f in chosen or rest[:1]}


@st.composite
def value(draw: Draw, field: Field, match: bool) -> Any:
    """A value that the field takes."""
    listed = values.good(field)
    if not field.required and not match:
        listed = [*listed, None]
    return draw(st.sampled_from(listed))


def keyed(profiles: frozenset[str]) -> st.SearchStrategy[Table]:
    """A table that has a unique key, contacts first and most often."""
    listed = [table for table in tables_of(profiles) if table.unique_keys]
    return st.sampled_from([tables()["contacts"]] * (len(listed) // 2 + 1) + listed)


def any_table(profiles: frozenset[str]) -> st.SearchStrategy[Table]:
    """A table of the profiles, projects first and most often where they are there."""
    listed = tables_of(profiles)
    projects = [table for table in listed if table.name in ("projects", "users")] * 2
    return st.sampled_from(projects + listed)


def keys(table: Table) -> st.SearchStrategy[list[str]]:
    """A unique key of the table, in any order."""
    return st.sampled_from(table.unique_keys).flatmap(lambda key: st.permutations(key)).map(list)


def who() -> st.SearchStrategy[str]:
    """Who asks: the editor, mostly."""
    return st.sampled_from(["editor"] * 5 + ["creator", "updater", "viewer"])


def picks(table: str) -> st.SearchStrategy[Pick]:
    """A record of the table, now and then one that is not there."""
    return st.sampled_from([0, 0, 1, 2, -1, -2]).map(lambda place: Pick(table, place))


KINDS: dict[str, list[Callable[[frozenset[str]], st.SearchStrategy[Move]]]] = {
    "core": [
        *[upsert] * 5,
        *[wrong_value] * 4,
        wrong_fields,
        wrong_fields,
        wrong_match,
        wrong_match,
        other_table,
        stranger,
    ],
    "identity": [describe, upsert, upsert],
    "conflict": [conflict],
    "batch": [*[batch] * 5, bulk],
    "integrity": [family, family, upsert],
    "records": [create, change, change, delete, delete, read, *[wrong_create] * 3, *[lists] * 4, groups],
    "transactions": [transaction],
}
WEIGHTS = {"core": 6, "identity": 1, "conflict": 3, "batch": 3, "integrity": 2, "records": 5, "transactions": 3}
