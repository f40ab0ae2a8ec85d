"""Other tags, and other answers to conditions."""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import Any

from werkzeug.http import generate_etag

from upsertspec_conforming import conforming
from upsertspec_server import Server
from upsertspec_server.conditions import Condition, Conditions
from upsertspec_server.errors import Problem
from upsertspec_server.request import Request
from upsertspec_server.schema import Role, Row, Table
from upsertspec_server.upsert import Outcome, Plan, Upserts
from upsertspec_server.views import request as current_request

ANY_TAG = "What a tag is made of is up to you: a hash, a version, a counter (3.9)."


@conforming(ANY_TAG)
class TagsAreCounters(Conditions):
    """Counts the states of each record: its first tag is "1", as that of every other record."""

    def __init__(self, app: Server) -> None:
        super().__init__(app)
        self.lock = threading.Lock()
        self.states: dict[tuple[str, Any], dict[str, int]] = {}

    def tag(self, table: Table, row: Row) -> str:
        state = super().tag(table, row)
        with self.lock:
            known = self.states.setdefault((table.name, row["id"]), {})
            return str(known.setdefault(state, len(known) + 1))


@conforming(ANY_TAG)
class TagsAreOdd(Conditions):
    """Makes tags of unusual characters: commas, a star, a backslash, W/ without quotes."""

    def tag(self, table: Table, row: Row) -> str:
        return f"W/*,\\{super().tag(table, row)},;="


@conforming("Tags of two records may be the same (5, Conditional requests).")
class TagsAreTimes(Conditions):
    """Makes the tag of updated_at alone."""

    def tag(self, table: Table, row: Row) -> str:
        return generate_etag(str(row["updated_at"]).encode())


@conforming("A write of the values that are stored already may leave the tag (5, Conditional requests).")
class TagsAreOfTheContent(Conditions):
    """Makes the tag of the values that a client wrote."""

    def tag(self, table: Table, row: Row) -> str:
        content = {name: value for name, value in row.items() if name != "updated_at"}
        return generate_etag(repr(sorted(content.items())).encode())


@conforming("A condition that can't be read, or in a request that is not about one record, is 400 or 412 (3.9).")
class UnreadableConditionsFail(Conditions):
    """Answers 412 to a condition that it can't read."""

    def read(self, request: Request, is_about_one: bool = True) -> Condition:
        try:
            return super().read(request, is_about_one)
        except Problem:
            raise Problem(HTTPStatus.PRECONDITION_FAILED, "The condition can't be met.") from None


@conforming("Where a condition is not met and a unique key would be broken too, either may be answered (5).")
class ConditionsComeFirst(Upserts):
    """Checks the condition of an upsert before it writes: 412 comes before 409 and before a 403 by the match."""

    def run(self, plan: Plan, role: Role) -> list[Outcome]:
        condition = self.app.conditions.read(current_request, is_about_one=not plan.batch)
        if condition:
            self.app.conditions.check(condition, plan.table, self.find_match(plan, plan.rows[0]))
        return super().run(plan, role)
