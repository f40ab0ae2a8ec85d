"""A sequence of moves, played against the target and the model side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

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
from upsertspec.explore import hostile_operations as hostility
from upsertspec.explore import list_checks as listing
from upsertspec.explore.checks import require_read, require_stored, settle
from upsertspec.explore.expectations import Expected, Model
from upsertspec.explore.large_batches import Bulk
from upsertspec.explore.moves.move import Move
from upsertspec.explore.pasted_scenario import Story
from upsertspec.explore.resolve import Wire, marks
from upsertspec.explore.stage import Stage
from upsertspec.explore.state import Entry, children
from upsertspec.explore.values import LEFT_OUT, Pick
from upsertspec.http.client import Client
from upsertspec.spec.schema import ROLES, tables
from upsertspec.steps.equality import shown
from upsertspec.steps.then_answers import require_batch, the_error_says_which
from upsertspec.steps.then_lists import the_description_names
from upsertspec.steps.world import World

Row = Mapping[str, Any]
NEWEST = 2


class Player:
    """Plays one sequence. Raises CheckFailed at the first difference between the target and the contract."""

    def __init__(self, client: Client, mark: str, roles: Sequence[str], profiles: Sequence[str]) -> None:
        self.story = Story()
        self._world = World(client, mark, "")
        self._model = Model()
        self._state = self._model.state
        self._wire = Wire(mark)
        self._stage = Stage(self._world, self._model, self._wire, self.story, profiles)
        self._resolver = self._stage.resolver
        self._bulk = Bulk(self._stage)
        self._roles = roles
        self._profiles = profiles
        self._tried: list[tuple[str, Row]] = []
        self._plays: dict[str, Callable[[Move], None]] = {
            "upsert": self._upsert, "batch": self._batch, "bulk": self._many, "create": self._create,
            "change": self._change, "delete": self._delete, "read": self._read, "describe": self._describe,
            "list": self._list, "groups": self._groups, "family": self._family, "transaction": self._transaction,
            "rewrite": self._rewrite,
        }  # fmt: skip

    def play(self, moves: Sequence[Move]) -> None:
        """Each move in turn, then a look at everything that is stored. What can't be asked is left out."""
        for move in moves:
            if move.who in self._roles or move.who not in ROLES:
                self._one(move)
        self.look()

    def _one(self, move: Move) -> None:
        since = len(self._world.attempts)
        try:
            if move.kind in hostility.PLAYS:
                self._try(move.table, move.rows[0] if move.rows else None)
                hostility.PLAYS[move.kind](self._stage, move)
            else:
                self._plays[move.kind](move)
        except NotTestable:
            if self._world.client.stopped:
                raise
        if "hostile" in self._profiles:
            hostility.require_silence(self._stage, since)

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
        if expected.wrong is not None:
            self.story.blame(expected.wrong)
            the_error_says_which(self._world, expected.wrong)

    def _rewrite(self, move: Move) -> None:
        """An upsert of a record that is there, found by a key of it; without one it is changed by its id."""
        entry, row = self._picked(move), self._resolver.resolved(move.rows[0])
        known = tables()[entry.table]
        match = next((list(k) for k in known.unique_keys if all(entry.values.get(n) is not None for n in k)), None)
        if match is None:
            return self._change(move)
        needed = {name for name, field in known.fields.items() if field.required} | set(match)
        fields = row | {name: entry.values[name] for name in needed}
        made = replace(move, kind="batch" if move.words else "upsert", rows=[fields], match=match)
        return self._batch(made) if move.words else self._upsert(made)

    def _require_counts(self, expected: Expected, answer: Answer) -> None:
        done = expected.done or ()
        if answer.status == 200 and len({id(one.entry) for one in done}) == len(done):
            require_batch(self._world, answer, [one.operation for one in done])

    def _many(self, move: Move) -> None:
        self._bulk.play(move.rows[0], wrong=bool(move.words[0]))

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
        for table, place in move.words:
            there = [e for e in self._state.of("projects") if e.values["user_id"] is user]
            if there:
                self._stage.set_up(tables()[table], {"project_id": there[place % len(there)]})
        listing.play(self._world, self._state, self.story, move.who, user, move.query)

    def _groups(self, move: Move) -> None:
        self._stage.at_least("users", 2)
        self._create(replace(move, who="editor"))
        listing.play_groups(self._world, self._state, self.story, move.who, move.query)

    def _family(self, move: Move) -> None:
        """A record, under it one of each table that refers to it, and so on."""
        count = 2 if "two" in move.words else 1
        todo: list[Any] = list(self._stage.at_least(move.table, count))[:count]
        while todo:
            parent = todo.pop()
            for table, name in children(parent.table if isinstance(parent, Entry) else ""):
                if set(table.profiles) & set(self._profiles):
                    todo.append(self._stage.set_up(table, {name: parent}))

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
            require_stored(self._world, self._wire, entry)
        for entry in self._state.all[-NEWEST:]:
            require_read(self._world, entry)
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
        for name in marks(table):
            if isinstance(fields.get(name), str) and fields[name] and (table, {name: fields[name]}) not in self._tried:
                self._tried.append((table, {name: fields[name]}))

    def _picked(self, move: Move) -> Any:
        assert move.record is not None
        return self._resolver.pick(move.record)


def _stored(entry: Any) -> Entry | None:
    return entry if isinstance(entry, Entry) else None


def _id(entry: Any) -> Any:
    return entry.id


def _named(entry: Any, move: Move) -> str:
    return entry.name if isinstance(entry, Entry) else f"the record {entry.id} of {move.table}"
