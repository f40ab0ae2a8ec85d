"""Decides exactly whether some order of the operations explains a history (linearizability of one register).

Each operation takes effect at one moment between its start and its end. Since no two writes write the same value, what
is read tells which write it comes from: that write and its readers stand next to each other in every order (a *block*),
the first block is what was there before, and where nothing was, the second is that of the one write that created the
record. So an order exists where these blocks can be ordered: block B goes before C where an operation of B had ended
before one of C began. No search is needed, and a history of hundreds of operations is judged at once.

Of an operation without an answer nobody knows whether it was done. It counts as done where its value was seen, or
where the record must have been created by it; else it need not have been.
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
