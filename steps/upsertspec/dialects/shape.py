"""The dialect of a shape in the target file's `[shape]`: it needs no Python."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from upsertspec.dialects import shape_answer, shape_request
from upsertspec.dialects.base import Answer, Request, Response, Setup
from upsertspec.dialects.operations import Operation
from upsertspec.errors import CannotExpress, NotApplicable

STATED_ONLY = ("conflict", "list", "groups", "transaction")
"""Operations that no shape can express; a target file may say that the target lacks them."""


class Shape:
    """`[shape.upsert]`, `[shape.find]` and so on; a part that the file does not have can't be expressed.

    Each answer names what it lacks, because an answer of 204 can lack what one of 201 has.
    """

    name = "shape"
    lacks: Mapping[str, str] = MappingProxyType({})

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    @property
    def finds_by_key(self) -> bool:
        """Whether a record is found by its key alone, and not by its id."""
        return shape_answer.is_by_key(self._setup.options.get("find", {}))

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        name, part = self._part(operation)
        return shape_request.request(operation, name, part, self._setup)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        return shape_answer.answer(operation, self._part(operation)[1], response)

    def _part(self, operation: Operation) -> tuple[str, Mapping[str, Any]]:
        """The part for an operation, with its name. A part that is false is one that the target lacks."""
        name = shape_request.part_of(operation)
        if name not in self._setup.options:
            add = "" if name in STATED_ONLY else f"add [shape.{name}], or "
            raise CannotExpress(f"the target file has no [shape.{name}]; {add}state {name} = false in [shape]")
        part: Mapping[str, Any] | str | bool = self._setup.options[name]
        if isinstance(part, str):
            raise NotApplicable(part)
        if isinstance(part, bool):
            raise NotApplicable(f"the target has no way to {_NAMED[name]}")
        return name, part


_NAMED = {
    "ignore": "upsert and ignore a match",
    "batch": "upsert several records at once",
    "create": "create a record without an upsert",
    "change": "change a record by its id",
    "read": "read a record by its id",
    "delete": "delete a record",
    "describe": "describe a table",
    "list": "list records with the contract's query parameters",
    "transaction": "do several operations as one",
    "groups": "count records in groups",
    "conflict": "say in a request what happens on a match",
}
"""What a target can't do that states a part as false."""
