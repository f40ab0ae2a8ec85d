"""Azure Table Storage: an entity has no property without a value, and a null in a merge is left out."""

from __future__ import annotations

from dataclasses import replace

from upsertspec.dialects.base import Answer, Request, Response
from upsertspec.dialects.operations import Operation
from upsertspec.dialects.ready_made import ReadyShape, sent_as
from upsertspec.errors import NotApplicable


class Ready(ReadyShape):
    """The table service's REST API."""

    def request(self, operation: Operation) -> Request:
        """The request. Raises NotApplicable for null, which a merge passes over."""
        if not self.replaces and (null := sent_as(operation, None)):
            raise NotApplicable(f"a merge passes over a null, so {null} would keep its value")
        return super().request(operation)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response says. A property that an entity does not have has no value."""
        answer = super().answer(operation, response)
        fields = dict.fromkeys(self.setup.fields.get(operation.table, ()))
        record = None if answer.record is None else {**fields, **answer.record}
        return replace(answer, record=record, records=[{**fields, **each} for each in answer.records])
