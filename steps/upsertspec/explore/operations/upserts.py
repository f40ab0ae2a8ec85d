"""Upserts of one record and of several, right and wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.explore import hostile_values, strategies, values
from upsertspec.explore.operations.conditions import HEADERS, KINDS, NONE, Condition
from upsertspec.explore.scenario import upserts
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope, sometimes
from upsertspec.http.credentials import BROKEN
from upsertspec.spec.schema import ROLES, Table
from upsertspec.steps.then_answers import the_error_says_which
from upsertspec.steps.then_operations import require_batch

Row = Mapping[str, Any]
OF_FIELDS = ("updateWhere", "updateValues")
"""The members that hold values of fields."""


@dataclass(frozen=True)
class Upsert:
    """An upsert of one record."""

    who: str
    table: str
    fields: Any
    match: Any
    extra: Row = field(default_factory=dict)
    condition: Condition | None = None

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare."""
        fields, extra = sequence.resolved(self.fields), sequence.resolved(self.extra)
        match = sent.UNSET if self.match == values.LEFT_OUT else self.match
        known = sequence.contract.match(self.table, fields, match)
        asked = self.condition.of(sequence, known) if self.condition else NONE
        expected = asked.expected(sequence.contract.upsert(self.who, self.table, fields, match, extra))
        words = upserts(self.who, self.table, self.match, extra).removesuffix(":") + f"{asked.words}:"
        sequence.scenario.write(words, self.table, [fields], expected, "the last answer is")
        wire = sequence.on_the_wire(self.table, fields)
        members = _members(sequence, self.table, extra)
        operation = sent.Upsert(self.table, wire, match, members, headers=asked.headers)
        answer = sequence.send(
            self.who, operation, expected, [(self.table, each) for each in (fields, *_others(extra))]
        )
        asked.require_new_tag(expected, answer)


@dataclass(frozen=True)
class Batch:
    """An upsert of several records."""

    who: str
    table: str
    records: Sequence[Row]
    match: Sequence[str]
    extra: Row = field(default_factory=dict)

    def play(self, sequence: OperationSequence) -> None:
        """Send it, and compare its answer, its counts, and which record it says is wrong."""
        records, extra = sequence.resolved(list(self.records)), sequence.resolved(self.extra)
        expected = sequence.contract.batch(self.who, self.table, records, self.match, extra)
        words = upserts(self.who, self.table, self.match, extra).replace(" upserts into ", " upserts a batch into ")
        words = words if records else "the editor upserts a batch of 0 numbered contacts"
        sequence.scenario.write(words, self.table, records, expected, "the last answer is")
        wire = [sequence.on_the_wire(self.table, fields) for fields in records]
        operation = sent.UpsertBatch(self.table, wire, self.match, _members(sequence, self.table, extra))
        rows = [(self.table, each) for each in (*records, *_others(extra))]
        answer = sequence.send(self.who, operation, expected, rows)
        effects = expected.effects or ()
        if answer.status == 200 and len({id(effect.record) for effect in effects}) == len(effects):
            require_batch(sequence.world, answer, [effect.operation for effect in effects])
        if expected.wrong is not None:
            sequence.scenario.also(f"the error says that the record at index {expected.wrong} is wrong")
            the_error_says_which(sequence.world, expected.wrong)


def _members(sequence: OperationSequence, table: str, extra: Row) -> Row:
    return {n: sequence.on_the_wire(table, v) if n in OF_FIELDS else v for n, v in extra.items()}


def _others(extra: Row) -> list[Row]:
    """The other values that a match gets."""
    return [extra["updateValues"]] if isinstance(extra.get("updateValues"), Mapping) else []


@st.composite
def valid(draw: Draw, scope: Scope) -> tuple[Table, list[str], dict[str, Any]]:
    """A table, one of its keys, and valid fields."""
    table = draw(strategies.keyed_table(scope))
    match = draw(strategies.keys(table))
    return table, match, draw(strategies.rows(scope, table, match))


@st.composite
def plain(draw: Draw, scope: Scope) -> Upsert:
    """A valid upsert, by a caller who may or may not do it."""
    table, match, row = draw(valid(scope))
    return Upsert(draw(strategies.anyone()), table.name, row, match)


@st.composite
def same_key(draw: Draw, scope: Scope) -> list[Upsert]:
    """Two upserts of one key; the second with other fields, or the same."""
    table, match, first = draw(valid(scope))
    second = draw(st.sampled_from([draw(strategies.rows(scope, table, match)), first])) | {
        name: first[name] for name in match
    }
    callers = draw(strategies.a_role()), draw(strategies.anyone())
    return [Upsert(who, table.name, row, match) for who, row in zip(callers, (first, second), strict=True)]


@st.composite
def similar_keys(draw: Draw, scope: Scope) -> list[Upsert]:
    """Two upserts whose keys look the same but differ."""
    table, match, row = draw(valid(scope))
    marked = [name for name in match if name in table.marked and row[name]]
    if marked and draw(st.booleans()):
        row = row | {marked[0]: draw(similar_text(scope, row[marked[0]]))}
    texts = [name for name in match if isinstance(row[name], str) and not table.fields[name].options]
    pairs = [(row, {**row, texts[0]: draw(similar_text(scope, row[texts[0]]))})] if texts else [(row, row)]
    pairs += [({**row, one: row[one] + "-"}, {**row, two: "-" + row[two]}) for one, two in permutations(texts, 2)]
    return [Upsert("editor", table.name, one, match) for one in draw(st.sampled_from(pairs))]


