"""Create, change, delete, read and describe by id; and whole families of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.explore import strategies
from upsertspec.explore.model_state import ModelRecord
from upsertspec.explore.operations import upserts
from upsertspec.explore.operations.conditions import NONE, Condition
from upsertspec.explore.operations.upserts import Batch, Upsert
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope
from upsertspec.explore.values import Pick
from upsertspec.steps.then_lists import the_description_names

ROOTS = ("users", "accounts", "category_templates", "room_assets")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Create:
    """A create."""

    who: str
    table: str
    fields: Row

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare."""
        fields = sequence.resolved(self.fields)
        expected = sequence.contract.create(self.who, self.table, fields)
        sequence.scenario.write(f"the {self.who} creates in {self.table}:", self.table, [fields], expected)
        operation = sent.Create(self.table, sequence.on_the_wire(self.table, fields))
        sequence.send(self.who, operation, expected, [(self.table, fields)])


@dataclass(frozen=True)
class ById:
    """A call about one record by its id: the verb is reads, changes (these fields) or deletes."""

    verb: str
    who: str
    record: Pick
    fields: Row | None = None
    condition: Condition | None = None

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare."""
        table, record, contract = self.record.table, sequence.resolved(self.record), sequence.contract
        there = record if isinstance(record, ModelRecord) and record in sequence.state.all else None
        asked = self.condition.of(sequence, there) if self.condition else NONE
        rows = [] if self.fields is None else [sequence.resolved(self.fields)]
        operation: sent.Change | sent.Delete | sent.Read
        if rows:
            expected = contract.change(self.who, table, record, rows[0])
            operation = sent.Change(table, record.id, sequence.on_the_wire(table, rows[0]))
        elif self.verb == "deletes":
            expected, operation = contract.delete(self.who, table, record), sent.Delete(table, record.id)
        else:
            expected, operation = contract.read(self.who, table, record), sent.Read(table, record.id)
        named = record.name if isinstance(record, ModelRecord) else f"the record {record.id} of {table}"
        colon = ":" if rows else ""
        expected = asked.expected(expected)
        sequence.scenario.write(f"the {self.who} {self.verb} {named}{asked.words}{colon}", table, rows, expected)
        operation = replace(operation, headers=asked.headers)
        answer = sequence.send(self.who, operation, expected, [(table, fields) for fields in rows])
        asked.require_new_tag(expected, answer)


@dataclass(frozen=True)
class Describe:
    """A request for the description of a table."""

    table: str
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send it, and check that the fields and unique keys are named."""
        then = f"the description names the fields and unique keys of {self.table}"
        sequence.scenario.request(f"the editor asks for the description of {self.table}", then)
        sequence.ask(self.who, sent.Describe(self.table))
        the_description_names(sequence.world, self.table)


@dataclass(frozen=True)
class Family:
    """One or two records, and below each a record of every table that refers to it, down to the last generation."""

    table: str
    count: int
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Store them."""
        parents: list[Any] = list(sequence.at_least(self.table, self.count))[: self.count]
        while parents:
            parent = parents.pop()
            children = sequence.schema.children(parent.table)
            parents += [sequence.set_up(table, {name: parent}) for table, name in children]


@dataclass(frozen=True)
class Rewrite:
    """An upsert of a record that is stored, by one of its keys; without a key it is changed by its id."""

    record: Pick
    fields: Row
    in_batch: bool
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send it and compare."""
        record, table = sequence.resolved(self.record), sequence.schema[self.record.table]
        key = next(map(list, table.keys_in(record.values)), None)
        if key is None:
            return ById("changes", self.who, self.record, self.fields).play(sequence)
        needed = {name for name, field in table.fields.items() if field.required} | set(key)
        fields = {**self.fields, **{name: record.values[name] for name in needed}}
        if self.in_batch:
            return Batch(self.who, table.name, [fields], key).play(sequence)
        return Upsert(self.who, table.name, fields, key).play(sequence)


@st.composite
def create(draw: Draw, scope: Scope) -> list[Create]:
    """A create, sometimes sent twice."""
    table = draw(strategies.any_table(scope))
    row = draw(strategies.maybe_wrong(scope, table, draw(strategies.rows(scope, table))))
    return [Create(draw(strategies.a_role()), table.name, row)] * draw(st.sampled_from([1, 1, 2]))


@st.composite
def wrong_write(draw: Draw, scope: Scope) -> Create | ById:
    """A create or a change with a wrong value, perhaps without a required field."""
    table = draw(strategies.any_table(scope))
    creates = draw(st.sampled_from([True, False]))
    row = draw(strategies.rows(scope, table, partial=not creates)) | draw(strategies.wrong_field(scope, table))
    lacking = draw(st.sampled_from(["", "", "", *table.fields]))
    row = {name: value for name, value in row.items() if name != lacking}
    return Create("editor", table.name, row) if creates else ById("changes", "editor", Pick(table.name, 0), row)


@st.composite
def by_id(draw: Draw, scope: Scope) -> ById:
    """A change, a delete or a read by id."""
    table = draw(strategies.any_table(scope))
    verb = draw(st.sampled_from(["changes", "changes", "deletes", "deletes", "reads"]))
    row = draw(strategies.maybe_wrong(scope, table, draw(strategies.rows(scope, table, partial=True))))
    who, record = draw(strategies.a_role()), draw(strategies.picks(table.name))
    return ById(verb, who, record, row if verb == "changes" else None)


@st.composite
def under_a_condition(draw: Draw, scope: Scope) -> Any:
    """An upsert under a condition; where records are explored, also a change or a deletion."""
    if not scope.has("records") or draw(st.booleans()):
        return draw(upserts.under_a_condition(scope))
    table = draw(strategies.any_table(scope))
    verb = draw(st.sampled_from(["changes", "changes", "deletes"]))
    row = draw(strategies.rows(scope, table, partial=True)) if verb == "changes" else None
    return ById(verb, draw(strategies.a_role()), draw(strategies.picks(table.name)), row, draw(upserts.conditions()))


def describe(scope: Scope) -> st.SearchStrategy[Describe]:
    """A table's description."""
    return strategies.any_table(scope).map(lambda table: Describe(table.name))


@st.composite
def family(draw: Draw, scope: Scope) -> list[Any]:
    """A family of records; then its first record is deleted, rewritten, or left alone."""
    roots = [table for table in scope.schema.explored if table.name in ROOTS]
    table = draw(st.sampled_from(roots) if roots else strategies.any_table(scope))
    first, row = Pick(table.name, 0), draw(strategies.rows(scope, table, partial=True))
    then = [[], [ById("deletes", "editor", first)], [Rewrite(first, row, False)], [Rewrite(first, row, True)]]
    return [Family(table.name, draw(st.sampled_from([1, 2]))), *draw(st.sampled_from(then))]
