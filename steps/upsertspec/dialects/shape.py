"""The dialect of a shape in the target file's `[shape]`: it needs no Python, but a few lines can extend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from upsertspec.dialects import shape_answer, shape_request, shape_task
from upsertspec.dialects.base import Answer, Request, Response, Setup
from upsertspec.dialects.operations import Create, Find, Operation, Read, Upsert
from upsertspec.dialects.scope import Row
from upsertspec.errors import CannotExpress, NotApplicable

STATED_ONLY = ("conflict", "list", "groups", "transaction")
"""Operations that no shape can express; a target file may say that the target lacks them."""
SETTINGS = ("query", "headers", "keys", "status", "values_at")
"""What `[shape]` says of every part."""

Part = Mapping[str, Any]


class Shape:
    """`[shape.upsert]`, `[shape.find]` and so on; a part that the file does not have can't be expressed.

    Each answer names what it lacks, because an answer of 204 can lack what one of 201 has. A subclass may override
    `request` and `answer`, and call these for what the shape can say.
    """

    name = "shape"
    lacks: Mapping[str, str] = MappingProxyType({})

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        stated = {name: setup.options.get(name, {}) for name in SETTINGS}
        parts = {name: part for name, part in setup.options.items() if name not in SETTINGS}
        self._parts = {k: _whole(part, stated) if isinstance(part, Mapping) else part for k, part in parts.items()}

    @property
    def finds_by_key(self) -> bool:
        """Whether a record is found by its key alone, and not by its id."""
        return shape_request.is_by_key(self._parts.get("find", {}))

    @property
    def replaces(self) -> bool:
        """Whether an update replaces the whole record."""
        return bool(self._setup.options.get("upsert", {}).get("replaces"))

    def request(self, operation: Operation) -> Request:
        """The request that asks for this operation."""
        name, part = self._part(operation)
        return shape_request.request(operation, name, part, self._setup)

    def said_otherwise(self, operation: Operation) -> set[str]:
        """The headers of an operation that its templates say in another place."""
        return shape_request.said_otherwise(self._part(operation)[1])

    def then(self, operation: Operation, response: Response) -> Request | None:
        """The request that reads the record, where the answer holds none and the file says `then`."""
        second = self._second(operation, shape_task.ended(operation, response, self._setup.options.get("task")))
        return None if second is None else self.request(second)

    def answer(self, operation: Operation, response: Response) -> Answer:
        """What the response to this operation says."""
        response = shape_task.ended(operation, response, self._setup.options.get("task"))
        read = None
        if response.then is not None and (second := self._second(operation, replace(response, then=None))):
            read = shape_answer.answer(second, self._part(second)[1], response.then)
        part = self._part(operation)[1]
        shape_request.require_path(operation, part, self._setup, response.status)
        return shape_answer.answer(operation, part, response, read)

    def beside(self, operation: Operation) -> frozenset[str]:
        """The fields that the answer to this operation holds beside the record."""
        return frozenset(self._part(operation)[1].get("answer", {}).get("beside", {}))

    def follow_up(self, operation: Operation, response: Response, last: Request | None) -> Request | None:
        """The request that asks for the task of a write, as long as it is pending."""
        return shape_task.follow_up(operation, response, last, self._setup.options.get("task"))

    def lacking(self, operation: Operation, status: int, done: str) -> Mapping[str, str]:
        """What an answer of this status to what was done does not report, with the reasons; no answer is needed."""
        return shape_answer.lacking(operation, self._part(operation)[1], status, done)

    def _second(self, operation: Operation, response: Response) -> Find | Read | None:
        """How the record is read that an answer does not hold: by the id in the answer, or by the key that was sent."""
        if not isinstance(operation, (Upsert, Create)):
            return None
        part = self._part(operation)[1]
        then = part.get("answer", {}).get("then")
        answer = shape_answer.answer(operation, part, response) if then else Answer(0)
        if not then or "record" not in answer.lacks:
            return None
        by = part.get("keys", {}).get(operation.table, getattr(operation, "match_fields", ()))
        try:
            key = dict(Row(by=by, given=operation.fields).conditions())
        except NotApplicable:
            return None
        if then == "read":
            return None if answer.id is None else Read(operation.table, answer.id, key)
        return Find(operation.table, key) if key else None

    def _part(self, operation: Operation) -> tuple[str, Part]:
        """The part for an operation, with its name. A part that is false is one that the target lacks."""
        name = shape_request.part_of(operation, self._parts)
        if name not in self._parts:
            add = "" if name in STATED_ONLY else f"add [shape.{name}], or "
            raise CannotExpress(f"the target file has no [shape.{name}]; {add}state {name} = false in [shape]")
        part = self._parts[name]
        if isinstance(part, bool):
            raise NotApplicable(f"the target has no way to {_NAMED[name]}")
        return name, part


def _whole(part: Part, stated: Mapping[str, Any]) -> Part:
    """A part with what is stated of every part."""
    answer = {name: stated[name] for name in ("status", "values_at") if stated[name]}
    merged = {name: {**stated[name], **part.get(name, {})} for name in ("query", "headers")}
    keys = {"keys": stated["keys"]} if stated["keys"] else {}
    wraps = {"values_at": stated["values_at"]} if stated["values_at"] else {}
    return {**keys, **wraps, **part, **merged, "answer": {**answer, **part.get("answer", {})}}


_NAMED = {
    "ignore": "upsert and ignore a match",
    "only_create": "upsert and refuse a match",
    "only_update": "upsert and create nothing",
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
