"""Mistakes that a crowd on one key hides, as whoever comes next writes over them. Few on a key or readers show it."""

from __future__ import annotations

import threading
import time
from typing import Any

from flask import request

from upsertspec_broken.catalogue import fault
from upsertspec_broken.crowds import Crowd, Crowded, InACrowd, LooksAhead
from upsertspec_broken.lost_updates import Recent, WholeRecords
from upsertspec_server.answers import Answers
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.reader import Reader
from upsertspec_server.schema import Role, Table

OFTEN = 7
FRESH = 0.3


class SecondIsDropped(Recent):
    """Leaves a record as it is that was created since the look ahead."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        match = self.store.find_match(plan.table, plan.key, row)
        if match is None or plan.ignore:
            return super().create_new(plan, row, now)
        return Outcome(plan.table, "updated", match["id"], {**match, **row})


@fault("AC-701", using=(SecondIsDropped,))
class LoserOfTheRaceIsDropped(LooksAhead):
    """Says "updated" to whoever comes second, with the values that it sent, and stores nothing of them."""

    def written(self, plan: Upsert, role: Role) -> list[Outcome]:
        if not any((plan.matches or {}).values()):
            self.crowd.dawdle(0.1)
        return super().written(plan, role)


class WholeInABatch(WholeRecords):
    """Writes every field of a match in a batch, and in no other request."""

    def changes(self, plan: Upsert, row: Row, match: Row) -> Row:
        return super().changes(plan, row, match) if plan.batch else super(WholeRecords, self).changes(plan, row, match)


@fault("AC-702", using=(WholeInABatch,))
class BatchSavesWhatItRead(LooksAhead):
    """Reads the records of a batch, changes and saves them whole: what others wrote meanwhile is undone."""


class Forgetful(InACrowd):
    """Counts the writes of a crowd."""

    count = 0

    def update_match(self, plan: Upsert, row: Row, match: Row, now: str) -> Outcome:
        outcome = super().update_match(plan, row, match, now)
        self.count += self.crowd.is_about()
        if self.crowd.is_about() and self.count % OFTEN == 0:
            self.store.rollback()
            self.store.begin()
        return outcome


@fault("AC-703", using=(Forgetful,))
class WriteIsRolledBackUnderLoad(Crowded):
    """Acknowledges each write, and of those under load rolls one in seven back."""


class Remembering(Reader):
    """Keeps lists for a moment, each thread for itself."""

    crowd = Crowd()

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.kept = threading.local()

    def page(self, listing: Any) -> dict[str, Any]:
        if not self.crowd.is_about():
            return super().page(listing)
        known: dict[str, tuple[float, dict[str, Any]]] = self.kept.__dict__
        at, page = known.get(request.full_path, (0.0, {}))
        if time.monotonic() - at > FRESH:
            at, page = known[request.full_path] = time.monotonic(), super().page(listing)
        return page


@fault("AC-704", "AC-703", using=(Remembering,))
class EachWorkerHasACache(Crowded):
    """Answers reads under load from a cache of the worker, which knows nothing of the others' writes."""


class LastOutcome(Answers):
    """Keeps the outcome where all requests see it, and answers with what is there a moment later."""

    crowd = Crowd()
    latest: Outcome | None = None

    def outcome(self, outcome: Outcome) -> dict[str, Any]:
        self.latest = outcome
        self.crowd.dawdle()
        return super().outcome(self.latest if self.crowd.is_about() else outcome)


class Noisy(InACrowd):
    """Shows what it writes before it takes it back, to write it once more."""

    def save(self, table: Table, match: Row, changes: Row, now: str) -> Row:
        if not self.crowd.is_about():
            return super().save(table, match, changes, now)
        super().save(table, match, changes, now)
        self.let_others()
        super().save(table, match, {name: match[name] for name in changes}, now)
        self.let_others()
        return super().save(table, match, changes, now)


@fault("AC-704", "AC-702", using=(Noisy,))
class RetriesInTheOpen(Crowded):
    """Commits a write, takes it back and writes it once more: what others wrote meanwhile is gone."""


@fault("AC-703", "AC-701", "AC-702", using=(LastOutcome,))
class AnswersWithTheLastOutcome(Crowded):
    """Keeps what was done in a variable of the process: a client is answered with another's record."""
