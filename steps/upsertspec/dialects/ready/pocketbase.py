"""A dialect for PocketBase: its batch API, whose PUT creates or updates the record of an id.

PocketBase matches by id, and the client may choose the id. So the client that this dialect stands for makes the id out
of the record's key: the same key is the same id, and an upsert by that key is an upsert by that id.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
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
    Operation,
    Read,
    Upsert,
    UpsertBatch,
)
from upsertspec.dialects.ready_made import ReadyMade
from upsertspec.errors import CannotExpress
from upsertspec.spec.outcomes import is_success

PAGE = 1000
ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_LENGTH = 15
MIDNIGHT = " 00:00:00.000Z"


class Ready(ReadyMade):
    """The collections API."""

    def __init__(self, setup: Setup, name: str) -> None:
        super().__init__(setup, name)
        self._keys: Mapping[str, list[str]] = setup.options["keys"]
        self._dates = frozenset(setup.options["dates"])
        self._empty_is_null = frozenset(setup.options["empty_is_null"])

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        records = _records(operation.table)
        match operation:
            case Upsert(fields=fields):
                return self._batch(operation, [fields])
            case UpsertBatch(records=several):
                return self._batch(operation, several)
            case Create(fields=fields):
                return Request("POST", records, json=fields)
            case Change(id=ident, fields=fields):
                return Request("PATCH", f"{records}/{quote(str(ident), safe='')}", json=fields)
            case Delete(id=ident):
                return Request("DELETE", f"{records}/{quote(str(ident), safe='')}")
            case Read(id=ident):
                return Request("GET", f"{records}/{quote(str(ident), safe='')}")
            case Find(where=where, limit=limit, offset=offset):
                size = limit or PAGE
                page = [("perPage", str(size)), ("page", str(offset // size + 1))]
                wanted = " && ".join(f"{name} = {_literal(value)}" for name, value in where.items())
                return Request("GET", records, query=[*([("filter", wanted)] if wanted else []), *page])
            case Describe():
                raise CannotExpress("PocketBase describes a collection to superusers only")
        raise CannotExpress(f"PocketBase's API has no {type(operation).__name__.lower()}")

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        said = plain_answer(response)
        if said.fault:
            return said
        if not is_success(said.status):
            return replace(said, status=_inner_status(said.body) or said.status)
        match operation:
            case Upsert() | UpsertBatch():
                return self._written(operation, said)
            case Find():
                return self._found(said)
            case Delete():
                return said
        if not isinstance(said.body, dict):
            return replace(said, fault="the body is no object")
        record = self._record(said.body)
        return replace(said, id=record.get("id"), record=record)

    def _batch(self, operation: Upsert | UpsertBatch, records: Sequence[Any]) -> Request:
        if operation.extra:
            raise CannotExpress(f"PocketBase has no {', '.join(sorted(operation.extra))}")
        url = _records(operation.table)
        puts = [{"method": "PUT", "url": url, "body": self._with_id(operation, record)} for record in records]
        return Request("POST", "/api/batch", json={"requests": puts})

    def _with_id(self, operation: Upsert | UpsertBatch, record: Any) -> dict[str, Any]:
        """The record with the id that stands for its key. Raises CannotExpress where there is no such id."""
        key, match = self._keys.get(operation.table), operation.match_fields
        if match is UNSET or not isinstance(match, list) or not match:
            raise CannotExpress("an upsert of PocketBase names no match fields: the id always is the match")
        names = sorted(map(str, match)) if key is None else sorted(key)
        if names != sorted(map(str, match)):
            raise CannotExpress(f"an id can stand for one key only; for {operation.table} it is {', '.join(names)}")
        if not isinstance(record, dict) or any(name not in record for name in names):
            raise CannotExpress("there is no id for a record without its match fields")
        if "id" in record:
            raise CannotExpress("the id is what PocketBase matches by, so it can't be sent beside the match")
        return {**record, "id": id_for([operation.table, *(record[name] for name in names)])}

    def _written(self, operation: Upsert | UpsertBatch, said: Answer) -> Answer:
        parts = said.body if isinstance(said.body, list) else []
        listed: list[Any] = [part.get("body") for part in parts if isinstance(part, dict)]
        if not listed or not all(isinstance(record, dict) for record in listed):
            return replace(said, fault='the body is no list of {"body": record}')
        answers = [self._part(record) for record in listed]
        if isinstance(operation, Upsert):
            return replace(said, id=answers[0].id, record=answers[0].record)
        return replace(said, parts=answers)

    def _part(self, body: Mapping[str, Any]) -> Answer:
        record = self._record(body)
        return Answer(200, id=record.get("id"), record=record)

    def _found(self, said: Answer) -> Answer:
        items = said.body.get("items") if isinstance(said.body, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            return replace(said, fault='there is no "items" list of objects')
        return replace(said, records=[self._record(i) for i in items], total=said.body.get("totalItems"))

    def _record(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(name, value) for name, value in body.items()}

    def _value(self, name: str, value: Any) -> Any:
        if name in self._empty_is_null and value == "":
            return None
        return value.removesuffix(MIDNIGHT) if name in self._dates and isinstance(value, str) else value


def id_for(key: Sequence[Any]) -> str:
    """The id that stands for a key: 15 letters and digits, as PocketBase wants them."""
    number = int.from_bytes(hashlib.sha256(json.dumps(key).encode()).digest())
    letters = []
    for _ in range(ID_LENGTH):
        number, letter = divmod(number, len(ID_LETTERS))
        letters.append(ID_LETTERS[letter])
    return "".join(letters)


def _records(table: str) -> str:
    return f"/api/collections/{quote(table, safe='')}/records"


def _inner_status(body: Any) -> int | None:
    """A refused batch is answered with 400; what is wrong with its first bad request has a status of its own."""
    data = body.get("data") if isinstance(body, dict) else None
    requests = data.get("requests") if isinstance(data, dict) else None
    for each in requests.values() if isinstance(requests, dict) else ():
        if isinstance(each, dict) and isinstance(each.get("response"), dict):
            status = each["response"].get("status")
            return status if isinstance(status, int) else None
    return None


def _literal(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
