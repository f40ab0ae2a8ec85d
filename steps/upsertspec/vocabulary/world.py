"""What a scenario knows: the records it stored, the upserts it sent, the answers it got."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upsertspec.client import Client
from upsertspec.dialects.base import Answer, Upsert
from upsertspec.vocabulary.cells import rows, table_for
from upsertspec.vocabulary.lookup import Reader

Record = Mapping[str, Any]


@dataclass
class Stored:
    """A record that the scenario stored and then read: its name in the scenario, and how it read."""

    name: str
    table: str
    key: Record
    record: Record


@dataclass(frozen=True)
class Attempt:
    """An upsert that the scenario sent, and its answer."""

    upsert: Upsert
    answer: Answer

    @property
    def fields(self) -> Record:
        """The fields that were sent; none where they were no object."""
        return self.upsert.fields if isinstance(self.upsert.fields, dict) else {}


class World:
    """The state of one scenario. `reader` looks at what is stored; `criterion` is the one that is judged."""

    def __init__(self, client: Client, mark: str, criterion: str) -> None:
        self.client = client
        self.mark = mark
        self.criterion = criterion
        self.stored: list[Stored] = []
        self.attempts: list[Attempt] = []
        self.reader = Reader(client)

    def rows(self, table: str, datatable: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """The rows of a feature file's table, as fields to send or to expect."""
        return rows(table_for(table), datatable, self.mark, self.value_of)

    def value_of(self, name: str, field: str) -> Any:
        """A field of the stored record of this name. Raises KeyError where the scenario has none."""
        return self.named(name).record[field]

    def named(self, name: str) -> Stored:
        """The stored record of this name."""
        return next(stored for stored in self.stored if stored.name == name)

    def upsert(self, who: str, table: str, fields: Any, match_fields: Any) -> Answer:
        """Send one upsert, and forget what was read before it."""
        upsert = Upsert(table, fields, match_fields)
        self.reader.forget()
        answer = self.client.call(who, upsert)
        self.attempts.append(Attempt(upsert, answer))
        return answer

    @property
    def last(self) -> Attempt:
        """The last upsert that was sent."""
        return self.attempts[-1]
