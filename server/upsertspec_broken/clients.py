"""What the broken servers for many clients are built on: they know when many clients are at work, and only then wait.

A race that is lost once in a thousand times proves nothing. So a request that has looked waits, among many clients,
until another has looked too (or a moment has passed): the mistake is then made every time. A single client never waits.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from typing import Any, cast

from flask import current_app, request

from upsertspec_broken.bases import FindThenWrite
from upsertspec_server import Server
from upsertspec_server.conditions import HEADERS
from upsertspec_server.errors import Problem
from upsertspec_server.idempotency import HEADER
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Outcome, Plan
from upsertspec_server.validation import Validator

MANY = 3
MEMORY = 10.0
LATE = "a write, when many clients had come together"
PATIENCE = 0.15


class Clients:
    """Knows which connections belong to many clients: at least three began with the same read.

    This depends on neither time nor luck. A connection that began with a write counts too where many clients have just
    come together: its first connection may have been idle for too long to be used for a write.
    """

    def __init__(self) -> None:
        self.beginnings: dict[Any, str] = {}
        self.counts: Counter[str] = Counter()
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
            self.counts[beginning] += 1
            if read and self.counts[read] >= MANY:
                self.together = time.monotonic()

    def are_many(self) -> bool:
        """Whether the current request comes from one of many clients."""
        beginning = self.beginnings.get(request.environ.get("REMOTE_PORT"), "")
        return beginning == LATE or (beginning != "" and self.counts[beginning] >= MANY)

    def meet(self) -> None:
        """Among many clients, wait until another comes this far, or until a moment has passed."""
        if not self.are_many():
            return
        with self.changed:
            self.looked += 1
            mine = self.looked
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.looked > mine, PATIENCE)

    def slow_down(self, seconds: float = 0.02) -> None:
        """Among many clients, take a little longer."""
        if self.are_many():
            time.sleep(seconds)


class ManyClients(Server):
    """A server that knows its clients. `upsert` is its view of an upsert."""

    def setup(self) -> None:
        self.clients = Clients()
        self.original_upsert = self.view_functions["records.upsert"]
        self.view_functions["records.upsert"] = self.upsert
        super().setup()

    def authenticate(self) -> None:
        super().authenticate()
        self.clients.saw()

    def upsert(self, table: str) -> Any:
        """Answer an upsert."""
        return self.original_upsert(table=table)


def is_conditional() -> bool:
    """Whether the request has a condition, or an idempotency key."""
    return any(name in request.headers for name in (*HEADERS, HEADER))


class LookingAhead(Validator):
    """Hands each checked upsert to its server, which looks ahead."""

    def upsert(self, table: Table, body: dict[str, Any]) -> Plan:
        plan = super().upsert(table, body)
        server = cast(LooksAhead, current_app)
        return server.look(plan) if server.looks(plan) else plan


class LooksAhead(ManyClients):
    """Looks for the matches before the transaction that writes, like code that keeps transactions short.

    It does so among many clients; a single one would see no difference. A condition is always about the stored record.
    """

    validator_class = LookingAhead

    def looks(self, plan: Plan) -> bool:
        """Whether to look ahead for this upsert."""
        is_plain = bool(plan.key) and plan.update_where is None and not is_conditional()
        return is_plain and request.endpoint == "records.upsert" and self.clients.are_many()

    def look(self, plan: Plan) -> Plan:
        """The upsert with the matches that there are now."""
        plan = replace(plan, matches=self.store.find_many(plan.table, plan.key, plan.rows))
        self.clients.meet()
        return plan


class AmongMany(FindThenWrite):
    """An upsert that knows the clients of its server."""

    @property
    def clients(self) -> Clients:
        """The clients of the server."""
        assert isinstance(self.app, ManyClients)
        return self.app.clients

    def let_others_write(self) -> None:
        """Commit, and let others have a turn before the next write; but not where a condition or a key is to hold."""
        if is_conditional():
            return
        self.store.db.commit()
        self.store.writing.release()
        try:
            self.clients.slow_down()
        finally:
            self.store.writing.acquire()
            self.store.db.execute("BEGIN IMMEDIATE")


class Ahead(AmongMany):
    """Takes the matches as they were looked up ahead, also those of a batch; but none that has been deleted since."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        is_gone = self.store.get(plan.table, match["id"]) is None
        return self.upsert_one(plan, row, now) if is_gone else super().update(plan, row, match, now)

    def upsert_batch(self, plan: Plan, now: str) -> list[Outcome]:
        outcomes = []
        for index, row in enumerate(plan.rows):
            try:
                outcomes.append(self.upsert_one(plan, row, now))
            except Problem as problem:
                problem.index = index
                raise
        return outcomes
