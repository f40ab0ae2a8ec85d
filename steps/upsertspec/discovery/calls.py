"""The calls that go with an upsert: how a record is found, read, changed and deleted, and how one is created."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from upsertspec.discovery.document import Document, Operation
from upsertspec.discovery.json_schema import Schema

PARAMETER = re.compile(r"\{([^{}/]+)\}")
ID = re.compile(r"(.*id|pk|uuid)", re.IGNORECASE)
Members = Mapping[str, Schema]


@dataclass(frozen=True)
class Calls:
    """The other operations on a record.

    `find` lists records, at `records_at` of its answer, whose members are `listed`. `single` and `delete_single` have
    the path of the upsert, with the key in it or in the query; `read`, `delete` and `change` have an id in theirs.
    """

    find: Operation | None = None
    records_at: str = ""
    listed: Members = field(default_factory=dict)
    create: Operation | None = None
    single: Operation | None = None
    delete_single: Operation | None = None
    read: Operation | None = None
    delete: Operation | None = None
    change: Operation | None = None

    @property
    def record(self) -> Members:
        """The members of a stored record, as the calls that read one say."""
        singles = [record_in(call)[0] for call in (self.single, self.read) if call is not None]
        return next((members for members in (*singles, self.listed) if members), {})


def calls(upsert: Operation, document: Document) -> Calls:
    """The calls that go with an upsert."""
    own = {o.method: o for o in document.at(upsert.path)}
    find, at, listed = _find(upsert, document)
    base = find.path if find else PARAMETER.split(upsert.path)[0]
    by_id = {o.method: o for o in document.below(base) if _is_by_id(o.path) and o.path != upsert.path}
    create = next((o for o in document.at(find.path if find else "?") if o.method == "POST"), None)
    return Calls(
        find=find,
        records_at=at,
        listed=listed,
        create=create if create is not upsert else None,
        single=own.get("GET") if "{" in upsert.path else None,
        delete_single=own.get("DELETE"),
        read=by_id.get("GET"),
        delete=by_id.get("DELETE"),
        change=by_id.get("PATCH"),
    )


def record_in(operation: Operation, sent: Members | None = None) -> tuple[Members, str]:
    """The members of the record in an answer, and the path to it; nothing where no answer is described.

    The record is the object that has most of what is `sent`: the answer itself, or one of its members.
    """
    wanted = set(sent or ()) or {"id"}
    for status in operation.success:
        schema = operation.answers[status]
        choices = list(_objects(schema)) if schema is not None else []
        if choices:
            return max(choices, key=lambda choice: len(wanted & choice[0].keys()))
    return {}, ""


def _objects(schema: Schema) -> Iterator[tuple[Members, str]]:
    if schema.properties:
        yield schema.properties, "."
    if schema.items is not None and schema.items.properties:
        yield schema.items.properties, "0"
    for name, inner in schema.properties.items():
        if inner.properties:
            yield inner.properties, name
        if inner.items is not None and inner.items.properties:
            yield inner.items.properties, f"{name}.0"


def _find(upsert: Operation, document: Document) -> tuple[Operation | None, str, Members]:
    """The list of records: the longest path above that of the upsert whose answer has a list."""
    parts = upsert.path.rstrip("/").split("/")
    for length in range(len(parts), 0, -1):
        for operation in document.at("/".join(parts[:length])):
            if operation.method == "GET" and not parts[length - 1].endswith("}"):
                for at, members in _lists(operation):
                    return operation, at, members
    return None, "", {}


def _lists(operation: Operation) -> Iterator[tuple[str, Members]]:
    """Where an answer has records: the answer itself, or a member of it."""
    for status in operation.success[:1]:
        schema = operation.answers[status] or Schema()
        if schema.items is not None:
            yield ".", schema.items.properties
            return
        for name, inner in schema.properties.items():
            if inner.items is not None and (inner.items.properties or inner.items.type in ("object", "")):
                yield name, inner.items.properties
                return


def _is_by_id(path: str) -> bool:
    """Whether the last part of a path is an id."""
    parameter = PARAMETER.fullmatch(path.rstrip("/").rpartition("/")[2])
    return parameter is not None and ID.fullmatch(parameter[1]) is not None
