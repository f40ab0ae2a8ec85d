"""A worker's ledger on its way to the master, in messages of plain data and of a bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from upsertspec.soak.ledger import Broken, Entry, Ledger

ENTRIES = 200
MOST_MESSAGES = 100


def packed(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """The ledger in messages, the last of which says so."""
    entries = [asdict(entry) for entry in ledger.entries.values()]
    for at in range(0, len(entries), ENTRIES):
        yield {"entries": entries[at : at + ENTRIES]}
    rest = {name: value for name, value in asdict(ledger).items() if name != "entries"}
    yield {"rest": rest}


def unpacked(messages: Iterable[Any]) -> Ledger:
    """The ledger from its messages. Raises ValueError where they are something else, or not all."""
    entries: dict[str, Entry] = {}
    rest: dict[str, Any] | None = None
    try:
        for message in messages:
            entries |= {raw["key"]: Entry(**raw) for raw in message.get("entries", ())}
            rest = message.get("rest", rest)
        if rest is None:
            raise ValueError("the end is missing")
        return Ledger(entries, **{**rest, "findings": [Broken(**raw) for raw in rest["findings"]]})
    except (TypeError, KeyError, AttributeError) as wrong:
        raise ValueError(f"what came is no ledger: {wrong}") from wrong


def take(told: dict[str, list[Any]], worker: str, message: Any) -> None:
    """Keep a message of a worker; more than a ledger takes are not kept."""
    parts = told.setdefault(worker, [])
    if len(parts) < MOST_MESSAGES:
        parts.append(message)


def merged(told: Mapping[str, list[Any]], workers: int) -> Ledger:
    """One ledger from those of the workers. One that did not come, or not whole, is noted as a mistake.

    Its worker wrote the keys that all share, too: what it wrote there last, no other ledger tells.
    """
    whole, ledgers = Ledger(), 0
    for parts in told.values():
        try:
            whole.merge(unpacked(parts))
            ledgers += 1
        except (ValueError, TypeError, AttributeError) as wrong:
            whole.mistake(f"a worker's ledger can't be read: {wrong}")
    if ledgers < workers:
        whole.mistake(f"the ledgers of {workers - ledgers} of {workers} workers did not come")
        for entry in whole.entries.values():
            entry.partial = entry.shared
    return whole
