"""What a scenario can ask a target to do, whatever the shape of the request.

`headers` are what the contract says in headers, such as `If-Match`. `dialects.bound` adds those that a dialect does not
say in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar


@dataclass(frozen=True)
class Unset:
    """Stands for a member that the request leaves out; None stands for a JSON null."""


UNSET = Unset()


@dataclass(frozen=True)
class Verbatim:
    """JSON that is sent exactly as written: a number that no float holds, a text with half a character."""

    json: str


@dataclass(frozen=True)
class Upsert:
    """Create or update. `fields` and `match_fields` are sent right or wrong; `extra` are further members.

    `fixed` names the fields that the target wants with every request, whatever is matched by. The client puts
    `idempotency_key` into a header. `table_id` stands for the table in place of its name.
    """

    table: str
    fields: Any
    match_fields: Any
    extra: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    table_id: str = ""
    changes: ClassVar = True

    @property
    def sent(self) -> list[Mapping[str, Any]]:
        """The records that were sent; none where they were no object."""
        return [self.fields] if isinstance(self.fields, dict) else []


@dataclass(frozen=True)
class UpsertBatch:
    """Create or update several records, all or none of them."""

    table: str
    records: Sequence[Mapping[str, Any]]
    match_fields: Any
    extra: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    changes: ClassVar = True

    @property
    def sent(self) -> list[Mapping[str, Any]]:
        """The records that were sent."""
        return list(self.records)


@dataclass(frozen=True)
class Create:
    """Create a record; a unique key that is there already is a conflict."""

    table: str
    fields: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    changes: ClassVar = True

    @property
    def sent(self) -> list[Mapping[str, Any]]:
        """The record that was sent."""
        return [self.fields]


@dataclass(frozen=True)
class Change:
    """Write these fields of the record of this id. `key` is its unique key, where that is known."""

    table: str
    id: Any
    fields: Mapping[str, Any]
    key: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: ClassVar = True

    @property
    def sent(self) -> list[Mapping[str, Any]]:
        """The fields that were sent."""
        return [self.fields]


@dataclass(frozen=True)
class Delete:
    """Delete the record of this id. `key` is its unique key, where that is known."""

    table: str
    id: Any
    key: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    changes: ClassVar = True
    sent: ClassVar[list[Mapping[str, Any]]] = []


@dataclass(frozen=True)
class Transaction:
    """Several operations, all or none of them; each is an object as CONTRACT 3.3 has it."""

    operations: Sequence[Mapping[str, Any]]
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    changes: ClassVar = True
    table: ClassVar = ""

    @property
    def sent(self) -> list[Mapping[str, Any]]:
        """The fields of every operation that has some."""
        return [operation["fields"] for operation in self.operations if isinstance(operation.get("fields"), dict)]


class Asking:
    """An operation that changes nothing and sends no fields."""

    changes: ClassVar = False
    sent: ClassVar[list[Mapping[str, Any]]] = []


@dataclass(frozen=True)
class Find(Asking):
    """Every record of a table whose fields equal these values."""

    table: str
    where: Mapping[str, Any]
    limit: int = 0
    offset: int = 0


@dataclass(frozen=True)
class List(Asking):
    """The records of a table, with the contract's own query parameters."""

    table: str
    query: Mapping[str, Any]


@dataclass(frozen=True)
class Groups(Asking):
    """Counts and averages of a table, with the contract's own query parameters."""

    table: str
    query: Mapping[str, Any]


@dataclass(frozen=True)
class Read(Asking):
    """The one record of this id. `key` is its unique key, where that is known; `query` says what to nest in it."""

    table: str
    id: Any
    key: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Describe(Asking):
    """The table's description: its fields and unique keys."""

    table: str


Operation = Upsert | UpsertBatch | Create | Change | Delete | Transaction | Find | List | Groups | Read | Describe


def with_headers(operation: Operation, headers: Mapping[str, str]) -> Operation:
    """The operation with these headers. Raises ValueError where the contract has none for it."""
    if isinstance(operation, (Find, List, Groups, Describe)):
        raise ValueError(f"the contract has no headers for {operation}")
    return replace(operation, headers=headers)
