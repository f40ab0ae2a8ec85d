"""A record that somebody deletes or changes between the look and the write."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any, cast

from flask import g

from upsertspec_broken import broken
from upsertspec_broken.bases import WITHOUT_FOREIGN_KEYS
from upsertspec_broken.clients import LooksAhead, ManyClients
from upsertspec_broken.integrity import ByHand
from upsertspec_broken.races import LooksAgain
from upsertspec_catalogue import view
from upsertspec_server.errors import Problem, not_found
from upsertspec_server.records import Records
from upsertspec_server.schema import Row, Table
from upsertspec_server.upsert import Outcome, Plan
from upsertspec_server.views import current_app, parse_id, request


class LooksBeforeDeletions(LooksAhead):
    """Among many clients, takes a moment between the look and the write, in which others delete."""

    def look(self, plan: Plan) -> Plan:
        plan = super().look(plan)
        if any((plan.matches or {}).values()):
            self.clients.slow_down(0.1)
        return plan


@broken("AC-708", using=(LooksBeforeDeletions,))
class DeletedMeanwhileCrashes(LooksAgain):
    """Updates the match that it found ahead; where somebody has deleted it since, it fails with 500."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        if self.store.get(plan.table, match["id"]) is None:
            raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The record is gone.")
        return super().update(plan, row, match, now)


class LooksForConditions(LooksAhead):
    """Looks ahead for upserts under a condition too."""

    def looks(self, plan: Plan) -> bool:
        return super().looks(replace(plan, update_where=None))


@broken("AC-702", using=(LooksForConditions,))
class ConditionsOfTheLook(LooksAgain):
    """Compares updateWhere with the match that it found ahead: many clients take the same job."""

    def update(self, plan: Plan, row: Row, match: Row, now: str) -> Outcome:
        return super().update(plan, row, self.store.get(plan.table, match["id"]) or match, now)


def looks_at_the_record(endpoint: str) -> Any:
    """A part: among many clients, the view reads the record of the id before the transaction that writes."""

    @view(endpoint)
    def looks(original: Any, table: str, record_id: str) -> Any:
        server = cast(ManyClients, current_app)
        if server.clients.are_many():
            found = server.schema.find(table)
            g.looked = server.store.get(found, parse_id(found, record_id))
            server.clients.meet()
        return original(table=table, record_id=record_id)

    return looks


@broken("AC-702", using=(ManyClients, looks_at_the_record("records.update")))
class ChangeSavesWhatItRead(Records):
    """Reads the record of a partial update, changes it, and saves it whole: changes by others are undone."""

    def update(self, table: Table, record_id: Any, row: Row, where: Row | None = None) -> Outcome:
        looked = g.get("looked") or {}
        whole = {name: looked[name] for name in table.fields if name in looked}
        return super().update(table, record_id, {**whole, **row}, where)


class Deletes(Records):
    """Deletes a record; what it does where another was faster is a method of its own."""

    def delete(self, table: Table, record_id: Any, where: Row | None = None) -> Outcome:
        if g.get("looked") and self.store.get(table, record_id) is None:
            return self.late(table, record_id)
        return super().delete(table, record_id, where)

    def late(self, table: Table, record_id: Any) -> Outcome:
        """The outcome for a record that was there at the look."""
        raise not_found()


@broken("AC-708", using=(ManyClients, looks_at_the_record("records.delete")))
class DeletedToAllWhoLooked(Deletes):
    """Answers 204 to everybody who found the record when they looked."""

    def late(self, table: Table, record_id: Any) -> Outcome:
        return Outcome(table, "deleted", record_id, None)


@broken("AC-708", using=(ManyClients, looks_at_the_record("records.delete")))
class SecondDeletionCrashes(Deletes):
    """Fails with 500 where another has deleted the record since the look."""

    def late(self, table: Table, record_id: Any) -> Outcome:
        raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The record is gone.")


class LooksForParents(ManyClients):
    """Among many clients, looks for the parents of a record before the transaction that writes."""

    def upsert(self, table: str) -> Any:
        if self.clients.are_many():
            found, fields = self.schema.find(table), request.read_object().get("fields", {})
            g.parents = set(fields) - set(self.store.missing_parents(found, fields))
            self.clients.meet()
        return super().upsert(table)


@broken("AC-708", using=(LooksForParents, WITHOUT_FOREIGN_KEYS))
class ParentsOfTheLook(ByHand):
    """Checks references by a look ahead: a record is stored whose parent has been deleted since."""

    def check_references(self, table: Table, row: Row, creating: bool) -> None:
        checked = {name: value for name, value in row.items() if name not in g.get("parents", ())}
        super().check_references(table, checked, creating)
