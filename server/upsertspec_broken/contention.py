"""Many clients at once are more than the server can take: it refuses, runs into itself, or waits for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from http import HTTPStatus
from typing import Any

from flask import Response

from upsertspec_broken.bases import FindThenWrite
from upsertspec_broken.catalogue import fault
from upsertspec_broken.crowds import Crowd, Crowded
from upsertspec_server.answers import Answer
from upsertspec_server.connections import Connections
from upsertspec_server.errors import Problem
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.store import Store

ROOM = 3
DEADLOCK_SECONDS = 0.3


class Deferred(Store):
    """Takes the write lock with the first write, not before the first look; threads don't wait for each other."""

    def turn(self) -> AbstractContextManager[object]:
        return nullcontext()

    def begin(self) -> None:
        self.begin_reading()


class LooksLong(FindThenWrite):
    """Meets others between the look and the write."""

    crowd = Crowd()

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        self.store.find_match(plan.table, plan.key, row)
        self.crowd.meet()
        return super().upsert_one(plan, row, now)


@fault("AC-701", "AC-702", "AC-703", using=(Deferred, LooksLong))
class DatabaseIsLocked(Crowded):
    """Begins a transaction without the write lock: who wants to write after another has written gets an error."""


@fault("AC-703")
class OneKeyAtATime(Crowded):
    """Answers 503 where another key is being written."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.busy: dict[str, int] = {}
        self.lock = threading.Lock()

    def upsert(self, table: str) -> Answer:
        if not self.crowd.is_about():
            return super().upsert(table)
        with self.entered(key_of(table, self.read_body())):
            self.crowd.dawdle()
            return super().upsert(table)

    @contextmanager
    def entered(self, key: str) -> Iterator[None]:
        """Be busy with a key within the block. Raises 503 where that can't be."""
        with self.lock:
            if self.busy.keys() - {key}:
                raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Busy. Try again.")
            self.busy[key] = self.busy.get(key, 0) + 1
        try:
            yield
        finally:
            with self.lock:
                self.busy[key] -= 1
                if not self.busy[key]:
                    del self.busy[key]


def key_of(table: str, body: dict[str, Any]) -> str:
    """The table and the values of the match fields, of one record or of the first of a batch."""
    fields = body.get("fields") or body["records"][0]
    return repr([table, *(fields.get(name) for name in body["matchFields"])])


class Ending(Connections):
    """Says when the server ends, so that nobody waits longer than for good."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.ended = threading.Event()

    def close(self) -> None:
        self.ended.set()
        super().close()


@fault("AC-703", using=(Ending,))
class WaitsForGood(Crowded):
    """Has room for the locks of a few keys; who finds none waits, is never woken, and all others after it."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.locked: list[str] = []
        self.stuck = False
        self.lock = threading.Lock()

    def view(self, handler: Callable[..., Answer]) -> Callable[..., Response]:
        inner = super().view(handler)

        def call(**path: str) -> Response:
            if self.stuck:
                self.wait_for_good()
            return inner(**path)

        return call

    def wait_for_good(self) -> None:
        """Wait until the server ends."""
        connections = self.store.connections
        assert isinstance(connections, Ending)
        connections.ended.wait()
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "The server ends.")

    def upsert(self, table: str) -> Answer:
        if not self.crowd.is_about():
            return super().upsert(table)
        key = key_of(table, self.read_body())
        with self.lock:
            self.locked.append(key)
            self.stuck = self.stuck or len(set(self.locked)) > ROOM
        if self.stuck:
            self.wait_for_good()
        self.crowd.dawdle(0.1)
        try:
            return super().upsert(table)
        finally:
            self.locked.remove(key)


@fault("AC-705")
class LocksInTheOrderOfTheRequest(Crowded):
    """Locks the records of a batch in the order of the request: batches in another order wait for each other."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.locks: dict[str, threading.Lock] = {}

    def upsert(self, table: str) -> Answer:
        rows = self.read_body().get("records")
        if not isinstance(rows, list) or not self.crowd.is_about():
            return super().upsert(table)
        taken: list[threading.Lock] = []
        try:
            for row in rows:
                taken.append(self.locked(repr(row.get("email") or row)))
                self.crowd.dawdle()
            return super().upsert(table)
        finally:
            for lock in taken:
                lock.release()

    def locked(self, key: str) -> threading.Lock:
        """The lock of a record, taken. Raises 500 where the database finds a deadlock."""
        lock = self.locks.setdefault(key, threading.Lock())
        if not lock.acquire(timeout=DEADLOCK_SECONDS):
            raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "deadlock detected")
        return lock
