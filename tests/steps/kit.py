"""What the tests of the judging code share: a target in memory, and handmade scenarios."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Operation, Read
from upsertspec.dialects.words import Words
from upsertspec.errors import Blocked, CheckFailed
from upsertspec.http.circuit_breaker import CircuitBreaker
from upsertspec.http.client import Client
from upsertspec.http.exchange import Exchange
from upsertspec.http.masking import Masker
from upsertspec.spec import criteria as spec
from upsertspec.spec.schema import tables
from upsertspec.steps.world import Attempt, ControlResults, Stored, World
from upsertspec.target.bindings import Bindings

MARK = "m1"
BEFORE, AFTER = "2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.001Z"
Record = dict[str, Any]


class Memory:
    """A target in memory, in place of a client. Reads what is in `records`; gives `answers` to all else, in order.

    An answer may be a function of the operation; `asked` is who asked what. It can report and express everything, and
    declares nothing, where a test does not say otherwise.
    """

    answered: Exchange | None = None

    def __init__(self, **records: list[Record]) -> None:
        self.records = records
        self.answers: list[Answer | Exception | Callable[[Any], Answer]] = []
        self.asked: list[tuple[str, Operation]] = []
        self.log: list[Any] = []
        self.made: list[Any] = []
        self.step = ""
        self.stopped = ""
        self.breaker = CircuitBreaker()
        self.lacks: dict[str, str] = {}
        self.cannot: dict[str, str] = {}
        self.deviations: dict[str, tuple[int, ...]] = {}
        self.bindings = Bindings()
        self.untrue: dict[tuple[str, str], str] = {}
        self.replaces = False
        self.is_contract = True

    def beside(self, operation: Operation) -> frozenset[str]:
        return frozenset()

    @property
    def masker(self) -> Masker:
        return Masker(["s3cret"])

    def call(self, who: str, operation: Operation, alteration: str = "") -> Answer:
        assert not alteration
        self.asked.append((who, operation))
        self.answered = exchange()
        if isinstance(operation, Find):
            return self._listed(operation)
        if isinstance(operation, Read):
            return self._one(operation)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else answer(operation)

    def words(self, table: str) -> Words:
        return Words(self.bindings.of(table), {})

    def stop(self, why: str) -> None:
        self.stopped = why

    def _listed(self, find: Find) -> Answer:
        of_table = self.records.get(find.table, [])
        found = [r for r in of_table if all(r.get(name) == value for name, value in find.where.items())]
        return Answer(200, records=found, total=len(found))

    def _one(self, read: Read) -> Answer:
        found = [record for record in self.records.get(read.table, []) if record["id"] == read.id]
        return Answer(200, id=read.id, record=found[0]) if found else Answer(404)


def world_of(memory: Memory, criterion: str = "AC-104", controls: ControlResults | None = None) -> World:
    """A scenario of this criterion; the default, AC-104, is not about the answers."""
    return World(cast(Client, memory), MARK, criterion, controls, subjects_of(criterion))


def subjects_of(criterion: str) -> frozenset[str]:
    """What the scenarios of this criterion are about (`@asserts-…`)."""
    return frozenset().union(*(spec.asserted(case) for case in spec.cases() if case.criterion == criterion))


def about(subject: str) -> list[str]:
    """The criteria that have a scenario about this."""
    return [criterion.id for criterion in spec.criteria() if subject in subjects_of(criterion.id)]


def contact(ident: Any = 1, name: str = "Ada", **fields: Any) -> Record:
    """A stored contact, whole."""
    plain = dict.fromkeys(tables()["contacts"].fields)
    own = {"email": f"{name.lower()}.{MARK}@example.com", "name": name, "status": "active", **fields}
    return {"id": ident, "created_at": BEFORE, "updated_at": BEFORE, **plain, **own}


ADA, BOB = contact(1, "Ada"), contact(2, "Bob")


def keep(world: World, record: Record, name: str = "Ada", table: str = "contacts", by: str = "email") -> Stored:
    """Note that the scenario has stored this record, found by this field."""
    world.stored.append(Stored(name, table, {by: record[by]}, dict(record)))
    return world.stored[-1]


def sent(world: World, operation: Operation, answer: Answer) -> None:
    """Note that the scenario sent this operation and got this answer."""
    world.attempts.append(Attempt(operation, answer, exchange()))


def exchange() -> Exchange:
    """An exchange for display; nothing is judged by it."""
    return Exchange("editor", "POST", "http://h", {}, None, 200, command=lambda: "curl http://h")


def answered(record: Mapping[str, Any] | None, operation: str | None = "created", status: int = 200) -> Answer:
    """The answer to an upsert as the contract requires it."""
    return Answer(status, id=(record or {}).get("id"), operation=operation, record=record)


UNREPORTED = "it has no words for it"


def lacking(world: World, *aspects: str) -> World:
    """The same, for a dialect whose answers never report this."""
    world.client.lacks = dict.fromkeys(aspects, UNREPORTED)
    return world


@contextlib.contextmanager
def failing(expected: str, actual: str) -> Iterator[None]:
    """The code inside must fail with this expectation and this actual value."""
    with pytest.raises(CheckFailed) as raised:
        yield
    assert (raised.value.expected, raised.value.actual) == (expected, actual)


def suspected(world: World) -> list[tuple[str, str, str]]:
    """The secondary findings of the scenario, which must all block it."""
    blocked = [each for each in world.findings.secondary if isinstance(each, Blocked)]
    assert blocked == world.findings.secondary
    return [(each.criterion, each.expected, each.actual) for each in blocked]


def untested(world: World) -> list[str]:
    """Why the scenario is not testable although it went on."""
    assert not any(isinstance(each, Blocked) for each in world.findings.secondary)
    return [str(each) for each in world.findings.secondary]


def step(keyword: str, name: str, *table: list[str]) -> Any:
    """A step as pytest-bdd has it."""
    rows = [SimpleNamespace(cells=[SimpleNamespace(value=cell) for cell in row]) for row in table]
    return SimpleNamespace(
        type=keyword.lower(), keyword=keyword, name=name, datatable=SimpleNamespace(rows=rows) if rows else None
    )
