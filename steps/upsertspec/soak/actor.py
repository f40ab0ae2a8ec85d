"""One user: sends operations one after the other, and notes what was acknowledged. It does not know Locust."""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.soak.counting_client import CountingClient
from upsertspec.soak.invariants import is_lost, missing_members, violations
from upsertspec.soak.ledger import ID_LENGTH, Entry, Ledger
from upsertspec.soak.outcome import DONE, REFUSED, UNKNOWN
from upsertspec.soak.plan import KEY, SHARED, TABLE
from upsertspec.soak.settling import read_until
from upsertspec.soak.written_values import key, shared_key, values
from upsertspec.spec.outcomes import GONE

LIVE = 20
KNOWN_IN_BATCH, NEW_IN_BATCH = 4, 4
LISTED = 20
UPDATES = 0.7

Make = Callable[[Sequence[Mapping[str, Any]]], Operation]


class Actor:
    """A user. Its name is unique in the run; `settle` is the target's time to consistency, if it states one."""

    def __init__(
        self, name: str, run_id: str, ledger: Ledger, client: CountingClient, settle: float | None = None
    ) -> None:
        self._name = name
        self._run_id = run_id
        self._ledger = ledger
        self._client = client
        self._settle = settle
        self._live: deque[Entry] = deque(maxlen=LIVE)
        self._random = random.Random(name)  # noqa: S311  # no secret
        self._count = 0

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def upsert(self) -> None:
        """Create or update a record of its own."""
        entry = self._some() if self._random.random() < UPDATES else None
        self._write("upsert", [entry or self._new()], _one({}))

    def upsert_shared(self) -> None:
        """Create or update a record that every user writes."""
        self._write("upsert shared", self._shared(), _one({}))

    def ignore(self) -> None:
        """Create a record or leave it as it is: a new one of its own, or one that every user writes."""
        entries = self._shared() if self._random.random() < 0.5 else [self._new()]
        self._write("ignore", entries, _one({"onConflict": "ignore"}), certain=False)

    def batch(self) -> None:
        """Update some records of its own and create others, all or none."""
        known = [entry for entry in self._live if not entry.retired][:KNOWN_IN_BATCH]
        entries = [*known, *(self._new() for _ in range(NEW_IN_BATCH))]
        self._write("batch", entries, lambda records: UpsertBatch(TABLE, records, [KEY]))

    def read(self) -> None:
        """Read a record of its own by its id."""
        entry = self._some()
        if entry is not None and len(entry.ids) == 1 and len(entry.ids[0]) < ID_LENGTH:
            self._check(entry, "read", Read(TABLE, json.loads(entry.ids[0])))

    def find(self) -> None:
        """Find a record of its own by its key."""
        if entry := self._some():
            self._check(entry, "find", Find(TABLE, {KEY: entry.key}))

    def page(self) -> None:
        """Read the first page of all records."""
        self._client.send("list", Find(TABLE, {}, limit=LISTED))

    def _check(self, entry: Entry, name: str, operation: Operation) -> None:
        """Read a record that no other user writes, again if need be, and note what it violates."""

        def read() -> Sequence[Mapping[str, Any]] | None:
            return _records(entry, *self._client.send(name, operation))

        def is_there(records: Sequence[Mapping[str, Any]] | None) -> bool:
            return records is None or not is_lost(entry, records, self._client.words)

        records, waited = read_until(read, is_there, self._settle)
        if records is None:
            return
        if waited and is_there(records):
            self._ledger.note_late(waited)
        for record in records:
            self._ledger.note_missing(missing_members(record, self._client.words))
        for violation in violations(entry, records, self._client.curl(), self._client.masker, self._client.words):
            self._ledger.add(violation)

    def _write(self, name: str, entries: list[Entry], make: Make, certain: bool = True) -> None:
        """Send one write. Its outcome is unknown until it is answered, even if the user is stopped meanwhile."""
        if not entries or name in self._ledger.not_sent:
            return
        stamps = [self._next("w") for _ in entries]
        for entry, stamp in zip(entries, stamps, strict=True):
            entry.unknown.append(stamp)
        self._ledger.unknown += len(entries)
        started, result, answer = time.perf_counter(), UNKNOWN, None
        try:
            records = [
                values(entry.key, stamp, self._client.words) for entry, stamp in zip(entries, stamps, strict=True)
            ]
            result, answer = self._client.send(name, make(records))
        finally:
            if result == UNKNOWN and len(entries) > 1:
                self._ledger.note_batch({entry.key: stamp for entry, stamp in zip(entries, stamps, strict=True)})
        for entry, stamp, part in zip(entries, stamps, _parts(answer, len(entries)), strict=True):
            self._note(entry, stamp, result, part, started, certain)

    def _note(self, entry: Entry, stamp: str, result: str, part: Answer, started: float, certain: bool) -> None:
        """Note the outcome of one write. Without the operation, only a `certain` one is known to be written."""
        if result == UNKNOWN or (result == DONE and not certain and part.operation is None):
            return
        self._ledger.unknown -= 1
        if result == REFUSED or part.operation == "ignored":
            entry.unknown.remove(stamp)
        else:
            self._ledger.writes += 1
            entry.acknowledge(stamp, started, time.perf_counter(), part.operation == "created")
        if result == DONE:
            entry.saw_id(part.id)
            if not entry.shared and entry not in self._live:
                self._live.append(entry)

    def _some(self) -> Entry | None:
        live = [entry for entry in self._live if not entry.retired]
        return self._random.choice(live) if live else None

    def _new(self) -> Entry:
        return self._ledger.entry(key(self._run_id, self._next("k")))

    def _shared(self) -> list[Entry]:
        entry = self._ledger.entry(shared_key(self._run_id, self._random.randrange(SHARED)), shared=True)
        return [] if entry.retired else [entry]

    def _next(self, letter: str) -> str:
        self._count += 1
        return f"{self._name}-{letter}{self._count}"


def _records(entry: Entry, result: str, answer: Answer | None) -> Sequence[Mapping[str, Any]] | None:
    """The records of a key in the answer to a read; None if it does not show them."""
    if answer and answer.status in GONE:
        return []
    if result != DONE or answer is None:
        return None
    if answer.record:
        return [answer.record]
    # A target that filters too little is judged at the end only.
    return answer.records if all(record.get(KEY) == entry.key for record in answer.records) else None


def _one(extra: Mapping[str, Any]) -> Make:
    return lambda records: Upsert(TABLE, records[0], [KEY], extra)


def _parts(answer: Answer | None, size: int) -> Sequence[Answer]:
    """The answer to each record; if there is not one for each, the status of the whole answer."""
    if answer and size == 1:
        return [answer]
    if answer and len(answer.parts) == size:
        return answer.parts
    return [Answer(answer.status if answer else 0)] * size
