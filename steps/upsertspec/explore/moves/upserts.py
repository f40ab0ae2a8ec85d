"""Upserts of one record and of many, right and wrong."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from upsertspec.explore import hostile_values as oddities
from upsertspec.explore import values
from upsertspec.explore.moves.draws import Draw, Scope, anyone, fields, keyed, keys, members, strangers, who, wrong
from upsertspec.explore.moves.move import Move
from upsertspec.http.credentials import BROKEN
from upsertspec.spec.schema import ROLES


@st.composite
def upsert(draw: Draw, within: Scope) -> Move:
    """A plain upsert: it creates or it updates, by who may or may not."""
    table = draw(keyed(within))
    match = draw(keys(table))
    return Move("upsert", draw(anyone()), table.name, [draw(fields(within, table, match))], match)


@st.composite
def again(draw: Draw, within: Scope) -> list[Move]:
    """Two upserts of one key: the second has other fields, or the same."""
    table = draw(keyed(within))
    match = draw(keys(table))
    row, other = (draw(fields(within, table, match)) for _ in range(2))
    other = draw(st.sampled_from([other, row])) | {name: row[name] for name in match}
    first, second = draw(who()), draw(anyone())
    return [Move("upsert", first, table.name, [row], match), Move("upsert", second, table.name, [other], match)]


@st.composite
def twins(draw: Draw, within: Scope) -> list[Move]:
    """Two upserts whose keys are nearly one."""
    table = draw(keyed(within))
    match = draw(keys(table))
    row = draw(fields(within, table, match))
    marked = [name for name in match if name in table.marked and row[name]]
    if marked and draw(st.sampled_from([False, True])):
        row = row | {marked[0]: draw(near(within, row[marked[0]]))}
    texts = [name for name in match if isinstance(row[name], str) and not table.fields[name].options]
    nearly = [(row, {**row, texts[0]: draw(near(within, row[texts[0]]))})] if texts else [(row, row)]
    joined = [({**row, one: row[one] + "-"}, {**row, two: "-" + row[two]}) for one, two in permutations(texts, 2)]
    return [Move("upsert", "editor", table.name, [one], match) for one in draw(st.sampled_from(nearly + joined))]


def near(within: Scope, value: str) -> st.SearchStrategy[str]:
    """A text that is nearly this one. That case and white space count is only recommended."""
    alike = [f"{value}-"] if within.must else values.nearly(value)
    return st.sampled_from([*alike, *(values.like_code(value) if "hostile" in within.profiles else [])])


@st.composite
def wrong_value(draw: Draw, within: Scope) -> Move:
    """An upsert with one value that is not of its field's type, or breaks its rules."""
    table = draw(keyed(within))
    match = draw(keys(table))
    row = draw(fields(within, table, match)) | draw(wrong(within, table))
    return Move("upsert", "editor", table.name, [row], match)


@st.composite
def wrong_fields(draw: Draw, within: Scope) -> Move:
    """An upsert that lacks a field, has one too many, or one that is protected."""
    table = draw(keyed(within))
    match = draw(keys(table))
    row = draw(fields(within, table, match))
    odd = values.ODD_FIELDS + (oddities.FIELDS if "hostile" in within.profiles else ())
    lost = draw(st.sampled_from(["", "", *[name for name in table.fields if name in row]]))
    extra = draw(st.sampled_from(odd)) if not lost else {}
    return Move("upsert", "editor", table.name, [{n: v for n, v in row.items() if n != lost} | extra], match)


