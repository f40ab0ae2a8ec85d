"""The dialect of a shape that the target file states in `[shape]`: no Python is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from upsertspec.dialects import shape_answer, shape_request
from upsertspec.dialects.base import Answer, Request, Response, Setup
from upsertspec.dialects.naming import Names
from upsertspec.dialects.operations import Operation
from upsertspec.errors import CannotExpress


class Shape:
    """`[shape.upsert]`, `[shape.find]` and their like; what the file does not state can't be expressed.

    What an answer lacks is told by each answer, since an answer of 204 can lack what one of 201 has.
    """

    name = "shape"
    lacks: Mapping[str, str] = MappingProxyType({})

    def __init__(self, setup: Setup) -> None:
        self._parts = setup.options
        self._names = Names(setup.tables, setup.fields)

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        return shape_request.request(operation, self._part(operation), self._names)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        return shape_answer.answer(operation, self._part(operation), response, self._names)

    def _part(self, operation: Operation) -> Mapping[str, Any]:
        name = shape_request.part_of(operation)
        if name not in self._parts:
            raise CannotExpress(f"the target file has no [shape.{name}]")
        part: Mapping[str, Any] = self._parts[name]
        return part
