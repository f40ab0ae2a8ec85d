"""Reads what is stored, always as the editor and through the target's own reading calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Read
from upsertspec.errors import CannotExpress, NotApplicable, NotTestable
from upsertspec.http.client import Client
from upsertspec.spec.outcomes import GONE, OK
from upsertspec.spec.schema import Table
from upsertspec.steps.equality import same

PAGE = 1000
PAGES = 20

Record = Mapping[str, Any]


class Reader:
    """Reads records and keeps what it read until the scenario changes something."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._kept: dict[str, Sequence[Record]] = {}
        self._seen: dict[tuple[str, str], Record] = {}

    def table(self, table: str) -> Table:
        """The table as the target has it, in the specification's words."""
        return self._client.bindings.table(table)

    def forget(self) -> None:
        """Read again from now on: something may have changed."""
        self._kept.clear()

    def find(self, table: str, where: Record) -> Sequence[Record]:
        """Every record whose fields equal these values. A lookup by id reads the single record.

        Raises NotTestable where the target gives no way to read it.
        """
        key = _key(table, where)
        if key not in self._kept:
            listed = self._alone(table, where["id"]) if set(where) == {"id"} else self._listed(Find(table, where))
            self._kept[key] = [record for record in listed if _fits(self.table(table), where, record)]
            if "id" not in where:
                self._seen |= {(table, json.dumps(record.get("id"))): where for record in self._kept[key]}
        return self._kept[key]

    def take(self, find: Find, answer: Answer) -> None:
        """Keep what another client has read, if the answer holds all records."""
        whole = answer.total is None or len(answer.records) >= answer.total
        if answer.status == OK and not answer.fault and whole:
            fitting = [record for record in answer.records if _fits(self.table(find.table), find.where, record)]
            self._kept[_key(find.table, find.where)] = fitting

    def read_anew(self, find: Find, until: Callable[[], bool]) -> None:
        """Read again until a condition holds, at most twice."""
        for _ in range(2):
            if until():
                break
            self._page(find)

    def read(self, table: str, ident: Any) -> Answer:
        """The answer to reading the record of this id.

        Without such a call, it is found in a list: by what it was found by before, or by the id.
        """
        try:
            return self._client.call("editor", Read(table, ident))
        except (CannotExpress, NotApplicable):
            seen = self._seen.get((table, json.dumps(ident)))
            ways = [{"id": ident}] if seen is None else [seen, {"id": ident}]
            listed = (record for where in ways for record in self._listed(Find(table, dict(where))))
            found = next((record for record in listed if _is(ident, record)), None)
        return Answer(OK, id=ident, record=found) if found else Answer(GONE[0])

    def _alone(self, table: str, ident: Any) -> list[Record]:
        """The record of this id, if it is there. Where it can't be read, a list by the id may have it."""
        answer = self.read(table, ident)
        if answer.status == OK and not answer.fault:
            return [answer.record] if answer.record else []
        try:
            return [record for record in self._listed(Find(table, {"id": ident})) if _is(ident, record)]
        except (NotTestable, NotApplicable):
            if answer.status in (*GONE, *self._client.deviations.get("missing_record", ())):
                return []
            raise NotTestable(f"no way to read back {table}: the answer was {answer.said}") from None

    def _listed(self, find: Find) -> list[Record]:
        """The records of the filtered list. Where a target ignores filters, its pages are read up to a bound."""
        answer = self._page(find)
        found = list(answer.records)
        for _ in range(PAGES):
            if answer.total is None or len(found) >= answer.total or not answer.records:
                break
            answer = self._page(replace(find, limit=PAGE, offset=len(found)))
            found += answer.records
        if answer.total is None and len(found) > 1 and not any(self._meets(find, record) for record in found):
            names = ", ".join(find.where)
            raise NotTestable(f"the list of {find.table} ignores the filter by {names}, and may have more records")
        return found

    def _meets(self, find: Find, record: Record) -> bool:
        """Whether a record is one that was asked for."""
        rest = {name: value for name, value in find.where.items() if name != "id"}
        return _fits(self.table(find.table), rest, record) and _is(find.where.get("id", record.get("id")), record)

    def _page(self, find: Find) -> Answer:
        answer = self._client.call("editor", find)
        if answer.status != OK or answer.fault:
            raise NotTestable(
                f"no way to read back {find.table}: the answer was {answer.said} to a list of records with a filter"
            )
        return answer


def _key(table: str, where: Record) -> str:
    return json.dumps([table, where], sort_keys=True, default=str)


def _is(ident: Any, record: Record) -> bool:
    return json.dumps(record.get("id")) == json.dumps(ident)


def _fits(table: Table, where: Record, record: Record) -> bool:
    return all(same(table, name, value, record.get(name)) for name, value in where.items())
