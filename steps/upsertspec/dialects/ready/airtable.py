"""Airtable: its answers leave out what is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Operation
from upsertspec.dialects.ready_made import ReadyShape, sent_as
from upsertspec.errors import NotApplicable


class Ready(ReadyShape):
    """Airtable's Web API."""

    def request(self, operation: Operation) -> Request:
        """The request. Raises NotApplicable for false and empty text: in an answer they look like no value."""
        if empty := sent_as(operation, False, ""):
            raise NotApplicable(f"Airtable's answers leave out false and empty text, so {empty} would have no value")
        return super().request(operation)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says. A field that a record leaves out has no value."""
        answer = super().answer(operation, response)
        fields = frozenset(self.setup.fields.get(operation.table, ()))
        parts = [replace(part, record=_whole(part.record, fields)) for part in answer.parts]
        records = [{**dict.fromkeys(fields), **record} for record in answer.records]
        return replace(answer, record=_whole(answer.record, fields), records=records, parts=parts)


def _whole(record: Mapping[str, Any] | None, fields: frozenset[str]) -> dict[str, Any] | None:
    return None if record is None else {**dict.fromkeys(fields), **record}
