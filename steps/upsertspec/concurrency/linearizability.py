"""Decides exactly whether some order of the operations explains a history (linearizability of one register).

Each operation takes effect at one moment between its start and its end. Since no two writes write the same value, a
value that was read identifies its write. That write and its readers are adjacent in every order: they form a *block*.
The first block is the initial value; if there was none, the second block is that of the write that created the record.
So an order of the operations exists if the blocks can be ordered: B comes before C if an operation of B ended before
one of C began. This needs no search, and a history of hundreds of operations is judged at once.

It is unknown whether an operation without an answer was done. It counts as done if its value was seen, or if it must
have created the record; otherwise it may be left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from upsertspec.concurrency.blocks import Block, blocks_of, needs_presence
from upsertspec.concurrency.creators import creators
from upsertspec.concurrency.history import History
from upsertspec.concurrency.order import ordered


@dataclass
class Effort:
    """Counts the work: the operations that were put into blocks."""

    looks: int = 0


def explains(history: History, effort: Effort | None = None) -> list[Block] | None:
    """The blocks in an order that explains the history, or None where no order does."""
    spent = effort or Effort()
    spent.looks += len(history.operations)
    for creator in creators(history):
        spent.looks += len(history.operations)
        blocks = blocks_of(history, creator)
        if blocks is None or (history.initial is None and creator is None and not _is_absent(history, blocks)):
            continue
        if found := ordered(blocks):
            return found
    return None


def _is_absent(history: History, blocks: list[Block]) -> bool:
    """Whether the record need never have existed."""
    return len(blocks) == 1 and not any(needs_presence(each) for each in history.operations)
