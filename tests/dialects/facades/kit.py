"""What the façades of the ready-made dialects share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from tests.dialects.facade import Facade, Said


class Api(Facade):
    """A server with its own form of error. What the reference refuses goes through `refused`."""

    def respond(self, path: str) -> Response:
        """Answer a request, with the headers that `headers` has been given."""
        self.headers: dict[str, str] = {}
        status, body = self.answered(path.split("/"))
        if status >= 400 and isinstance(body, dict) and "detail" in body:
            status, body = self.refused(status, str(body["detail"]))
        content = b"" if body is None else json.dumps(body).encode()
        return Response(content, status, self.headers, content_type="application/json")

    def refused(self, status: int, detail: str) -> Said:
        """The API's own status and body for what the reference refuses."""
        raise NotImplementedError

    def found(self, table: str, query: Mapping[str, Any]) -> Said:
        """The status and the list of the records that have these values, or the error."""
        status, found = self.ask("GET", f"{table}/records", query=query)
        return status, found["records"] if status == 200 else found

    def created(self, table: str, fields: Any) -> Said:
        """A plain create."""
        return self.ask("POST", f"{table}/records", body={"fields": fields})

    def is_method(self, name: str) -> bool:
        """Whether the request has this method."""
        return request.method == name
