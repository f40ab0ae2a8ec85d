"""What was acknowledged for each key. Bounded: of very many keys, a rule chooses which are kept."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any

KEPT = 2000
"""The most keys that are kept. Shared keys are always kept."""
DEEPEST = 32

MOST_UNKNOWN = 50
MOST_BATCHES = 200
MOST_FINDINGS = 20
MOST_IDS = 3
ID_LENGTH = 160


@dataclass
class Entry:
    """A key. `acknowledged` are the stamps of the writes that can be the last one, with the time each was answered.

    `unknown` are the stamps of writes with an unknown outcome. The entry is `partial` if workers wrote the key whose
    ledgers did not arrive.
    """

    key: str
    shared: bool = False
    created: int = 0
    ids: list[str] = field(default_factory=list)
    acknowledged: dict[str, float] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    partial: bool = False

    def acknowledge(self, stamp: str, started: float, ended: float, created: bool) -> None:
        """The write was carried out. A write that was answered before it began cannot be the last one any more."""
        self.acknowledged = {s: at for s, at in self.acknowledged.items() if at >= started}
        self.acknowledged[stamp] = ended
        self.created += created
        if stamp in self.unknown:
            self.unknown.remove(stamp)

    def saw_id(self, ident: Any) -> None:
        """An answer contained this id."""
        text = id_text(ident)
        if ident is not None and text not in self.ids and len(self.ids) < MOST_IDS:
            self.ids.append(text)

    @property
    def retired(self) -> bool:
        """Whether the key is not written any more: too many of its writes have an unknown outcome."""
        return len(self.unknown) >= (MOST_UNKNOWN if self.shared else 1)

    def merge(self, other: Entry) -> None:
        """Add what another process wrote. Which write was the last is unknown, since the clocks differ."""
        self.created += other.created
        self.ids = list(dict.fromkeys([*self.ids, *other.ids]))[:MOST_IDS]
        self.acknowledged |= other.acknowledged
        self.unknown += other.unknown


@dataclass(frozen=True)
class Violation:
    """A violated invariant: what was acknowledged and what is stored, in words, and the `curl` line that reads it."""

    invariant: str
    key: str
    acknowledged: str
    stored: str
    curl: str = ""


@dataclass
class Ledger:
    """The ledger of one process. It keeps the keys whose CRC-32 is divisible by 2 ** `depth`.

    `not_sent` maps an operation to the reason why it was not sent. `late` counts writes that a read did not show at
    first, and `latest` is the longest time in seconds until one was shown. `missing` are members that stored records
    do not have. `errors` are internal errors.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    batches: list[dict[str, str]] = field(default_factory=list)
    findings: list[Violation] = field(default_factory=list)
    found: int = 0
    depth: int = 0
    keys: int = 0
    writes: int = 0
    unknown: int = 0
    not_sent: dict[str, str] = field(default_factory=dict)
    late: int = 0
    latest: float = 0.0
    missing: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def entry(self, key: str, shared: bool = False) -> Entry:
        """The entry of a key. If the rule does not keep it, only its user knows it."""
        if key in self.entries:
            return self.entries[key]
        self.keys += 1
        made = Entry(key, shared)
        if shared or self._keeps(key):
            self.entries[key] = made
            self._thin()
        return made

    def add(self, violation: Violation) -> None:
        """Note a violation, once for each key. All are counted, and the first are kept."""
        if any((each.invariant, each.key) == (violation.invariant, violation.key) for each in self.findings):
            return
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(violation)

    def note_batch(self, stamps: dict[str, str]) -> None:
        """Note a batch (key to stamp) with an unknown outcome."""
        if len(self.batches) < MOST_BATCHES:
            self.batches.append(stamps)

    def note_late(self, seconds: float) -> None:
        """Note that a write appeared this many seconds after a read that did not show it."""
        self.late, self.latest = self.late + 1, max(self.latest, seconds)

    def note_missing(self, members: list[str]) -> None:
        """Note members that a stored record does not have."""
        self.missing = sorted({*self.missing, *members})

    def error(self, text: str) -> None:
        """Note an internal error: nothing counts as judged then."""
        if text not in self.errors and len(self.errors) < MOST_FINDINGS:
            self.errors.append(text)

    def merge(self, other: Ledger) -> None:
        """Add the ledger of another process."""
        self.depth = max(self.depth, other.depth)
        for entry in other.entries.values():
            mine = self.entries.setdefault(entry.key, entry)
            if mine is not entry:
                mine.merge(entry)
                self.keys -= 1
        self.batches += other.batches
        self.findings = [*self.findings, *other.findings][:MOST_FINDINGS]
        self.found, self.keys = self.found + other.found, self.keys + other.keys
        self.writes, self.unknown = self.writes + other.writes, self.unknown + other.unknown
        self.late, self.latest = self.late + other.late, max(self.latest, other.latest)
        self.not_sent |= other.not_sent
        self.note_missing(other.missing)
        self.errors = list(dict.fromkeys([*self.errors, *other.errors]))[:MOST_FINDINGS]
        self.entries = {k: e for k, e in self.entries.items() if e.shared or self._keeps(k)}
        self._thin()

    def _keeps(self, key: str) -> bool:
        return zlib.crc32(key.encode()) % (1 << self.depth) == 0

    def _thin(self) -> None:
        while len(self.entries) > KEPT and self.depth < DEEPEST:
            self.depth += 1
            self.entries = {k: e for k, e in self.entries.items() if e.shared or self._keeps(k)}


def id_text(ident: Any) -> str:
    """An id as it is compared: as JSON, cut short."""
    return json.dumps(ident, ensure_ascii=True, default=str)[:ID_LENGTH]
