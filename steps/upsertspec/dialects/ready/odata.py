"""OData v4: keys and filters in its own literals, `$batch`, and answers without annotations."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Change, Delete, Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.dialects.ready_made import ReadyShape
from upsertspec.errors import NotApplicable

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
GROUP = "one"
UNDONE = 424
"""The status of a request of $batch that was undone because of another one."""


class Ready(ReadyShape):
    """OData v4."""

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        request = super().request(operation)
        match operation:
            case Upsert(fields=fields, match_fields=names):
                return self._addressed(request, self._key(names, fields), fields)
            case UpsertBatch(records=records, match_fields=names):
                listed = [self._one(operation.table, self._key(names, each), each) for each in records]
                return replace(request, json={"requests": [{"id": str(n), **each} for n, each in enumerate(listed)]})
            case Read() | Change() | Delete() if keys := self.options["keys"].get(operation.table):
                return replace(request, path=f"{request.path}({self._written(self._key(keys, operation.key))})")
            case Read(id=ident) | Change(id=ident) | Delete(id=ident):
                return replace(request, path=f"{request.path}({quote(self._literal('id', ident), safe='')})")
            case Find(where=where):
                conditions = [f"{name} eq {self._literal(name, value)}" for name, value in where.items()]
                chosen = [("$filter", " and ".join(conditions))] if conditions else []
                return replace(request, query=[*chosen, *request.query])
        return request

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says. A batch is as its worst request."""
        answer = super().answer(operation, response)
        record = None if answer.record is None else _plain(answer.record)
        records = [_plain(each) for each in answer.records]
        parts = [replace(part, record=_plain(part.record or {})) for part in answer.parts]
        answer = replace(answer, record=record, records=records, parts=parts)
        if isinstance(operation, UpsertBatch) and (refused := _refused(answer.body)):
            return replace(answer, status=refused["status"], body=refused.get("body"), fault="", parts=())
        return answer

    def _key(self, names: Any, fields: Any) -> Mapping[str, Any]:
        """The values of the key. Raises NotApplicable for what no URL can say."""
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise NotApplicable("a key in OData's URLs is made of properties with names")
        if not isinstance(fields, Mapping) or any(name not in fields for name in names):
            raise NotApplicable("the key is in the URL, and a property of it has no value here")
        if len(set(names)) != len(names) or any(isinstance(fields[name], (list, dict)) for name in names):
            raise NotApplicable("a key in OData's URLs has each property once, with a single value")
        return {name: fields[name] for name in names}

    def _addressed(self, request: Request, key: Mapping[str, Any], fields: Mapping[str, Any]) -> Request:
        others = {name: value for name, value in fields.items() if name not in key}
        return replace(request, path=f"{request.path}({self._written(key)})", json=others)

    def _one(self, table: str, key: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        """A request of `$batch`. All of them are one group: all are done, or none."""
        one = self._addressed(Request("PATCH", quote(table, safe="")), key, fields)
        headers = {"Content-Type": "application/json", "Prefer": "return=representation"}
        return {"method": "PATCH", "url": one.path, "headers": headers, "body": one.json, "atomicityGroup": GROUP}

    def _written(self, key: Mapping[str, Any]) -> str:
        return ",".join(f"{quote(name, safe='')}={quote(self._literal(name, key[name]), safe='')}" for name in key)

    def _literal(self, name: str, value: Any) -> str:
        """The value as OData writes it in a URL."""
        if not isinstance(value, str):
            return json.dumps(value)
        if name in self.options["unquoted"] or (name == "id" and GUID.fullmatch(value)):
            return value
        return "'" + value.replace("'", "''") + "'"


def _plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without OData's annotations."""
    return {name: value for name, value in record.items() if "@" not in name}


def _refused(body: Any) -> dict[str, Any] | None:
    """The first request of a batch that was refused for itself."""
    listed = body.get("responses") if isinstance(body, dict) else None
    parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    wrong = [part for part in parts if isinstance(part.get("status"), int) and part["status"] >= 400]
    return next((part for part in wrong if part["status"] != UNDONE), wrong[0] if wrong else None)
