"""The judgement: every kept key is read back, and compared with what was acknowledged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from upsertspec.errors import NotTestable, TargetSilent
from upsertspec.http.client import Client
from upsertspec.http.text import printable
from upsertspec.soak.faults import HALF, faults_of, has
from upsertspec.soak.ledger import Broken, Entry, Ledger
from upsertspec.soak.plan import JUDGING, KEY, TABLE, UNJUDGED
from upsertspec.steps.lookup import Reader

READERS = 8
REASON = 300
ATTEMPTS = 5
PAUSE = 0.5

Gather = Callable[[Callable[[], None], int], None]
"""Runs a function so many times at once, and waits for all."""


@dataclass
class Judgement:
    """What came out. `unjudged` are the reasons for which something could not be judged."""

    judged: int = 0
    batches: int = 0
    findings: list[Broken] = field(default_factory=list)
    found: int = 0
    unread: int = 0
    unjudged: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: 1 where an invariant is broken, 3 where one could not be judged, else 0."""
        return 1 if self.found else UNJUDGED if self.unjudged else 0


def judge(ledger: Ledger, connect: Callable[[], Client], gather: Gather, seconds: float = JUDGING) -> Judgement:
    """Read back what the ledger keeps, for so many seconds at the most."""
    judgement = Judgement(findings=list(ledger.findings), found=ledger.found)
    until = time.monotonic() + seconds
    todo = iter([*ledger.entries.values()])
    gather(lambda: _read_all(todo, connect, judgement, until), READERS)
    judgement.unread = len(ledger.entries) - judgement.judged
    if not judgement.unread:
        _judge_batches(ledger, connect, judgement, until)
    _tell_gaps(ledger, judgement)
    return judgement


def _read_all(todo: Iterator[Entry], connect: Callable[[], Client], judgement: Judgement, until: float) -> None:
    client = connect()
    try:
        for entry in todo:
            if time.monotonic() > until:
                break
            _judge_one(entry, client, judgement, until)
            if client.stopped:
                break
    finally:
        client.close()


def _judge_one(entry: Entry, client: Client, judgement: Judgement, until: float) -> None:
    try:
        records = _read_patiently(entry.key, client, until)
    except (NotTestable, TargetSilent) as wrong:
        _note(judgement, f"a key could not be read back: {printable(client.masker.text(str(wrong)))[:REASON]}")
        return
    judgement.judged += 1
    known = {(broken.invariant, broken.key) for broken in judgement.findings}
    new = [broken for broken in faults_of(entry, records, _curl(client), client.masker) if _place(broken) not in known]
    judgement.findings += new
    judgement.found += len(new)


def _read_patiently(key: str, client: Client, until: float) -> list[Any]:
    """The records of a key. The load is over: who was asked for too much, or fails at times, is waited for."""
    for attempt in range(1, ATTEMPTS):
        try:
            return _records(key, client)
        except (NotTestable, TargetSilent):
            if client.stopped or time.monotonic() + attempt * PAUSE > until:
                raise
            time.sleep(attempt * PAUSE)
    return _records(key, client)


def _judge_batches(ledger: Ledger, connect: Callable[[], Client], judgement: Judgement, until: float) -> None:
    """A batch of unknown outcome is stored whole, or not at all; none of its keys was written afterwards."""
    client = connect()
    try:
        for stamps in ledger.batches:
            if time.monotonic() > until:
                _note(judgement, "there was no time to look at every batch of unknown outcome")
                break
            _judge_batch(stamps, client, judgement, until)
            judgement.batches += 1
    except (NotTestable, TargetSilent) as wrong:
        _note(judgement, f"a batch could not be read back: {printable(client.masker.text(str(wrong)))[:REASON]}")
    finally:
        client.close()


def _judge_batch(stamps: dict[str, str], client: Client, judgement: Judgement, until: float) -> None:
    read = {key: _read_patiently(key, client, until) for key in stamps}
    there = {key for key, stamp in stamps.items() if any(has(key, stamp, record) for record in read[key])}
    if 0 < len(there) < len(stamps):
        missing = ", ".join(sorted(set(stamps) - there)[:3])
        stored = f"{len(there)} of {len(stamps)} records; not {missing}"
        broken = Broken(HALF, min(there), "all records of the batch, or none", stored, _curl(client))
        judgement.findings.append(broken)
        judgement.found += 1


def _curl(client: Client) -> str:
    """The line that sends again what was answered last."""
    return client.answered.curl if client.answered else ""


def _records(key: str, client: Client) -> list[Any]:
    client.log.clear()
    return list(Reader(client).find(TABLE, {KEY: key}))


def _tell_gaps(ledger: Ledger, judgement: Judgement) -> None:
    if judgement.unread:
        _note(judgement, f"{judgement.unread} of {len(ledger.entries)} keys were not read back")
    if not ledger.writes:
        _note(judgement, "no write was acknowledged")
    for mistake in ledger.mistakes:
        _note(judgement, mistake)


def _note(judgement: Judgement, why: str) -> None:
    if why not in judgement.unjudged and len(judgement.unjudged) < READERS:
        judgement.unjudged.append(why)


def _place(broken: Broken) -> tuple[str, str]:
    return broken.invariant, broken.key
