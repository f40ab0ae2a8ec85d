"""The calls that go with an upsert: how a record is found, read, changed and deleted, and how one is created."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from upsertspec.discovery.document import Document, Operation
from upsertspec.discovery.places import NOWHERE, Members, Place, list_in, place_in

PARAMETER = re.compile(r"\{([^{}/]+)\}")
OWN_END = re.compile(r"[(:][^/]*$")
"""What may follow a collection's name without a slash: OData's key, `(sku='{sku}')`, or a method like `:upsert`."""
ID = re.compile(r"(.*id|pk|uuid)", re.IGNORECASE)


@dataclass(frozen=True)
class Calls:
    """The other operations on a record.

    `find` lists records, at `records_at` of its answer, and `listed` is the record in an element. `single` and
    `delete_single` have the path of the upsert, with the key in it or in the query; `read`, `delete` and `change` have
    an id in theirs. `record` has the members of a stored record, as the calls that read one say.
    """

    find: Operation | None = None
    records_at: str = ""
    listed: Place = NOWHERE
    record: Members = field(default_factory=dict)
    create: Operation | None = None
    single: Operation | None = None
    delete_single: Operation | None = None
    read: Operation | None = None
    delete: Operation | None = None
    change: Operation | None = None


def calls(upsert: Operation, document: Document, wanted: Collection[str]) -> Calls:
    """The calls that go with an upsert of a record that has the wanted members."""
    own = {o.method: o for o in document.at(upsert.path)}
    find, at, listed = _find(upsert, document, wanted)
    base = find.path if find else PARAMETER.split(upsert.path)[0]
    by_id = {o.method: o for o in document.below(base) if _is_by_id(o.path) and o.path != upsert.path}
    create = next((o for o in document.at(find.path if find else "?") if o.method == "POST"), None)
    single = own.get("GET") if "{" in upsert.path else None
    records = (*(record_in(call, wanted) for call in (single, by_id.get("GET")) if call), listed)
    return Calls(
        find=find,
        records_at=at,
        listed=listed,
        record=next((place.members for place in records if place.members), {}),
        create=create if create is not upsert else None,
        single=single,
        delete_single=own.get("DELETE"),
        read=by_id.get("GET"),
        delete=by_id.get("DELETE"),
        change=by_id.get("PATCH"),
    )


def record_in(operation: Operation, wanted: Collection[str] = ()) -> Place:
    """The record in an answer of success; none where no answer is described."""
    found = (place_in(operation.answers[status], wanted or {"id"}) for status in operation.success)
    return next((place for place in found if place.path), NOWHERE)


def _find(upsert: Operation, document: Document, wanted: Collection[str]) -> tuple[Operation | None, str, Place]:
    """The list of records: the longest path above that of the upsert whose answer has a list."""
    for path in _above(upsert.path.rstrip("/")):
        for operation in document.at(path):
            if operation.method == "GET" and not path.endswith(("}", ")")):
                for status in operation.success[:1]:
                    if found := list_in(operation.answers[status], wanted or {"id"}):
                        return operation, *found
    return None, "", NOWHERE


def _above(path: str) -> Iterator[str]:
    """The path, what it is without an end of its own, and the paths above it."""
    while path:
        yield path
        path = OWN_END.sub("", path) if OWN_END.search(path) else path.rpartition("/")[0]


def _is_by_id(path: str) -> bool:
    """Whether the last part of a path is an id."""
    parameter = PARAMETER.fullmatch(path.rstrip("/").rpartition("/")[2])
    return parameter is not None and ID.fullmatch(parameter[1]) is not None
