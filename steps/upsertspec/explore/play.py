"""A sequence of moves, played against the target and the model side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from upsertspec.client import Client
from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import (
    UNSET,
    Change,
    Create,
    Delete,
    Describe,
    Read,
    Transaction,
    Upsert,
    UpsertBatch,
)
from upsertspec.errors import CheckFailed, NotTestable
from upsertspec.explore import listing
from upsertspec.explore.judge import require_stored, settle
from upsertspec.explore.model import Expected, Model
from upsertspec.explore.moves import Move
from upsertspec.explore.resolve import Resolver, Wire
from upsertspec.explore.state import Entry, children
from upsertspec.explore.story import Story
from upsertspec.explore.values import LEFT_OUT, Pick, good
from upsertspec.schema import ROLES, Table, tables
from upsertspec.vocabulary.compare import shown
from upsertspec.vocabulary.then_answers import require_batch
from upsertspec.vocabulary.then_lists import the_description_names
from upsertspec.vocabulary.world import World

Row = Mapping[str, Any]


class Player:
    """Plays one sequence. Raises CheckFailed at the first difference between the target and the contract."""

    def __init__(self, client: Client, mark: str, roles: Sequence[str], profiles: Sequence[str]) -> None:
        self.story = Story()
        self._world = World(client, mark, "")
        self._model = Model()
        self._state = self._model.state
        self._resolver = Resolver(self._state, self._make)
        self._wire = Wire(mark)
        self._roles = roles
        self._profiles = profiles
        self._tried: list[tuple[str, Row]] = []
        self._made = 0
        self._plays: dict[str, Callable[[Move], None]] = {
            "upsert": self._upsert, "batch": self._batch, "bulk": self._bulk, "create": self._create,
            "change": self._change, "delete": self._delete, "read": self._read, "describe": self._describe,
            "list": self._list, "groups": self._groups, "family": self._family, "transaction": self._transaction,
        }  # fmt: skip

    def play(self, moves: Sequence[Move]) -> None:
        """Each move in turn, then a look at everything that is stored. What can't be asked is left out."""
        for move in moves:
            if move.who in self._roles or move.who not in ROLES:
                self._one(move)
        self.look()

    def _one(self, move: Move) -> None:
        try:
            self._plays[move.kind](move)
        except NotTestable:
            if self._world.client.stopped:
                raise

    def _upsert(self, move: Move) -> None:
        fields, extra = self._resolver.resolved(move.rows[0]), self._resolver.resolved(dict(move.extra))
        match = UNSET if move.match == LEFT_OUT else move.match
        expected = self._model.upsert(move.who, move.table, fields, match, extra)
        self.story.upsert(move, fields, extra, expected)
        self._try(move.table, fields)
        sent = Upsert(move.table, self._wire.row(move.table, fields), match, self._wire.members(move.table, extra))
        answer = self._world.send(move.who, sent)
        settle(self._world, self._state, self._wire, expected, answer, [answer])

    def _batch(self, move: Move) -> None:
        records, extra = self._resolver.resolved(list(move.rows)), self._resolver.resolved(dict(move.extra))
        expected = self._model.batch(move.who, move.table, records, move.match, extra)
        self.story.batch(move, records, extra, expected)
        for fields in records:
            self._try(move.table, fields)
        rows = [self._wire.row(move.table, fields) for fields in records]
        sent = UpsertBatch(move.table, rows, move.match, self._wire.members(move.table, extra))
        answer = self._world.send(move.who, sent)
        settle(self._world, self._state, self._wire, expected, answer, answer.parts)
        self._require_counts(expected, answer)

    def _require_counts(self, expected: Expected, answer: Answer) -> None:
        done = expected.done or ()
        if answer.status == 200 and len({id(one.entry) for one in done}) == len(done):
            require_batch(self._world, answer, [one.operation for one in done])

    def _bulk(self, move: Move) -> None:
        """Many contacts at once, whose names no other move uses: the first, the middle and the last are looked at."""
        self._made += 1
        count, label = move.rows[0], f"bulk{self._made}"
        people = [{"email": f"{label}-{n}@example.com", "name": f"Person {n}", "age": n} for n in range(count)]
        expected = self._model.batch("editor", "contacts", people, ["email"], {})
        self.story.bulk(count, expected)
        rows = [self._wire.row("contacts", person) for person in people]
        answer = self._world.send("editor", UpsertBatch("contacts", rows, ["email"]))
        settle(self._world, self._state, self._wire, expected, answer, answer.parts)
        self._require_counts(expected, answer)
        for person in (people[0], people[count // 2], people[-1]):
            self._try("contacts", person)

    def _create(self, move: Move) -> None:
        for row in move.rows:
            fields = self._resolver.resolved(row)
            expected = self._model.create(move.who, move.table, fields)
            self.story.simple(f"the {move.who} creates in {move.table}:", move.table, fields, expected)
            self._try(move.table, fields)
            answer = self._world.send(move.who, Create(move.table, self._wire.row(move.table, fields)))
            settle(self._world, self._state, self._wire, expected, answer, [answer])

    def _change(self, move: Move) -> None:
        entry, fields = self._picked(move), self._resolver.resolved(move.rows[0])
        expected = self._model.change(move.who, move.table, _stored(entry), fields)
        self.story.simple(f"the {move.who} changes {_named(entry, move)}:", move.table, fields, expected)
        answer = self._world.send(move.who, Change(move.table, _id(entry), self._wire.row(move.table, fields)))
        settle(self._world, self._state, self._wire, expected, answer, [answer])

    def _delete(self, move: Move) -> None:
        entry = self._picked(move)
        expected = self._model.delete(move.who, move.table, _stored(entry))
        self.story.simple(f"the {move.who} deletes {_named(entry, move)}", move.table, None, expected)
        answer = self._world.send(move.who, Delete(move.table, _id(entry)))
        settle(self._world, self._state, self._wire, expected, answer, [])

    def _read(self, move: Move) -> None:
        entry = self._picked(move)
        expected = self._model.read(move.who, move.table, _stored(entry))
        self.story.simple(f"the {move.who} reads {_named(entry, move)}", move.table, None, expected)
        answer = self._world.send(move.who, Read(move.table, _id(entry)))
        settle(self._world, self._state, self._wire, expected, answer, [answer])

    def _describe(self, move: Move) -> None:
        then = f"the description names the fields and unique keys of {move.table}"
        self.story.look(f"the editor asks for the description of {move.table}", [], then)
        self._world.send("editor", Describe(move.table))
        the_description_names(self._world, move.table)

    def _list(self, move: Move) -> None:
        user = self._resolver.pick(Pick("users", 0))
        self._create(replace(move, who="editor"))
        listing.play(self._world, self._state, self.story, move.who, user, move.query)

    def _groups(self, move: Move) -> None:
        self._resolver.pick(Pick("users", 0))
        listing.play_groups(self._world, self._state, self.story, move.query)

    def _family(self, move: Move) -> None:
        """A record, under it one of each table that refers to it, and so on."""
        todo = [self._resolver.pick(Pick(move.table, 0))]
        while todo:
            parent = todo.pop()
            for table, name in children(parent.table if isinstance(parent, Entry) else ""):
                if set(table.profiles) & set(self._profiles):
                    todo.append(self._set_up(table, {name: parent}))

    def _transaction(self, move: Move) -> None:
        operations = self._resolver.resolved(list(move.operations))
        expected = self._model.transaction(move.who, operations)
        self.story.transaction(move.who, operations, expected)
        for operation in operations:
            plain = {n: v for n, v in operation.get("fields", {}).items() if not isinstance(v, dict)}
            self._try(operation["table"], plain)
        answer = self._world.send(move.who, Transaction(self._wire.operations(operations)))
        settle(self._world, self._state, self._wire, expected, answer, answer.parts)

    def look(self) -> None:
        """Everything is stored as the model has it, and nothing else."""
        for entry in self._state.all:
            if entry.table != "contacts" or not str(entry.values["email"]).startswith("bulk"):
                require_stored(self._world, self._wire, entry)
        for entry in self._state.gone:
            if entry.id is not None and self._world.reader.find(entry.table, {"id": entry.id}):
                raise CheckFailed(f"{entry.name} to be gone", "it still reads by its id")
        self._look_for_strangers()
        self._look_for_children()

    def _look_for_strangers(self) -> None:
        for table, where in self._tried:
            known = [shown(entry.id) for entry in self._state.of(table)]
            for record in self._world.reader.find(table, self._wire.row(table, where)):
                if shown(record.get("id")) not in known:
                    raise CheckFailed(f"no record in {table} with {shown(self._wire.row(table, where))}", shown(record))

    def _look_for_children(self) -> None:
        for entry in self._state.all:
            for table, name in children(entry.table):
                if not table.unique_keys and set(table.profiles) & set(self._profiles):
                    wanted = [e for e in self._state.of(table.name) if e.values.get(name) is entry]
                    found = self._world.reader.find(table.name, {name: entry.id})
                    if len(found) != len(wanted):
                        raise CheckFailed(f"{len(wanted)} {table.name} of {entry.name}", f"{len(found)}")

    def _try(self, table: str, fields: Any) -> None:
        """Remember where a trace of a record would be found."""
        if table not in tables() or not isinstance(fields, Mapping):
            return
        for name in tables()[table].marked:
            if isinstance(fields.get(name), str) and fields[name] and (table, {name: fields[name]}) not in self._tried:
                self._tried.append((table, {name: fields[name]}))

    def _picked(self, move: Move) -> Any:
        assert move.record is not None
        return self._resolver.pick(move.record)

    def _make(self, table: str) -> None:
        self._set_up(tables()[table], {})

    def _set_up(self, table: Table, given: Row) -> Entry:
        """A record that others can refer to, made as a scenario's setup makes it."""
        self._made += 1
        needed = {name: f for name, f in table.fields.items() if f.required and name not in given}
        row = self._resolver.resolved({**{name: self._plain(table, name) for name in needed}, **given})
        key = next((list(k) for k in table.unique_keys if all(row.get(n) is not None for n in k)), None)
        if key is None:
            expected = self._model.create("editor", table.name, row)
            operation: Create | Upsert = Create(table.name, self._wire.row(table.name, row))
        else:
            expected = self._model.upsert("editor", table.name, row, key, {})
            operation = Upsert(table.name, self._wire.row(table.name, row), key)
        if expected.done is None:  # another key of it is taken: that record will do
            return self._state.of(table.name)[0]
        entry = expected.done[0].entry
        self.story.stored(entry, row)
        answer = self._world.send("editor", operation)
        settle(self._world, self._state, self._wire, expected, answer, [answer])
        return entry

    def _plain(self, table: Table, name: str) -> Any:
        value = good(table.fields[name])[0]
        if not isinstance(value, str) or name not in table.marked or not self._state.of(table.name):
            return value
        return f"{name}{self._made}@example.com" if name == "email" else f"{name}-p{self._made}"


def _stored(entry: Any) -> Entry | None:
    return entry if isinstance(entry, Entry) else None


def _id(entry: Any) -> Any:
    return entry.id


def _named(entry: Any, move: Move) -> str:
    return entry.name if isinstance(entry, Entry) else f"the record {entry.id} of {move.table}"
