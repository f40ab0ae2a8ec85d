"""Hostile operations: broken bodies, literal values, names and ids that look like code, callers who probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st

from upsertspec.dialects import operations as sent
from upsertspec.explore import hostile_values, strategies
from upsertspec.explore.comparison import compare
from upsertspec.explore.contract import Expected
from upsertspec.explore.sequence import OperationSequence
from upsertspec.explore.strategies import Draw, Scope
from upsertspec.explore.values import NO_TABLES, good
from upsertspec.http.credentials import BROKEN
from upsertspec.spec.outcomes import INVALID, MISSING, OK, UNSUPPORTED_TYPE
from upsertspec.steps.assertions import last_stored
from upsertspec.steps.cells import as_written
from upsertspec.steps.statuses import require_every_status, require_status
from upsertspec.steps.table_calls import CALLS
from upsertspec.steps.then_hostile import is_kept, refused_as_too_large, same_for_both
from upsertspec.steps.when_hostile import makes_every_call, tries_both

TURNS = 2
THEN = {
    hostile_values.KEPT: "{} is kept as it was written",
    hostile_values.EITHER: "{} is kept as it was written, or the request is refused",
    hostile_values.REFUSED: "the answer is 400",
    hostile_values.LARGE: "the body is refused as too large",
}
ID_CALLS: Mapping[str, Callable[[str], sent.Operation]] = {
    "reads": lambda ident: sent.Read("contacts", ident),
    "changes": lambda ident: sent.Change("contacts", ident, {"name": "Eve"}),
    "deletes": lambda ident: sent.Delete("contacts", ident),
}
WRITES = {
    "upsert": "upserts into contacts by email",
    "batch": "upserts a batch into contacts by email",
    "create": "creates in contacts",
}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class AlteredBody:
    """A write of one contact whose body is altered before it is sent."""

    write: str
    fields: Row
    alteration: str
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send it; the answer depends on whether the alteration does harm."""
        harmless, too_large = (self.alteration in group for group in (hostile_values.FINE, hostile_values.TOO_LARGE))
        refusals = (INVALID, UNSUPPORTED_TYPE) if self.alteration in hostile_values.UNDECLARED else (INVALID,)
        then = f"the answer is {201 if self.write == 'create' else 200}" if harmless else (
            THEN[hostile_values.LARGE] if too_large else f"the answer is {' or '.join(map(str, refusals))}"
        )  # fmt: skip
        words = f"the editor {WRITES[self.write]}, the body {self.alteration}:"
        sequence.scenario.request(words, then, cells=sequence.scenario.rows("contacts", [self.fields]))
        sequence.remember("contacts", self.fields)
        operation, expected = self._planned(sequence)
        sequence.world.send_much(self.who, operation, self.alteration)
        answer = sequence.world.last.answer
        if harmless:
            compare(sequence, expected, answer)
        elif too_large:
            refused_as_too_large(sequence.world)
        else:
            require_status(sequence.world, answer, *refusals)

    def _planned(self, sequence: OperationSequence) -> tuple[sent.Operation, Expected]:
        wire, match = sequence.on_the_wire("contacts", self.fields), ["email"]
        if self.write == "create":
            return sent.Create("contacts", wire), sequence.contract.create(self.who, "contacts", self.fields)
        if self.write == "batch":
            expected = sequence.contract.batch(self.who, "contacts", [self.fields], match, {})
            return sent.UpsertBatch("contacts", [wire], match), expected
        expected = sequence.contract.upsert(self.who, "contacts", self.fields, match, {})
        return sent.Upsert("contacts", wire, match), expected


