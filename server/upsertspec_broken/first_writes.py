"""Many clients create one record at once: who looked before the first write believes that there is nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from upsertspec_broken.bases import EmailWithoutAnIndex
from upsertspec_broken.catalogue import fault
from upsertspec_broken.crowds import Ahead, LooksAhead
from upsertspec_server.errors import Problem, conflict
from upsertspec_server.plans import Outcome, Row, Upsert
from upsertspec_server.schema import Role, Table


class UniqueByLooking(Ahead):
    """Keeps the email unique by a look at what is stored, but for the key that the look ahead was made for."""

    def upsert_one(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if "email" not in plan.key:
            self.check(plan.table, row, self.find_match_only(plan, row))
        return super().upsert_one(plan, row, now)

    def find_match_only(self, plan: Upsert, row: Row) -> Row | None:
        """The match, which stays to be found again."""
        return self.store.find_match(plan.table, plan.key, row)

    def check(self, table: Table, row: Row, but: Row | None) -> None:
        """Raise 409 where another contact has the email."""
        if table.name == "contacts" and self.is_taken(table, row, ["email"], but=but):
            raise conflict("A value is already taken.", {"field": "email", "message": "is already taken"})

    def create(self, table: Table, row: Row) -> Outcome:
        self.check(table, row, None)
        return super().create(table, row)

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        if "email" not in plan.key:
            return super().create_new(plan, row, now)
        self.validator.check_required(plan.table, row)
        stored = self.store.insert(plan.table, self.new_row(plan.table, row, now))
        return Outcome(plan.table, "created", stored["id"], stored)

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        self.check(table, row, self.read(table, record_id))
        return super().update(table, record_id, row, where)


@fault("AC-701", "AC-705", "AC-706", using=(UniqueByLooking, EmailWithoutAnIndex))
class LooksThenInserts(LooksAhead):
    """Looks, then inserts, with no unique index behind it: all who looked in time insert a record of their own."""


@fault("AC-701", "AC-705", "AC-706", using=(Ahead,))
class LoserOfTheRaceFails(LooksAhead):
    """Looks, then inserts; who comes second breaks the unique index and is answered with 500."""

    def written(self, plan: Upsert, role: Role) -> list[Outcome]:
        new = not any((plan.matches or {}).values())
        try:
            return super().written(plan, role)
        except Problem as problem:
            if new and problem.status == HTTPStatus.CONFLICT and self.crowd.is_about():
                raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "UNIQUE constraint failed") from None
            raise


class CreatedByLook(Ahead):
    """Writes by ON CONFLICT DO UPDATE, and tells by the look ahead whether that created the record."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        self.validator.check_required(plan.table, row)
        self.store.upsert(plan.table, plan.key, self.new_row(plan.table, row, now), tuple(row))
        stored = self.store.find_match(plan.table, plan.key, row) or row
        return Outcome(plan.table, "created", stored["id"], stored)


@fault("AC-701", "AC-705", "AC-706", using=(CreatedByLook,))
class CreatedToAllWhoLooked(LooksAhead):
    """Writes rightly, but says "created" to all who found nothing when they looked."""


class Inserting(Ahead):
    """Creates by INSERT OR IGNORE where a match is to be ignored, and never asks whether a row was written."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        stored = self.store.find_match(plan.table, plan.key, row) if plan.ignore else None
        if stored is None:
            match = self.store.find_match(plan.table, plan.key, row)
            return self.update_match(plan, row, match, now) if match else super().create_new(plan, row, now)
        return Outcome(plan.table, "created", stored["id"], stored)


@fault("AC-706", using=(Inserting,))
class InsertOrIgnoreSaysCreated(LooksAhead):
    """Inserts or ignores, and says "created" to all who found nothing when they looked."""


class Overwriting(Inserting):
    """Updates what was created meanwhile although a match is to be ignored, and says "ignored"."""

    def create_new(self, plan: Upsert, row: Row, now: str) -> Outcome:
        match = self.store.find_match(plan.table, plan.key, row) if plan.ignore else None
        if match is None:
            return super().create_new(plan, row, now)
        self.save(plan.table, match, row, now)
        return self.ignore_match(plan, match)


@fault("AC-706", using=(Overwriting,))
class LateIgnoreOverwrites(LooksAhead):
    """Says "ignored" to whoever is second, and overwrites what the first has created."""
