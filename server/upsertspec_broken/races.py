"""Many clients at once: records created twice, lost updates, half writes, deadlocks and refusals."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any, ClassVar, cast

from flask import g

from upsertspec_broken import add, broken
from upsertspec_broken.bases import EmailWithoutAnIndex, FindThenWrite, keep
from upsertspec_broken.clients import Ahead, AmongMany, LooksAhead, ManyClients
from upsertspec_catalogue import Answer, answers
from upsertspec_server import Server
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.queries import Listing, Queries, Record
from upsertspec_server.records import Records
from upsertspec_server.schema import Row, Table
from upsertspec_server.store import Store
from upsertspec_server.upsert import Outcome, Plan
from upsertspec_server.views import current_app, request

ROOM = 3
DEADLOCK_SECONDS = 0.3
OFTEN = 7
FRESH = 0.3
BUSY = HTTPStatus.SERVICE_UNAVAILABLE


def insert(upserts: FindThenWrite, plan: Plan, row: Row, now: str) -> Outcome:
    """Insert a record without a look for its key."""
    upserts.app.validator.check_required(plan.table, row)
    stored = upserts.store.insert(plan.table, upserts.records.new_row(plan.table, row, now))
    return Outcome(plan.table, "created", stored["id"], stored)


class UniqueRecords(Records):
    """Keeps the email of a contact unique by looking at what is stored."""

    def check(self, table: Table, row: Row, but: Row | None) -> None:
        """Raises 409 where another contact has the email."""
        if table.name == "contacts" and "email" in row:
            other = self.store.find(table, ("email",), row)
            if other is not None and (but is None or other["id"] != but["id"]):
                raise conflict("A value is already taken.", {"field": "email", "message": "is already taken"})

    def create(self, table: Table, row: Row) -> Outcome:
        self.check(table, row, None)
        return super().create(table, row)

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        self.check(table, row, self.read(table, record_id))
        return super().update(table, record_id, row, where)


class UniqueByLooking(Ahead):
    """Keeps the email unique by a look, except for the key that the look ahead was made for."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.key and "email" not in plan.key:
            assert isinstance(self.records, UniqueRecords)
            self.records.check(plan.table, row, self.store.find(plan.table, plan.key, row))
        return super().upsert_one(plan, row, now)

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        return super().create(plan, row, now) if "email" not in plan.key else insert(self, plan, row, now)


add("looks-then-inserts", "Looks, then inserts, without a unique index: everybody who looked in time inserts a record.",
    "AC-701 AC-705 AC-706 AC-707", LooksAhead, UniqueByLooking, UniqueRecords, EmailWithoutAnIndex)  # fmt: skip


@broken("AC-701", "AC-705", "AC-706", "AC-707", using=(Ahead,))
class LoserOfTheRaceFails(LooksAhead):
    """Looks, then inserts; the second one breaks the unique index and gets 500."""

    def look(self, plan: Plan) -> Plan:
        plan = super().look(plan)
        g.is_new = not any((plan.matches or {}).values())
        return plan

    def upsert(self, table: str) -> Any:
        try:
            return super().upsert(table)
        except Problem as problem:
            if g.get("is_new") and problem.status == HTTPStatus.CONFLICT:
                raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "UNIQUE constraint failed") from None
            raise


@broken("AC-701", "AC-705", "AC-706", "AC-707", using=(LooksAhead,))
class CreatedToAllWhoLooked(Ahead):
    """Writes correctly, but says "created" to everybody who found nothing when they looked."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        if not plan.key:
            return super().create(plan, row, now)
        self.app.validator.check_required(plan.table, row)
        self.store.upsert(plan.table, plan.key, self.records.new_row(plan.table, row, now), tuple(row))
        stored = self.store.find(plan.table, plan.key, row) or row
        return Outcome(plan.table, "created", stored["id"], stored)


class LooksAgain(Ahead):
    """Looks again where nothing was there: only updates use what was read before."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        is_there = self.find_match(plan, row) is not None
        return self.upsert_one(plan, row, now) if is_there else super().create(plan, row, now)


