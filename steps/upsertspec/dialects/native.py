"""The dialect of the contract itself: `POST /api/tables/{table}/records/upsert` and its other calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Answer, Request, Response, Setup, plain_answer
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
from upsertspec.spec.outcomes import is_success
from upsertspec.spec.types import whole_number

COUNTED = ("created", "updated", "ignored")


class Native:
    """The contract's own wire (features/CONTRACT.md)."""

    name = "native"
    is_contract = True
    lacks: Mapping[str, str] = MappingProxyType({})

    def __init__(self, setup: Setup) -> None:
        """The wire has no options."""

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        base = f"/api/tables/{quote(operation.table, safe='')}"
        match operation:
            case Upsert():
                fields = {} if operation.fields is UNSET else {"fields": operation.fields}
                return Request("POST", f"{base}/records/upsert", json=_with_match(operation, fields))
            case UpsertBatch(records=records):
                return Request("POST", f"{base}/records/upsert", json=_with_match(operation, {"records": records}))
            case Create(fields=fields):
                return Request("POST", f"{base}/records", json={"fields": fields})
            case Change(id=ident, fields=fields):
                return Request("PATCH", _record(base, ident), json={"fields": fields})
            case Delete(id=ident):
                return Request("DELETE", _record(base, ident))
            case Transaction(operations=operations):
                return Request("POST", "/api/transactions", json={"operations": list(operations)})
            case Find() | List() | Groups() | Read() | Describe():
                return self._reading(operation, base)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        said = plain_answer(response)
        if said.fault or not is_success(said.status) or isinstance(operation, Delete):
            return said
        if not isinstance(said.body, dict):
            return replace(said, fault="the body is no JSON object")
        answer = self._success(operation, said.status, said.body, said.text)
        location = _location(response.headers)
        return replace(answer, location=location) if location else answer

    def _reading(self, operation: Find | List | Groups | Read | Describe, base: str) -> Request:
        match operation:
            case Find(where=where):
                return Request("GET", f"{base}/records", query=[*_parameters(where), *_page(operation)])
            case List(query=query):
                return Request("GET", f"{base}/records", query=_parameters(query))
            case Groups(query=query):
                return Request("GET", f"{base}/stats", query=_parameters(query))
            case Read(id=ident, query=query):
                return Request("GET", _record(base, ident), query=_parameters(query))
            case Describe():
                return Request("GET", base)

    def _success(self, operation: Operation, status: int, body: dict[str, Any], text: str) -> Answer:
        match operation:
            case Upsert():
                return _one(status, body, text)
            case UpsertBatch():
                return _several("records", status, body, text)
            case Transaction():
                return _several("results", status, body, text)
            case Find() | List():
                return _found(status, body, text)
            case Read() | Create() | Change():
                return Answer(status, id=body.get("id"), record=body, body=body, text=text)
            case _:
                return Answer(status, body=body, text=text)


def _one(status: int, body: dict[str, Any], text: str) -> Answer:
    record = body.get("record")
    fault = "" if isinstance(record, dict) else 'there is no "record" object'
    whole = None if fault else record
    return Answer(status, body.get("id"), body.get("operation"), whole, body=body, fault=fault, text=text)


def _several(member: str, status: int, body: dict[str, Any], text: str) -> Answer:
    listed = body.get(member)
    if not isinstance(listed, list) or not all(isinstance(part, dict) for part in listed):
        return Answer(status, body=body, fault=f'there is no "{member}" list of objects', text=text)
    parts = [_one(status, part, text) for part in listed]
    counts = {name: body.get(name, 0) for name in COUNTED}
    return Answer(status, parts=parts, body=body, text=text, counts=counts)


def _found(status: int, body: dict[str, Any], text: str) -> Answer:
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        return Answer(status, body=body, fault='there is no "records" list of objects', text=text)
    return Answer(status, records=records, total=whole_number(body.get("total")), body=body, text=text)


def _with_match(operation: Upsert | UpsertBatch, body: dict[str, Any]) -> dict[str, Any]:
    match = {} if operation.match_fields is UNSET else {"matchFields": operation.match_fields}
    return {**body, **match, **operation.extra}


def _parameters(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    several = [(name, value if isinstance(value, list) else [value]) for name, value in query.items()]
    return [(name, _plain(each)) for name, values in several for each in values]


def _location(headers: Mapping[str, str]) -> str:
    return next((value for name, value in headers.items() if name.lower() == "location"), "")


def _record(base: str, ident: Any) -> str:
    return f"{base}/records/{quote(str(ident), safe='', errors='surrogatepass')}"


def _page(find: Find) -> list[tuple[str, str]]:
    page = {"_limit": find.limit, "_offset": find.offset}
    return [(name, str(number)) for name, number in page.items() if number]


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    whole = whole_number(value)
    return json.dumps(value if whole is None else whole)
