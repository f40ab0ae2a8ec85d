"""A history: what each client asked of one register, from when to when, and what it was told.

A register holds the values of fields that are always written together, for one key. It is absent until it is created,
and is never deleted. Times are in seconds, from any beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

Value = tuple[str, ...]
"""The values of the register's fields, each as JSON."""

CREATED = "created"
FOREVER = float("inf")


class Kind(StrEnum):
    """What an operation asks for. `KEEP` writes only where nothing is stored, and leaves what is there as it is."""

    WRITE = "write"
    KEEP = "keep"
    READ = "read"


@dataclass(frozen=True)
class Untold:
    """Stands for a value that was not told."""


@dataclass(frozen=True)
class Present:
    """Stands for any value: the register was seen to be there."""


UNTOLD, PRESENT = Untold(), Present()
Seen = Value | Untold | Present | None
"""What was seen of the register; None where it was seen to be absent."""


@dataclass(frozen=True)
class Operation:
    """One operation. `value` is what it writes, `seen` what a read, or the record in an answer, shows.

    `end` is None where no answer tells that it was done: it may be done at any time after its start, or never.
    `said` is what the answer calls it: "created", another word for a record that was there, or empty where untold.
    """

    client: int
    kind: Kind
    start: float
    end: float | None
    value: Value = ()
    said: str = ""
    seen: Seen = UNTOLD

    @property
    def last(self) -> float:
        """The last moment at which it can have been done."""
        return FOREVER if self.end is None else self.end

    @property
    def writes(self) -> bool:
        """Whether it may change the register."""
        return self.kind is not Kind.READ

    def unknown(self) -> Operation:
        """The same operation where nothing at all is known of its time and its answer."""
        return replace(self, start=-FOREVER, end=None, said="", seen=UNTOLD)


@dataclass(frozen=True)
class History:
    """The operations on one register, and what it held before the first of them (None: it was absent).

    No two WRITEs have the same value, and none has the value of a KEEP or of the beginning: what is read then tells
    which write it comes from. Raises ValueError where that is not so.
    """

    initial: Value | None
    operations: Sequence[Operation]

    def __post_init__(self) -> None:
        written = [each.value for each in self.operations if each.kind is Kind.WRITE]
        others = {self.initial, *(each.value for each in self.operations if each.kind is Kind.KEEP)}
        if len(set(written)) != len(written) or others & set(written):
            raise ValueError("two operations write the same value; give each write one of its own")

    @property
    def answered(self) -> list[Operation]:
        """The operations of which an answer tells that they were done, and perhaps what they saw."""
        return [each for each in self.operations if each.end is not None]

    def knowing(self, places: set[int]) -> History:
        """The history where only the operations at these places are known; of the others nothing is but that they were.

        An order that explains a history explains it with less known, too. Of the others those are left whose value was
        seen, and one that can have created the record: what the rest did, if anything, nobody saw.
        """
        known = [self.operations[place] for place in sorted(places)]
        others = [e for place, e in enumerate(self.operations) if e.writes and place not in places]
        seen = {each.seen for each in known}
        free = next((each for each in others if each.value not in seen), None)
        return History(self.initial, [*known, *(e.unknown() for e in others if e.value in seen or e is free)])
