"""A shape with one answer in a form of its own: {"columns": ["id", "email"], "row": [7, "ada@example.com"]}."""

from __future__ import annotations

import json
from dataclasses import replace

from upsertspec.dialects.base import Answer, Response
from upsertspec.dialects.operations import Operation, Upsert
from upsertspec.dialects.shape import Shape


class Positional(Shape):
    """What `[shape]` says, except that an upsert's answer is first made into an object."""

    name = "positional"

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says."""
        if isinstance(operation, Upsert) and response.status in (200, 201):
            response = replace(response, body=self.as_object(response))
        return super().answer(operation, response)

    def as_object(self, response: Response) -> bytes:
        """The row as a JSON object. A body of another form stays as it is, and is then found to be no record."""
        try:
            said = response.parsed()
            return json.dumps(dict(zip(said["columns"], said["row"], strict=True))).encode()
        except (ValueError, KeyError, TypeError):
            return response.body
