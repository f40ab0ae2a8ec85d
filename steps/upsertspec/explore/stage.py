"""Where a sequence is played: the target on one side, the model on the other, and the words that tell of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from upsertspec.dialects.operations import Create, Upsert
from upsertspec.explore.checks import settle
from upsertspec.explore.expectations import Model
from upsertspec.explore.pasted_scenario import Story
from upsertspec.explore.resolve import Resolver, Wire
from upsertspec.explore.state import Entry, State
from upsertspec.explore.values import good, keys_of
from upsertspec.spec.outcomes import CREATED, OK
from upsertspec.spec.schema import Table, tables
from upsertspec.steps.assertions import key_of
from upsertspec.steps.world import Stored, World

DONE = (OK, CREATED)

Row = Mapping[str, Any]


@dataclass
class Stage:
    """One sequence's own: nothing of it is known to the next."""

    world: World
    model: Model
    wire: Wire
    story: Story
    profiles: Collection[str]
    made: int = 0

    @property
    def state(self) -> State:
        """What should be stored."""
        return self.model.state

    @property
    def resolver(self) -> Resolver:
        """Gives picks their records."""
        return Resolver(self.state, self.make)

    def aside(self) -> World:
        """A world of its own for a few requests, to which everything is known that should be stored."""
        world = World(self.world.client, self.world.mark, "")
        world.stored = [Stored(e.name, e.table, self._key(e), e.read) for e in self.state.all]
        self.world.reader.forget()
        return world

    def make(self, table: str) -> Entry:
        """A record that others can refer to, made as a scenario's setup makes it."""
        return self.set_up(tables()[table], {})

    def at_least(self, table: str, count: int) -> Sequence[Entry]:
        """The records of a table; as many are made as are missing."""
        for _ in range(count - len(self.state.of(table))):
            self.make(table)
        return self.state.of(table)

    def set_up(self, table: Table, given: Row) -> Entry:
        """A record with these values, and with what it needs besides."""
        self.made += 1
        needed = {name: f for name, f in table.fields.items() if f.required and name not in given}
        row = self.resolver.resolved({**{name: self._plain(table, name) for name in needed}, **given})
        key = next((list(k) for k in table.unique_keys if all(row.get(n) is not None for n in k)), None)
        if key is None:
            expected = self.model.create("editor", table.name, row)
            operation: Create | Upsert = Create(table.name, self.wire.row(table.name, row))
        else:
            expected = self.model.upsert("editor", table.name, row, key, {})
            operation = Upsert(table.name, self.wire.row(table.name, row), key)
        if expected.done is None:  # another key of it is taken: that record will do
            return self.state.of(table.name)[0]
        entry = expected.done[0].entry
        self.story.stored(entry, row)
        answer = self.world.send("editor", operation)
        if key is None and answer.status in DONE:  # a setup: which of the two it is, is the matter of a scenario
            expected = replace(expected, status=answer.status)
        settle(self.world, self.state, self.wire, expected, answer, [answer])
        return entry

    def _key(self, entry: Entry) -> Row:
        return key_of(tables()[entry.table], {**self.wire.row(entry.table, entry.values), "id": entry.id})

    def _plain(self, table: Table, name: str) -> Any:
        field = table.fields[name]
        value = keys_of(field)[0] if name in table.marked else good(field)[0]
        if not isinstance(value, str) or name not in table.marked or not self.state.of(table.name):
            return value
        return f"{name}{self.made}@example.com" if name == "email" else f"{name}-p{self.made}"
