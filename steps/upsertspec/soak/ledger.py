"""What was acknowledged for each key. Bounded: of very many keys, a part that a rule chooses is kept."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any

KEPT = 2000
"""The most keys that are kept; those that users share always are."""
DEEPEST = 32

MOST_UNKNOWN = 50
MOST_BATCHES = 200
MOST_FINDINGS = 20
MOST_IDS = 3
ID_LENGTH = 160


@dataclass
class Entry:
    """A key. `acknowledged` are the stamps of the writes that can be the last one, with the time each was answered.

    `unknown` are the stamps of writes of which nobody knows whether they were carried out. It is `partial` where others
    wrote it whose ledgers did not come.
    """

    key: str
    shared: bool = False
    created: int = 0
    ids: list[str] = field(default_factory=list)
    acknowledged: dict[str, float] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    partial: bool = False

    def acknowledge(self, stamp: str, started: float, ended: float, created: bool) -> None:
        """The write was carried out. What was answered before it began can't be the last write any more."""
        self.acknowledged = {s: at for s, at in self.acknowledged.items() if at >= started}
        self.acknowledged[stamp] = ended
        self.created += created
        if stamp in self.unknown:
            self.unknown.remove(stamp)

    def saw_id(self, ident: Any) -> None:
        """An answer spoke of this id."""
        text = id_text(ident)
        if ident is not None and text not in self.ids and len(self.ids) < MOST_IDS:
            self.ids.append(text)

    @property
    def retired(self) -> bool:
        """Whether it is written no more: what nobody knows of has to stay little."""
        return len(self.unknown) >= (MOST_UNKNOWN if self.shared else 1)

    def merge(self, other: Entry) -> None:
        """Another process wrote the same key; whose write was the last can't be told, as the clocks differ."""
        self.created += other.created
        self.ids = list(dict.fromkeys([*self.ids, *other.ids]))[:MOST_IDS]
        self.acknowledged |= other.acknowledged
        self.unknown += other.unknown


@dataclass(frozen=True)
class Broken:
    """A broken invariant: what was acknowledged and what is stored, in words, and the line that reads it."""

    invariant: str
    key: str
    acknowledged: str
    stored: str
    curl: str = ""


@dataclass
class Ledger:
    """The ledger of one process. `depth` is the rule: a key is kept whose CRC-32 is divisible by 2 ** depth."""

    entries: dict[str, Entry] = field(default_factory=dict)
    batches: list[dict[str, str]] = field(default_factory=list)
    findings: list[Broken] = field(default_factory=list)
    found: int = 0
    depth: int = 0
    keys: int = 0
    writes: int = 0
    unknown: int = 0
    unasked: dict[str, str] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def entry(self, key: str, shared: bool = False) -> Entry:
        """The entry of a key; one that the rule does not keep is known to its user only."""
        if key in self.entries:
            return self.entries[key]
        self.keys += 1
        made = Entry(key, shared)
        if shared or self._keeps(key):
            self.entries[key] = made
            self._thin()
        return made

    def find(self, broken: Broken) -> None:
        """Note a broken invariant, of a key once; of very many the first are kept, and all are counted."""
        if any((each.invariant, each.key) == (broken.invariant, broken.key) for each in self.findings):
            return
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(broken)

    def note_batch(self, stamps: dict[str, str]) -> None:
        """A batch (key to stamp) of which nobody knows whether it was carried out."""
        if len(self.batches) < MOST_BATCHES:
            self.batches.append(stamps)

    def mistake(self, text: str) -> None:
        """Something of ours went wrong."""
        if text not in self.mistakes and len(self.mistakes) < MOST_FINDINGS:
            self.mistakes.append(text)

    def merge(self, other: Ledger) -> None:
        """Take in what another process knows."""
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
        self.unasked |= other.unasked
        self.mistakes = list(dict.fromkeys([*self.mistakes, *other.mistakes]))[:MOST_FINDINGS]
        self.entries = {k: e for k, e in self.entries.items() if e.shared or self._keeps(k)}
        self._thin()

    def _keeps(self, key: str) -> bool:
        return zlib.crc32(key.encode()) % (1 << self.depth) == 0

    def _thin(self) -> None:
        while len(self.entries) > KEPT and self.depth < DEEPEST:
            self.depth += 1
            self.entries = {k: e for k, e in self.entries.items() if e.shared or self._keeps(k)}


def id_text(ident: Any) -> str:
    """An id as it is compared: whatever it is, as JSON, cut short."""
    return json.dumps(ident, ensure_ascii=True, default=str)[:ID_LENGTH]
