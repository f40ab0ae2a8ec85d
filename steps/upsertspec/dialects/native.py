"""The dialect of the contract itself: `POST /api/tables/{table}/records/upsert` and the calls beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import UNSET, Answer, Delete, Describe, Find, Operation, Read, Request, Response, Upsert

SHOWN = 400


class Native:
    """The contract's own wire (features/CONTRACT.md), with the target's own names for tables and fields."""

    name = "native"

    def __init__(self, tables: Mapping[str, str], fields: Mapping[str, Mapping[str, str]]) -> None:
        self._tables = tables
        self._fields = fields

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        base = f"/api/tables/{quote(self._tables.get(operation.table, operation.table), safe='')}"
        match operation:
            case Upsert():
                return Request("POST", f"{base}/records/upsert", json=self._upsert_body(operation))
            case Find():
                return Request("GET", f"{base}/records", query=self._query(operation))
            case Read():
                return Request("GET", f"{base}/records/{quote(str(operation.id), safe='')}")
            case Describe():
                return Request("GET", base)
            case Delete():
                return Request("DELETE", f"{base}/records/{quote(str(operation.id), safe='')}")

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        text = response.body[:SHOWN].decode("utf-8", "replace")
        try:
            body = response.parsed() if response.body else None
        except (ValueError, RecursionError) as wrong:
            return Answer(response.status, fault=f"the body is no JSON ({wrong})", text=text)
        if not 200 <= response.status < 300 or isinstance(operation, Delete):
            return Answer(response.status, text=text)
        return self._success(operation, response.status, body, text)

    def _success(self, operation: Operation, status: int, body: Any, text: str) -> Answer:
        if not isinstance(body, dict):
            return Answer(status, fault="the body is no JSON object", text=text)
        match operation:
            case Upsert():
                return self._upserted(operation, status, body, text)
            case Find():
                return self._found(operation, status, body, text)
            case Read():
                return Answer(status, id=body.get("id"), record=self._theirs(operation.table, body), text=text)
            case _:
                return Answer(status, description=body, text=text)

    def _upserted(self, operation: Upsert, status: int, body: dict[str, Any], text: str) -> Answer:
        record = body.get("record")
        if not isinstance(record, dict):
            return Answer(status, body.get("id"), body.get("operation"), fault='there is no "record" object', text=text)
        theirs = self._theirs(operation.table, record)
        return Answer(status, body.get("id"), body.get("operation"), theirs, text=text)

    def _found(self, operation: Find, status: int, body: dict[str, Any], text: str) -> Answer:
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
            return Answer(status, fault='there is no "records" list of objects', text=text)
        total = body.get("total")
        theirs = [self._theirs(operation.table, record) for record in records]
        return Answer(status, records=theirs, total=total if isinstance(total, int) else None, text=text)

    def _upsert_body(self, operation: Upsert) -> dict[str, Any]:
        names = self._fields.get(operation.table, {})
        body: dict[str, Any] = {}
        if operation.fields is not UNSET:
            body["fields"] = _renamed(operation.fields, names)
        if operation.match_fields is not UNSET:
            body["matchFields"] = _renamed_list(operation.match_fields, names)
        return body | dict(operation.extra)

    def _query(self, operation: Find) -> list[tuple[str, str]]:
        names = self._fields.get(operation.table, {})
        where = [(names.get(name, name), _plain(value)) for name, value in operation.where.items()]
        page = [("_limit", str(operation.limit))] + ([("_offset", str(operation.offset))] if operation.offset else [])
        return where + page

    def _theirs(self, table: str, record: Mapping[str, Any]) -> dict[str, Any]:
        back = {theirs: ours for ours, theirs in self._fields.get(table, {}).items()}
        return {back.get(name, name): value for name, value in record.items()}


def _renamed(fields: Any, names: Mapping[str, str]) -> Any:
    return {names.get(k, k): v for k, v in fields.items()} if isinstance(fields, dict) else fields


def _renamed_list(listed: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(listed, list):
        return listed
    return [names.get(item, item) if isinstance(item, str) else item for item in listed]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
