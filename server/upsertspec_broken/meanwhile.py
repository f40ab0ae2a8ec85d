"""A match that somebody deletes or changes between the look and the write."""

from __future__ import annotations

from http import HTTPStatus

from upsertspec_broken import broken
from upsertspec_broken.clients import Ahead, LooksAhead
from upsertspec_server.errors import Problem
from upsertspec_server.schema import Row
from upsertspec_server.upsert import Outcome, Plan


class LooksBeforeDeletions(LooksAhead):
    """Among many clients, takes a moment between the look and the write, in which others delete."""

    def write(self, plan: Plan) -> list[Outcome]:
        if any((plan.matches or {}).values()):
            self.clients.slow_down(0.1)
        return super().write(plan)


@broken("AC-703", using=(LooksBeforeDeletions,))
class DeletedMeanwhileCrashes(Ahead):
    """Updates the match that it found ahead; where somebody has deleted it since, it fails with 500."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if self.store.get(plan.table, match["id"]) is None:
            raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The record is gone.")
        return super().update(plan, row, match, now)


@broken("AC-702", using=(LooksAhead,))
class ConditionsOfTheLook(Ahead):
    """Compares updateWhere with the match that it found ahead: many clients take the same job."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        return super().update(plan, row, self.store.get(plan.table, match["id"]) or match, now)