def similar_text(scope: Scope, text: str) -> st.SearchStrategy[str]:
    """A text that looks like this one. That case and white space count is only recommended."""
    similar = [f"{text}-"] if scope.must else values.nearly(text)
    return st.sampled_from(scope.plus_hostile(similar, values.like_code(text)))


@st.composite
def wrong_value(draw: Draw, scope: Scope) -> Upsert:
    """An upsert with one value of the wrong type, or one that breaks the field's rules."""
    table, match, row = draw(valid(scope))
    row |= draw(strategies.wrong_field(scope, table))
    return Upsert("editor", table.name, row, match)


@st.composite
def wrong_fields(draw: Draw, scope: Scope) -> Upsert:
    """An upsert that lacks a field, or has an unknown or a protected one."""
    table, match, row = draw(valid(scope))
    lacking = draw(st.sampled_from(["", "", *[name for name in table.fields if name in row]]))
    if lacking:
        row = {name: value for name, value in row.items() if name != lacking}
    else:
        row |= draw(st.sampled_from(scope.plus_hostile(values.WRONG_FIELDS, hostile_values.FIELDS)))
    return Upsert("editor", table.name, row, match)


@st.composite
def wrong_match(draw: Draw, scope: Scope) -> Upsert:
    """An upsert with wrong match fields."""
    table, key, row = draw(valid(scope))
    some = draw(st.lists(st.sampled_from(list(table.fields)), min_size=1, max_size=3, unique=True))
    listed: list[Any] = [
        [], None, values.LEFT_OUT, some, some[:1], [*key, *key], [*key, "nickname"], ["nickname"], ["nickname", *key],
        [name.title() for name in key], [f" {name}" for name in key], [f"{table.name}.{name}" for name in key],
        [name[0] + "_" + name[1:] for name in key], ["id"], "".join(key), [""], [1], [0], {}, [*key, "status"],
        [*key, "id"],
    ]  # fmt: skip
    match = draw(st.sampled_from(scope.plus_hostile(listed, hostile_values.MATCHES)))
    return Upsert("editor", table.name, row, match)


@st.composite
def unknown_table(draw: Draw, _: Scope) -> Upsert:
    """An upsert into a table that does not exist."""
    row = draw(st.sampled_from([{"email": "ada@example.com", "name": "Ada"}, {"nickname": "x"}]))
    who = draw(st.sampled_from([*["editor"] * 8, *ROLES, *BROKEN]))
    return Upsert(who, draw(st.sampled_from(values.NO_TABLES)), row, ["email"])


@st.composite
def unknown_caller(draw: Draw, scope: Scope) -> Upsert:
    """An upsert with broken credentials; the fields may be wrong too."""
    table, match, row = draw(valid(scope))
    row |= draw(st.sampled_from([{}, {}, {"nickname": "x"}]))
    return Upsert(draw(st.sampled_from(BROKEN)), table.name, row, match)


@st.composite
def conflict(draw: Draw, scope: Scope) -> list[Upsert]:
    """A record, and mostly an upsert that matches it and says what happens then."""
    table, match, stored = draw(valid(scope))
    row = draw(strategies.rows(scope, table, match))
    if draw(st.sampled_from([True, True, False])):
        row |= {name: stored[name] for name in match}
    extra = draw(strategies.conflict_members(scope, table, row, match, stored))
    if scope.has("hostile") and table.name == "contacts" and draw(sometimes(3)):
        extra = draw(st.sampled_from(hostile_values.MEMBERS))
    before = Upsert("editor", table.name, stored, match)
    by: Any = match
    if draw(sometimes(8)):
        by, extra = values.LEFT_OUT, {"onConflict": "ignore"}
    return [before, Upsert(draw(strategies.a_role()), table.name, row, by, extra)]


def conditions() -> st.SearchStrategy[Condition]:
    """Any condition."""
    return st.builds(Condition, st.sampled_from(HEADERS), st.sampled_from(list(KINDS)))


@st.composite
def under_a_condition(draw: Draw, scope: Scope) -> list[Upsert]:
    """A record, and an upsert under a condition, which mostly matches it."""
    table, match, stored = draw(valid(scope))
    row = draw(strategies.rows(scope, table, match))
    if draw(st.sampled_from([True, True, False])):
        row |= {name: stored[name] for name in match}
    before = Upsert("editor", table.name, stored, match)
    return [before, Upsert(draw(strategies.anyone()), table.name, row, match, condition=draw(conditions()))]


@st.composite
def batch(draw: Draw, scope: Scope) -> list[Upsert | Batch]:
    """A batch, sometimes with a wrong record, sometimes sent twice; some of its records may exist already."""
    table = draw(strategies.keyed_table(scope))
    match = draw(strategies.keys(table))
    rows = draw(st.lists(strategies.rows(scope, table, match), max_size=4))
    if not rows:
        return [Batch("editor", "contacts", [], ["email"])]
    stored = draw(st.lists(strategies.rows(scope, table, match), max_size=2))
    wrong = draw(st.sampled_from([-1, -1, -1, 0, 1, 2]))
    if 0 <= wrong < len(rows):
        rows[wrong] = rows[wrong] | draw(strategies.wrong_field(scope, table))
    extra: Row = {"fields": {"email": "ada@example.com", "name": "A"}} if draw(sometimes(10)) else {}
    if not extra and scope.has("conflict") and draw(sometimes(3)):
        extra = draw(strategies.conflict_members(scope, table, rows[0], match, (stored or rows)[0]))
    before = [Upsert("editor", table.name, row, match) for row in stored]
    made = Batch(draw(strategies.a_role()), table.name, rows, match, extra)
    return [*before, made, *([made] if draw(sometimes(3)) else [])]
