"""One user: sends operations one after the other, and writes down what was acknowledged. Knows nothing of Locust."""

from __future__ import annotations

import json
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from upsertspec.dialects.base import Answer
from upsertspec.dialects.operations import Find, Operation, Read, Upsert, UpsertBatch
from upsertspec.soak.asking import Asking
from upsertspec.soak.faults import LOST, faults_of
from upsertspec.soak.ledger import ID_LENGTH, Broken, Entry, Ledger
from upsertspec.soak.outcome import DONE, REFUSED, UNKNOWN
from upsertspec.soak.plan import KEY, SHARED, TABLE
from upsertspec.soak.records import key, shared_key, values
from upsertspec.spec.outcomes import GONE

LIVE = 20
KNOWN_IN_BATCH, NEW_IN_BATCH = 4, 4
LISTED = 20
UPDATES = 0.7

Make = Callable[[Sequence[Mapping[str, Any]]], Operation]


class Actor:
    """A user of this name, which is unique in the run."""

    def __init__(self, name: str, run_id: str, ledger: Ledger, asking: Asking) -> None:
        self._name = name
        self._run_id = run_id
        self._ledger = ledger
        self._asking = asking
        self._live: deque[Entry] = deque(maxlen=LIVE)
        self._random = random.Random(name)  # noqa: S311  # no secret
        self._count = 0

    def close(self) -> None:
        """Close the connections."""
        self._asking.close()

    def upsert(self) -> None:
        """Create a record of one's own, or update one."""
        entry = self._some() if self._random.random() < UPDATES else None
        self._write("upsert", [entry or self._new()], _one({}))

    def upsert_shared(self) -> None:
        """Create or update a record that every user writes."""
        self._write("upsert shared", self._shared(), _one({}))

    def ignore(self) -> None:
        """Create a record, or leave it as it is: a new one of one's own, or one that every user writes."""
        entries = self._shared() if self._random.random() < 0.5 else [self._new()]
        self._write("ignore", entries, _one({"onConflict": "ignore"}), certain=False)

    def batch(self) -> None:
        """Update some records of one's own and create others, all or none."""
        known = [entry for entry in self._live if not entry.retired][:KNOWN_IN_BATCH]
        entries = [*known, *(self._new() for _ in range(NEW_IN_BATCH))]
        self._write("batch", entries, lambda records: UpsertBatch(TABLE, records, [KEY]))

    def read(self) -> None:
        """Read a record of one's own by its id."""
        entry = self._some()
        if entry is None or len(entry.ids) != 1 or len(entry.ids[0]) >= ID_LENGTH:
            return
        became, answer = self._asking.ask("read", Read(TABLE, json.loads(entry.ids[0])))
        if became == DONE and answer and answer.record:
            self._look(entry, [answer.record])
        elif answer and answer.status in GONE:
            self._ledger.find(
                Broken(
                    LOST,
                    entry.key,
                    self._asking.masker.text(f"the id {entry.ids[0]}"),
                    "no record",
                    self._asking.curl(),
                )
            )

    def find(self) -> None:
        """Find a record of one's own by its key. A target that filters too little is judged at the end only."""
        if (entry := self._some()) is None:
            return
        became, answer = self._asking.ask("find", Find(TABLE, {KEY: entry.key}))
        if became == DONE and answer and all(record.get(KEY) == entry.key for record in answer.records):
            self._look(entry, answer.records)

    def page(self) -> None:
        """Read the first page of all records."""
        self._asking.ask("list", Find(TABLE, {}, limit=LISTED))

    def _look(self, entry: Entry, records: Sequence[Mapping[str, Any]]) -> None:
        for broken in faults_of(entry, records, self._asking.curl(), self._asking.masker):
            self._ledger.find(broken)

    def _write(self, name: str, entries: list[Entry], make: Make, certain: bool = True) -> None:
        """Send one write. Until it is answered its outcome is unknown, also where the user is stopped meanwhile."""
        if not entries or name in self._ledger.unasked:
            return
        stamps = [self._next("w") for _ in entries]
        for entry, stamp in zip(entries, stamps, strict=True):
            entry.unknown.append(stamp)
        self._ledger.unknown += len(entries)
        started, became, answer = time.perf_counter(), UNKNOWN, None
        try:
            records = [values(entry.key, stamp) for entry, stamp in zip(entries, stamps, strict=True)]
            became, answer = self._asking.ask(name, make(records))
        finally:
            if became == UNKNOWN and len(entries) > 1:
                self._ledger.note_batch({entry.key: stamp for entry, stamp in zip(entries, stamps, strict=True)})
        for entry, stamp, part in zip(entries, stamps, _parts(answer, len(entries)), strict=True):
            self._settle(entry, stamp, became, part, started, certain)

    def _settle(self, entry: Entry, stamp: str, became: str, part: Answer, started: float, certain: bool) -> None:
        untold = not certain and part.operation is None
        if became == UNKNOWN or (became == DONE and untold):
            return
        self._ledger.unknown -= 1
        if became == REFUSED or part.operation == "ignored":
            entry.unknown.remove(stamp)
        else:
            self._ledger.writes += 1
            entry.acknowledge(stamp, started, time.perf_counter(), part.operation == "created")
        if became == DONE:
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


def _one(extra: Mapping[str, Any]) -> Make:
    return lambda records: Upsert(TABLE, records[0], [KEY], extra)


def _parts(answer: Answer | None, size: int) -> Sequence[Answer]:
    """The answer to each record; where there is none for each, what the answer as a whole says: its status."""
    if answer and size == 1:
        return [answer]
    if answer and len(answer.parts) == size:
        return answer.parts
    return [Answer(answer.status if answer else 0)] * size
