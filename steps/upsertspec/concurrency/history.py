"""A history: the operations of all clients on one register, with their times and answers. No I/O.

A register holds the values of fields that are always written together, for one key. It is absent until it is created,
and is never deleted. Times are in seconds from any fixed moment.
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
    """The kind of an operation. `KEEP` writes only where nothing is stored yet."""

    WRITE = "write"
    KEEP = "keep"
    READ = "read"


@dataclass(frozen=True)
class Unreported:
    """Stands for a value that the answer does not report."""


@dataclass(frozen=True)
class Present:
    """Stands for any value: the register exists."""


UNREPORTED, PRESENT = Unreported(), Present()
Seen = Value | Unreported | Present | None
"""What an answer shows of the register; None where it shows that the register is absent."""


@dataclass(frozen=True)
class Operation:
    """One operation. `value` is what it writes; `seen` is what its answer shows of the register.

    `end` is None where no answer says that it was done: it may take effect at any time after its start, or never.
    `said` is the operation in the answer: "created", another word for an existing record, or empty if not reported.
    """

    client: int
    kind: Kind
    start: float
    end: float | None
    value: Value = ()
    said: str = ""
    seen: Seen = UNREPORTED

    @property
    def last(self) -> float:
        """The last moment at which it can have taken effect."""
        return FOREVER if self.end is None else self.end

    @property
    def writes(self) -> bool:
        """Whether it may change the register."""
        return self.kind is not Kind.READ

    def unknown(self) -> Operation:
        """The same operation with nothing known about its time and its answer."""
        return replace(self, start=-FOREVER, end=None, said="", seen=UNREPORTED)


@dataclass(frozen=True)
class History:
    """The operations on one register, and its value before the first of them (None: it was absent).

    No two WRITEs have the same value, and none has the initial value or that of a KEEP, so that a value that was read
    identifies the write it comes from. Raises ValueError otherwise.
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
        """The operations whose answers say that they were done."""
        return [each for each in self.operations if each.end is not None]

    def knowing(self, places: set[int]) -> History:
        """The history with only the operations at these places known; of the others, only that they happened.

        An order that explains a history also explains it with less known. Of the other operations, those are kept whose
        value was seen and one that can have created the record; nobody saw what the rest did.
        """
        known = [self.operations[place] for place in sorted(places)]
        others = [e for place, e in enumerate(self.operations) if e.writes and place not in places]
        seen = {each.seen for each in known}
        free = next((each for each in others if each.value not in seen), None)
        return History(self.initial, [*known, *(e.unknown() for e in others if e.value in seen or e is free)])