@st.composite
def wrong_match(draw: Draw, within: Scope) -> Move:
    """An upsert whose matchFields are not as they ought to be."""
    table = draw(keyed(within))
    key = draw(keys(table))
    row = draw(fields(within, table, key))
    some = draw(st.lists(st.sampled_from(list(table.fields)), min_size=1, max_size=3, unique=True))
    listed: list[Any] = [
        [], None, values.LEFT_OUT, some, some[:1], [*key, *key], [*key, "nickname"], ["nickname"], ["nickname", *key],
        [name.title() for name in key], [f" {name}" for name in key], [f"{table.name}.{name}" for name in key],
        [name[0] + "_" + name[1:] for name in key], ["id"], "".join(key), [""], [1], [0], {}, [*key, "status"],
        [*key, "id"],
    ]  # fmt: skip
    odd = list(oddities.MATCHES) if "hostile" in within.profiles else []
    return Move("upsert", "editor", table.name, [row], draw(st.sampled_from(listed + odd)))


@st.composite
def other_table(draw: Draw, _: Scope) -> Move:
    """An upsert into a table that is not there, of fields that are right or wrong."""
    row = draw(st.sampled_from([{"email": "ada@example.com", "name": "Ada"}, {"nickname": "x"}]))
    who_asks = draw(st.sampled_from([*["editor"] * 8, *ROLES, *BROKEN]))
    return Move("upsert", who_asks, draw(st.sampled_from(values.NO_TABLES)), [row], ["email"])


@st.composite
def stranger(draw: Draw, within: Scope) -> Move:
    """An upsert by nobody who is known; what is sent may be wrong as well."""
    table = draw(keyed(within))
    match = draw(keys(table))
    row = draw(fields(within, table, match)) | draw(st.sampled_from([{}, {}, {"nickname": "x"}]))
    return Move("upsert", draw(strangers()), table.name, [row], match)


@st.composite
def conflict(draw: Draw, within: Scope) -> list[Move]:
    """An upsert that says what happens on a match; mostly there is one."""
    table = draw(keyed(within))
    match = draw(keys(table))
    stored, row = (draw(fields(within, table, match)) for _ in range(2))
    if draw(st.sampled_from([True, True, False])):
        row |= {name: stored[name] for name in match}
    extra = draw(members(within, table, row, match, stored))
    if "hostile" in within.profiles and table.name == "contacts" and draw(st.sampled_from([False, False, True])):
        extra = draw(st.sampled_from(oddities.MEMBERS))
    before = Move("upsert", "editor", table.name, [stored], match)
    return [before, Move("upsert", draw(who()), table.name, [row], match, extra)]


@st.composite
def batch(draw: Draw, within: Scope) -> list[Move]:
    """An upsert of several records, one of them wrong now and then; some of them are there before."""
    table = draw(keyed(within))
    match = draw(keys(table))
    rows = draw(st.lists(fields(within, table, match), min_size=0, max_size=4))
    if not rows:
        return [Move("batch", "editor", "contacts", [], ["email"])]
    stored = draw(st.lists(fields(within, table, match), min_size=0, max_size=2))
    place = draw(st.sampled_from([-1, -1, -1, 0, 1, 2]))
    if 0 <= place < len(rows):
        rows[place] = rows[place] | draw(wrong(within, table))
    extra: dict[str, Any] = draw(st.sampled_from([{}] * 9 + [{"fields": {"email": "ada@example.com", "name": "A"}}]))
    if not extra and "conflict" in within.profiles and rows and draw(st.sampled_from([False, False, True])):
        extra = draw(members(within, table, rows[0], match, (stored or rows)[0]))
    before = [Move("upsert", "editor", table.name, [row], match) for row in stored]
    made = Move("batch", draw(who()), table.name, rows, match, extra)
    return [*before, made, *([made] if draw(st.sampled_from([False, False, True])) else [])]


@st.composite
def bulk(draw: Draw, _: Scope) -> list[Move]:
    """A batch of many: at the limit, or over it; new, or there before; the last record right or wrong."""
    count = draw(st.sampled_from([3, 3, 3, 150, 501, 1000, 1001]))
    last = draw(st.sampled_from(["", "", "wrong"]))
    made = Move("bulk", "editor", "contacts", [count], ["email"], words=[last])
    return [made, *([made] if not last and draw(st.sampled_from([False, True])) else [])]