class Late(LooksAgain):
    """Looks; what it does in one mode where another created the record since is a method of its own."""

    on_conflict: ClassVar[str] = "error"

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row)
        if match is None or plan.on_conflict != self.on_conflict:
            return super().create(plan, row, now)
        return self.late(plan, row, match, now)

    def late(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        """The outcome for a record that was not there at the look."""
        return self.update(plan, row, match, now)


@broken("AC-707", using=(LooksAhead,))
class LateCreateUpdates(Late):
    """Refuses a match that it sees, and updates the record that another created since the look."""


@broken("AC-707", using=(LooksAhead,))
class LateCreateSaysCreated(Late):
    """Says "created" to everybody who found nothing, with the record of the first one."""

    def late(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        return Outcome(plan.table, "created", match["id"], match)


@broken("AC-706", using=(LooksAhead,))
class InsertOrIgnoreSaysCreated(LateCreateSaysCreated):
    """Inserts or ignores, and says "created" to everybody who found nothing when they looked."""

    on_conflict = "ignore"


@broken("AC-706", using=(LooksAhead,))
class LateIgnoreOverwrites(Late):
    """Says "ignored" to the second one, but overwrites what the first one has created."""

    on_conflict = "ignore"

    def late(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        self.save(plan.table, match, row, now)
        return Outcome(plan.table, "ignored", match["id"], match)


@broken("AC-707", using=(LooksAhead,))
class LateCreateFails(Late):
    """Answers 500 where another created the record since the look."""

    def late(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "duplicate key value violates unique constraint")


@broken("AC-707", using=(LooksAhead,))
class LateCreateOverwritesAndRefuses(Late):
    """Answers 409 where another created the record since the look, but has written its own values."""

    def late(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        self.update(plan, row, match, now)
        keep(self.store)
        raise conflict("The record exists already.")


@broken("AC-702", using=(LooksAhead,))
class SavesWhatItRead(LooksAgain):
    """Reads the record, changes it, and saves it whole: changes by others to other fields are undone."""

    def changes(self, plan: Plan, row: Row, match: Row) -> Row:
        return {**{name: match[name] for name in plan.table.fields}, **super().changes(plan, row, match)}


@broken("AC-702", using=(LooksAhead,))
class BatchSavesWhatItRead(SavesWhatItRead):
    """Reads the records of a batch, changes them, and saves them whole: changes by others are undone."""

    def changes(self, plan: Plan, row: Row, match: Row) -> Row:
        return super().changes(plan, row, match) if plan.batch else LooksAgain.changes(self, plan, row, match)


@broken("AC-701", "AC-702", "AC-705", using=(LooksAhead,))
class OptimistLosesWith409(LooksAgain):
    """Compares the version that it read, answers 409 where another was faster, and never tries again."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        stored = self.store.get(plan.table, match["id"])
        if stored is not None and stored["updated_at"] != match["updated_at"]:
            raise conflict("The record was changed by somebody else.")
        return super().update(plan, row, match, now)


class SecondIsDropped(LooksAgain):
    """Leaves a record as it is that was created since the look ahead."""

    def create(self, plan: Plan, row: Row, now: str) -> Outcome:
        match = self.find_match(plan, row)
        if match is None or plan.on_conflict != "update":
            return super().create(plan, row, now)
        return Outcome(plan.table, "updated", match["id"], {**match, **row})


@broken("AC-701", using=(SecondIsDropped,))
class LoserOfTheRaceIsDropped(LooksAhead):
    """Says "updated" to the second one, with the values that it sent, but stores nothing of them."""

    def look(self, plan: Plan) -> Plan:
        plan = super().look(plan)
        if not any((plan.matches or {}).values()):
            self.clients.slow_down(0.1)
        return plan


@broken("AC-702", "AC-704", using=(ManyClients,))
class FieldsCommitOneByOne(AmongMany):
    """Commits each field by itself: writers mix, and readers see half a write."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not self.clients.are_many():
            return super().save(table, match, changes, now)
        for name, value in changes.items():
            match = super().save(table, match, {name: value}, now)
            self.let_others_write()
        return match


@broken("AC-704", using=(ManyClients,))
class BatchCommitsAsItGoes(AmongMany):
    """Commits each record of a batch by itself: readers of the list see half a batch."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        outcome = super().upsert_one(plan, row, now)
        if plan.batch and self.clients.are_many():
            self.let_others_write()
        return outcome

    def find_match(self, plan: Plan, row: Row) -> Row | None:
        return super().find_match(replace(plan, matches=None), row)


@broken("AC-704", "AC-702", using=(ManyClients,))
class RetriesInTheOpen(AmongMany):
    """Commits a write, reverts it, and writes it again: changes by others in between are gone."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not self.clients.are_many():
            return super().save(table, match, changes, now)
        super().save(table, match, changes, now)
        self.let_others_write()
        super().save(table, match, {name: match[name] for name in changes}, now)
        self.let_others_write()
        return super().save(table, match, changes, now)


@broken("AC-703", using=(ManyClients,))
class WriteIsRolledBackUnderLoad(AmongMany):
    """Acknowledges each write, but under load rolls one in seven back."""

    count = 0

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update(plan, row, match, now)
        self.count += self.clients.are_many()
        if self.clients.are_many() and self.count % OFTEN == 0:
            self.store.db.rollback()
            self.store.db.begin()
        return outcome


class QueriesAmongMany(Queries):
    """Queries that know whether many clients are at work."""

    def are_many(self) -> bool:
        """Whether the current request comes from one of many clients."""
        assert isinstance(self.app, ManyClients)
        return self.app.clients.are_many()


@broken("AC-704", using=(ManyClients,))
class ReadsInTwoStatements(QueriesAmongMany):
    """Reads a record in two statements without a transaction: one half is older than the other."""

    def records(self, table: Table, where: str | None, values: list[Any], **options: Any) -> list[Record]:
        first = super().records(table, where, values, **options)
        if not self.are_many():
            return first
        self.store.db.commit()
        time.sleep(0.02)
        self.store.db.begin()
        second = super().records(table, where, values, **options)
        half = table.columns[: len(table.columns) // 2]
        if len(first) != len(second):
            return second
        return [{**new, **{name: old[name] for name in half}} for old, new in zip(first, second, strict=True)]


@broken("AC-702", "AC-703", "AC-704", using=(ManyClients,))
class EachWorkerHasACache(QueriesAmongMany):
    """Answers reads under load from a cache of its thread, which does not know the writes of others."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.kept = threading.local()

    def page(self, listing: Listing) -> Record:
        if not self.are_many():
            return super().page(listing)
        known: dict[str, tuple[float, Record]] = self.kept.__dict__
        at, page = known.get(request.full_path, (0.0, {}))
        if time.monotonic() - at > FRESH:
            at, page = known[request.full_path] = time.monotonic(), super().page(listing)
        return page


class LastAnswer(ManyClients):
    """Keeps the latest answer where all requests see it."""

    latest: Any = None


@broken("AC-703", "AC-701", "AC-702", using=(LastAnswer,))
@answers
def answers_with_the_last_outcome(answer: Answer) -> None:
    """Keeps the outcome in a variable of the process: a client gets the record of another."""
    server = cast(LastAnswer, current_app)
    if answer.outcomes and server.clients.are_many():
        server.latest = answer.body
        server.clients.slow_down()
        answer.body = server.latest


class Deferred(Store):
    """Takes the write lock with the first write, not before the first look; threads don't take turns."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.db.atomic():
            yield


@broken("AC-701", "AC-702", "AC-703", using=(ManyClients, Deferred))
class DatabaseIsLocked(AmongMany):
    """Begins a transaction without the write lock: a write after another's write fails."""

    def upsert_one(self, plan: Plan, row: Row, now: str) -> Outcome:
        if plan.key and self.clients.are_many():
            self.store.find(plan.table, plan.key, row)
            self.clients.meet()
        return super().upsert_one(plan, row, now)


def key_in(table: str) -> str:
    """The table and the values of the match fields in the request, of one record or the first of a batch."""
    body = request.read_object()
    fields = body.get("fields") or body["records"][0]
    return repr([table, *(fields.get(name) for name in body["matchFields"])])


@broken("AC-703")
class OneKeyAtATime(ManyClients):
    """Answers 503 while another key is written."""

    def setup(self) -> None:
        super().setup()
        self.busy: dict[str, int] = {}
        self.lock = threading.Lock()

    def upsert(self, table: str) -> Any:
        if not self.clients.are_many():
            return super().upsert(table)
        key = key_in(table)
        with self.lock:
            if self.busy.keys() - {key}:
                raise Problem(BUSY, "Busy. Try again.")
            self.busy[key] = self.busy.get(key, 0) + 1
        try:
            self.clients.slow_down()
            return super().upsert(table)
        finally:
            with self.lock:
                self.busy[key] -= 1
                if not self.busy[key]:
                    del self.busy[key]


@broken("AC-703")
class WaitsForGood(ManyClients):
    """Has room for the locks of a few keys: a request that finds none waits forever, and so do all after it."""

    def setup(self) -> None:
        super().setup()
        self.locked: list[str] = []
        self.stuck = False
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.before_request(self.wait)

    def close(self) -> None:
        self.ended.set()
        super().close()

    def wait(self) -> None:
        """Wait until the server ends, where it is stuck."""
        if self.stuck and self.is_protected(request.path):
            self.ended.wait()
            raise Problem(BUSY, "The server ends.")

    def upsert(self, table: str) -> Any:
        if not self.clients.are_many():
            return super().upsert(table)
        key = key_in(table)
        with self.lock:
            self.locked.append(key)
            self.stuck = self.stuck or len(set(self.locked)) > ROOM
        self.wait()
        self.clients.slow_down(0.1)
        try:
            return super().upsert(table)
        finally:
            self.locked.remove(key)


@broken("AC-705")
class LocksInTheOrderOfTheRequest(ManyClients):
    """Locks the records of a batch in the order of the request: two batches in other orders wait for each other."""

    def setup(self) -> None:
        super().setup()
        self.locks: dict[str, threading.Lock] = {}

    def upsert(self, table: str) -> Any:
        rows = request.read_object().get("records")
        if not isinstance(rows, list) or not self.clients.are_many():
            return super().upsert(table)
        taken: list[threading.Lock] = []
        try:
            for row in rows:
                lock = self.locks.setdefault(repr(row.get("email") or row), threading.Lock())
                if not lock.acquire(timeout=DEADLOCK_SECONDS):
                    raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "deadlock detected")
                taken.append(lock)
                self.clients.slow_down()
            return super().upsert(table)
        finally:
            for lock in taken:
                lock.release()


class TakesTheTimeFirst(ManyClients):
    """Takes the time of a request when it comes. Among many clients, every third waits for its turn a little longer."""

    turn = 0

    def upsert(self, table: str) -> Any:
        g.began = self.store.now()
        self.turn += 1
        self.clients.slow_down(0.02 * (self.turn % 3))
        return super().upsert(table)


@broken("AC-702", "AC-701", using=(TakesTheTimeFirst,))
class TimeBeforeTheLock(AmongMany):
    """Takes the time before it waits for the lock: a write that waited longer sets updated_at back."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not self.clients.are_many():
            return super().save(table, match, changes, now)
        return self.store.update(table, match, {"updated_at": g.began, **changes})
