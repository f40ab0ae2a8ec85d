"""The dialect of the contract itself: `POST /api/tables/{table}/records/upsert` and the calls beside it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Answer, Request, Response, Setup
from upsertspec.dialects.naming import Names
from upsertspec.dialects.operations import (
    UNSET,
    Change,
    Create,
    Delete,
    Describe,
    Find,
    Groups,
    List,
    Operation,
    Read,
    Transaction,
    Upsert,
    UpsertBatch,
)

SHOWN = 400
COUNTED = ("created", "updated", "ignored")


class Native:
    """The contract's own wire (features/CONTRACT.md), with the target's own names for tables and fields."""

    name = "native"
    lacks: Mapping[str, str] = MappingProxyType({})

    def __init__(self, setup: Setup) -> None:
        self._names = Names(setup.tables, setup.fields)

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        names, table = self._names, operation.table
        base = f"/api/tables/{quote(names.table(table), safe='')}"
        match operation:
            case Upsert():
                return Request("POST", f"{base}/records/upsert", json=self._upsert_body(operation))
            case UpsertBatch(records=records):
                renamed = [names.theirs(table, record) for record in records]
                return Request("POST", f"{base}/records/upsert", json=self._with_match(operation, {"records": renamed}))
            case Create(fields=fields):
                return Request("POST", f"{base}/records", json={"fields": names.theirs(table, fields)})
            case Change(id=ident, fields=fields):
                return Request("PATCH", _record(base, ident), json={"fields": names.theirs(table, fields)})
            case Delete(id=ident):
                return Request("DELETE", _record(base, ident))
            case Transaction(operations=operations):
                return Request("POST", "/api/transactions", json={"operations": names.operations(operations)})
            case Find() | List() | Groups() | Read() | Describe():
                return self._reading(operation, base)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        text = response.body[:SHOWN].decode("utf-8", "replace")
        try:
            body = response.parsed() if response.body else None
        except (ValueError, RecursionError) as wrong:
            return Answer(response.status, fault=f"the body is no JSON ({wrong})", text=text)
        if not 200 <= response.status < 300 or isinstance(operation, Delete):
            return Answer(response.status, body=body, text=text)
        if not isinstance(body, dict):
            return Answer(response.status, body=body, fault="the body is no JSON object", text=text)
        answer = self._success(operation, response.status, body, text)
        return replace(answer, location=_location(response.headers))

    def _reading(self, operation: Find | List | Groups | Read | Describe, base: str) -> Request:
        names, table = self._names, operation.table
        match operation:
            case Find():
                where = [(names.field(table, name), _plain(value)) for name, value in operation.where.items()]
                return Request("GET", f"{base}/records", query=[*where, *_page(operation)])
            case List(query=query):
                return Request("GET", f"{base}/records", query=_parameters(names.query(table, query)))
            case Groups(query=query):
                return Request("GET", f"{base}/stats", query=_parameters(names.query(table, query)))
            case Read(id=ident):
                return Request("GET", _record(base, ident))
            case Describe():
                return Request("GET", base)

    def _success(self, operation: Operation, status: int, body: dict[str, Any], text: str) -> Answer:
        match operation:
            case Upsert():
                return self._one(operation.table, status, body, text)
            case UpsertBatch():
                return self._several([operation.table], "records", status, body, text)
            case Transaction(operations=operations):
                tables = [str(part.get("table")) for part in operations]
                return self._several(tables, "results", status, body, text)
            case Find() | List():
                return self._found(operation.table, status, body, text)
            case Read() | Create() | Change():
                record = self._names.ours(operation.table, body)
                return Answer(status, id=record.get("id"), record=record, body=body, text=text)
            case Groups():
                return Answer(status, body=self._names.groups(operation.table, body), text=text)
            case _:
                return Answer(status, body=self._names.description(operation.table, body), text=text)

    def _one(self, table: str, status: int, body: dict[str, Any], text: str) -> Answer:
        record = body.get("record")
        if not isinstance(record, dict):
            fault = 'there is no "record" object'
            return Answer(status, body.get("id"), body.get("operation"), body=body, fault=fault, text=text)
        ours = self._names.ours(table, record)
        return Answer(status, body.get("id"), body.get("operation"), ours, body=body, text=text)

    def _several(self, tables: list[str], member: str, status: int, body: dict[str, Any], text: str) -> Answer:
        listed = body.get(member)
        if not isinstance(listed, list) or not all(isinstance(part, dict) for part in listed):
            return Answer(status, body=body, fault=f'there is no "{member}" list of objects', text=text)
        of_each = itertools.chain(tables, itertools.repeat(tables[-1] if tables else ""))
        parts = [self._one(table, status, part, text) for table, part in zip(of_each, listed, strict=False)]
        counts = {name: body.get(name, 0) for name in COUNTED}
        return Answer(status, parts=parts, body=body, text=text, counts=counts)

    def _found(self, table: str, status: int, body: dict[str, Any], text: str) -> Answer:
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
            return Answer(status, body=body, fault='there is no "records" list of objects', text=text)
        total = body.get("total")
        ours = [self._names.ours(table, record) for record in records]
        known = total if isinstance(total, int) else None
        return Answer(status, records=ours, total=known, body=body, text=text)

    def _upsert_body(self, operation: Upsert) -> dict[str, Any]:
        if operation.fields is UNSET:
            return self._with_match(operation, {})
        return self._with_match(operation, {"fields": self._names.theirs(operation.table, operation.fields)})

    def _with_match(self, operation: Upsert | UpsertBatch, body: dict[str, Any]) -> dict[str, Any]:
        table = operation.table
        if operation.match_fields is not UNSET:
            body["matchFields"] = self._names.theirs(table, operation.match_fields)
        extra = {name: self._names.theirs(table, value) for name, value in operation.extra.items()}
        return body | extra


def _parameters(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, _plain(value)) for name, value in query.items()]


def _location(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == "location"), "")


def _record(base: str, ident: Any) -> str:
    return f"{base}/records/{quote(str(ident), safe='', errors='surrogatepass')}"


def _page(find: Find) -> list[tuple[str, str]]:
    page = {"_limit": find.limit, "_offset": find.offset}
    return [(name, str(number)) for name, number in page.items() if number]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
