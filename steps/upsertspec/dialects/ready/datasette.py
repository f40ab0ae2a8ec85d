"""A dialect for Datasette 1.0: rows matched by the table's primary key, written through its JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Answer, Request, Response, Setup, plain_answer
from upsertspec.dialects.operations import UNSET, Create, Describe, Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.dialects.ready_made import ReadyMade
from upsertspec.errors import CannotExpress
from upsertspec.spec.outcomes import is_success


class Ready(ReadyMade):
    """The JSON API of one database."""

    def __init__(self, setup: Setup, name: str) -> None:
        super().__init__(setup, name)
        self._database = quote(setup.options["database"], safe="")
        self._keys: Mapping[str, list[str]] = setup.options["keys"]
        self._booleans = frozenset(setup.options["booleans"])

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        path = f"/{self._database}/{quote(operation.table, safe='')}"
        match operation:
            case Upsert(fields=fields):
                self._require_key(operation)
                return Request("POST", f"{path}/-/upsert", json={"row": fields, **_rows_beside(operation.extra)})
            case UpsertBatch(records=records):
                self._require_key(operation)
                _rows_beside(operation.extra)
                return Request("POST", f"{path}/-/upsert", json={"rows": list(records), "return": True})
            case Create(fields=fields):
                return Request("POST", f"{path}/-/insert", json={"row": fields})
            case Find(offset=0):
                where = [_filter(name, value) for name, value in operation.where.items()]
                size = ("_size", str(operation.limit or "max"))
                return Request("GET", f"{path}.json", query=[*where, size])
            case Read(id=ident):
                return Request("GET", f"{path}.json", query=[_filter("id", ident)])
            case Describe():
                raise CannotExpress("Datasette describes a table by its SQL, not by its fields' rules and unique keys")
        raise CannotExpress(f"Datasette has no call by id for {type(operation).__name__.lower()}")

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        said = plain_answer(response)
        if said.fault or not is_success(said.status):
            return said
        rows = said.body.get("rows") if isinstance(said.body, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return replace(said, fault='there is no "rows" list of objects')
        records = [self._record(row) for row in rows]
        match operation:
            case Find():
                is_cut = said.body.get("next") and not operation.limit
                return replace(said, records=records, fault="there are more rows than one page holds" if is_cut else "")
            case UpsertBatch():
                return replace(said, parts=[Answer(said.status, id=r.get("id"), record=r) for r in records])
        record = records[0] if records else None
        return replace(said, id=record and record.get("id"), record=record)

    def _require_key(self, operation: Upsert | UpsertBatch) -> None:
        """The request has no match fields, so they must be the primary key. Raises CannotExpress otherwise."""
        key, match = self._keys.get(operation.table), operation.match_fields
        if match is UNSET or not isinstance(match, list) or not match:
            raise CannotExpress("an upsert of Datasette names no match fields: the primary key always is the match")
        if key is not None and sorted(map(str, match)) != sorted(key):
            raise CannotExpress(f"Datasette matches {operation.table} by its primary key only ({', '.join(key)})")

    def _record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: bool(v) if name in self._booleans and v in (0, 1) else v for name, v in row.items()}


def _rows_beside(extra: Mapping[str, Any]) -> dict[str, Any]:
    """The other members of a request: `records` beside `fields` becomes `rows` beside `row`; there are no others."""
    if unknown := extra.keys() - {"records"}:
        raise CannotExpress(f"an upsert of Datasette has no {', '.join(sorted(unknown))}")
    return {"rows": extra["records"]} if extra else {}


def _filter(name: str, value: Any) -> tuple[str, str]:
    if value is None:
        return f"{name}__isnull", "1"
    return f"{name}__exact", str(int(value) if isinstance(value, bool) else value)
