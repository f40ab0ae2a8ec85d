"""What the faults of many clients at once are built on: they know when a crowd is about, and only then do they dawdle.

A race that is lost once in a thousand times proves nothing. So whoever has looked waits, in a crowd, until another has
looked too (or a moment has gone by): the mistake is then made every time. A lone client never waits.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response, g, request

from upsertspec_broken.bases import FindThenWrite
from upsertspec_server.answers import Answer
from upsertspec_server.api import Api
from upsertspec_server.errors import Problem
from upsertspec_server.plans import Outcome, Upsert
from upsertspec_server.schema import Role

MANY = 3
MEMORY = 10.0
LATE = "a write, when a crowd had come together"
PATIENCE = 0.15


class Crowd:
    """Knows whose connection is one of many: at least three began with the same read, as those of a crowd do.

    Neither clock nor luck has a part in it. A connection that began with a write is one of many where a crowd has just
    come together: its first connection may have been idle for too long to be used for a write.
    """

    def __init__(self) -> None:
        self.beginnings: dict[Any, str] = {}
        self.alike: Counter[str] = Counter()
        self.together = -MEMORY
        self.looked = 0
        self.changed = threading.Condition()

    def saw(self) -> None:
        """A request has come: note how its connection began."""
        port = request.environ.get("REMOTE_PORT")
        with self.changed:
            if port in self.beginnings:
                return
            late = time.monotonic() - self.together < MEMORY
            read = request.full_path if request.method == "GET" and request.query_string else ""
            beginning = self.beginnings[port] = read or (LATE if late else "")
            self.alike[beginning] += 1
            if read and self.alike[read] >= MANY:
                self.together = time.monotonic()

    def is_about(self) -> bool:
        """Whether the request that is answered is one of a crowd's."""
        beginning = self.beginnings.get(request.environ.get("REMOTE_PORT"), "")
        return beginning == LATE or (beginning != "" and self.alike[beginning] >= MANY)

    def meet(self) -> None:
        """In a crowd, wait until another comes as far as this, or until a moment has gone by."""
        if not self.is_about():
            return
        with self.changed:
            self.looked += 1
            mine = self.looked
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.looked > mine, PATIENCE)

    def dawdle(self, seconds: float = 0.02) -> None:
        """In a crowd, take a little longer."""
        if self.is_about():
            time.sleep(seconds)


class Crowded(Api):
    """The calls, with an eye on who comes. Parts that have a `crowd` see the same one."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.crowd = Crowd()
        for part in (self.operations, self.store, self.reader, self.answers):
            if hasattr(part, "crowd"):
                part.crowd = self.crowd

    def read_body(self) -> dict[str, Any]:
        """The body, as often as it is asked for."""
        if "body" not in g:
            g.body = super().read_body()
        body: dict[str, Any] = g.body
        return body

    def view(self, handler: Callable[..., Answer]) -> Callable[..., Response]:
        inner = super().view(handler)

        def call(**path: str) -> Response:
            self.crowd.saw()
            return inner(**path)

        return call


class LooksAhead(Crowded):
    """Looks for the matches before the transaction that writes, as one does who keeps transactions short."""

    def upsert(self, table: str) -> Answer:
        role, found = self.enter(table, "create", "update")
        plan = self.validator.upsert(found, self.read_body())
        plan = replace(plan, matches=self.store.find_matches(plan.table, plan.key, plan.rows))
        self.crowd.meet()
        outcomes = self.written(plan, role)
        return self.answers.batch(outcomes) if plan.batch else self.answers.upserted(outcomes[0])

    def written(self, plan: Upsert, role: Role) -> list[Outcome]:
        """Write what was looked up, in a transaction."""
        with self.store.transaction():
            return self.operations.upsert(plan, role)


class Ahead(FindThenWrite):
    """Takes the matches as they were looked up ahead, also those of a batch."""

    crowd = Crowd()

    def upsert_batch(self, plan: Upsert, now: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            for row in plan.rows:
                outcomes.append(self.upsert_one(plan, row, now))  # noqa: PERF401 - the count names the bad record
        except Problem as problem:
            raise problem.at(len(outcomes)) from None
        return outcomes


class InACrowd(FindThenWrite):
    """Operations that know whether a crowd is about."""

    crowd = Crowd()

    def let_others(self) -> None:
        """Commit, and let others have a turn before the next write."""
        self.store.commit()
        self.store.connections.writing.release()
        try:
            self.crowd.dawdle()
        finally:
            self.store.connections.writing.acquire()
            self.store.begin()
