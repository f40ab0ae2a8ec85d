"""A worker's ledger as messages to the master: plain data of a bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from upsertspec.soak.ledger import Entry, Ledger, Violation

ENTRIES = 200
MOST_MESSAGES = 100


def packed(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """The messages of a ledger. The last one has the key `rest`."""
    entries = [asdict(entry) for entry in ledger.entries.values()]
    for at in range(0, len(entries), ENTRIES):
        yield {"entries": entries[at : at + ENTRIES]}
    rest = {name: value for name, value in asdict(ledger).items() if name != "entries"}
    yield {"rest": rest}


def unpacked(messages: Iterable[Any]) -> Ledger:
    """The ledger in these messages. Raises ValueError if they are malformed or incomplete."""
    entries: dict[str, Entry] = {}
    rest: dict[str, Any] | None = None
    try:
        for message in messages:
            entries |= {raw["key"]: Entry(**raw) for raw in message.get("entries", ())}
            rest = message.get("rest", rest)
        if rest is None:
            raise ValueError("the last message is missing")
        return Ledger(entries, **{**rest, "findings": [Violation(**raw) for raw in rest["findings"]]})
    except (TypeError, KeyError, AttributeError) as wrong:
        raise ValueError(f"the messages are not a valid ledger: {wrong}") from wrong


def take(received: dict[str, list[Any]], worker: str, message: Any) -> None:
    """Keep a message of a worker. More than a ledger needs are dropped."""
    parts = received.setdefault(worker, [])
    if len(parts) < MOST_MESSAGES:
        parts.append(message)


def merged(received: Mapping[str, list[Any]], workers: int) -> Ledger:
    """The ledgers of all workers as one. A missing or incomplete one is noted as an error.

    Its worker wrote the shared keys too, and no other ledger knows what it wrote last.
    """
    whole, ledgers = Ledger(), 0
    for parts in received.values():
        try:
            whole.merge(unpacked(parts))
            ledgers += 1
        except (ValueError, TypeError, AttributeError) as wrong:
            whole.error(f"a worker's ledger cannot be read: {wrong}")
    if ledgers < workers:
        whole.error(f"{workers - ledgers} of {workers} workers sent no ledger")
        for entry in whole.entries.values():
            entry.partial = entry.shared
    return whole