@dataclass(frozen=True)
class LiteralValue:
    """An upsert with one field whose value is literal JSON; `outcome` is what the contract says about it."""

    table: str
    fields: Row
    match: list[str]
    name: str
    literal: str
    outcome: str
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send it; the value is kept to the last digit, or refused if that is allowed."""
        fields = sequence.resolved(self.fields)
        plain = good(sequence.schema[self.table].fields[self.name])[0]
        expected = sequence.contract.upsert(self.who, self.table, {**fields, self.name: plain}, self.match, {})
        assert expected.effects, expected.why
        words = (
            f"the editor upserts into {self.table} by {', '.join(self.match)}, {self.name} written as {self.literal}:"
        )
        cells = sequence.scenario.rows(self.table, [fields])
        sequence.scenario.request(words, THEN[self.outcome].format(self.name), cells=cells)
        sequence.remember(self.table, fields)
        aside = sequence.aside()
        wire = {**sequence.on_the_wire(self.table, fields), self.name: sent.Verbatim(as_written(self.literal))}
        aside.send_much(self.who, sent.Upsert(self.table, wire, self.match), "")
        answer = aside.last.answer
        sequence.world.attempts += aside.attempts
        if self.outcome == hostile_values.LARGE:
            refused_as_too_large(aside)
        elif self.outcome == hostile_values.REFUSED:
            require_status(aside, answer, INVALID)
        else:
            is_kept(aside, self.name, "or refused" if self.outcome == hostile_values.EITHER else None)
        if answer.status == OK:
            effect = expected.effects[0]
            assert effect.values is not None
            effect.values[self.name] = last_stored(aside)[1][self.name]
            compare(sequence, expected, answer)


@dataclass(frozen=True)
class StrangeId:
    """A call about a record whose id looks like code."""

    call: str
    id: str
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send it: there is no such record, or the path cannot be read."""
        words = f"the editor {self.call} the record {self.id} of contacts"
        sequence.scenario.request(words, "the answer is 404 or 400")
        require_status(sequence.world, sequence.ask(self.who, ID_CALLS[self.call](self.id)), MISSING, INVALID)


@dataclass(frozen=True)
class StrangeTable:
    """Every call about a table whose name looks like code."""

    table: str
    who: ClassVar[str] = "editor"

    def play(self, sequence: OperationSequence) -> None:
        """Send them: there is no such table."""
        aside = sequence.aside("contacts")
        words = f"the editor makes every call about the table {self.table}"
        sequence.scenario.request(words, "every answer is 404 or 400")
        makes_every_call(aside, self.table)
        sequence.world.attempts += aside.attempts
        require_every_status(aside, MISSING, INVALID)


@dataclass(frozen=True)
class Probe:
    """A caller with broken credentials tries a call about a table that exists, and about one that does not."""

    who: str
    table: str
    call: str

    def play(self, sequence: OperationSequence) -> None:
        """Send both: the answers must not reveal which of the tables exists."""
        aside = sequence.aside("contacts")
        words = (
            f"somebody with {self.who} tries {self.call} in {self.table} and in no_such_table, {TURNS} times by turns"
        )
        sequence.scenario.request(words, "every answer is 401, and the same for both tables")
        tries_both(aside, self.who, self.call, self.table, TURNS)
        sequence.world.attempts += aside.attempts
        same_for_both(aside, "401, and ")


@st.composite
def altered_body(draw: Draw, _: Scope) -> AlteredBody:
    """A write whose body is altered."""
    row = {"email": draw(st.sampled_from(["ada@example.com", "bob@example.com"])), "name": "Zoë"}
    groups = [hostile_values.NO_JSON] * 2 + [hostile_values.UNDECLARED, hostile_values.FINE, hostile_values.TOO_LARGE]
    alteration = draw(st.sampled_from(draw(st.sampled_from(groups))))
    return AlteredBody(draw(st.sampled_from(["upsert"] * 3 + list(WRITES))), row, alteration)


@st.composite
def literal_value(draw: Draw, scope: Scope) -> LiteralValue:
    """An upsert with a literal value."""
    table_name, name, outcome, texts = draw(st.sampled_from(hostile_values.WRITTEN))
    table = scope.schema[table_name]
    match = list(table.unique_keys[0])
    needed = [f for f in table.fields.values() if f.name != name and (f.required or f.name in match)]
    row = {f.name: draw(strategies.valid_value(scope, table, f, f.name in match)) for f in needed}
    return LiteralValue(table_name, row, match, name, draw(st.sampled_from(texts)), outcome)


def strange_id(_: Scope) -> st.SearchStrategy[StrangeId]:
    """A strange id."""
    return st.builds(StrangeId, st.sampled_from(list(ID_CALLS)), st.sampled_from(hostile_values.IDS))


def strange_table(_: Scope) -> st.SearchStrategy[StrangeTable]:
    """A strange table."""
    return st.sampled_from([*hostile_values.TABLES, *NO_TABLES]).map(StrangeTable)


@st.composite
def probe(draw: Draw, scope: Scope) -> Probe:
    """A probe."""
    readable = [name for name in BROKEN if name not in hostile_values.UNREADABLE]
    who = draw(st.sampled_from(["no credentials"] * 8 + readable))
    return Probe(who, scope.table.name, draw(st.sampled_from(list(CALLS))))
