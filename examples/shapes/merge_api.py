"""A dialect in Python, for an API with two forms of answer: {"new": 7} or, after an update, [{"id": 7}].

    POST /rows/contacts/merge   {"row": {…}, "on": ["email"]}
    GET  /rows/contacts?where={"email": "ada@example.com"}
    GET  /rows/contacts/7

`dialect = "merge_api:MergeApi"` in the target file beside it is all that is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from upsertspec.dialects.base import Answer, Request, Response, Setup, plain_answer
from upsertspec.dialects.operations import Find, Operation, Read, Upsert
from upsertspec.errors import CannotExpress


class MergeApi:
    """Two functions without I/O: from an operation to a request, from a response to an answer."""

    name = "merge-api"
    lacks: Mapping[str, str] = {"record": "a merge answers with an id only"}

    def __init__(self, setup: Setup) -> None:
        self.prefix = setup.options.get("prefix", "/rows")

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation. Raises CannotExpress for what the API cannot express."""
        base = f"{self.prefix}/{quote(operation.table, safe='')}"
        match operation:
            case Upsert(fields=fields, match_fields=list(on), extra={**extra}) if not extra:
                return Request("POST", f"{base}/merge", json={"row": fields, "on": on})
            case Find(where=where):
                return Request("GET", base, query=[("where", json.dumps(where))])
            case Read(id=ident):
                return Request("GET", f"{base}/{quote(str(ident), safe='')}")
            case _:
                raise CannotExpress(f"this API has no words for {type(operation).__name__}")

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says. A malformed body is reported as the answer's `fault`."""
        said = plain_answer(response)
        if said.fault or not 200 <= said.status < 300:
            return said
        try:
            return self._success(operation, said, said.body)
        except (AttributeError, IndexError, KeyError, TypeError) as wrong:
            return replace(said, fault=f"the body has another form ({wrong!r})")

    def _success(self, operation: Operation, said: Answer, body: Any) -> Answer:
        """The answer of a success."""
        match operation:
            case Find():
                return replace(said, records=[{**row} for row in body])
            case Read():
                return replace(said, id=body["id"], record={**body})
            case _ if isinstance(body, list):
                return replace(said, id=body[0]["id"], operation="updated")
            case _:
                return replace(said, id=body["new"], operation="created")
