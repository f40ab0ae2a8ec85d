"""The judgement: every kept key is read back and compared with what was acknowledged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from upsertspec.dialects.words import Words
from upsertspec.errors import NotApplicable, NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.text import printable
from upsertspec.soak.invariants import HALF, has, is_lost, missing_members, violations
from upsertspec.soak.ledger import Entry, Ledger, Violation
from upsertspec.soak.plan import JUDGING, KEY, TABLE, UNJUDGED
from upsertspec.soak.settling import PATIENCE, read_until
from upsertspec.soak.written_values import values
from upsertspec.steps.lookup import Reader

READERS = 8
REASON = 300
ATTEMPTS = 5
PAUSE = 0.5

Gather = Callable[[Callable[[], None], int], None]
"""Runs a function this many times concurrently, and waits for all."""


@dataclass
class Judgement:
    """The result. `unjudged` are the reasons why something could not be judged."""

    judged: int = 0
    batches: int = 0
    findings: list[Violation] = field(default_factory=list)
    found: int = 0
    unjudged: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: 1 if an invariant is broken, 3 if one could not be judged, else 0."""
        return 1 if self.found else UNJUDGED if self.unjudged else 0

    def add(self, violation: Violation) -> None:
        """Add a violation, once for each key."""
        if all((one.invariant, one.key) != (violation.invariant, violation.key) for one in self.findings):
            self.findings.append(violation)
            self.found += 1

    def note(self, why: str) -> None:
        """Note why something could not be judged."""
        if why not in self.unjudged and len(self.unjudged) < READERS:
            self.unjudged.append(why)


def judge(
    ledger: Ledger,
    connect: Callable[[], Client],
    gather: Gather,
    words: Words,
    settle: float | None = None,
    seconds: float = JUDGING,
) -> Judgement:
    """Read back what the ledger keeps, for at most `seconds`.

    `settle` is the target's time to consistency in seconds, None if it states none.
    """
    judgement = Judgement(findings=list(ledger.findings), found=ledger.found)
    start = time.monotonic()
    settled = start + (PATIENCE if settle is None else settle)
    reading = _Reading(ledger, judgement, connect, settled, start + seconds)
    todo = iter([*ledger.entries.values()])
    gather(lambda: reading.entries(todo), READERS)
    unread = len(ledger.entries) - judgement.judged
    if unread:
        judgement.note(f"{unread} of {len(ledger.entries)} keys were not read back")
    else:
        reading.batches()
    if not ledger.writes:
        judgement.note("no write was acknowledged")
    if ledger.missing:
        judgement.note(f"records of {words.called} lack {', '.join(ledger.missing)}; its values were not compared")
    elif len(values("", "", words)) == 1:
        judgement.note(f"{words.called} has no field but the key that a write could be told by")
    for error in ledger.errors:
        judgement.note(error)
    return judgement


@dataclass
class _Reading:
    """Reads keys back until the time `until`. From the time `settled`, every write has to be visible."""

    ledger: Ledger
    judgement: Judgement
    connect: Callable[[], Client]
    settled: float
    until: float

    def entries(self, todo: Iterator[Entry]) -> None:
        """Judge each entry that is still to do."""
        client = self.connect()
        try:
            for entry in todo:
                if time.monotonic() > self.until:
                    break
                self._judge_entry(entry, client)
                if client.stopped:
                    break
        finally:
            client.close()

    def batches(self) -> None:
        """A batch with an unknown outcome is stored whole or not at all; its keys were not written afterwards."""
        client = self.connect()
        try:
            for stamps in self.ledger.batches:
                if time.monotonic() > self.until:
                    self.judgement.note("there was no time to read back every batch with an unknown outcome")
                    break
                self._judge_batch(stamps, client)
                self.judgement.batches += 1
        except (NotTestable, TargetSilent) as wrong:
            self.judgement.note(f"a batch could not be read back: {_reason(client, wrong)}")
        finally:
            client.close()

    def _judge_entry(self, entry: Entry, client: Client) -> None:
        def is_there(records: list[Any]) -> bool:
            return not is_lost(entry, records, client.words(TABLE))

        try:
            records, waited = read_until(lambda: self._read(entry.key, client), is_there, self._left())
        except (NotApplicable, NotTestable, TargetSilent) as wrong:
            self.judgement.note(f"a key could not be read back: {_reason(client, wrong)}")
            return
        if waited and is_there(records):
            self.ledger.note_late(waited)
        self.judgement.judged += 1
        for record in records:
            self.ledger.note_missing(missing_members(record, client.words(TABLE)))
        for violation in violations(entry, records, _curl(client), client.masker, client.words(TABLE)):
            self.judgement.add(violation)

    def _judge_batch(self, stamps: dict[str, str], client: Client) -> None:
        words = client.words(TABLE)

        def stored() -> set[str]:
            read = {key: self._read(key, client) for key in stamps}
            return {key for key, stamp in stamps.items() if any(has(key, stamp, record, words) for record in read[key])}

        there, _ = read_until(stored, lambda found: len(found) in (0, len(stamps)), self._left())
        if 0 < len(there) < len(stamps):
            missing = ", ".join(str(words.shown(KEY, key)) for key in sorted(set(stamps) - there)[:3])
            found = f"{len(there)} of {len(stamps)} records; not {missing}"
            self.judgement.add(
                Violation(
                    HALF, str(words.shown(KEY, min(there))), "all records of the batch, or none", found, _curl(client)
                )
            )

    def _left(self) -> float:
        return max(0.0, self.settled - time.monotonic())

    def _read(self, key: str, client: Client) -> list[Any]:
        """The records of a key. The load is over, so a target that refuses or fails is given time to recover."""
        for attempt in range(1, ATTEMPTS):
            try:
                return _records(key, client)
            except (NotTestable, TargetSilent):
                if client.stopped or time.monotonic() + attempt * PAUSE > self.until:
                    raise
                time.sleep(attempt * PAUSE)
        return _records(key, client)


def _records(key: str, client: Client) -> list[Any]:
    client.log.clear()
    return list(Reader(client).find(TABLE, {KEY: key}))


def _reason(client: Client, wrong: Exception) -> str:
    return printable(client.masker.text(str(wrong)))[:REASON]


def _curl(client: Client) -> str:
    """The line that repeats the last answered request."""
    return client.answered.curl if client.answered else ""
